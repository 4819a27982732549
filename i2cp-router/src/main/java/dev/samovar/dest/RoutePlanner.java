package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.tunnel.OutboundTunnel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * By which of our outbound tunnels and which lease of the other side messages to it go (tunnel routing page):
 *
 * <ol>
 *   <li>Always by the same pair, so that messages keep their order and few routers see the two ends together, until one of the
 *       two ends, or word of arrival fails to come. A lease is the same when it names the same entrance, whatever its end.
 *   <li>Of pairs that failed the last {@value #MOST_FAILURES} are remembered. The next is, while there is such a one, neither the
 *       same lease nor the same tunnel, then one of the two, so that in the end all are tried.
 * </ol>
 */
@SansIo
final class RoutePlanner {

    /** A lease with less to live is used only where there is no better: a message needs its time. */
    static final long LEAST_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** Clocks differ: others end tunnels by theirs. */
    static final long LATE_MILLIS = TimeUnit.SECONDS.toMillis(5);

    static final int MOST_FAILURES = 16;

    /** A way to the other side. */
    record Route(OutboundTunnel tunnel, Lease2 lease) {

        boolean isBy(OutboundTunnel other) {
            return tunnel == other;
        }

        boolean isTo(Lease2 other) {
            return isSame(lease, other);
        }
    }

    private final Entropy entropy;
    /** The latest last. */
    private final List<Route> failures = new ArrayList<>();

    private Route current;
    private int number;

    RoutePlanner(Entropy entropy) {
        this.entropy = entropy;
    }

    /**
     * The way to take now; null when there is no tunnel or no lease that lives.
     *
     * @param tunnels ours that can be used, the best first
     */
    Route plan(List<OutboundTunnel> tunnels, LeaseSet2 leaseSet, long nowMillis) {
        Lease2 lease = current == null ? null : kept(leaseSet, nowMillis);
        OutboundTunnel tunnel = current != null && tunnels.contains(current.tunnel) ? current.tunnel : null;
        if (lease != null && tunnel != null) {
            current = lease.equals(current.lease) ? current : new Route(tunnel, lease);
            return current;
        }
        return take(
                // by chance among the better half, so that the tunnels of a pool share the work
                tunnel != null ? List.of(tunnel) : tunnels.subList(0, (tunnels.size() + 1) / 2),
                lease != null ? List.of(lease) : usable(leaseSet, nowMillis));
    }

    /**
     * What went the way of now did not arrive, or no word of it came: another is taken, where there is another.
     *
     * @return the way that was taken until now, or null
     */
    Route avoid(List<OutboundTunnel> tunnels, LeaseSet2 leaseSet, long nowMillis) {
        Route bad = current;
        if (bad != null) {
            if (failures.size() >= MOST_FAILURES) {
                failures.remove(0);
            }
            failures.add(bad);
        }
        take(tunnels, usable(leaseSet, nowMillis));
        return bad;
    }

    /** Counts the ways that were taken. */
    int number() {
        return number;
    }

    private Route take(List<OutboundTunnel> tunnels, List<Lease2> leases) {
        List<Route> all = new ArrayList<>();
        for (OutboundTunnel tunnel : tunnels) {
            for (Lease2 lease : leases) {
                all.add(new Route(tunnel, lease));
            }
        }
        number++;
        current = all.isEmpty() ? null : choose(all);
        return current;
    }

    private Route choose(List<Route> all) {
        List<Route> fresh = new ArrayList<>(all);
        fresh.removeIf(this::hasFailed);
        if (fresh.isEmpty()) {
            // all over again, but with another than the last
            failures.subList(0, Math.max(0, failures.size() - 1)).clear();
            fresh.addAll(all);
            fresh.removeIf(this::hasFailed);
        }
        if (fresh.isEmpty()) {
            return all.get(0);
        }
        if (!failures.isEmpty()) {
            Route last = failures.get(failures.size() - 1);
            List<Route> apart = new ArrayList<>(fresh);
            apart.removeIf(route -> route.isBy(last.tunnel) || route.isTo(last.lease));
            fresh = apart.isEmpty() ? fresh : apart;
        }
        return fresh.get(entropy.below(fresh.size()));
    }

    private boolean hasFailed(Route route) {
        return failures.stream().anyMatch(failed -> failed.isBy(route.tunnel) && failed.isTo(route.lease));
    }

    /** The lease that is taken now as this lease set has it; null when it is not in it, or has too little to live. */
    private Lease2 kept(LeaseSet2 leaseSet, long nowMillis) {
        for (Lease2 lease : leaseSet.leases()) {
            if (current.isTo(lease) && isGood(lease, nowMillis)) {
                return lease;
            }
        }
        return null;
    }

    static boolean isSame(Lease2 one, Lease2 other) {
        return one.tunnelId() == other.tunnelId() && one.gateway().equals(other.gateway());
    }

    private static boolean isGood(Lease2 lease, long nowMillis) {
        return endMillis(lease) >= nowMillis + LEAST_LIFE_MILLIS;
    }

    private static long endMillis(Lease2 lease) {
        return TimeUnit.SECONDS.toMillis(lease.endSeconds());
    }

    /** Those that live long enough; else the one that lives longest, if it lives. */
    private static List<Lease2> usable(LeaseSet2 leaseSet, long nowMillis) {
        List<Lease2> good = new ArrayList<>(leaseSet.leases());
        good.removeIf(lease -> !isGood(lease, nowMillis));
        if (!good.isEmpty()) {
            return good;
        }
        return leaseSet.leases().stream()
                .max(Comparator.comparingLong(Lease2::endSeconds))
                .filter(last -> endMillis(last) >= nowMillis - LATE_MILLIS)
                .map(List::of)
                .orElse(List.of());
    }
}
