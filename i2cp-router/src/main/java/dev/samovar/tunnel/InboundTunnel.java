package dev.samovar.tunnel;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A tunnel to us through hops that have agreed, or through none: then we are its gateway ourselves.
 *
 * <ol>
 *   <li>A cell is taken from the last hop alone, and once.
 *   <li>The layers of all hops are taken off, of the last hop first.
 *   <li>What is in the cell is put together to messages ({@link FragmentAssembler}).
 *   <li>Of these, none but messages for us, and of types that others may send us by a tunnel, are given to the owner: whoever
 *       could make us send or answer something would see whose tunnel this is.
 * </ol>
 *
 * Belongs to the router lane.
 */
@SansIo
public final class InboundTunnel {

    private final Hash self;
    private final List<Hash> hops;
    private final int gatewayTunnelId;
    private final int receiveTunnelId;
    private final long startedAt;
    private final long startedMillis;
    private final TunnelMemory memory;
    private final FragmentAssembler assembler;
    private final List<LayerCipher> lastHopFirst = new ArrayList<>();
    private long cells;
    private long damagedCells;
    private long messages;
    private boolean destroyed;

    private InboundTunnel(
            Hash self,
            List<Hash> hops,
            int gatewayTunnelId,
            int receiveTunnelId,
            long startedAt,
            long startedMillis,
            TunnelMemory memory) {
        this.self = self;
        this.hops = List.copyOf(hops);
        this.gatewayTunnelId = gatewayTunnelId;
        this.receiveTunnelId = receiveTunnelId;
        this.startedAt = startedAt;
        this.startedMillis = startedMillis;
        this.memory = memory;
        this.assembler = new FragmentAssembler(memory);
    }

    /**
     * The tunnel of a build that all hops agreed to; takes over the keys.
     *
     * @param memory shared by all own tunnels of the router
     */
    public static InboundTunnel of(TunnelBuild build, BuildVerdict.Accepted accepted, TunnelMemory memory) {
        if (!build.isInbound()) {
            throw new IllegalArgumentException("an outbound build");
        }
        InboundTunnel tunnel = new InboundTunnel(
                build.end(),
                OutboundTunnel.routers(build.hops()),
                build.hops().get(0).receiveTunnelId(),
                build.endTunnelId(),
                build.startedAt(),
                build.startedMillis(),
                memory);
        for (HopKeys keys : accepted.keys()) {
            tunnel.lastHopFirst.add(0, LayerCipher.decrypting(keys));
        }
        return tunnel;
    }

    /**
     * A tunnel of no hops: whoever knows of it knows that it ends here.
     *
     * @param receiveTunnelId random and not zero, of no other tunnel
     * @param memory shared by all own tunnels of the router
     */
    public static InboundTunnel zeroHop(Hash self, int receiveTunnelId, long now, long nowMillis, TunnelMemory memory) {
        return new InboundTunnel(self, List.of(), receiveTunnelId, receiveTunnelId, now, nowMillis, memory);
    }

    /**
     * Takes a cell of this tunnel.
     *
     * @param from the router that brought it; null when nobody knows, which no hop of a tunnel is
     * @param cell taken over, and changed in place
     * @param complete gets each message that is complete, and owns it
     */
    public void accept(Hash from, TunnelData cell, long now, Consumer<I2npMessage> complete) {
        try {
            if (!destroyed && !hops.isEmpty()) {
                accept(from, cell.data(), now, complete);
            }
        } finally {
            cell.release();
        }
    }

    private void accept(Hash from, ByteBuf data, long now, Consumer<I2npMessage> complete) {
        if (!hops.get(hops.size() - 1).equals(from)) {
            memory.drop(TunnelDrop.CELL_FROM_STRANGER);
            return;
        }
        if (!memory.isNew(data, data.readerIndex(), now)) {
            memory.drop(TunnelDrop.CELL_REPEATED);
            return;
        }
        byte[] array = data.hasArray() ? data.array() : ByteBufUtil.getBytes(data);
        // the data begin with the IV: the tunnel id, which is before it in a cell, is not looked at
        int at = (data.hasArray() ? data.arrayOffset() + data.readerIndex() : 0) - Cell.IV_AT;
        cells++;
        for (LayerCipher layer : lastHopFirst) {
            layer.apply(array, at + Cell.IV_AT);
        }
        int payload = Cell.payloadOf(array, at);
        if (payload < 0) {
            damagedCells++;
            memory.drop(TunnelDrop.CELL_DAMAGED);
            return;
        }
        ByteBuf in = Unpooled.wrappedBuffer(array, at + payload, Cell.LENGTH - payload);
        assembler.accept(in, now, (delivery, message) -> give(delivery, message, complete));
    }

    /**
     * Takes a message for the gateway of this tunnel, which we are when it has no hops; of another tunnel it is dropped.
     *
     * @param gateway taken over
     */
    public void accept(TunnelGateway gateway, Consumer<I2npMessage> complete) {
        if (destroyed || !hops.isEmpty()) {
            gateway.release();
            return;
        }
        give(TunnelDelivery.LOCAL, gateway.message(), complete);
    }

    private void give(TunnelDelivery delivery, I2npMessage message, Consumer<I2npMessage> complete) {
        if (!(delivery instanceof TunnelDelivery.Local)) {
            memory.drop(TunnelDrop.DELIVERY_NOT_LOCAL);
            message.release();
        } else if (!mayComeByTunnel(message.typeCode())) {
            memory.drop(TunnelDrop.FORBIDDEN_TYPE);
            message.release();
        } else {
            messages++;
            complete.accept(message);
        }
    }

    private static boolean mayComeByTunnel(int type) {
        return switch (type) {
            case DatabaseStore.TYPE,
                    DatabaseSearchReply.TYPE,
                    DeliveryStatus.TYPE,
                    Garlic.TYPE,
                    DataMessage.TYPE,
                    OutboundTunnelBuildReply.TYPE -> true;
            default -> false;
        };
    }

    /** Gives up messages of which fragments stay away; to be called every few seconds. */
    public void handleTimeout(long now) {
        assembler.giveUpOld(now);
    }

    /** The routers in the order of the tunnel, the gateway first; none for a tunnel of no hops. */
    public List<Hash> hops() {
        return hops;
    }

    /** By which others send into the tunnel: the first hop, or ourselves. */
    public Hash gateway() {
        return hops.isEmpty() ? self : hops.get(0);
    }

    /** By which the gateway knows the tunnel. */
    public int gatewayTunnelId() {
        return gatewayTunnelId;
    }

    /** By which we know the tunnel: the id in the cells that come, or in the messages for the gateway when we are that. */
    public int receiveTunnelId() {
        return receiveTunnelId;
    }

    /** When it was asked for, the date. */
    public long createdMillis() {
        return startedMillis;
    }

    /** When the hops let it end, the date. */
    public long endsMillis() {
        return startedMillis + OutboundTunnel.LIFETIME_MILLIS;
    }

    /** Whether the hops still know it. */
    public boolean isAlive(long now) {
        return !destroyed && now - startedAt < TimeUnit.MILLISECONDS.toNanos(OutboundTunnel.LIFETIME_MILLIS);
    }

    /** Cells that came, whole or damaged. */
    public long cells() {
        return cells;
    }

    /** Cells under whose layers there was none: a hop changes them, or invents them. */
    public long damagedCells() {
        return damagedCells;
    }

    /** Messages given to the owner. */
    public long messages() {
        return messages;
    }

    /** Wipes the keys and gives back all room. What comes afterwards is dropped. */
    public void destroy() {
        destroyed = true;
        assembler.destroy();
        lastHopFirst.forEach(LayerCipher::destroy);
    }
}
