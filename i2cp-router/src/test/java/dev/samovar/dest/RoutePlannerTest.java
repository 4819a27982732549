package dev.samovar.dest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.dest.RoutePlanner.Route;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.tunnel.OutboundTunnel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoutePlannerTest {

    private static final long NOW = 1_767_225_600_000L;
    private static final long NOW_SECONDS = NOW / 1000;

    private final SeededEntropy entropy = new SeededEntropy(5);
    private final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
    private final List<OutboundTunnel> tunnels = new ArrayList<>();
    private final RoutePlanner planner = new RoutePlanner(entropy);

    private List<OutboundTunnel> tunnels(int count) {
        while (tunnels.size() < count) {
            tunnels.add(OutboundTunnel.zeroHop(0, NOW, entropy));
        }
        return tunnels.subList(0, count);
    }

    private Lease2 lease(int id, long seconds) {
        byte[] gateway = new byte[Hash.LENGTH];
        gateway[0] = (byte) id;
        return new Lease2(Hash.fromBytes(gateway), id, NOW_SECONDS + seconds);
    }

    private LeaseSet2 leaseSet(Lease2... leases) {
        return LeaseSet2.sign(
                keys,
                NOW_SECONDS,
                0,
                Mapping.EMPTY,
                List.of(new LeaseSet2.EncryptionKey(4, entropy.bytes(32))),
                List.of(leases));
    }

    @Test
    void theWayIsKeptWhileBothOfItsEndsLive() {
        LeaseSet2 theirs = leaseSet(lease(1, 300), lease(2, 400), lease(3, 500));
        Route first = planner.plan(tunnels(4), theirs, NOW);
        for (int i = 0; i < 50; i++) {
            assertEquals(first, planner.plan(tunnels(4), theirs, NOW + i * 1000));
        }
        assertEquals(1, planner.number());
    }

    @Test
    void aLeaseThatIsSignedAnewWithAnotherEndIsTheSame() {
        Route first = planner.plan(tunnels(2), leaseSet(lease(1, 300)), NOW);
        Route then = planner.plan(tunnels(2), leaseSet(lease(2, 600), lease(1, 301)), NOW);
        assertSame(first.tunnel(), then.tunnel());
        assertEquals(lease(1, 301), then.lease());
        assertEquals(1, planner.number());
    }

    @Test
    void whenTheLeaseEndsTheTunnelIsKept() {
        LeaseSet2 theirs = leaseSet(lease(1, 40), lease(2, 400));
        OutboundTunnel tunnel =
                planner.plan(tunnels(3), leaseSet(lease(1, 40)), NOW).tunnel();
        Route then = planner.plan(tunnels(3), theirs, NOW + 20_000);
        assertSame(tunnel, then.tunnel());
        assertEquals(lease(2, 400), then.lease());
    }

    @Test
    void whenTheTunnelEndsTheLeaseIsKept() {
        LeaseSet2 theirs = leaseSet(lease(1, 300), lease(2, 400));
        Route first = planner.plan(tunnels(1), theirs, NOW);
        Route then = planner.plan(List.of(OutboundTunnel.zeroHop(0, NOW, entropy)), theirs, NOW);
        assertNotEquals(first.tunnel(), then.tunnel());
        assertEquals(first.lease(), then.lease());
    }

    @Test
    void aLeaseAboutToEndServesOnlyWhereThereIsNoBetter() {
        LeaseSet2 theirs = leaseSet(lease(1, 10), lease(2, 25));
        assertEquals(lease(2, 25), planner.plan(tunnels(1), theirs, NOW).lease());
        // others end tunnels by their clocks
        assertNotNull(planner.plan(tunnels(1), theirs, NOW + 29_000));
        assertNull(planner.plan(tunnels(1), theirs, NOW + 31_000));
    }

    @Test
    void withoutTunnelsOrLeasesThereIsNoWay() {
        LeaseSet2 theirs = leaseSet(lease(1, 300));
        assertNull(planner.plan(List.of(), theirs, NOW));
        assertNotNull(planner.plan(tunnels(1), theirs, NOW));
        assertNull(planner.plan(List.of(), theirs, NOW));
        planner.avoid(List.of(), theirs, NOW);
        assertNotNull(planner.plan(tunnels(1), theirs, NOW));
    }

    @Test
    void afterASilenceBothEndsAreOthers() {
        LeaseSet2 theirs = leaseSet(lease(1, 300), lease(2, 400));
        Route first = planner.plan(tunnels(2), theirs, NOW);
        planner.avoid(tunnels(2), theirs, NOW);
        Route then = planner.plan(tunnels(2), theirs, NOW);
        assertNotEquals(first.tunnel(), then.tunnel());
        assertNotEquals(first.lease(), then.lease());
    }

    /** One of ours and one of theirs may be bad, and only one of four ways lead there. */
    @Test
    void inTheEndAllWaysAreTried() {
        for (int seed = 0; seed < 20; seed++) {
            RoutePlanner tried = new RoutePlanner(new SeededEntropy(seed));
            LeaseSet2 theirs = leaseSet(lease(1, 300), lease(2, 400), lease(3, 400));
            Set<Route> ways = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                ways.add(tried.plan(tunnels(2), theirs, NOW));
                tried.avoid(tunnels(2), theirs, NOW);
            }
            assertEquals(6, ways.size(), "seed " + seed);
            Route last = tried.plan(tunnels(2), theirs, NOW);
            tried.avoid(tunnels(2), theirs, NOW);
            assertNotEquals(last, tried.plan(tunnels(2), theirs, NOW), "seed " + seed);
        }
    }

    @Test
    void theOnlyWayIsTakenAgain() {
        LeaseSet2 theirs = leaseSet(lease(1, 300));
        Route only = planner.plan(tunnels(1), theirs, NOW);
        for (int i = 0; i < 40; i++) {
            planner.avoid(tunnels(1), theirs, NOW);
            assertEquals(only, planner.plan(tunnels(1), theirs, NOW));
        }
    }

    @Test
    void theBetterHalfOfOurTunnelsIsShared() {
        Set<OutboundTunnel> taken = new HashSet<>();
        LeaseSet2 theirs = leaseSet(lease(1, 300));
        for (int i = 0; i < 100; i++) {
            taken.add(new RoutePlanner(entropy).plan(tunnels(5), theirs, NOW).tunnel());
        }
        assertEquals(new HashSet<>(tunnels(3)), taken);
        assertTrue(taken.size() > 1);
    }
}
