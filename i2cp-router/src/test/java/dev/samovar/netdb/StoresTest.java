package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.netdb.RouterInfoStore.Put;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StoresTest {

    private static final long NOW = 1_767_225_600_000L;
    private static final long HOUR = TimeUnit.HOURS.toMillis(1);

    private final SeededEntropy entropy = new SeededEntropy(1);

    private RouterInfo info(String caps, long published) {
        return TestRouters.info(RouterKeys.generate(entropy), published, caps, "44.1.1.1");
    }

    @Test
    void aNewerRouterInfoReplacesAnOlderOneAndNeverTheOtherWayRound() {
        RouterInfoStore store = new RouterInfoStore(10, entropy);
        RouterKeys keys = RouterKeys.generate(entropy);
        RouterInfo old = TestRouters.info(keys, NOW, "XfR", "44.1.1.1");
        RouterInfo young = TestRouters.info(keys, NOW + 1, "XR", "44.1.1.1");
        assertEquals(Put.ADDED, store.put(old, router -> false));
        assertEquals(1, store.floodfillCount());
        assertEquals(Put.UPDATED, store.put(young, router -> false));
        assertEquals(0, store.floodfillCount());
        assertEquals(Put.KNOWN, store.put(old, router -> false));
        assertEquals(Put.KNOWN, store.put(young, router -> false));
        assertSame(young, store.get(old.hash()));
        assertEquals(1, store.size());
    }

    @Test
    void aFloodOfMadeUpRoutersLeavesThePreciousAndTheYounger() {
        RouterInfoStore store = new RouterInfoStore(100, entropy);
        Set<Hash> precious = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            RouterInfo info = info(i % 5 == 0 ? "XfR" : "XR", NOW + i);
            store.put(info, precious::contains);
            if (i < 50) {
                precious.add(info.hash());
            }
        }
        for (int i = 0; i < 300; i++) {
            store.put(info("XfR", NOW - 1), precious::contains);
        }
        assertEquals(20, store.floodfillCount());
        for (int i = 0; i < 300; i++) {
            store.put(info("XR", NOW + 200), precious::contains);
        }
        assertEquals(100, store.size());
        assertTrue(precious.stream().allMatch(router -> store.get(router) != null));
    }

    @Test
    void everyPlaceHoldsADifferentRouter() {
        RouterInfoStore store = new RouterInfoStore(100, entropy);
        for (int i = 0; i < 40; i++) {
            store.put(info(i % 3 == 0 ? "XfR" : "LU", NOW), router -> false);
        }
        Set<Hash> seen = new HashSet<>();
        for (int i = 0; i < store.size(); i++) {
            assertTrue(seen.add(store.at(i).hash()));
            assertNotNull(store.peer(store.at(i).hash()));
        }
        assertEquals(40, seen.size());
    }

    @Test
    void routerInfosLiveTheShorterTheMoreThereAre() {
        RouterInfoStore store = new RouterInfoStore(1000, entropy);
        List<RouterInfo> all = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            all.add(info("XR", NOW - 100 * HOUR));
        }
        all.forEach(info -> store.put(info, router -> false));
        assertEquals(List.of(), store.expire(false, router -> false, NOW));
        for (int i = 0; i < 90; i++) {
            store.put(info("XR", NOW - i * HOUR / 4), router -> false);
        }
        long life = store.lifeMillis(false);
        assertTrue(life > 14 * HOUR && life < 15 * HOUR, "life " + life);
        Hash connected = all.get(0).hash();
        List<Hash> gone = store.expire(false, connected::equals, NOW);
        assertEquals(90, gone.size());
        assertFalse(gone.contains(connected));
        assertNotNull(store.get(connected));
        assertEquals(90, store.size());
        assertEquals(HOUR, fullStore().lifeMillis(true));
    }

    private RouterInfoStore fullStore() {
        RouterInfoStore store = new RouterInfoStore(1000, entropy);
        for (int i = 0; i < 91; i++) {
            store.put(info("XR", NOW), router -> false);
        }
        return store;
    }

    @Test
    void aLeaseSetEndsAndANewerOneReplacesIt() {
        LeaseSetStore store = new LeaseSetStore(10, null, entropy);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(entropy);
        LeaseSet first = owner.sign(NOW, 600);
        LeaseSet second = owner.sign(NOW + 1000, 600);
        assertEquals(LeaseSetStore.Put.STORED, store.put(first, NOW));
        assertEquals(LeaseSetStore.Put.STORED, store.put(second, NOW));
        assertEquals(LeaseSetStore.Put.KNOWN, store.put(first, NOW));
        assertSame(second, store.get(first.hash(), NOW + 600_000));
        assertNull(store.get(first.hash(), NOW + 601_000));
        assertEquals(1, store.expire(NOW + 601_000));
        assertEquals(0, store.size());
    }

    @Test
    void whenFullTheLeaseSetsClosestToUsStay() {
        Hash center = Hash.fromBytes(entropy.bytes(Hash.LENGTH));
        LeaseSetStore store = new LeaseSetStore(50, center, entropy);
        List<LeaseSet> all = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            LeaseSet leaseSet = new TestLeaseSets.Owner(entropy).sign(NOW, 600);
            all.add(leaseSet);
            store.put(leaseSet, NOW);
            assertTrue(store.size() <= 50);
        }
        RoutingKey here = RoutingKey.plain(center);
        all.sort((a, b) -> here.compareDistance(RoutingKey.at(a.hash(), NOW), RoutingKey.at(b.hash(), NOW)));
        long kept = all.subList(0, 20).stream()
                .filter(leaseSet -> store.get(leaseSet.hash(), NOW) != null)
                .count();
        assertTrue(kept >= 18, kept + " of the 20 closest");
        assertNull(store.get(all.get(399).hash(), NOW));
    }

    @Test
    void aClientsCacheKeepsTheNewer() {
        LeaseSetStore store = new LeaseSetStore(3, null, entropy);
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    LeaseSetStore.Put.STORED,
                    store.put(new TestLeaseSets.Owner(entropy).sign(NOW + i * 1000L, 600), NOW));
        }
        assertEquals(3, store.size());
    }
}
