package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * The tunnels of one direction of a pool: how many there are, how long they last, and how many must be built now. Part of
 * {@link PoolPlan}, which drives it.
 *
 * <ul>
 *   <li>A tunnel <em>lasts</em> until its moment of renewal comes, some minutes before its end. Only tunnels that last count
 *       as there, so that a successor is there before the end. The moments lie apart, so that not all end together.
 *   <li>A tunnel whose tests failed is a <em>suspect</em>: it no longer counts, and it goes as soon as there is a better one.
 *   <li>A build counts as a tunnel to come until it is overdue; then another is begun, and the late one is still welcome.
 *   <li>After failures in a row the next build waits, the longer the more of them.
 *   <li>A tunnel without hops steps in where that is allowed and there is no other.
 * </ul>
 *
 * Times are monotonic nanoseconds.
 *
 * @param <T> a tunnel
 */
@SansIo
final class PoolSide<T> {

    // SPEC tunnel-implementation: a tunnel lives for ten minutes at all of its hops
    static final long LIFE = TimeUnit.MINUTES.toNanos(10);

    /** A tunnel is not used for this last part of its life: what is sent into it has a way to go. */
    static final long GUARD = TimeUnit.SECONDS.toNanos(10);

    /** An ended inbound tunnel is still listened to, for clocks that differ and messages that are late. */
    static final long GRACE = TimeUnit.SECONDS.toNanos(30);

    /** How long an answer to a build is waited for. */
    static final long BUILD_LIFE = TimeUnit.SECONDS.toNanos(30);

    /** A build that took so long is likely lost, though it may come in the end. */
    static final long OVERDUE = TimeUnit.SECONDS.toNanos(10);

    /** The same while there is no tunnel at all and somebody waits for the first. */
    static final long OVERDUE_WHEN_EMPTY = TimeUnit.SECONDS.toNanos(3);

    /** Failed tests in a row that make a tunnel a suspect: one alone may be the other tunnel's fault. */
    static final int FAILURES_OF_SUSPECT = 2;

    /** Builds at a time beyond the tunnels that are wanted. */
    private static final int SPARE_BUILDS = 4;

    /** The same while there is no tunnel at all. */
    private static final int SPARE_BUILDS_WHEN_EMPTY = 10;

    private static final long MIN_LEAD = TimeUnit.SECONDS.toNanos(90);
    private static final int LEAD_SPREAD_MILLIS = 120_000;
    private static final int RENEWAL_DRAWS = 4;

    private static final int FREE_FAILURES = 2;
    private static final int FALLBACK_FAILURES = 3;
    private static final int FIRST_PAUSE_MILLIS = 500;
    private static final int MAX_PAUSE_MILLIS = 20_000;
    private static final int FIRST_NO_PATH_PAUSE_MILLIS = 1_000;
    private static final int MAX_NO_PATH_PAUSE_MILLIS = 8_000;
    private static final int MAX_DOUBLINGS = 10;
    private static final long BLOCKED_PAUSE = TimeUnit.SECONDS.toNanos(5);

    static final long NEVER = Long.MAX_VALUE;

    /** A tunnel that is there. */
    static final class Member<T> {
        final T tunnel;
        final int length;
        /** It has no hops though some were wanted. */
        final boolean fallback;

        final long endsAt;
        private final long renewAt;
        private boolean outdated;
        /** Failed tests in a row. */
        int failures;

        boolean testing;
        long nextTest;
        Member<?> lastPartner;
        /** The last test's way there and back, nanoseconds; 0 before. */
        long roundTrip;

        private Member(T tunnel, int length, boolean fallback, long endsAt, long renewAt) {
            this.tunnel = tunnel;
            this.length = length;
            this.fallback = fallback;
            this.endsAt = endsAt;
            this.renewAt = renewAt;
        }

        boolean isUsable(long now) {
            return now < endsAt - GUARD;
        }

        /** Whether a message is known to have come through, and none was lost since. */
        boolean isProven() {
            return length == 0 || roundTrip > 0 && failures == 0;
        }

        boolean isSuspect() {
            return failures >= FAILURES_OF_SUSPECT;
        }

        /** 0 for one that is as it should be, 1 without its hops, 2 for a suspect. */
        int rank() {
            return isSuspect() ? 2 : fallback ? 1 : 0;
        }

        private boolean lasts(long now) {
            return isUsable(now) && now < renewAt && !outdated && rank() == 0;
        }
    }

    private record Pending(int length, boolean fallback, long startedAt) {}

    private final Entropy entropy;
    /** Whether a tunnel without hops is good from the first moment, and not only when builds failed. */
    private final boolean eager;

    private final List<Member<T>> members = new ArrayList<>();
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private PoolConfig.Side config;
    private int failuresInARow;
    private int noPathInARow;
    private boolean blocked;
    private long notBefore = Long.MIN_VALUE;
    private long built;
    private long failed;

    PoolSide(PoolConfig.Side config, boolean eager, Entropy entropy) {
        this.config = config;
        this.eager = eager;
        this.entropy = entropy;
    }

    PoolConfig.Side config() {
        return config;
    }

    /**
     * Tunnels whose length is no longer wanted are replaced at once.
     *
     * @param otherHops whether the hops of all are no longer wanted
     */
    void reconfigure(PoolConfig.Side newConfig, boolean otherHops) {
        config = newConfig;
        for (Member<T> member : members) {
            boolean fits = member.length >= config.minLength() && member.length <= config.maxLength();
            member.outdated |= otherHops || !fits;
        }
        failuresInARow = 0;
        noPathInARow = 0;
        notBefore = Long.MIN_VALUE;
    }

    // --- what to build

    /** Builds that should begin now. */
    int need(long now) {
        if (isPaused(now)) {
            return 0;
        }
        int lasting = lasting(now);
        int spare = lasting == 0 ? SPARE_BUILDS_WHEN_EMPTY : SPARE_BUILDS;
        int room = config.wanted() + spare - pending.size();
        return Math.min(room, config.wanted() - lasting - awaited(now));
    }

    /** Whether a tunnel without hops must step in now. */
    boolean needsFallback(long now) {
        if (!config.allowZeroHop() || config.isZeroHop() || !eager && failuresInARow < FALLBACK_FAILURES) {
            return false;
        }
        for (Member<T> member : members) {
            if (member.isUsable(now) && !member.isSuspect()) {
                return false;
            }
        }
        return pending.values().stream().noneMatch(Pending::fallback);
    }

    private boolean isPaused(long now) {
        return now < notBefore;
    }

    /** A build begins. */
    void begin(long token, int length, boolean fallback, long now) {
        pending.put(token, new Pending(length, fallback, now));
    }

    boolean isPending(long token) {
        return pending.containsKey(token);
    }

    /** A build came to a good end; null when it was abandoned before. */
    Member<T> built(long token, T tunnel, long now) {
        Pending build = pending.remove(token);
        if (build == null) {
            return null;
        }
        // the hops' clocks began to run when they agreed, which was later than we began
        long endsAt = build.startedAt + LIFE;
        Member<T> member = new Member<>(tunnel, build.length, build.fallback, endsAt, renewal(endsAt));
        members.add(member);
        if (!build.fallback) {
            built++;
            failuresInARow = 0;
            noPathInARow = 0;
            blocked = false;
            notBefore = Long.MIN_VALUE;
        }
        return member;
    }

    /** A build came to nothing. */
    void failed(long token, long now) {
        if (pending.remove(token) == null) {
            return;
        }
        failed++;
        failuresInARow++;
        noPathInARow = 0;
        if (failuresInARow > FREE_FAILURES) {
            pause(FIRST_PAUSE_MILLIS, MAX_PAUSE_MILLIS, failuresInARow - FREE_FAILURES - 1, now);
        }
    }

    /** No hops could be found for a build. */
    void noPath(long token, long now) {
        if (pending.remove(token) != null) {
            failuresInARow++;
            pause(FIRST_NO_PATH_PAUSE_MILLIS, MAX_NO_PATH_PAUSE_MILLIS, noPathInARow++, now);
        }
    }

    /** A build has to wait for other tunnels, through which it would go. */
    void blocked(long token, long now) {
        if (pending.remove(token) != null) {
            blocked = true;
            notBefore = Math.max(notBefore, now + BLOCKED_PAUSE);
        }
    }

    /** What builds waited for is there. */
    void unblock(long now) {
        if (blocked) {
            blocked = false;
            notBefore = now;
        }
    }

    private void pause(int first, int most, int doublings, long now) {
        int millis = (int) Math.min(most, (long) first << Math.min(MAX_DOUBLINGS, doublings));
        long jittered = millis + entropy.below(millis / 4 + 1);
        notBefore = now + TimeUnit.MILLISECONDS.toNanos(jittered);
    }

    /** Of some moments before the end the one that is farthest from those of the others. */
    private long renewal(long endsAt) {
        long best = 0;
        long farthest = -1;
        for (int i = 0; i < RENEWAL_DRAWS; i++) {
            long at = endsAt - MIN_LEAD - TimeUnit.MILLISECONDS.toNanos(entropy.below(LEAD_SPREAD_MILLIS));
            long gap = NEVER;
            for (Member<T> other : members) {
                gap = Math.min(gap, Math.abs(other.renewAt - at));
            }
            if (gap > farthest) {
                farthest = gap;
                best = at;
            }
        }
        return best;
    }

    // --- what is there

    List<Member<T>> members() {
        return members;
    }

    Member<T> find(T tunnel) {
        for (Member<T> member : members) {
            if (member.tunnel == tunnel) {
                return member;
            }
        }
        return null;
    }

    int pendingBuilds() {
        return pending.size();
    }

    int failuresInARow() {
        return failuresInARow;
    }

    boolean lacksHops() {
        return noPathInARow > 0;
    }

    boolean isBlocked() {
        return blocked;
    }

    long builtInAll() {
        return built;
    }

    long failedInAll() {
        return failed;
    }

    /** Tunnels that need no successor yet. */
    int lasting(long now) {
        int count = 0;
        for (Member<T> member : members) {
            count += member.lasts(now) ? 1 : 0;
        }
        return count;
    }

    /** Tunnels that can be used, the best first: as they should be, before those without hops, before suspects. */
    List<Member<T>> usable(long now) {
        List<Member<T>> usable = new ArrayList<>(members.size());
        for (Member<T> member : members) {
            if (member.isUsable(now)) {
                usable.add(member);
            }
        }
        usable.sort(Comparator.<Member<T>>comparingInt(Member::rank)
                .thenComparing(Comparator.<Member<T>>comparingLong(member -> member.endsAt)
                        .reversed()));
        return usable;
    }

    /** The best of those that can be used, to go through with a build: no suspects; the proven alone, if there are such. */
    List<Member<T>> trusted(long now) {
        List<Member<T>> trusted = usable(now);
        int rank = trusted.isEmpty() ? 0 : trusted.get(0).rank();
        trusted.removeIf(member -> member.rank() != rank || member.isSuspect());
        boolean proven = trusted.stream().anyMatch(Member::isProven);
        trusted.removeIf(member -> proven && !member.isProven());
        return trusted;
    }

    /** Those to be told to others: of the best rank that there is, those that live longest, no more than wanted. */
    List<T> chosen(long now) {
        List<Member<T>> usable = usable(now);
        List<T> chosen = new ArrayList<>(config.quantity());
        for (Member<T> member : usable) {
            if (chosen.size() < config.quantity()
                    && member.rank() == usable.get(0).rank()) {
                chosen.add(member.tunnel);
            }
        }
        return chosen;
    }

    /** How many cells each tunnel carries in a second, on average over the life of those that are there. */
    int cellsPerSecond(ToLongFunction<T> cells, long now) {
        long carried = 0;
        long millis = 0;
        for (Member<T> member : members) {
            carried += cells.applyAsLong(member.tunnel);
            millis += TimeUnit.NANOSECONDS.toMillis(now - (member.endsAt - LIFE));
        }
        return (int) (TimeUnit.SECONDS.toMillis(carried) / Math.max(1, millis));
    }

    // --- what ends

    /** Takes out tunnels that ended, and suspects that are not needed any more. */
    List<Member<T>> retire(long now) {
        boolean better = false;
        for (Member<T> member : members) {
            better |= member.isUsable(now) && member.rank() < 2;
        }
        List<Member<T>> retired = new ArrayList<>();
        for (Iterator<Member<T>> all = members.iterator(); all.hasNext(); ) {
            Member<T> member = all.next();
            if (now >= member.endsAt + GRACE || better && member.isSuspect() && !member.testing) {
                all.remove();
                retired.add(member);
            }
        }
        return retired;
    }

    /** Takes out builds that were waited for long enough. */
    List<Long> abandon(long now) {
        List<Long> over = new ArrayList<>();
        pending.forEach((token, build) -> {
            if (now >= build.startedAt + BUILD_LIFE) {
                over.add(token);
            }
        });
        over.forEach(token -> failed(token, now));
        return over;
    }

    /** Everything goes. */
    List<Long> close() {
        List<Long> over = List.copyOf(pending.keySet());
        pending.clear();
        members.clear();
        return over;
    }

    /** When something changes by time alone. */
    long nextTimeout(long now) {
        long next = NEVER;
        for (Member<T> member : members) {
            next = Math.min(next, later(member.renewAt, now));
            next = Math.min(next, later(member.endsAt - GUARD, now));
            next = Math.min(next, member.endsAt + GRACE);
        }
        for (Pending build : pending.values()) {
            next = Math.min(next, later(build.startedAt + overdue(now), now));
            next = Math.min(next, build.startedAt + BUILD_LIFE);
        }
        return Math.min(next, later(notBefore, now));
    }

    private static long later(long moment, long now) {
        return moment > now ? moment : NEVER;
    }

    private int awaited(long now) {
        int count = 0;
        long overdue = overdue(now);
        for (Pending build : pending.values()) {
            count += now < build.startedAt + overdue && !build.fallback ? 1 : 0;
        }
        return count;
    }

    private long overdue(long now) {
        return lasting(now) == 0 ? OVERDUE_WHEN_EMPTY : OVERDUE;
    }
}
