package dev.samovar.dest;

import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * When the client of a destination is asked to sign a lease set, and with which leases (I2CP specification,
 * "RequestVariableLeaseSetMessage"):
 *
 * <ol>
 *   <li>The first inbound tunnel is reason enough: whoever made the session waits for it. So is the first after all that were
 *       told had gone: nobody can reach us before.
 *   <li>Later changes wait {@value #SETTLE_MILLIS} ms for each other: pools exchange several tunnels at about the same time.
 *   <li>What is asked for are the tunnels that live longest, at most {@value LeaseSet#MAX_LEASES}, none with less than
 *       {@value #LEAST_LIFE_SECONDS} s to live while there are others.
 *   <li>One request at a time. A client that does not answer is asked again, first after {@value #PATIENCE_SECONDS} s.
 * </ol>
 *
 * Nothing is asked for while there is no tunnel: the old lease set ends by itself.
 */
@SansIo
final class LeaseSetMaintainer {

    static final int SETTLE_MILLIS = 1_500;
    static final int PATIENCE_SECONDS = 20;

    /** Shorter-lived tunnels are left out: who finds the lease set in a minute would have nothing of them. */
    static final int LEAST_LIFE_SECONDS = 60;

    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    private static final long LEAST_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(LEAST_LIFE_SECONDS);

    private enum Timer {
        /** Changes have settled. */
        REQUEST,
        /** The client should have answered. */
        ANSWER
    }

    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);
    /** What a lease set would say now. */
    private List<Lease> wanted = List.of();

    private Set<Lease> requested = Set.of();
    private long requestedAt;
    private boolean open;
    private boolean due;

    /** The client knows its session. */
    void handleOpen(long now) {
        open = true;
        consider(now);
    }

    /** These are the usable inbound tunnels now. */
    void handleTunnels(List<Lease> leases, long now, long nowMillis) {
        wanted = choose(leases, nowMillis);
        consider(now);
    }

    /** The client has signed what was asked for. */
    void handleSigned(long now) {
        timers.stop(Timer.ANSWER);
        consider(now);
    }

    void handleTimeout(long now) {
        for (Timer timer; (timer = timers.pollExpired(now)) != null; ) {
            if (timer == Timer.REQUEST) {
                due = true;
            } else {
                // as if it had never been asked
                requested = Set.of();
                consider(now);
            }
        }
    }

    private void consider(long now) {
        boolean waits = timers.isSet(Timer.REQUEST) || timers.isSet(Timer.ANSWER) || due;
        if (!open || waits || wanted.isEmpty() || new HashSet<>(wanted).equals(requested)) {
            return;
        }
        // dates of lease sets are seconds, and one with the date of the last is not news
        boolean gone = Collections.disjoint(wanted, requested) && now - requestedAt >= SETTLE_NANOS;
        if (requested.isEmpty() || gone) {
            due = true;
        } else {
            timers.set(Timer.REQUEST, now + SETTLE_NANOS);
        }
    }

    private static List<Lease> choose(List<Lease> leases, long nowMillis) {
        List<Lease> all = new ArrayList<>(leases);
        all.sort(Comparator.comparingLong(Lease::endMillis).reversed());
        List<Lease> chosen = new ArrayList<>();
        for (Lease lease : all) {
            boolean lasting = lease.endMillis() >= nowMillis + LEAST_LIFE_MILLIS;
            if (chosen.size() < LeaseSet.MAX_LEASES && (lasting || chosen.isEmpty())) {
                chosen.add(lease);
            }
        }
        return chosen;
    }

    /** The leases to ask for now, or null. */
    List<Lease> pollRequest(long now) {
        if (!due || wanted.isEmpty()) {
            return null;
        }
        due = false;
        requested = new HashSet<>(wanted);
        requestedAt = now;
        timers.set(Timer.ANSWER, now + PATIENCE_NANOS);
        return wanted;
    }

    long nextTimeout() {
        return timers.next();
    }
}
