package dev.samovar.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.peer.HopConstraints.Purpose;
import dev.samovar.peer.HopConstraints.Rules;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerSelectorTest {

    private static final long NOW = 7;
    private static final long NOW_MILLIS = 1_767_225_600_000L;
    private static final Rules RULES = new Rules(RouterVersion.parse("0.9.59"), 16, 32);

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final List<Peer> known = new ArrayList<>();
    private final PeerProfiles profiles = new PeerProfiles();
    private final BanList bans = new BanList();
    private final PeerSelector selector = new PeerSelector(
            new PeerDirectory() {
                @Override
                public int size() {
                    return known.size();
                }

                @Override
                public Peer at(int place) {
                    return known.get(place);
                }
            },
            profiles,
            bans,
            entropy);
    private final Peer self = peer("PR", TestRouters.host(0));

    private Peer peer(String caps, String host) {
        return Peer.of(TestRouters.info(RouterKeys.generate(entropy), NOW_MILLIS, caps, host));
    }

    private Peer peer(List<RouterAddress> addresses, Map<String, String> options) {
        return Peer.of(TestRouters.info(RouterKeys.generate(entropy), NOW_MILLIS, addresses, options));
    }

    private Peer add(Peer peer) {
        known.add(peer);
        return peer;
    }

    private HopConstraints exploratory() {
        return HopConstraints.first(RULES, self, Purpose.EXPLORATORY);
    }

    private HopConstraints client() {
        return HopConstraints.first(RULES, self, Purpose.CLIENT);
    }

    @Test
    void aPathHasNoRouterTwiceNorTwoOfOneNetworkOrFamily() {
        for (int i = 1; i <= 40; i++) {
            add(peer("XR", TestRouters.host(i % 10)));
            add(peer(List.of(TestRouters.ntcp2(TestRouters.host(100 + i))), Map.of("family", "clan" + i % 3)));
        }
        for (int run = 0; run < 50; run++) {
            HopConstraints constraints = exploratory();
            Set<Subnet> networks = new HashSet<>();
            Set<String> families = new HashSet<>();
            for (int hop = 0; hop < 8; hop++) {
                Peer next = selector.select(constraints, NOW, NOW_MILLIS);
                assertNotNull(next);
                assertTrue(next.subnets(16, 32).stream().allMatch(networks::add));
                assertTrue(next.family() == null || families.add(next.family()));
                constraints = constraints.after(next);
            }
        }
    }

    @Test
    void aHopIsReachableFromTheOneBefore() {
        Peer v6 = add(peer("XR", "2a01:4f8::1"));
        assertNull(selector.select(exploratory(), NOW, NOW_MILLIS));
        Peer both = peer(List.of(TestRouters.ntcp2("44.1.1.1"), TestRouters.ntcp2("2a02::1")), Map.of());
        assertTrue(v6.isReachableFrom(both));
        assertEquals(v6, selector.select(exploratory().after(both), NOW, NOW_MILLIS));
    }

    @Test
    void whatARouterPublishesSaysHowItIsReached() {
        Peer hidden = peer(
                List.of(TestRouters.address("NTCP2", Map.of("s", "x", "v", "2", "caps", "46"))), Map.of("caps", "LU"));
        assertEquals(0, hidden.reachable());
        assertEquals(Peer.NTCP2_V4 | Peer.NTCP2_V6, hidden.dials());
        Peer introduced = peer(
                List.of(TestRouters.address("SSU2", Map.of("s", "x", "i", "y", "v", "2", "caps", "4", "ih0", "z"))),
                Map.of("caps", "LU"));
        assertEquals(Peer.SSU2_V4, introduced.reachable());
        assertEquals(0, introduced.published());
        Peer old = peer(List.of(TestRouters.address("SSU", Map.of("host", "44.1.1.1", "port", "9"))), Map.of());
        assertEquals(0, old.reachable() | old.dials());
        Peer named = peer(
                List.of(TestRouters.address("NTCP2", Map.of("host", "a.example", "port", "9", "i", "x", "v", "2"))),
                Map.of());
        assertEquals(0, named.reachable());
    }

    @Test
    void whoIsOldHiddenOrFullIsNoHopAndASlowOneNoClients() {
        assertFalse(exploratory()
                .allow(peer(List.of(TestRouters.ntcp2("44.1.1.1")), Map.of("router.version", "0.9.58")), NOW_MILLIS));
        assertFalse(exploratory().allow(peer("XH", "44.1.1.1"), NOW_MILLIS));
        assertFalse(exploratory().allow(peer("XRG", "44.1.1.1"), NOW_MILLIS));
        assertFalse(exploratory().allow(peer("XRE", "44.1.1.1"), NOW_MILLIS));
        assertTrue(exploratory().allow(peer("XRE", "44.1.1.1"), NOW_MILLIS + 900_001));
        assertTrue(exploratory().allow(peer("XRD", "44.1.1.1"), NOW_MILLIS));
        assertFalse(client().allow(peer("XRD", "44.1.1.1"), NOW_MILLIS));
        assertTrue(exploratory().allow(peer("LR", "44.1.1.1"), NOW_MILLIS));
        assertFalse(client().allow(peer("LR", "44.1.1.1"), NOW_MILLIS));
        assertTrue(client().allow(peer("PfR", "44.1.1.1"), NOW_MILLIS));
        assertFalse(client().allow(self, NOW_MILLIS));
    }

    @Test
    void anEndpointPublishesAnIpv4Address() {
        Peer v4 = peer("XR", "44.1.1.1");
        Peer v6 = peer("XR", "2a01::1");
        HopConstraints fromBoth = exploratory()
                .after(peer(List.of(TestRouters.ntcp2("44.2.1.1"), TestRouters.ntcp2("2a02::1")), Map.of()));
        assertTrue(fromBoth.allow(v6, NOW_MILLIS));
        assertFalse(fromBoth.asEndpoint().allow(v6, NOW_MILLIS));
        assertTrue(fromBoth.asEndpoint().allow(v4, NOW_MILLIS));
    }

    @Test
    void onAPrivateNetworkAllMayStandInOneSubnet() {
        HopConstraints loose =
                HopConstraints.first(new Rules(RouterVersion.parse("0.9.51"), 0, 0), self, Purpose.EXPLORATORY);
        assertTrue(loose.after(peer("XR", "44.1.1.1")).allow(peer("XR", "44.1.1.2"), NOW_MILLIS));
        assertFalse(exploratory().after(peer("XR", "44.1.1.1")).allow(peer("XR", "44.1.1.2"), NOW_MILLIS));
    }

    @Test
    void theBannedAndTheUnreachableAreNeverChosenTheDecliningOnlyWhenAlone() {
        Peer banned = add(peer("XR", "44.1.1.1"));
        Peer unreachable = add(peer("XR", "44.2.1.1"));
        Peer declining = add(peer("XR", "44.3.1.1"));
        bans.ban(banned.hash(), BanReason.FLOODING, NOW);
        profiles.of(unreachable.hash(), NOW).connectFailed(NOW);
        profiles.of(declining.hash(), NOW).tunnelRejected(NOW);
        for (int i = 0; i < 20; i++) {
            assertEquals(declining, selector.select(exploratory(), NOW, NOW_MILLIS));
        }
        Peer good = add(peer("XR", "44.4.1.1"));
        for (int i = 0; i < 20; i++) {
            assertEquals(good, selector.select(exploratory(), NOW, NOW_MILLIS));
        }
    }

    @Test
    void clientsGetRoutersThatCarryTunnelsMoreOftenAndNeverOnlyThese() {
        Peer good = add(peer("XR", "44.1.1.1"));
        for (int i = 0; i < 5; i++) {
            profiles.of(good.hash(), NOW).tunnelAccepted(NOW);
        }
        for (int i = 2; i < 12; i++) {
            Peer poor = add(peer("XR", "44." + i + ".1.1"));
            profiles.of(poor.hash(), NOW).tunnelFailed(NOW);
        }
        int chosen = 0;
        for (int i = 0; i < 500; i++) {
            chosen += selector.select(client(), NOW, NOW_MILLIS).equals(good) ? 1 : 0;
        }
        assertTrue(chosen > 100 && chosen < 400, chosen + " of 500, seed " + entropy.seed());
    }

    @Test
    void routersThatCarryAboutAsMuchShareTheTunnelsOfClients() {
        for (int i = 1; i <= 4; i++) {
            Peer peer = add(peer("XR", TestRouters.host(i)));
            for (int tunnel = 0; tunnel < 20 * i; tunnel++) {
                profiles.of(peer.hash(), NOW).tunnelAccepted(NOW);
            }
            profiles.of(peer.hash(), NOW).tunnelFailed(NOW);
        }
        int[] chosen = new int[4];
        for (int i = 0; i < 400; i++) {
            chosen[known.indexOf(selector.select(client(), NOW, NOW_MILLIS))]++;
        }
        for (int times : chosen) {
            assertTrue(times > 60 && times < 160, times + " of 400, seed " + entropy.seed());
        }
    }

    @Test
    void anyoneUsableCanBeDrawn() {
        for (int i = 0; i < 10; i++) {
            add(peer("XfR", TestRouters.host(i)));
        }
        bans.ban(known.get(3).hash(), BanReason.FLOODING, NOW);
        List<Peer> all = selector.any(100, peer -> true, NOW);
        assertEquals(9, all.size());
        assertEquals(9, new HashSet<>(all).size());
        assertEquals(2, selector.any(2, peer -> true, NOW).size());
    }

    @Test
    void anEmptyNetworkHasNobody() {
        assertNull(selector.select(exploratory(), NOW, NOW_MILLIS));
    }

    @Test
    void aPathTowardsUsIsChosenFromItsEnd() {
        Peer v6 = peer(List.of(TestRouters.ntcp2("2a01::1")), Map.of());
        Peer both = peer(List.of(TestRouters.ntcp2("44.2.1.1"), TestRouters.ntcp2("2a02::1")), Map.of());
        Peer unreachable = peer(
                List.of(TestRouters.address("NTCP2", Map.of("s", "x", "v", "2", "caps", "4"))), Map.of("caps", "XU"));
        HopConstraints last = HopConstraints.last(RULES, self, true, Purpose.EXPLORATORY);
        assertTrue(last.allow(both, NOW_MILLIS));
        assertFalse(last.allow(v6, NOW_MILLIS), "cannot dial us");
        assertFalse(last.allow(unreachable, NOW_MILLIS), "nobody can dial it");
        assertTrue(HopConstraints.last(RULES, self, false, Purpose.EXPLORATORY).allow(v6, NOW_MILLIS));
        HopConstraints before = last.before(v6);
        assertTrue(before.allow(both, NOW_MILLIS));
        assertFalse(before.allow(peer("XR", "44.3.1.1"), NOW_MILLIS), "cannot dial the next");
        assertFalse(before.allow(v6, NOW_MILLIS));
        assertFalse(before.allow(self, NOW_MILLIS));
    }

    @Test
    void theCrowdedAndTheSlowAreTakenOnlyWhereThereAreNoOthersAndTheRefusingNever() {
        add(peer("XRG", "44.1.1.1"));
        assertNull(selector.select(client(), NOW, NOW_MILLIS));
        Peer slow = add(peer("LR", "44.2.1.1"));
        Peer crowded = add(peer("XRE", "44.3.1.1"));
        for (int i = 0; i < 20; i++) {
            Peer found = selector.select(client(), NOW, NOW_MILLIS);
            assertTrue(found.equals(slow) || found.equals(crowded));
        }
        Peer good = add(peer("XR", "44.4.1.1"));
        for (int i = 0; i < 20; i++) {
            assertEquals(good, selector.select(client(), NOW, NOW_MILLIS));
        }
    }

    @Test
    void whatElseIsAskedIsAskedOfAll() {
        Peer one = add(peer("XR", "44.1.1.1"));
        Peer two = add(peer("XR", "44.2.1.1"));
        assertEquals(two, selector.select(client(), peer -> !peer.equals(one), NOW, NOW_MILLIS));
        assertNull(selector.select(client(), peer -> false, NOW, NOW_MILLIS));
    }
}
