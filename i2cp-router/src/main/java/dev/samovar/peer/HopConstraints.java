package dev.samovar.peer;

import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterVersion;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a router must be to become the next hop of a tunnel: able to do its part, reachable from the hop before it, and not
 * standing beside one that is in the tunnel already, neither in its network nor in its family (peer selection page,
 * "Restrictions"). Immutable: {@link #after} gives the constraints for the hop behind, {@link #before} those for the hop in
 * front, as a tunnel towards us is chosen from its end.
 *
 * @param rules what holds for all hops of all tunnels
 * @param taken routers that are not to be chosen
 * @param subnets networks that are taken
 * @param families families that are taken
 * @param previous the hop that will dial this one; null when that is not known yet
 * @param next the hop that this one will dial; null when that is not known yet, or when it has a session already
 * @param purpose what the tunnel is for
 * @param endpoint whether strangers must reach it: an inbound gateway, or an outbound end that has to reach them
 * @param lenient whether a router that is crowded, or slow, will do: for want of others
 */
public record HopConstraints(
        Rules rules,
        Set<Hash> taken,
        Set<Subnet> subnets,
        Set<String> families,
        Peer previous,
        Peer next,
        Purpose purpose,
        boolean endpoint,
        boolean lenient) {

    /** What a tunnel is for. */
    public enum Purpose {
        /** The router's own business: any router that works. */
        EXPLORATORY,
        /** A client's traffic: routers with bandwidth that say so and carry tunnels. */
        CLIENT
    }

    /**
     * The same for all tunnels.
     *
     * @param minimumVersion routers older than this are left out
     * @param v4Bits two hops may not share so many first bits of their IPv4 addresses; 0 to let them
     * @param v6Bits the same of IPv6
     */
    public record Rules(RouterVersion minimumVersion, int v4Bits, int v6Bits) {}

    /** A congestion letter in a RouterInfo older than this says nothing any more. */
    private static final long CONGESTION_LIFE_MILLIS = TimeUnit.MINUTES.toMillis(15);

    private static final String BANDWIDTHS = "KLMNOPX";
    private static final char MIN_CLIENT_BANDWIDTH = 'M';

    public HopConstraints {
        taken = Set.copyOf(taken);
        subnets = Set.copyOf(subnets);
        families = Set.copyOf(families);
    }

    /** The constraints of a first hop that we dial ourselves. */
    public static HopConstraints first(Rules rules, Peer self, Purpose purpose) {
        return new HopConstraints(rules, Set.of(self.hash()), Set.of(), Set.of(), self, null, purpose, false, false);
    }

    /**
     * The constraints of a last hop that sends to us.
     *
     * @param dialsUs whether it must be able to dial us; else it has a session with us, or will have one
     */
    public static HopConstraints last(Rules rules, Peer self, boolean dialsUs, Purpose purpose) {
        Peer next = dialsUs ? self : null;
        return new HopConstraints(rules, Set.of(self.hash()), Set.of(), Set.of(), null, next, purpose, false, false);
    }

    /** The constraints behind this hop: it dials the next one, and its neighbours are out. */
    public HopConstraints after(Peer hop) {
        return beside(hop, hop, null);
    }

    /** The constraints in front of this hop: it is dialled by the next one, and its neighbours are out. */
    public HopConstraints before(Peer hop) {
        return beside(hop, null, hop);
    }

    private HopConstraints beside(Peer hop, Peer newPrevious, Peer newNext) {
        Set<Hash> more = new HashSet<>(taken);
        more.add(hop.hash());
        Set<Subnet> moreSubnets = new HashSet<>(subnets);
        moreSubnets.addAll(hop.subnets(rules.v4Bits, rules.v6Bits));
        Set<String> moreFamilies = new HashSet<>(families);
        if (hop.family() != null) {
            moreFamilies.add(hop.family());
        }
        return new HopConstraints(
                rules, more, moreSubnets, moreFamilies, newPrevious, newNext, purpose, endpoint, lenient);
    }

    /** The same, and not this router. */
    public HopConstraints without(Hash router) {
        Set<Hash> more = new HashSet<>(taken);
        more.add(router);
        return new HopConstraints(rules, more, subnets, families, previous, next, purpose, endpoint, lenient);
    }

    /** The same for a hop that strangers must reach over IPv4. */
    public HopConstraints asEndpoint() {
        return new HopConstraints(rules, taken, subnets, families, previous, next, purpose, true, lenient);
    }

    /** The same, but content with routers that are crowded, or too slow for their purpose. */
    public HopConstraints asLenient() {
        return new HopConstraints(rules, taken, subnets, families, previous, next, purpose, endpoint, true);
    }

    /**
     * Whether this router may be the next hop.
     *
     * @param nowMillis the date, by which a congestion letter is fresh or stale
     */
    public boolean allow(Peer peer, long nowMillis) {
        return !taken.contains(peer.hash())
                && isAble(peer, nowMillis)
                && (previous == null ? peer.reachable() != 0 : peer.isReachableFrom(previous))
                && (next == null || next.isReachableFrom(peer))
                && (!endpoint || peer.publishesV4())
                && (peer.family() == null || !families.contains(peer.family()))
                && sharesNoSubnet(peer);
    }

    private boolean isAble(Peer peer, long nowMillis) {
        if (peer.info().identity().encryptionKey().length == 0
                || peer.capabilities().hidden()
                || peer.version() == null
                || peer.version().compareTo(rules.minimumVersion) < 0) {
            return false;
        }
        Congestion congestion = peer.capabilities().congestion();
        boolean fresh = nowMillis - peer.info().publishedMillis() < CONGESTION_LIFE_MILLIS;
        if (congestion == Congestion.REFUSES_ALL) {
            return false;
        }
        if (lenient) {
            return true;
        }
        if (congestion == Congestion.HIGH && fresh) {
            return false;
        }
        if (purpose == Purpose.EXPLORATORY) {
            return true;
        }
        boolean loaded = congestion == Congestion.MEDIUM && fresh;
        return !loaded
                && BANDWIDTHS.indexOf(peer.capabilities().bandwidth()) >= BANDWIDTHS.indexOf(MIN_CLIENT_BANDWIDTH);
    }

    private boolean sharesNoSubnet(Peer peer) {
        if (subnets.isEmpty()) {
            return true;
        }
        for (Subnet subnet : peer.subnets(rules.v4Bits, rules.v6Bits)) {
            if (subnets.contains(subnet)) {
                return false;
            }
        }
        return true;
    }
}
