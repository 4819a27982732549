package dev.samovar.tunnel;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.ReplyKey;
import java.util.List;

/**
 * A build that is under way: for whom, through whom, and by which way its answer comes. Filled as it goes on, on the router
 * lane.
 */
final class PendingBuild {

    /**
     * The tunnel by which the request of an inbound build goes out, or the answer to an outbound one comes in.
     *
     * @param pool whose tunnel it is
     * @param outbound null for an outbound build
     * @param inbound null for an inbound build
     * @param isProven whether messages are known to come through
     */
    record Way(TunnelPool pool, OutboundTunnel outbound, InboundTunnel inbound, boolean isProven) {

        boolean isWithoutHops() {
            return outbound != null ? outbound.hops().isEmpty() : inbound.hops().isEmpty();
        }

        /** A build that went by it came to nothing. */
        void doubt(long now) {
            if (outbound != null) {
                pool.plan().doubtOutbound(outbound, now);
            } else {
                pool.plan().doubtInbound(inbound, now);
            }
            pool.drive();
        }
    }

    final TunnelPool pool;
    final long token;
    final boolean inbound;
    final int messageId;
    /** By which we shall know an inbound tunnel; 0 for an outbound one. */
    final int receiveTunnelId;
    /** In the order of the tunnel. */
    final List<RouterInfo> path;

    final Way way;
    /** Whether the request goes to the first hop by our own session. */
    final boolean direct;
    /** Null until it is made. */
    TunnelBuild build;
    /** Null until it was sent, and for an inbound build. */
    ReplyKey replyKey;
    /** Nobody waits for it any more. */
    boolean over;

    PendingBuild(
            TunnelPool pool,
            long token,
            boolean inbound,
            int messageId,
            int receiveTunnelId,
            List<RouterInfo> path,
            Way way,
            boolean direct) {
        this.pool = pool;
        this.token = token;
        this.inbound = inbound;
        this.messageId = messageId;
        this.receiveTunnelId = receiveTunnelId;
        this.path = path;
        this.way = way;
        this.direct = direct;
    }

    RouterInfo firstHop() {
        return path.get(0);
    }

    Hash lastHop() {
        return path.get(path.size() - 1).hash();
    }

    @Override
    public String toString() {
        return "[build]";
    }
}
