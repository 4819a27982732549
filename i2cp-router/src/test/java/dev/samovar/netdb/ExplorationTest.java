package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.netdb.Exploration.Action;
import dev.samovar.netdb.Exploration.Explore;
import dev.samovar.netdb.Exploration.Fetch;
import dev.samovar.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExplorationTest {

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final Exploration exploration = new Exploration(entropy);
    private long now = -7_000_000_000L;

    private Hash hash() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    private List<Action> round(int known, int floodfills) {
        now = exploration.nextTimeout();
        exploration.handleTimeout(known, floodfills, now);
        List<Action> actions = new ArrayList<>();
        for (Action action; (action = exploration.pollAction()) != null; ) {
            actions.add(action);
        }
        return actions;
    }

    @Test
    void theFewerAreKnownTheMoreIsAsked() {
        exploration.start(now);
        assertEquals(9, round(50, 5).size());
        exploration.handleNamed(hash(), hash(), now);
        round(50, 5);
        assertEquals(4, round(200, 50).size());
    }

    @Test
    void whileFewFloodfillsAreKnownTheseAreAskedForToo() {
        exploration.start(now);
        long wanted = round(20, 3).stream()
                .filter(action -> action instanceof Explore explore && explore.floodfills())
                .count();
        assertTrue(wanted > 0 && wanted < 9, "wanted " + wanted);
        exploration.handleNamed(hash(), hash(), now);
        round(20, 30);
        assertTrue(
                round(20, 30).stream().noneMatch(action -> action instanceof Explore explore && explore.floodfills()));
    }

    @Test
    void roundsWithoutNewsGrowRare() {
        exploration.start(now);
        long begin = now;
        int asked = 0;
        while (now - begin < TimeUnit.HOURS.toNanos(10)) {
            asked += round(10, 3).size();
        }
        assertTrue(asked < 120, "asked " + asked);
    }

    @Test
    void thoseNamedAreFetchedOneByOneAndNoMoreThanABoundedNumberWait() {
        exploration.start(now);
        Hash via = hash();
        Hash twice = hash();
        exploration.handleNamed(twice, via, now);
        exploration.handleNamed(twice, via, now);
        for (int i = 0; i < 1000; i++) {
            exploration.handleNamed(hash(), via, now);
        }
        List<Action> fetches = new ArrayList<>();
        long begin = now;
        for (int i = 0; i < 1000 && fetches.size() < Exploration.MAX_WAITING; i++) {
            round(3000, 100).stream().filter(Fetch.class::isInstance).forEach(fetches::add);
        }
        assertEquals(new Fetch(twice, via), fetches.get(0));
        assertEquals(Exploration.MAX_WAITING, fetches.stream().distinct().count());
        assertTrue(now - begin >= 63 * Exploration.FETCH_NANOS);
    }
}
