package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npFilter;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What passes through the tunnels of others.
 *
 * <ol>
 *   <li>A cell is taken from the router before us alone, once, and while there is bandwidth. In the middle of a tunnel it gets
 *       our layer and goes on. At an endpoint it is opened, and its messages go where they say.
 *   <li>A message for a gateway is packed into cells, which get our layer and go in.
 * </ol>
 *
 * Belongs to the router lane.
 */
@SansIo
final class TransitTraffic {

    private static final double CHANCE_UNIT = 1.0 / (1L << Integer.SIZE);

    private final TransitPort port;
    /** By the id in the cells; the owner adds and removes. */
    private final Map<Integer, TransitTunnel> tunnels;

    private final SharedBandwidth bandwidth;
    private final TunnelMemory memory;
    /** Ids for the messages of participants, and chance for their cells; seen by the next routers only. */
    private final CellPadding ids;

    private final List<TransitTunnel.Gateway> waiting = new ArrayList<>();
    private long cells;
    private long messages;
    private long unknown;

    TransitTraffic(
            TransitPort port,
            Map<Integer, TransitTunnel> tunnels,
            SharedBandwidth bandwidth,
            TunnelMemory memory,
            Entropy entropy) {
        this.port = port;
        this.tunnels = tunnels;
        this.bandwidth = bandwidth;
        this.memory = memory;
        this.ids = new CellPadding(entropy.nextLong());
    }

    // 1 cells

    /** See {@link TransitTunnels#onTunnelData}. */
    boolean onTunnelData(Hash from, I2npMessage message, long now, long nowMillis) {
        ByteBuf body = message.body();
        if (body.readableBytes() < Cell.LENGTH) {
            return false;
        }
        TransitTunnel tunnel = alive(body.getInt(body.readerIndex()), now);
        if (tunnel == null) {
            unknown++;
            return false;
        }
        TunnelDrop drop = judge(tunnel, from, body, now);
        if (drop != null) {
            memory.drop(drop);
            message.release();
            return true;
        }
        I2npMessage cell = inArray(message);
        cells++;
        if (tunnel instanceof TransitTunnel.Participant participant) {
            participant.pass(cell.body());
            port.send(participant.next(), cell.withId(ids.nextId()));
        } else {
            open((TransitTunnel.Endpoint) tunnel, cell, now, nowMillis);
        }
        return true;
    }

    private TunnelDrop judge(TransitTunnel tunnel, Hash from, ByteBuf body, long now) {
        // a gateway takes no cells from anybody: it has no router before it
        if (tunnel.previous() == null || !tunnel.previous().equals(from)) {
            return TunnelDrop.CELL_FROM_STRANGER;
        }
        if (!memory.isNew(body, body.readerIndex() + Cell.IV_AT, now)) {
            return TunnelDrop.CELL_REPEATED;
        }
        return bandwidth.admit(Cell.LENGTH, chance(), now) ? null : TunnelDrop.OVER_LIMIT;
    }

    private double chance() {
        return Integer.toUnsignedLong(ids.nextId()) * CHANCE_UNIT;
    }

    /** The message with its body in an array of its own and of the right length. */
    private static I2npMessage inArray(I2npMessage message) {
        ByteBuf body = message.body();
        if (body.hasArray() && body.readableBytes() == Cell.LENGTH) {
            return message;
        }
        ByteBuf copy = PooledByteBufAllocator.DEFAULT.heapBuffer(Cell.LENGTH, Cell.LENGTH);
        copy.writeBytes(body, body.readerIndex(), Cell.LENGTH);
        message.release();
        return new I2npMessage(TunnelData.TYPE, message.id(), message.expirationMillis(), copy);
    }

    private void open(TransitTunnel.Endpoint endpoint, I2npMessage cell, long now, long nowMillis) {
        try {
            if (!endpoint.open(cell.body(), now, (delivery, message) -> deliver(delivery, message, now, nowMillis))) {
                memory.drop(TunnelDrop.CELL_DAMAGED);
            }
        } finally {
            cell.release();
        }
    }

    private void deliver(TunnelDelivery delivery, I2npMessage message, long now, long nowMillis) {
        TunnelDrop drop = judge(delivery, message, nowMillis);
        if (drop != null) {
            memory.drop(drop);
            message.release();
            return;
        }
        messages++;
        if (delivery instanceof TunnelDelivery.ToTunnel tunnel) {
            if (tunnel.gateway().equals(port.self())) {
                toOwnGateway(tunnel.tunnelId(), message, now, nowMillis);
            } else {
                long expiration = message.expirationMillis();
                port.send(
                        tunnel.gateway(),
                        new TunnelGateway(tunnel.tunnelId(), message).toMessage(ids.nextId(), expiration));
            }
        } else if (delivery instanceof TunnelDelivery.ToRouter router) {
            if (router.router().equals(port.self())) {
                port.receive(message);
            } else {
                port.send(router.router(), message);
            }
        }
    }

    private static TunnelDrop judge(TunnelDelivery delivery, I2npMessage message, long nowMillis) {
        if (delivery instanceof TunnelDelivery.Local) {
            // nobody sends so to an endpoint; what is for it comes by delivery to a router, which hides as much
            return TunnelDrop.DELIVERY_LOCAL;
        }
        if (message.typeCode() == TunnelData.TYPE) {
            // a cell from us would look like one of a tunnel through us
            return TunnelDrop.FORBIDDEN_TYPE;
        }
        long expiration = message.expirationMillis();
        if (expiration < nowMillis - I2npFilter.MAX_LATE_MILLIS
                || expiration > nowMillis + I2npFilter.MAX_AHEAD_MILLIS) {
            return TunnelDrop.EXPIRED;
        }
        boolean tooLong =
                delivery instanceof TunnelDelivery.ToTunnel && message.body().readableBytes() > TunnelGateway.MAX_BODY;
        return tooLong ? TunnelDrop.BAD_MESSAGE : null;
    }

    // 2 messages for gateways

    /** See {@link TransitTunnels#onTunnelGateway}. */
    boolean onTunnelGateway(TunnelGateway gateway, long now, long nowMillis) {
        TransitTunnel tunnel = alive(gateway.tunnelId(), now);
        if (!(tunnel instanceof TransitTunnel.Gateway)) {
            unknown++;
            return false;
        }
        toGateway((TransitTunnel.Gateway) tunnel, gateway.message(), now, nowMillis);
        return true;
    }

    /** For a tunnel whose gateway is this router: one of these, or one of its own. */
    void toOwnGateway(int tunnelId, I2npMessage message, long now, long nowMillis) {
        if (alive(tunnelId, now) instanceof TransitTunnel.Gateway gateway) {
            toGateway(gateway, message, now, nowMillis);
        } else {
            long expiration = message.expirationMillis();
            port.receive(new TunnelGateway(tunnelId, message).toMessage(ids.nextId(), expiration));
        }
    }

    private void toGateway(TransitTunnel.Gateway gateway, I2npMessage message, long now, long nowMillis) {
        try {
            long expiration = message.expirationMillis();
            int length = message.longLength();
            if (expiration < nowMillis - I2npFilter.MAX_LATE_MILLIS
                    || expiration > nowMillis + I2npFilter.MAX_AHEAD_MILLIS) {
                memory.drop(TunnelDrop.EXPIRED);
            } else if (!gateway.admits(length, now) || !bandwidth.admit(length, chance(), now)) {
                memory.drop(TunnelDrop.OVER_LIMIT);
            } else {
                messages++;
                gateway.add(message, cell -> sendIn(gateway, cell, nowMillis));
                if (gateway.markWaiting(true)) {
                    waiting.add(gateway);
                }
            }
        } finally {
            message.release();
        }
    }

    /** See {@link TransitTunnels#flush}. */
    void flush(long nowMillis) {
        // by number: what is sent may come back to us at once
        for (int i = 0; i < waiting.size(); i++) {
            TransitTunnel.Gateway gateway = waiting.get(i);
            gateway.markWaiting(false);
            gateway.flush(cell -> sendIn(gateway, cell, nowMillis));
        }
        waiting.clear();
    }

    private void sendIn(TransitTunnel.Gateway gateway, ByteBuf cell, long nowMillis) {
        cells++;
        long expiration = nowMillis + OutboundTunnel.CELL_LIFETIME_MILLIS;
        port.send(gateway.next(), new I2npMessage(TunnelData.TYPE, gateway.nextMessageId(), expiration, cell));
    }

    private TransitTunnel alive(int tunnelId, long now) {
        TransitTunnel tunnel = tunnels.get(tunnelId);
        return tunnel != null && now - tunnel.endsAt() < 0 ? tunnel : null;
    }

    /** A tunnel is there no more. */
    void closed(TransitTunnel tunnel) {
        if (tunnel instanceof TransitTunnel.Gateway gateway && gateway.markWaiting(false)) {
            waiting.remove(gateway);
        }
    }

    long cells() {
        return cells;
    }

    long messages() {
        return messages;
    }

    /** Cells and messages for tunnels that are not there. */
    long unknown() {
        return unknown;
    }
}
