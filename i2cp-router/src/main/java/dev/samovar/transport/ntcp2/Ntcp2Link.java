package dev.samovar.transport.ntcp2;

import dev.samovar.base.Lane;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.SendResult;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A session as the router lane sees it: where messages go in. The other end of the ring belongs to the session's handler,
 * until the handler tells that it is done with it.
 */
final class Ntcp2Link implements LinkTable.Link, LinkWakes.Sleeper {

    // I2NP types that lose their use when late, or are sent again from further away: dropped first
    private static final int TUNNEL_DATA = 18;
    private static final int TUNNEL_DATA_LENGTH = 1028;
    private static final int TUNNEL_GATEWAY = 19;
    private static final int TUNNEL_BUILD = 21;
    private static final int VARIABLE_TUNNEL_BUILD = 23;
    private static final int SHORT_TUNNEL_BUILD = 25;

    private final RouterInfo peer;
    private final boolean inbound;
    private final long establishedAt;
    private final Lane sessionLane;
    private final Ntcp2ChannelHandler handler;
    private final MessageRing ring = new MessageRing();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Runnable drain;

    private boolean closed;

    Ntcp2Link(RouterInfo peer, boolean inbound, long establishedAt, Lane sessionLane, Ntcp2ChannelHandler handler) {
        this.peer = peer;
        this.inbound = inbound;
        this.establishedAt = establishedAt;
        this.sessionLane = sessionLane;
        this.handler = handler;
        this.drain = handler::drain;
    }

    // --- router lane ---

    RouterInfo peer() {
        return peer;
    }

    @Override
    public boolean inbound() {
        return inbound;
    }

    @Override
    public long establishedAt() {
        return establishedAt;
    }

    /** Takes the message over; it leaves when the session is woken. */
    SendResult offer(I2npMessage message) {
        if (closed || !ring.offer(message, isDroppable(message))) {
            message.release();
            return SendResult.CONGESTED;
        }
        return SendResult.SENT;
    }

    /** Has the handler send what is in the ring. */
    @Override
    public void wake() {
        if (ring.size() > 0 && woken.compareAndSet(false, true)) {
            sessionLane.execute(drain);
        }
    }

    @Override
    public boolean hasWholeFrame() {
        return ring.bytes() >= Ntcp2Session.FULL_FRAME;
    }

    /** Whether so many cells of tunnels would be taken now. */
    boolean hasRoom(int cells) {
        return !closed && ring.hasRoom(cells, TUNNEL_DATA_LENGTH);
    }

    private static boolean isDroppable(I2npMessage message) {
        return switch (message.typeCode()) {
            case TUNNEL_DATA, TUNNEL_GATEWAY, TUNNEL_BUILD, VARIABLE_TUNNEL_BUILD, SHORT_TUNNEL_BUILD -> true;
            default -> false;
        };
    }

    Ntcp2ChannelHandler handler() {
        return handler;
    }

    /** The handler will not touch the ring again: what is in it is ours. */
    void markClosed() {
        closed = true;
    }

    /** After {@link #markClosed}, or while nothing else takes: what was not sent. Null when empty. */
    I2npMessage takeBack() {
        return ring.poll();
    }

    // --- session lane ---

    MessageRing ring() {
        return ring;
    }

    /** To be called before the ring is looked at. */
    void beginDrain() {
        woken.set(false);
    }
}
