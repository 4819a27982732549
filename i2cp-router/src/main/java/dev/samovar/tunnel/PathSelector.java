package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.peer.HopConstraints;
import dev.samovar.peer.HopConstraints.Purpose;
import dev.samovar.peer.Peer;
import dev.samovar.peer.PeerSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * Chooses the hops of our tunnels (peer selection page; tunnel routing page): each able to reach the next, no two beside one
 * another ({@link HopConstraints}).
 *
 * <ul>
 *   <li>Outbound hops are chosen from the first, which we dial, to the last, which has to reach strangers.
 *   <li>Inbound hops are chosen from the last, which dials us, to the first, which strangers have to reach. While we publish
 *       no address, the last is a router that we hold a session with; so is the last of an outbound tunnel that is to answer
 *       to us directly. A tunnel of one hop to which we speak ourselves needs none: speaking makes the session.
 *   <li>Beyond that a session that is up makes no router a likelier neighbour. i2pd prefers such routers once it has many,
 *       Java I2P does not. Who can be dialled would let whoever dials it choose himself for a first hop; who cannot has the
 *       last hops of its inbound tunnels among those routers already, and they would see both directions of a client.
 *   <li>The router's own tunnels may be shorter than wished, where the network is small.
 * </ul>
 *
 * Belongs to the router lane.
 */
final class PathSelector {

    /** A choice may lead to where nobody fits any more. */
    private static final int ATTEMPTS = 4;

    private final TunnelPort port;
    private final PeerSelector selector;
    private final HopConstraints.Rules rules;
    private final Entropy entropy;
    private Peer self;

    PathSelector(TunnelPort port, PeerSelector selector, HopConstraints.Rules rules, Entropy entropy) {
        this.port = port;
        this.selector = selector;
        this.rules = rules;
        this.entropy = entropy;
    }

    /**
     * A wish for a path.
     *
     * @param length hops, at least 1
     * @param purpose what for
     * @param explicitPeers the only routers to choose from; empty for all
     * @param direct whether the request of an inbound tunnel goes to its first hop, or the answer of an outbound one comes
     *     from its last hop, without a tunnel between
     */
    record Wish(boolean inbound, int length, Purpose purpose, List<Hash> explicitPeers, boolean direct) {

        private Wish shorter() {
            return new Wish(inbound, length - 1, purpose, explicitPeers, direct);
        }
    }

    /** The hops in the order of the tunnel; null when there are none for this wish. */
    List<RouterInfo> select(Wish wish, long now, long nowMillis) {
        if (!wish.explicitPeers.isEmpty()) {
            return explicit(wish);
        }
        Wish tried = wish;
        while (tried.length > 0) {
            for (int i = 0; i < ATTEMPTS; i++) {
                List<RouterInfo> path =
                        tried.inbound ? inbound(tried, now, nowMillis) : outbound(tried, now, nowMillis);
                if (path != null) {
                    return path;
                }
            }
            if (wish.purpose == Purpose.CLIENT) {
                return null;
            }
            tried = tried.shorter();
        }
        return null;
    }

    private List<RouterInfo> outbound(Wish wish, long now, long nowMillis) {
        HopConstraints constraints = HopConstraints.first(rules, self(), wish.purpose);
        boolean mustKnowUs = wish.direct && wish.length > 1 && isHidden();
        List<RouterInfo> path = new ArrayList<>(wish.length);
        for (int i = 0; i < wish.length; i++) {
            boolean last = i == wish.length - 1;
            Predicate<Peer> fits = i == 0
                    ? peer -> port.canReach(peer.info())
                    : last && mustKnowUs ? peer -> port.isConnected(peer.hash()) : peer -> true;
            Peer hop = selector.select(last ? constraints.asEndpoint() : constraints, fits, now, nowMillis);
            if (hop == null) {
                return null;
            }
            path.add(hop.info());
            constraints = constraints.after(hop);
        }
        return path;
    }

    private List<RouterInfo> inbound(Wish wish, long now, long nowMillis) {
        boolean hidden = isHidden();
        boolean mustKnowUs = hidden && !(wish.direct && wish.length == 1);
        HopConstraints constraints = HopConstraints.last(rules, self(), !hidden, wish.purpose);
        List<RouterInfo> path = new ArrayList<>(wish.length);
        for (int i = wish.length - 1; i >= 0; i--) {
            boolean first = i == 0;
            boolean toUs = i == wish.length - 1;
            Predicate<Peer> fits = toUs && mustKnowUs
                    ? peer -> port.isConnected(peer.hash())
                    : first && wish.direct ? peer -> port.canReach(peer.info()) : peer -> true;
            Peer hop = selector.select(first ? constraints.asEndpoint() : constraints, fits, now, nowMillis);
            if (hop == null) {
                return null;
            }
            path.add(hop.info());
            constraints = constraints.before(hop);
        }
        Collections.reverse(path);
        return path;
    }

    /** In any order; what else a hop must be is the asker's business. */
    private List<RouterInfo> explicit(Wish wish) {
        List<Hash> left = new ArrayList<>(wish.explicitPeers);
        left.remove(port.self().hash());
        int length = Math.min(wish.length, left.size());
        List<RouterInfo> path = new ArrayList<>(length);
        while (path.size() < length && !left.isEmpty()) {
            RouterInfo hop = port.find(left.remove(entropy.below(left.size())));
            if (hop != null && hop.identity().encryptionKey().length > 0) {
                path.add(hop);
            }
        }
        return path.isEmpty() || path.size() < length ? null : path;
    }

    /** Whether nobody can dial us. */
    boolean isHidden() {
        return self().reachable() == 0;
    }

    private Peer self() {
        RouterInfo info = port.self();
        if (self == null || self.info() != info) {
            self = Peer.of(info);
        }
        return self;
    }
}
