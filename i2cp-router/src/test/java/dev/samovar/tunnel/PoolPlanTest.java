package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SeededEntropy;
import dev.samovar.tunnel.PoolAction.AbandonBuild;
import dev.samovar.tunnel.PoolAction.AbandonTest;
import dev.samovar.tunnel.PoolAction.Build;
import dev.samovar.tunnel.PoolAction.InboundChanged;
import dev.samovar.tunnel.PoolAction.RetireInbound;
import dev.samovar.tunnel.PoolAction.RetireOutbound;
import dev.samovar.tunnel.PoolAction.SuspectInbound;
import dev.samovar.tunnel.PoolAction.SuspectOutbound;
import dev.samovar.tunnel.PoolAction.Test;
import dev.samovar.tunnel.PoolConfig.Side;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

class PoolPlanTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MINUTE = 60 * SECOND;

    private final SeededEntropy entropy = new SeededEntropy(11);
    /** Monotonic time may begin anywhere. */
    private long now = -5 * MINUTE;

    private PoolPlan<String, String> plan;
    private final List<Build<String, String>> builds = new ArrayList<>();
    private final List<Test<String, String>> tests = new ArrayList<>();
    private final List<PoolAction<String, String>> others = new ArrayList<>();
    private final List<Long> firstOverlaps = new ArrayList<>();
    private int made;

    private void pool(PoolConfig config, boolean eager) {
        plan = new PoolPlan<>(config, eager, entropy);
        drain();
    }

    private void drain() {
        int steps = 0;
        for (PoolAction<String, String> action; (action = plan.poll(now)) != null; ) {
            assertTrue(++steps < 1_000, "no end of actions, seed " + entropy.seed());
            if (action instanceof Build<String, String> build) {
                builds.add(build);
            } else if (action instanceof Test<String, String> test) {
                tests.add(test);
            } else {
                others.add(action);
            }
        }
    }

    private void build(Build<String, String> build) {
        String name = (build.inbound() ? "in" : "out") + build.length() + "#" + ++made;
        if (build.inbound()) {
            plan.builtInbound(build.token(), name, now);
        } else {
            plan.builtOutbound(build.token(), name, now);
        }
        drain();
    }

    private void buildAll() {
        while (!builds.isEmpty()) {
            build(builds.remove(0));
        }
    }

    private void failAll() {
        List<Build<String, String>> all = List.copyOf(builds);
        builds.clear();
        all.forEach(build -> plan.buildFailed(build.token(), now));
        drain();
    }

    /** Lets time pass, with builds and tests answered after a second, or tests only when they pass this judge. */
    private void run(long duration, Predicate<Test<String, String>> judge) {
        long end = now + duration;
        while (now < end) {
            List<Build<String, String>> asked = List.copyOf(builds);
            List<Test<String, String>> sent = List.copyOf(tests);
            boolean idle = asked.isEmpty() && sent.isEmpty();
            now = Math.min(end, Math.min(plan.nextTimeout(now), idle ? end : now + SECOND));
            builds.removeAll(asked);
            tests.removeAll(sent);
            asked.forEach(this::build);
            sent.stream().filter(judge).forEach(test -> plan.testPassed(test.token(), now));
            plan.handleTimeout(now);
            drain();
            checkBounds();
        }
    }

    /** Lets time pass until something is to be built. */
    private void runToBuild() {
        long end = now + MINUTE;
        while (builds.isEmpty()) {
            now = plan.nextTimeout(now);
            assertTrue(now < end, "nothing is built");
            plan.handleTimeout(now);
            drain();
        }
    }

    private void checkBounds() {
        assertTrue(plan.inbound().members().size() <= 3 * PoolConfig.MAX_QUANTITY);
        assertTrue(plan.inbound().chosen(now).size() <= plan.inbound().config().quantity());
        firstOverlaps.add((long) plan.outbound().usable(now).size());
    }

    private long count(Class<?> type) {
        return others.stream().filter(type::isInstance).count();
    }

    @org.junit.jupiter.api.Test
    void aNewPoolBuildsAllItsTunnelsAtOnceInboundFirst() {
        pool(PoolConfig.of(3, 2), false);
        assertEquals(4, builds.size());
        assertTrue(builds.get(0).inbound());
        assertEquals(2, builds.stream().filter(Build::inbound).count());
        assertTrue(builds.stream().allMatch(build -> build.length() == 3));
        assertEquals(4, new HashSet<>(builds.stream().map(Build::token).toList()).size());
    }

    @org.junit.jupiter.api.Test
    void theFirstInboundTunnelIsToldAtOnce() {
        pool(PoolConfig.of(2, 2), false);
        assertTrue(plan.inbound().chosen(now).isEmpty());
        build(builds.remove(0));
        assertEquals(1, count(InboundChanged.class));
        assertEquals(List.of("in2#1"), plan.inbound().chosen(now));
        buildAll();
        assertEquals(2, count(InboundChanged.class));
    }

    @org.junit.jupiter.api.Test
    void backupsAreBuiltButNotTold() {
        pool(new PoolConfig(new Side(1, 0, 2, 1, false), Side.of(1, 1), List.of()), false);
        assertEquals(3, builds.stream().filter(Build::inbound).count());
        buildAll();
        assertEquals(2, plan.inbound().chosen(now).size());
        assertEquals(3, plan.inbound().usable(now).size());
    }

    @org.junit.jupiter.api.Test
    void successorsAreThereBeforeTheEndAndNotAllAtOnce() {
        pool(PoolConfig.of(3, 3), false);
        buildAll();
        run(TimeUnit.HOURS.toNanos(6), test -> true);
        assertTrue(firstOverlaps.stream().skip(2).allMatch(usable -> usable >= 3), "seed " + entropy.seed());
        assertTrue(made < 6 * 60 / 6 * 6, made + " tunnels in six hours");
        Set<Long> ends = new HashSet<>();
        plan.inbound().members().forEach(member -> ends.add(member.endsAt / SECOND));
        assertEquals(plan.inbound().members().size(), ends.size());
    }

    @org.junit.jupiter.api.Test
    void aTunnelEndsTenMinutesAfterItsBuildBegan() {
        pool(PoolConfig.of(1, 1), false);
        long began = now;
        now += 5 * SECOND;
        builds.removeIf(build -> !build.inbound());
        build(builds.remove(0));
        assertEquals(began + 10 * MINUTE, plan.inbound().members().get(0).endsAt);
        now = began + 10 * MINUTE - PoolSide.GUARD;
        assertTrue(plan.inbound().usable(now).isEmpty());
        plan.handleTimeout(now);
        drain();
        assertEquals(0, count(RetireInbound.class), "still listened to");
        assertEquals(2, count(InboundChanged.class));
        now = began + 10 * MINUTE + PoolSide.GRACE;
        plan.handleTimeout(now);
        drain();
        assertEquals(1, count(RetireInbound.class));
    }

    @org.junit.jupiter.api.Test
    void anOverdueBuildIsReplacedSoonerWhileThereIsNothingAndTheLateOneIsWelcome() {
        pool(PoolConfig.of(2, 1), false);
        Build<String, String> late = builds.get(0);
        builds.clear();
        assertEquals(now + 3 * SECOND, plan.nextTimeout(now));
        now += 3 * SECOND;
        plan.handleTimeout(now);
        drain();
        assertEquals(2, builds.size());
        buildAll();
        build(late);
        assertEquals(2, plan.inbound().usable(now).size());
        assertEquals(1, plan.inbound().chosen(now).size());
        assertTrue(builds.isEmpty());
    }

    @org.junit.jupiter.api.Test
    void anAnswerAfterHalfAMinuteIsNotWantedAnyMore() {
        pool(PoolConfig.of(2, 1), false);
        long late = builds.get(0).token();
        now += 30 * SECOND;
        plan.handleTimeout(now);
        drain();
        assertEquals(2, count(AbandonBuild.class));
        assertFalse(plan.builtInbound(late, "late", now));
        assertTrue(plan.inbound().usable(now).isEmpty());
    }

    @org.junit.jupiter.api.Test
    void silentHopsNeverMakeMoreBuildsThanIsBearable() {
        pool(PoolConfig.of(2, 2), false);
        for (int i = 0; i < 3_600; i++) {
            now += SECOND;
            plan.handleTimeout(now);
            drain();
            assertTrue(plan.inbound().pendingBuilds() <= 12);
            builds.clear();
        }
        assertEquals(plan.inbound().failedInAll() + plan.inbound().pendingBuilds(), built(true));
        assertTrue(built(true) < 1_000, built(true) + " in an hour");
    }

    private long built(boolean towardsUs) {
        PoolSide<String> side = towardsUs ? plan.inbound() : plan.outbound();
        return side.failedInAll() + side.builtInAll() + side.pendingBuilds();
    }

    @org.junit.jupiter.api.Test
    void refusalsInARowMakeThePausesLonger() {
        pool(PoolConfig.of(2, 1), false);
        int tries = 0;
        long begin = now;
        while (now < begin + 10 * MINUTE) {
            tries += builds.size();
            failAll();
            if (builds.isEmpty()) {
                long next = plan.nextTimeout(now);
                assertNotEquals(Long.MAX_VALUE, next);
                now = next;
                plan.handleTimeout(now);
                drain();
            }
        }
        assertTrue(tries > 30 && tries < 120, tries + " tries");
        runToBuild();
        run(MINUTE, test -> true);
        assertEquals(1, plan.inbound().chosen(now).size());
        assertEquals(0, plan.inbound().failuresInARow());
    }

    @org.junit.jupiter.api.Test
    void whereNoHopsAreFoundItIsTriedAgainEverySomeSeconds() {
        pool(PoolConfig.of(2, 1), false);
        int tries = 0;
        long begin = now;
        while (now < begin + 5 * MINUTE) {
            List<Build<String, String>> all = List.copyOf(builds);
            builds.clear();
            tries += all.size();
            all.forEach(build -> plan.noPath(build.token(), now));
            drain();
            now = plan.nextTimeout(now);
            drain();
        }
        assertTrue(tries > 50 && tries < 120, tries + " tries");
        assertTrue(plan.inbound().lacksHops());
        for (int tried = 0; tried < 10 && plan.inbound().lacksHops(); tried++) {
            List<Build<String, String>> all = List.copyOf(builds);
            builds.clear();
            all.forEach(build -> plan.buildFailed(build.token(), now));
            now = plan.nextTimeout(now);
            drain();
        }
        assertFalse(plan.inbound().lacksHops(), "hops were found");
    }

    @org.junit.jupiter.api.Test
    void blockedBuildsGoOnWhenTheWayIsFree() {
        pool(PoolConfig.of(2, 1), false);
        List<Build<String, String>> all = List.copyOf(builds);
        builds.clear();
        all.forEach(build -> plan.blocked(build.token(), now));
        drain();
        assertTrue(builds.isEmpty());
        assertTrue(plan.inbound().isBlocked());
        plan.unblock(now);
        drain();
        assertEquals(2, builds.size());
        assertEquals(0, plan.inbound().failuresInARow());
    }

    @org.junit.jupiter.api.Test
    void theRoutersOwnPoolBeginsWithoutHopsAndPrefersTunnelsThatHaveThem() {
        pool(PoolConfig.exploratory(), true);
        assertEquals(2, builds.stream().filter(build -> build.length() == 0).count());
        assertEquals(4, builds.stream().filter(build -> build.length() == 2).count());
        builds.sort((a, b) -> a.length() - b.length());
        build(builds.remove(0));
        build(builds.remove(0));
        assertEquals("in0#1", plan.inbound().chosen(now).get(0));
        buildAll();
        assertEquals(2, plan.inbound().chosen(now).size());
        assertFalse(plan.inbound().chosen(now).contains("in0#1"));
        run(15 * MINUTE, test -> true);
        assertTrue(plan.inbound().members().stream().noneMatch(member -> member.fallback), "not needed any more");
    }

    @org.junit.jupiter.api.Test
    void aClientGetsATunnelWithoutHopsOnlyWhereItAllowsOneAndBuildsFail() {
        pool(new PoolConfig(new Side(2, 0, 1, 0, true), Side.of(2, 1), List.of()), false);
        for (int i = 0; i < 10; i++) {
            assertTrue(builds.stream().noneMatch(build -> build.length() == 0) || i >= 3);
            if (builds.stream().anyMatch(build -> build.length() == 0)) {
                break;
            }
            failAll();
            now += 2 * SECOND;
            plan.handleTimeout(now);
            drain();
        }
        List<Build<String, String>> zero =
                builds.stream().filter(build -> build.length() == 0).toList();
        assertEquals(1, zero.size());
        assertTrue(zero.get(0).inbound());
    }

    @org.junit.jupiter.api.Test
    void aClientThatWantsNoHopsGetsAsManyTunnelsAsItAsked() {
        pool(PoolConfig.of(0, 2), false);
        assertEquals(4, builds.size());
        buildAll();
        assertEquals(2, plan.inbound().chosen(now).size());
        run(30 * MINUTE, test -> true);
        assertEquals(2, plan.inbound().chosen(now).size());
        assertTrue(tests.isEmpty(), "there is nothing to test");
    }

    @org.junit.jupiter.api.Test
    void everyTunnelIsTestedAboutOnceAMinute() {
        pool(PoolConfig.of(2, 2), false);
        buildAll();
        List<Test<String, String>> seen = new ArrayList<>();
        run(9 * MINUTE, seen::add);
        assertTrue(seen.size() >= 20 && seen.size() <= 60, seen.size() + " tests");
        assertTrue(plan.inbound().members().stream().anyMatch(member -> member.roundTrip > 0));
    }

    @org.junit.jupiter.api.Test
    void aDeadTunnelIsFoundOutReplacedAndItsPartnersAreNotBlamed() {
        pool(PoolConfig.of(2, 2), false);
        buildAll();
        String dead = plan.outbound().members().get(0).tunnel;
        run(5 * MINUTE, test -> !test.outbound().equals(dead));
        assertTrue(others.contains(new SuspectOutbound<String, String>(dead)));
        assertTrue(others.contains(new RetireOutbound<String, String>(dead)));
        assertEquals(1, count(SuspectOutbound.class));
        assertEquals(0, count(SuspectInbound.class));
        assertTrue(count(AbandonTest.class) <= 4);
        assertEquals(2, plan.outbound().lasting(now));
    }

    @org.junit.jupiter.api.Test
    void aDeadInboundTunnelIsNoLongerTold() {
        pool(PoolConfig.of(2, 2), false);
        buildAll();
        String dead = plan.inbound().members().get(1).tunnel;
        run(3 * MINUTE, test -> !test.inbound().equals(dead));
        assertFalse(plan.inbound().chosen(now).contains(dead));
        assertEquals(2, plan.inbound().chosen(now).size());
        assertTrue(others.contains(new RetireInbound<String, String>(dead)));
        assertEquals(0, count(SuspectOutbound.class));
    }

    @org.junit.jupiter.api.Test
    void theLastTunnelStaysAsLongAsThereIsNoBetterOne() {
        pool(PoolConfig.of(2, 1), false);
        buildAll();
        long end = now + 4 * MINUTE;
        while (now < end) {
            now = Math.min(end, plan.nextTimeout(now));
            plan.handleTimeout(now);
            drain();
            builds.clear();
            tests.clear();
        }
        assertEquals(1, plan.inbound().usable(now).size());
        assertTrue(plan.inbound().usable(now).get(0).isSuspect());
        assertEquals(1, plan.inbound().chosen(now).size());
        runToBuild();
        run(30 * SECOND, test -> true);
        assertEquals(1, plan.inbound().usable(now).size());
        assertFalse(plan.inbound().usable(now).get(0).isSuspect());
    }

    @org.junit.jupiter.api.Test
    void aTunnelWhoseFirstHopIsGoneIsReplacedAtOnce() {
        pool(PoolConfig.of(2, 2), false);
        buildAll();
        String gone = plan.outbound().members().get(0).tunnel;
        plan.lostOutbound(gone, now);
        drain();
        assertTrue(others.contains(new RetireOutbound<String, String>(gone)));
        assertEquals(0, count(SuspectOutbound.class), "the other hops are not to blame");
        assertEquals(1, builds.size());
        plan.lostOutbound(gone, now);
        plan.lostInbound("no such tunnel", now);
        drain();
    }

    @org.junit.jupiter.api.Test
    void anUnsentTestBlamesNobody() {
        pool(PoolConfig.of(2, 1), false);
        buildAll();
        for (int i = 0; i < 20; i++) {
            now = plan.nextTimeout(now);
            plan.handleTimeout(now);
            drain();
            tests.forEach(test -> plan.testUnsent(test.token(), now));
            tests.clear();
        }
        assertEquals(0, count(SuspectInbound.class) + count(SuspectOutbound.class));
        assertEquals(0, plan.pendingTests());
    }

    @org.junit.jupiter.api.Test
    void whatAClientWantsAnewIsBuiltAtOnceAndTheOldIsUsedUntilThen() {
        pool(PoolConfig.of(2, 1), false);
        buildAll();
        plan.reconfigure(PoolConfig.of(3, 3), now);
        drain();
        assertEquals(6, builds.size());
        assertEquals(1, plan.inbound().chosen(now).size());
        buildAll();
        assertEquals(3, plan.inbound().chosen(now).size());
        plan.reconfigure(PoolConfig.of(3, 1), now);
        drain();
        assertEquals(1, plan.inbound().chosen(now).size());
        assertTrue(builds.isEmpty());
    }

    @org.junit.jupiter.api.Test
    void aClosedPoolForgetsEverythingAndDoesNothingMore() {
        pool(PoolConfig.of(2, 2), false);
        build(builds.remove(0));
        build(builds.remove(0));
        plan.close();
        drain();
        assertEquals(2, count(RetireInbound.class) + count(RetireOutbound.class));
        assertEquals(2, count(AbandonBuild.class));
        assertFalse(plan.builtInbound(builds.get(0).token(), "late", now));
        assertEquals(Long.MAX_VALUE, plan.nextTimeout(now));
        assertNull(plan.poll(now));
    }

    @org.junit.jupiter.api.Test
    void aClosedPoolStillTellsWhatWasToBeForgottenBefore() {
        pool(PoolConfig.of(2, 2), false);
        buildAll();
        String gone = plan.outbound().members().get(0).tunnel;
        plan.lostOutbound(gone, now);
        plan.close();
        drain();
        assertTrue(others.contains(new RetireOutbound<String, String>(gone)));
        assertEquals(4, count(RetireInbound.class) + count(RetireOutbound.class));
    }

    @org.junit.jupiter.api.Test
    void aTunnelInDoubtIsTestedAtOnce() {
        pool(PoolConfig.of(2, 2), false);
        buildAll();
        run(20 * SECOND, test -> true);
        tests.clear();
        String doubtful = plan.inbound().members().get(1).tunnel;
        plan.doubtInbound(doubtful, now);
        plan.doubtOutbound("no such tunnel", now);
        drain();
        assertEquals(1, tests.size());
        assertEquals(doubtful, tests.get(0).inbound());
    }

    @org.junit.jupiter.api.Test
    void aNewTunnelIsTestedSoonAndOneFailureBesideAProvenOneIsEnough() {
        pool(PoolConfig.of(2, 2), false);
        Build<String, String> last = builds.remove(builds.size() - 1);
        assertFalse(last.inbound());
        buildAll();
        run(5 * SECOND, test -> true);
        assertTrue(plan.inbound().members().stream().allMatch(PoolSide.Member::isProven));
        build(last);
        String swallowing = plan.outbound().members().get(1).tunnel;
        run(14 * SECOND, test -> !test.outbound().equals(swallowing));
        assertTrue(others.contains(new SuspectOutbound<String, String>(swallowing)));
        assertEquals(0, count(SuspectInbound.class));
    }

    @org.junit.jupiter.api.Test
    void aTunnelWithoutHopsIsNeverToBlame() {
        pool(PoolConfig.exploratory(), true);
        buildAll();
        run(
                2 * MINUTE,
                test -> test.outbound().startsWith("out0") && test.inbound().startsWith("in0"));
        assertTrue(plan.inbound().members().stream()
                .filter(member -> member.length == 0)
                .allMatch(member -> member.failures == 0));
    }

    @org.junit.jupiter.api.Test
    void anySequenceOfEventsLeavesThePoolInBoundsAndAlive() {
        for (int seed = 1; seed <= 150; seed++) {
            fuzz(seed);
        }
    }

    private void fuzz(int seed) {
        SeededEntropy random = new SeededEntropy(seed);
        builds.clear();
        tests.clear();
        plan = new PoolPlan<>(randomConfig(random), random.below(2) == 0, random);
        drain();
        for (int step = 0; step < 400; step++) {
            int pick = random.below(12);
            Build<String, String> build = builds.isEmpty() ? null : builds.get(random.below(builds.size()));
            Test<String, String> test = tests.isEmpty() ? null : tests.get(random.below(tests.size()));
            if (build != null && (build.length() == 0 || pick < 4)) {
                builds.remove(build);
                build(build);
            } else if (build != null && pick < 7) {
                builds.remove(build);
                switch (random.below(4)) {
                    case 0 -> plan.buildFailed(build.token(), now);
                    case 1 -> plan.noPath(build.token(), now);
                    case 2 -> plan.blocked(build.token(), now);
                    default -> {}
                }
            } else if (test != null && pick < 9) {
                tests.remove(test);
                switch (random.below(4)) {
                    case 0, 1 -> plan.testPassed(test.token(), now);
                    case 2 -> plan.testUnsent(test.token(), now);
                    default -> {}
                }
            } else if (pick == 9) {
                plan.reconfigure(randomConfig(random), now);
            } else if (pick == 10 && !plan.outbound().members().isEmpty()) {
                plan.lostOutbound(plan.outbound().members().get(0).tunnel, now);
            } else {
                now += random.below(60) * SECOND;
                plan.handleTimeout(now);
            }
            drain();
            String told = "seed " + seed + ", step " + step;
            assertTrue(
                    plan.inbound().chosen(now).size() <= plan.inbound().config().quantity(), told);
            assertTrue(plan.inbound().pendingBuilds() <= PoolConfig.MAX_QUANTITY + 10, told);
            assertTrue(plan.inbound().members().size() <= 100, told);
            assertTrue(plan.pendingTests() <= plan.outbound().members().size() + 100, told);
            assertTrue(plan.nextTimeout(now) > now || plan.poll(now) == null, told);
        }
        now += MINUTE;
        plan.handleTimeout(now);
        drain();
        builds.clear();
        tests.clear();
        plan.unblock(now);
        run(3 * MINUTE, test -> true);
        assertEquals(
                plan.inbound().config().quantity(), plan.inbound().chosen(now).size(), "seed " + seed);
        assertNotNull(plan.outbound().usable(now).get(0), "seed " + seed);
    }

    private static PoolConfig randomConfig(SeededEntropy random) {
        Side in = new Side(
                random.below(4), random.below(3) - 1, 1 + random.below(4), random.below(2), random.below(2) == 0);
        Side out = new Side(
                random.below(4), random.below(3) - 1, 1 + random.below(4), random.below(2), random.below(2) == 0);
        return new PoolConfig(in, out, List.of());
    }
}
