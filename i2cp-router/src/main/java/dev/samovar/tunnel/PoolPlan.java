package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.tunnel.PoolSide.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Decides for one pool what to build, test and drop next (tunnel implementation, "Tunnel pools").
 *
 * <ol>
 *   <li>Each direction is a {@link PoolSide}: it says how many builds should begin. They begin for both in turn.
 *   <li>Each tunnel is tested, soon after it was built and then at a random moment within every minute: a message goes out of an outbound and comes in by an
 *       inbound one. Where it does not come, either may be to blame; both are tested again soon, with other partners. The
 *       one through which nothing ever came is blamed more, a tunnel without hops never. A suspect proves nothing about its
 *       partner.
 *   <li>What the driver is to do comes out of {@link #poll}, which is called until it gives null, after each input and when
 *       {@link #nextTimeout} has come.
 * </ol>
 *
 * Times are monotonic nanoseconds. Belongs to the router lane.
 *
 * @param <I> an inbound tunnel
 * @param <O> an outbound tunnel
 */
@SansIo
final class PoolPlan<I, O> {

    /** How long a test message may be under way: through all hops of two tunnels. */
    static final long TEST_LIFE = TimeUnit.SECONDS.toNanos(10);

    /** How long at least, where it is known how long it took before: this and {@value #ROUND_TRIPS} times that. */
    static final long LEAST_TEST_LIFE = TimeUnit.SECONDS.toNanos(3);

    static final int ROUND_TRIPS = 8;

    private static final int FIRST_TEST_MILLIS = 500;
    private static final int MIN_TEST_INTERVAL_MILLIS = 30_000;
    private static final int TEST_SPREAD_MILLIS = 30_000;
    private static final int MIN_RETEST_MILLIS = 1_000;
    private static final int RETEST_SPREAD_MILLIS = 2_000;
    private static final int NO_PARTNER_MILLIS = 5_000;

    private record PendingTest<I, O>(Member<O> outbound, Member<I> inbound, long startedAt, long endsAt) {}

    private final Entropy entropy;
    private final PoolSide<I> inbound;
    private final PoolSide<O> outbound;
    private final Map<Long, PendingTest<I, O>> tests = new LinkedHashMap<>();
    private final Deque<PoolAction<I, O>> actions = new ArrayDeque<>();
    private List<I> told = List.of();
    private List<?> explicitPeers;
    private long lastToken;
    private boolean inboundNext = true;
    private boolean closed;

    /**
     * A pool without tunnels.
     *
     * @param eager whether tunnels without hops, where allowed, stand in from the first moment, and not only when builds fail
     */
    PoolPlan(PoolConfig config, boolean eager, Entropy entropy) {
        this.entropy = entropy;
        inbound = new PoolSide<>(config.inbound(), eager, entropy);
        outbound = new PoolSide<>(config.outbound(), eager, entropy);
        explicitPeers = config.explicitPeers();
    }

    // --- 1: inputs

    void reconfigure(PoolConfig config, long now) {
        boolean otherHops = !config.explicitPeers().equals(explicitPeers);
        explicitPeers = config.explicitPeers();
        inbound.reconfigure(config.inbound(), otherHops);
        outbound.reconfigure(config.outbound(), otherHops);
        settle(now);
    }

    /** An inbound tunnel is there; false when it was abandoned before and is not wanted. */
    boolean builtInbound(long token, I tunnel, long now) {
        return welcome(inbound.built(token, tunnel, now), now);
    }

    /** The same of an outbound tunnel. */
    boolean builtOutbound(long token, O tunnel, long now) {
        return welcome(outbound.built(token, tunnel, now), now);
    }

    private boolean welcome(Member<?> member, long now) {
        if (member == null) {
            return false;
        }
        // soon: hops that agree to everything and carry nothing are to be found out before much depends on them
        member.nextTest = now + millis(FIRST_TEST_MILLIS + entropy.below(FIRST_TEST_MILLIS));
        settle(now);
        return true;
    }

    /** A hop declined, or the build could not be sent. */
    void buildFailed(long token, long now) {
        inbound.failed(token, now);
        outbound.failed(token, now);
        settle(now);
    }

    /** No hops could be found. */
    void noPath(long token, long now) {
        inbound.noPath(token, now);
        outbound.noPath(token, now);
        settle(now);
    }

    /** The build has to wait for tunnels of others to go through. */
    void blocked(long token, long now) {
        inbound.blocked(token, now);
        outbound.blocked(token, now);
        settle(now);
    }

    /** What builds waited for is there. */
    void unblock(long now) {
        inbound.unblock(now);
        outbound.unblock(now);
    }

    /** The message of a test came in; false when nobody waits for it. */
    boolean testPassed(long token, long now) {
        PendingTest<I, O> test = tests.remove(token);
        if (test == null) {
            return false;
        }
        pass(test.outbound, now - test.startedAt, now);
        pass(test.inbound, now - test.startedAt, now);
        settle(now);
        return true;
    }

    private void pass(Member<?> member, long roundTrip, long now) {
        member.testing = false;
        member.failures = 0;
        member.roundTrip = roundTrip;
        scheduleTest(member, now);
    }

    /** The message of a test could not even be sent: neither tunnel is to blame. */
    void testUnsent(long token, long now) {
        PendingTest<I, O> test = tests.remove(token);
        if (test != null) {
            test.outbound.testing = false;
            test.inbound.testing = false;
            test.outbound.nextTest = now + millis(NO_PARTNER_MILLIS);
            test.inbound.nextTest = now + millis(NO_PARTNER_MILLIS);
        }
    }

    /** The first hop of an outbound tunnel cannot be reached. */
    void lostOutbound(O tunnel, long now) {
        lose(outbound.find(tunnel), now);
    }

    /** The last hop of an inbound tunnel cannot reach us any more. */
    void lostInbound(I tunnel, long now) {
        lose(inbound.find(tunnel), now);
    }

    /** As bad as one that failed its tests, but no other hop is to blame. */
    private void lose(Member<?> member, long now) {
        if (member != null) {
            member.failures = Math.max(member.failures, PoolSide.FAILURES_OF_SUSPECT);
            settle(now);
        }
    }

    void handleTimeout(long now) {
        List<PendingTest<I, O>> over = new ArrayList<>();
        tests.forEach((token, test) -> {
            if (now >= test.endsAt()) {
                actions.add(new PoolAction.AbandonTest<>(token));
                over.add(test);
            }
        });
        tests.values().removeAll(over);
        over.forEach(test -> fail(test, now));
        settle(now);
    }

    /** Either tunnel may be to blame, but for one whose partner is known to be bad. */
    private void fail(PendingTest<I, O> test, long now) {
        int outboundBlame = blame(test.outbound, test.inbound);
        int inboundBlame = blame(test.inbound, test.outbound);
        if (fail(test.outbound, outboundBlame, now)) {
            actions.add(new PoolAction.SuspectOutbound<>(test.outbound.tunnel));
        }
        if (fail(test.inbound, inboundBlame, now)) {
            actions.add(new PoolAction.SuspectInbound<>(test.inbound.tunnel));
        }
    }

    private static int blame(Member<?> member, Member<?> partner) {
        if (member.length == 0 || partner.isSuspect()) {
            return 0;
        }
        boolean untried = member.roundTrip == 0;
        return untried && partner.isProven() ? PoolSide.FAILURES_OF_SUSPECT : 1;
    }

    /** Whether this failure made it a suspect. */
    private boolean fail(Member<?> member, int blame, long now) {
        boolean before = member.isSuspect();
        member.testing = false;
        member.failures += blame;
        member.nextTest = now + millis(MIN_RETEST_MILLIS + entropy.below(RETEST_SPREAD_MILLIS));
        return member.isSuspect() && !before;
    }

    /** What went out of this tunnel did not arrive: it is tested as soon as can be. */
    void doubtOutbound(O tunnel, long now) {
        doubt(outbound.find(tunnel), now);
    }

    /** What was to come by this tunnel did not. */
    void doubtInbound(I tunnel, long now) {
        doubt(inbound.find(tunnel), now);
    }

    private static void doubt(Member<?> member, long now) {
        if (member != null) {
            member.nextTest = Math.min(member.nextTest, now);
        }
    }

    /** Everything is dropped; {@link #poll} still tells what to forget. */
    void close() {
        closed = true;
        actions.removeIf(action -> action instanceof PoolAction.InboundChanged<I, O>);
        inbound.members().forEach(member -> actions.add(new PoolAction.RetireInbound<>(member.tunnel)));
        outbound.members().forEach(member -> actions.add(new PoolAction.RetireOutbound<>(member.tunnel)));
        inbound.close().forEach(token -> actions.add(new PoolAction.AbandonBuild<>(token, false)));
        outbound.close().forEach(token -> actions.add(new PoolAction.AbandonBuild<>(token, false)));
        tests.keySet().forEach(token -> actions.add(new PoolAction.AbandonTest<>(token)));
        tests.clear();
    }

    /** Brings everything in order after an input. */
    private void settle(long now) {
        if (closed) {
            return;
        }
        inbound.abandon(now).forEach(token -> actions.add(new PoolAction.AbandonBuild<>(token, true)));
        outbound.abandon(now).forEach(token -> actions.add(new PoolAction.AbandonBuild<>(token, true)));
        inbound.retire(now).forEach(member -> actions.add(new PoolAction.RetireInbound<>(member.tunnel)));
        outbound.retire(now).forEach(member -> actions.add(new PoolAction.RetireOutbound<>(member.tunnel)));
        List<I> chosen = inbound.chosen(now);
        if (!chosen.equals(told)) {
            told = chosen;
            actions.add(new PoolAction.InboundChanged<>());
        }
    }

    // --- 2 and 3: outputs

    /** What to do next; null when there is nothing left to do now. */
    PoolAction<I, O> poll(long now) {
        PoolAction<I, O> action = actions.poll();
        if (action == null && !closed) {
            action = nextBuild(now);
        }
        if (action == null && !closed) {
            action = nextTest(now);
        }
        return action;
    }

    private PoolAction<I, O> nextBuild(long now) {
        PoolAction<I, O> build = inboundNext ? nextBuild(true, now) : nextBuild(false, now);
        if (build == null) {
            build = inboundNext ? nextBuild(false, now) : nextBuild(true, now);
        } else {
            inboundNext = !inboundNext;
        }
        return build;
    }

    private PoolAction<I, O> nextBuild(boolean towardsUs, long now) {
        PoolSide<?> side = towardsUs ? inbound : outbound;
        boolean fallback = side.needsFallback(now);
        if (!fallback && side.need(now) <= 0) {
            return null;
        }
        int length = fallback ? 0 : side.config().draw(entropy);
        long token = ++lastToken;
        side.begin(token, length, fallback, now);
        return new PoolAction.Build<>(token, towardsUs, length);
    }

    private PoolAction<I, O> nextTest(long now) {
        for (Member<O> member : outbound.members()) {
            if (isDue(member, now)) {
                Member<I> partner = partner(member, inbound, now);
                if (partner != null) {
                    return test(member, partner, now);
                }
                member.nextTest = now + millis(NO_PARTNER_MILLIS);
            }
        }
        for (Member<I> member : inbound.members()) {
            if (isDue(member, now)) {
                Member<O> partner = partner(member, outbound, now);
                if (partner != null) {
                    return test(partner, member, now);
                }
                member.nextTest = now + millis(NO_PARTNER_MILLIS);
            }
        }
        return null;
    }

    private static boolean isDue(Member<?> member, long now) {
        return now >= member.nextTest && !member.testing && member.isUsable(now);
    }

    /** A tunnel that is trusted more than others and was not the last partner; null when there is none. */
    private <T> Member<T> partner(Member<?> tested, PoolSide<T> side, long now) {
        Member<T> best = null;
        int bestDoubt = Integer.MAX_VALUE;
        for (Member<T> member : side.usable(now)) {
            // two tunnels without hops would test nothing but ourselves
            if (member.testing || member.isSuspect() || member.length + tested.length == 0) {
                continue;
            }
            int doubt = 8 * member.failures
                    + (member.isProven() ? 0 : 4)
                    + (member == tested.lastPartner ? 2 : 0)
                    + entropy.below(2);
            if (doubt < bestDoubt) {
                best = member;
                bestDoubt = doubt;
            }
        }
        return best;
    }

    private PoolAction<I, O> test(Member<O> out, Member<I> in, long now) {
        long token = ++lastToken;
        out.testing = true;
        in.testing = true;
        out.lastPartner = in;
        in.lastPartner = out;
        long life = TEST_LIFE;
        if (out.roundTrip > 0 && in.roundTrip > 0) {
            life = Math.min(life, LEAST_TEST_LIFE + ROUND_TRIPS * Math.max(out.roundTrip, in.roundTrip));
        }
        tests.put(token, new PendingTest<>(out, in, now, now + life));
        return new PoolAction.Test<>(token, out.tunnel, in.tunnel);
    }

    private void scheduleTest(Member<?> member, long now) {
        member.nextTest = now + millis(MIN_TEST_INTERVAL_MILLIS + entropy.below(TEST_SPREAD_MILLIS));
    }

    /** When {@link #handleTimeout} and {@link #poll} are to be called again; {@link Long#MAX_VALUE} for never. */
    long nextTimeout(long now) {
        if (closed) {
            return PoolSide.NEVER;
        }
        long next = Math.min(inbound.nextTimeout(now), outbound.nextTimeout(now));
        for (PendingTest<I, O> test : tests.values()) {
            next = Math.min(next, test.endsAt());
        }
        next = Math.min(next, nextTest(inbound, now));
        return Math.min(next, nextTest(outbound, now));
    }

    private static <T> long nextTest(PoolSide<T> side, long now) {
        long next = PoolSide.NEVER;
        for (Member<T> member : side.members()) {
            if (!member.testing && member.isUsable(now)) {
                next = Math.min(next, member.nextTest);
            }
        }
        return next;
    }

    private static long millis(int millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    // --- 4: how it is

    PoolSide<I> inbound() {
        return inbound;
    }

    PoolSide<O> outbound() {
        return outbound;
    }

    int pendingTests() {
        return tests.size();
    }

    boolean isClosed() {
        return closed;
    }
}
