package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.netdb.Answer.Reason;
import dev.samovar.netdb.IterativeLookup.Action;
import dev.samovar.netdb.IterativeLookup.Fetch;
import dev.samovar.netdb.IterativeLookup.Limits;
import dev.samovar.netdb.IterativeLookup.Query;
import dev.samovar.netdb.IterativeLookup.Silent;
import dev.samovar.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IterativeLookupTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Limits LIMITS = new Limits(1, 4, 3, 2, 3 * SECOND, 2 * SECOND, 15 * SECOND);

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final Hash target = hash();
    private final RoutingKey key = RoutingKey.ofDay(target, 20_000);
    private final Set<Hash> known = new HashSet<>();
    private long now = -SECOND;

    private Hash hash() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    /** So many hashes, the closest to the target first. */
    private List<Hash> sorted(int count) {
        List<Hash> hashes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hashes.add(hash());
        }
        hashes.sort((a, b) -> key.compareDistance(RoutingKey.plain(a), RoutingKey.plain(b)));
        return hashes;
    }

    private IterativeLookup begin(Limits limits, Set<Hash> excluded, Hash first) {
        return new IterativeLookup(
                target,
                key,
                excluded,
                first,
                limits,
                new IterativeLookup.Surroundings() {
                    @Override
                    public Hash closestFloodfill(RoutingKey to, Set<Hash> asked) {
                        return known.stream()
                                .filter(router -> !asked.contains(router))
                                .min((a, b) -> to.compareDistance(RoutingKey.plain(a), RoutingKey.plain(b)))
                                .orElse(null);
                    }

                    @Override
                    public boolean isKnown(Hash router) {
                        return known.contains(router);
                    }
                },
                now);
    }

    private IterativeLookup begin() {
        return begin(LIMITS, Set.of(), null);
    }

    private Query query(IterativeLookup lookup) {
        return (Query) lookup.pollAction(now);
    }

    @Test
    void theClosestIsAskedFirstAndEachNextNamesThoseBefore() {
        List<Hash> floodfills = sorted(5);
        known.addAll(floodfills);
        IterativeLookup lookup = begin();
        Set<Hash> asked = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            Query query = query(lookup);
            assertEquals(floodfills.get(i), query.floodfill());
            assertEquals(asked, new HashSet<>(query.excluded()));
            assertNull(lookup.pollAction(now));
            asked.add(query.floodfill());
            lookup.handleSearchReply(query.floodfill(), List.of(), now);
        }
        assertNull(lookup.pollAction(now));
        assertEquals(Reason.NOT_FOUND, lookup.failure());
    }

    @Test
    void theExcludedIsNeverAskedAndTheFirstIsTheFirst() {
        List<Hash> floodfills = sorted(3);
        known.addAll(floodfills);
        IterativeLookup lookup = begin(LIMITS, Set.of(floodfills.get(0)), floodfills.get(2));
        assertEquals(floodfills.get(2), query(lookup).floodfill());
        lookup.handleUnreachable(floodfills.get(2));
        assertEquals(floodfills.get(1), query(lookup).floodfill());
        lookup.handleFound();
        assertTrue(lookup.isOver());
        assertTrue(lookup.isFound());
        assertNull(lookup.pollAction(now));
    }

    @Test
    void aCloserStrangerIsFetchedBeforeTheNextIsAsked() {
        List<Hash> all = sorted(4);
        Hash stranger = all.get(1);
        known.addAll(List.of(all.get(0), all.get(2), all.get(3)));
        IterativeLookup lookup = begin();
        Hash first = query(lookup).floodfill();
        lookup.handleSearchReply(first, List.of(stranger, all.get(3)), now);
        assertEquals(new Fetch(stranger, first), lookup.pollAction(now));
        assertNull(lookup.pollAction(now));
        known.add(stranger);
        lookup.handleFetched(stranger);
        assertEquals(stranger, query(lookup).floodfill());
    }

    @Test
    void aStrangerThatIsFurtherOrDoesNotComeHoldsNothingUp() {
        List<Hash> all = sorted(4);
        known.addAll(all.subList(0, 2));
        IterativeLookup lookup = begin();
        lookup.handleSearchReply(query(lookup).floodfill(), List.of(all.get(3)), now);
        assertEquals(all.get(3), ((Fetch) lookup.pollAction(now)).router());
        assertEquals(all.get(1), query(lookup).floodfill());
        lookup.handleSearchReply(all.get(1), List.of(), now);
        // nobody else is left, so that one is waited for
        assertNull(lookup.pollAction(now));
        assertFalse(lookup.isOver());
        assertEquals(now + 2 * SECOND, lookup.nextTimeout());
        now += 2 * SECOND;
        lookup.handleTimeout(now);
        assertNull(lookup.pollAction(now));
        assertEquals(Reason.NOT_FOUND, lookup.failure());
    }

    @Test
    void aSilentFloodfillIsPassedOverAndStillHeard() {
        List<Hash> floodfills = sorted(2);
        known.addAll(floodfills);
        IterativeLookup lookup = begin();
        query(lookup);
        now += 3 * SECOND;
        lookup.handleTimeout(now);
        assertEquals(new Silent(floodfills.get(0)), lookup.pollAction(now));
        assertEquals(floodfills.get(1), query(lookup).floodfill());
        assertTrue(lookup.waitsFor(floodfills.get(0)));
        Hash stranger = hash();
        lookup.handleSearchReply(floodfills.get(0), List.of(stranger), now);
        assertEquals(stranger, ((Fetch) lookup.pollAction(now)).router());
    }

    @Test
    void silenceAllAroundEndsWithTheTime() {
        known.addAll(sorted(2));
        IterativeLookup lookup = begin();
        long end = now + LIMITS.totalNanos();
        while (!lookup.isOver()) {
            for (Action action; (action = lookup.pollAction(now)) != null; ) {
                assertTrue(action instanceof Query || action instanceof Silent);
            }
            now = lookup.nextTimeout();
            lookup.handleTimeout(now);
        }
        assertEquals(Reason.TIMED_OUT, lookup.failure());
        assertEquals(end, now);
    }

    @Test
    void whoKnowsNobodyIsToldAtOnce() {
        IterativeLookup lookup = begin();
        assertNull(lookup.pollAction(now));
        assertEquals(Reason.NO_FLOODFILL, lookup.failure());
    }

    @Test
    void answersOfThoseWhoWereNotAskedOrHaveAnsweredChangeNothing() {
        List<Hash> floodfills = sorted(3);
        known.addAll(floodfills);
        IterativeLookup lookup = begin();
        Hash asked = query(lookup).floodfill();
        lookup.handleSearchReply(floodfills.get(2), List.of(hash()), now);
        assertNull(lookup.pollAction(now));
        lookup.handleBadReply(asked);
        assertFalse(lookup.waitsFor(asked));
        lookup.handleSearchReply(asked, List.of(hash()), now);
        assertEquals(floodfills.get(1), query(lookup).floodfill());
    }

    @Test
    void whateverTheyAnswerASearchIsBounded() {
        for (int seed = 0; seed < 200; seed++) {
            SeededEntropy chance = new SeededEntropy(seed);
            known.clear();
            known.addAll(sorted(1 + chance.below(30)));
            IterativeLookup lookup = begin();
            int queries = 0;
            int fetches = 0;
            Set<Hash> asked = new HashSet<>();
            List<Hash> open = new ArrayList<>();
            List<Hash> fetching = new ArrayList<>();
            long begun = now;
            for (int step = 0; step < 500 && !lookup.isOver(); step++) {
                for (Action action; (action = lookup.pollAction(now)) != null; ) {
                    if (action instanceof Query query) {
                        queries++;
                        assertTrue(asked.add(query.floodfill()), "asked twice, seed " + seed);
                        assertTrue(query.excluded().size() <= LIMITS.queries());
                        open.add(query.floodfill());
                    } else if (action instanceof Fetch fetch) {
                        fetches++;
                        fetching.add(fetch.router());
                    }
                }
                switch (chance.below(5)) {
                    case 0 -> {
                        now += chance.below(2_000) * 1_000_000L;
                        lookup.handleTimeout(now);
                    }
                    case 1 -> {
                        if (!fetching.isEmpty()) {
                            Hash router = fetching.remove(chance.below(fetching.size()));
                            if (chance.below(2) == 0) {
                                known.add(router);
                            }
                            lookup.handleFetched(router);
                        }
                    }
                    case 2 -> {
                        if (!open.isEmpty()) {
                            lookup.handleUnreachable(open.remove(0));
                        }
                    }
                    default -> {
                        Hash from = open.isEmpty() ? hash() : open.get(chance.below(open.size()));
                        List<Hash> named = new ArrayList<>(known);
                        for (int i = 0; i < chance.below(255); i++) {
                            named.add(hash());
                        }
                        named.add(target);
                        named.add(from);
                        lookup.handleSearchReply(from, named.subList(0, Math.min(255, named.size())), now);
                    }
                }
                assertTrue(now - begun <= LIMITS.totalNanos() + 2 * SECOND || lookup.isOver(), "seed " + seed);
            }
            assertTrue(queries <= LIMITS.queries() && fetches <= LIMITS.fetches(), "seed " + seed);
            now = lookup.nextTimeout() + LIMITS.totalNanos();
            lookup.handleTimeout(now);
            assertTrue(lookup.isOver(), "seed " + seed);
        }
    }
}
