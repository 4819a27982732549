package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A tunnel from us through hops that have agreed, or through none: then what is sent goes straight to where the last hop would
 * have sent it.
 *
 * <ol>
 *   <li>Messages are packed into cells ({@link CellPacker}).
 *   <li>The layers of all hops are taken off ahead, of the last hop first, so that the last hop, after all have put theirs on,
 *       has the cell in clear.
 *   <li>The cell goes to the first hop.
 * </ol>
 *
 * <p>A cell lives as long as the messages of this router do, whatever the message in it says: its own hops need not learn what
 * kind of message passes. Belongs to the router lane.
 */
@SansIo
public final class OutboundTunnel {

    /** How long tunnels live, from when they were asked for. */
    public static final long LIFETIME_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** How long a cell may be under way. */
    static final long CELL_LIFETIME_MILLIS = TimeUnit.SECONDS.toMillis(20);

    private final List<Hash> hops;
    private final int firstTunnelId;
    private final long startedAt;
    private final long startedMillis;
    private final CellPadding padding;
    private final CellPacker packer;
    private final List<LayerCipher> lastHopFirst = new ArrayList<>();
    private long cells;
    private long messages;
    private boolean destroyed;

    private OutboundTunnel(List<Hash> hops, int firstTunnelId, long startedAt, long startedMillis, Entropy entropy) {
        this.hops = List.copyOf(hops);
        this.firstTunnelId = firstTunnelId;
        this.startedAt = startedAt;
        this.startedMillis = startedMillis;
        this.padding = new CellPadding(entropy.nextLong());
        this.packer = new CellPacker(firstTunnelId, entropy, padding);
    }

    /** The tunnel of a build that all hops agreed to; takes over the keys. */
    public static OutboundTunnel of(TunnelBuild build, BuildVerdict.Accepted accepted, Entropy entropy) {
        if (build.isInbound()) {
            throw new IllegalArgumentException("an inbound build");
        }
        OutboundTunnel tunnel = new OutboundTunnel(
                routers(build.hops()),
                build.hops().get(0).receiveTunnelId(),
                build.startedAt(),
                build.startedMillis(),
                entropy);
        for (HopKeys keys : accepted.keys()) {
            tunnel.lastHopFirst.add(0, LayerCipher.decrypting(keys));
        }
        return tunnel;
    }

    /** A tunnel of no hops: what goes through it comes from us for all to see. */
    public static OutboundTunnel zeroHop(long now, long nowMillis, Entropy entropy) {
        return new OutboundTunnel(List.of(), 0, now, nowMillis, entropy);
    }

    static List<Hash> routers(List<TunnelHop> hops) {
        return hops.stream().map(TunnelHop::router).toList();
    }

    /**
     * Sends a message at once.
     *
     * @param delivery not local, for a tunnel of no hops
     * @param message taken over
     */
    public void send(TunnelDelivery delivery, I2npMessage message, long nowMillis, TunnelSink sink) {
        add(delivery, message, nowMillis, sink);
        flush(nowMillis, sink);
    }

    /**
     * Sends a message as far as it fills cells. The rest waits for {@link #flush}, which the caller owes before it returns to
     * its lane: so messages that are sent at one time share cells.
     *
     * @param delivery not local, for a tunnel of no hops
     * @param message taken over
     */
    public void add(TunnelDelivery delivery, I2npMessage message, long nowMillis, TunnelSink sink) {
        if (destroyed) {
            message.release();
            return;
        }
        messages++;
        if (hops.isEmpty()) {
            sendStraight(delivery, message, sink);
            return;
        }
        try {
            packer.add(delivery, message, cell -> sendCell(cell, nowMillis, sink));
        } finally {
            message.release();
        }
    }

    /** Sends what waits for a full cell. */
    public void flush(long nowMillis, TunnelSink sink) {
        if (!destroyed) {
            packer.flush(cell -> sendCell(cell, nowMillis, sink));
        }
    }

    private void sendStraight(TunnelDelivery delivery, I2npMessage message, TunnelSink sink) {
        if (delivery instanceof TunnelDelivery.ToTunnel tunnel) {
            long expiration = message.expirationMillis();
            sink.send(
                    tunnel.gateway(),
                    new TunnelGateway(tunnel.tunnelId(), message).toMessage(padding.nextId(), expiration));
        } else if (delivery instanceof TunnelDelivery.ToRouter router) {
            sink.send(router.router(), message);
        } else {
            message.release();
            throw new IllegalArgumentException("a tunnel of no hops ends at nobody else");
        }
    }

    private void sendCell(ByteBuf cell, long nowMillis, TunnelSink sink) {
        for (LayerCipher layer : lastHopFirst) {
            layer.apply(cell.array(), cell.arrayOffset() + Cell.IV_AT);
        }
        cells++;
        sink.send(
                hops.get(0),
                new I2npMessage(TunnelData.TYPE, padding.nextId(), nowMillis + CELL_LIFETIME_MILLIS, cell));
    }

    /** The routers in the order of the tunnel; none for a tunnel of no hops. */
    public List<Hash> hops() {
        return hops;
    }

    /** By which the first hop knows the tunnel; 0 for a tunnel of no hops. */
    public int firstTunnelId() {
        return firstTunnelId;
    }

    /** The router that the cells go to; null for a tunnel of no hops. */
    public Hash firstHop() {
        return hops.isEmpty() ? null : hops.get(0);
    }

    /** The router that sends the messages on; null for a tunnel of no hops, where we do so ourselves. */
    public Hash endpoint() {
        return hops.isEmpty() ? null : hops.get(hops.size() - 1);
    }

    /** When it was asked for, the date. */
    public long createdMillis() {
        return startedMillis;
    }

    /** When the hops let it end, the date. */
    public long endsMillis() {
        return startedMillis + LIFETIME_MILLIS;
    }

    /** Whether the hops still know it. */
    public boolean isAlive(long now) {
        return !destroyed && now - startedAt < TimeUnit.MILLISECONDS.toNanos(LIFETIME_MILLIS);
    }

    /** Cells sent. */
    public long cells() {
        return cells;
    }

    /** Messages sent. */
    public long messages() {
        return messages;
    }

    /** Wipes the keys. What is sent afterwards is dropped. */
    public void destroy() {
        destroyed = true;
        lastHopFirst.forEach(LayerCipher::destroy);
    }
}
