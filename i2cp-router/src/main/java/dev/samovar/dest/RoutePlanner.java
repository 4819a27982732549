package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.tunnel.OutboundTunnel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * By which of our outbound tunnels and which lease of the other side messages to it go (tunnel routing page): always by the
 * same pair, so that messages keep their order and few routers see the two ends together, until one of the two ends or word of
 * arrival fails to come.
 */
@SansIo
final class RoutePlanner {

    /** A lease with less to live is used only where there is no better: a message needs its time. */
    static final long LEAST_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** Clocks differ: others end tunnels by theirs. */
    static final long LATE_MILLIS = TimeUnit.SECONDS.toMillis(5);

    /** A way to the other side. */
    record Route(OutboundTunnel tunnel, Lease2 lease) {}

    private final Entropy entropy;
    private Lease2 lease;
    private OutboundTunnel tunnel;

    RoutePlanner(Entropy entropy) {
        this.entropy = entropy;
    }

    /**
     * The way to take now; null when there is no tunnel or no lease that lives.
     *
     * @param tunnels ours that can be used, the best first
     */
    Route plan(List<OutboundTunnel> tunnels, LeaseSet2 leaseSet, long nowMillis) {
        if (lease == null || !isGood(lease, nowMillis) || !leaseSet.leases().contains(lease)) {
            lease = choose(leaseSet, null, nowMillis);
        }
        if (tunnel == null || !tunnels.contains(tunnel)) {
            tunnel = choose(tunnels, null);
        }
        return lease == null || tunnel == null ? null : new Route(tunnel, lease);
    }

    /** What went this way did not arrive, or no word of it came: others are taken, where there are others. */
    void avoid(List<OutboundTunnel> tunnels, LeaseSet2 leaseSet, long nowMillis) {
        lease = choose(leaseSet, lease, nowMillis);
        tunnel = choose(tunnels, tunnel);
    }

    private static boolean isGood(Lease2 lease, long nowMillis) {
        return endMillis(lease) >= nowMillis + LEAST_LIFE_MILLIS;
    }

    private static long endMillis(Lease2 lease) {
        return TimeUnit.SECONDS.toMillis(lease.endSeconds());
    }

    /** One of those that live long enough, by chance; else the one that lives longest, if it lives. */
    private Lease2 choose(LeaseSet2 leaseSet, Lease2 other, long nowMillis) {
        List<Lease2> good = new ArrayList<>();
        Lease2 last = null;
        for (Lease2 each : leaseSet.leases()) {
            if (isGood(each, nowMillis) && !each.equals(other)) {
                good.add(each);
            }
            if (last == null || each.endSeconds() > last.endSeconds()) {
                last = each;
            }
        }
        if (!good.isEmpty()) {
            return good.get(entropy.below(good.size()));
        }
        return last == null || endMillis(last) < nowMillis - LATE_MILLIS ? null : last;
    }

    /** By chance among the better half, so that the tunnels of a pool share the work. */
    private OutboundTunnel choose(List<OutboundTunnel> tunnels, OutboundTunnel other) {
        List<OutboundTunnel> good = new ArrayList<>(tunnels);
        if (good.size() > 1) {
            good.remove(other);
        }
        return good.isEmpty() ? null : good.get(entropy.below((good.size() + 1) / 2));
    }
}
