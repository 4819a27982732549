package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.peer.Peer;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FloodfillRoleTest {

    /** 2026-01-01T12:00Z. */
    private static final long NOON = 1_767_225_600_000L + TimeUnit.HOURS.toMillis(12);

    private static final long MINUTE = TimeUnit.MINUTES.toMillis(1);

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final RouterInfo own = info("XfR");
    private final Hash asker = hash();
    private final RouterInfoStore routers = new RouterInfoStore(1000, entropy);
    private final LeaseSetStore published = new LeaseSetStore(1000, own.hash(), entropy);
    private final FloodfillRole floodfill = new FloodfillRole(true, false, own.hash(), routers, published);
    private final FloodfillRole other = new FloodfillRole(false, false, own.hash(), routers, published);

    private Hash hash() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    private RouterInfo info(String caps) {
        return TestRouters.info(RouterKeys.generate(entropy), NOON, caps, "44.1.1.1");
    }

    private List<RouterInfo> add(int count, String caps) {
        List<RouterInfo> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(info(caps));
            routers.put(added.get(i), router -> false);
        }
        return added;
    }

    private FloodfillRole.Reply ask(FloodfillRole role, Kind kind, Hash key, List<Hash> excluded) {
        return role.answer(asker, new DatabaseLookup(key, asker, kind, 0, excluded, null), own, peer -> true, 0, NOON);
    }

    private static List<Hash> closest(List<RouterInfo> infos, RoutingKey key, int count) {
        return infos.stream()
                .map(RouterInfo::hash)
                .sorted((a, b) -> key.compareDistance(RoutingKey.plain(a), RoutingKey.plain(b)))
                .limit(count)
                .toList();
    }

    @Test
    void whatIsThereIsAnsweredByItsKind() {
        RouterInfo known = add(1, "XR").get(0);
        LeaseSet leaseSet = new TestLeaseSets.Owner(entropy).sign(NOON, 600);
        published.put(leaseSet, NOON);
        for (Kind kind : List.of(Kind.ROUTER_INFO, Kind.ANY)) {
            DatabaseStore store = (DatabaseStore)
                    ask(floodfill, kind, known.hash(), List.of()).body();
            assertEquals(known.hash(), store.key());
            assertTrue(store.isRouterInfo());
            assertEquals(0, store.replyToken());
        }
        for (Kind kind : List.of(Kind.LEASE_SET, Kind.ANY)) {
            DatabaseStore store = (DatabaseStore)
                    ask(floodfill, kind, leaseSet.hash(), List.of()).body();
            assertEquals(LeaseSet.LEASE_SET_2, store.storeType());
        }
        assertInstanceOf(
                DatabaseSearchReply.class,
                ask(floodfill, Kind.LEASE_SET, known.hash(), List.of()).body());
        assertInstanceOf(
                DatabaseSearchReply.class,
                ask(floodfill, Kind.ROUTER_INFO, leaseSet.hash(), List.of()).body());
    }

    @Test
    void theOthersNamedAreTheClosestFloodfillsWithoutTheAskerAndTheExcluded() {
        List<RouterInfo> floodfills = add(30, "XfR");
        add(30, "XR");
        Hash key = hash();
        List<Hash> sorted = closest(floodfills, RoutingKey.at(key, NOON), 30);
        List<Hash> excluded = List.of(sorted.get(0), sorted.get(2));
        DatabaseSearchReply reply = (DatabaseSearchReply)
                ask(floodfill, Kind.ROUTER_INFO, key, excluded).body();
        assertEquals(List.of(sorted.get(1), sorted.get(3), sorted.get(4)), reply.peers());
        assertEquals(own.hash(), reply.from());
        DatabaseLookup byFloodfill = new DatabaseLookup(key, sorted.get(0), Kind.ROUTER_INFO, 0, List.of(), null);
        reply = (DatabaseSearchReply) floodfill
                .answer(sorted.get(0), byFloodfill, own, peer -> true, 0, NOON)
                .body();
        assertEquals(sorted.subList(1, 4), reply.peers());
    }

    @Test
    void anExplorerIsToldOfRoutersThatAreNoFloodfills() {
        add(30, "XfR");
        List<RouterInfo> others = add(30, "XR");
        Hash key = hash();
        DatabaseSearchReply reply = (DatabaseSearchReply)
                ask(floodfill, Kind.EXPLORATION, key, List.of()).body();
        assertEquals(closest(others, RoutingKey.at(key, NOON), 16), reply.peers());
    }

    @Test
    void whoIsNoFloodfillTellsOfItselfAndNamesFloodfills() {
        add(5, "XfR");
        RouterInfo known = add(1, "XR").get(0);
        assertInstanceOf(
                DatabaseStore.class,
                ask(other, Kind.ROUTER_INFO, own.hash(), List.of()).body());
        assertInstanceOf(
                DatabaseSearchReply.class,
                ask(other, Kind.ROUTER_INFO, known.hash(), List.of()).body());
        assertEquals(
                LookupRefusal.NOT_FLOODFILL,
                ask(other, Kind.LEASE_SET, hash(), List.of()).refusal());
        assertEquals(
                LookupRefusal.NOT_FLOODFILL,
                ask(other, Kind.EXPLORATION, hash(), List.of()).refusal());
        FloodfillRole hidden = new FloodfillRole(true, true, own.hash(), routers, published);
        assertInstanceOf(
                DatabaseSearchReply.class,
                ask(hidden, Kind.ROUTER_INFO, own.hash(), List.of()).body());
    }

    @Test
    void nobodyIsAnsweredForAnotherAndNoTunnelLearnsWhatWasAsked() {
        DatabaseLookup reflected = new DatabaseLookup(hash(), hash(), Kind.ROUTER_INFO, 0, List.of(), null);
        assertEquals(
                LookupRefusal.REFLECTED,
                floodfill.answer(asker, reflected, own, peer -> true, 0, NOON).refusal());
        ReplyKey aes = new ReplyKey(new byte[32], new byte[32]);
        DatabaseLookup old = new DatabaseLookup(hash(), asker, Kind.LEASE_SET, 5, List.of(), aes);
        assertEquals(
                LookupRefusal.OLD_ENCRYPTION,
                floodfill.answer(null, old, own, peer -> true, 0, NOON).refusal());
        assertEquals(
                LookupRefusal.BAD_KEY,
                ask(floodfill, Kind.ROUTER_INFO, Hash.fromBytes(new byte[32]), List.of())
                        .refusal());
    }

    private int answered(Hash from, Hash replyTo, int replyTunnelId, int asked, long now) {
        int answered = 0;
        for (int i = 0; i < asked; i++) {
            int tunnel = replyTunnelId == 0 ? 0 : replyTunnelId + i;
            DatabaseLookup lookup = new DatabaseLookup(hash(), replyTo, Kind.LEASE_SET, tunnel, List.of(), null);
            answered +=
                    floodfill.answer(from, lookup, own, peer -> true, now, NOON).body() != null ? 1 : 0;
        }
        return answered;
    }

    @Test
    void aRouterThatAsksTooMuchGetsNoMoreAnswersForAMinute() {
        assertEquals(FloodfillRole.LOOKUPS_PER_MINUTE, answered(asker, asker, 0, 100, 0));
        assertEquals(10, answered(hash(), asker, 5, 10, 0));
        assertEquals(0, answered(null, asker, 0, 10, 0));
        assertEquals(10, answered(asker, asker, 0, 10, TimeUnit.MINUTES.toNanos(1)));
    }

    @Test
    void aRouterAtWhichTheTunnelsOfManyBeginIsAnsweredForAllOfThemAndNotWithoutEnd() {
        int most = FloodfillRole.TUNNEL_LOOKUPS_PER_MINUTE;
        Hash gateway = hash();
        assertEquals(most, answered(null, gateway, 1, most + 100, 0));
        assertEquals(10, answered(null, hash(), 1, 10, 0));
        Hash endpoint = hash();
        int asked = 0;
        for (int i = 0; i < 10; i++) {
            asked += answered(endpoint, hash(), 1, most / 5, 0);
        }
        assertEquals(most, asked);
    }

    @Test
    void entriesGoToTheThreeClosestAndBeforeMidnightToTwoOfTomorrow() {
        List<RouterInfo> floodfills = add(40, "XfR");
        Hash key = hash();
        long midnight = NOON + TimeUnit.HOURS.toMillis(12);
        Set<Hash> today = new HashSet<>(closest(floodfills, RoutingKey.at(key, NOON), 3));
        assertEquals(today, targets(key, false, NOON));
        assertEquals(today, targets(key, false, midnight - 46 * MINUTE));
        assertEquals(today, targets(key, true, midnight - 11 * MINUTE));
        Set<Hash> both = new HashSet<>(today);
        both.addAll(closest(floodfills, RoutingKey.at(key, midnight), 2));
        assertEquals(both, targets(key, false, midnight - 45 * MINUTE));
        assertEquals(both, targets(key, true, midnight - 1));
        assertEquals(new HashSet<>(closest(floodfills, RoutingKey.at(key, midnight), 3)), targets(key, true, midnight));
    }

    private Set<Hash> targets(Hash key, boolean leaseSet, long nowMillis) {
        Set<Hash> targets = new HashSet<>();
        floodfill
                .floodTargets(key, leaseSet, asker, peer -> true, nowMillis)
                .forEach(peer -> assertTrue(targets.add(peer.hash())));
        return targets;
    }

    @Test
    void neitherTheOriginNorTheEntrysRouterGetsIt() {
        List<RouterInfo> floodfills = new ArrayList<>(add(5, "XfR"));
        floodfills.sort(Comparator.comparing(info -> info.hash().toBase32()));
        Hash origin = floodfills.get(0).hash();
        Hash key = floodfills.get(1).hash();
        List<Hash> targets = floodfill.floodTargets(key, false, origin, peer -> true, NOON).stream()
                .map(Peer::hash)
                .toList();
        assertEquals(3, targets.size());
        assertFalse(targets.contains(origin) || targets.contains(key));
    }

    @Test
    void theOldAndTheTooFrequentGoNowhere() {
        RouterInfo info = info("XR");
        assertFalse(floodfill.isToFlood(info, 0, NOON + 60 * MINUTE + 1));
        assertFalse(other.isToFlood(info, 0, NOON));
        for (int i = 0; i < FloodfillRole.FLOODS_PER_MINUTE; i++) {
            assertTrue(floodfill.isToFlood(info, 0, NOON));
        }
        assertFalse(floodfill.isToFlood(info, 0, NOON));
        assertTrue(floodfill.isToFlood(info, TimeUnit.MINUTES.toNanos(1), NOON));
        LeaseSet leaseSet = new TestLeaseSets.Owner(entropy).sign(NOON, 600);
        assertTrue(floodfill.isToFlood(leaseSet, 0, NOON));
        assertFalse(floodfill.isToFlood(leaseSet, 0, NOON + 600_000));
    }
}
