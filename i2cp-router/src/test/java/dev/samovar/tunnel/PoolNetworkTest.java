package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SimNetwork.Quality;
import dev.samovar.tunnel.PoolConfig.Side;
import dev.samovar.tunnel.PoolNet.Owner;
import dev.samovar.tunnel.PoolNet.Router;
import dev.samovar.tunnel.PoolStatus.Obstacle;
import dev.samovar.tunnel.TestHop.Manner;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PoolNetworkTest {

    private static final Quality GOOD = new Quality(20, 5, 0);
    private static final Quality BAD = new Quality(40, 20, 2);

    private static PoolNet net(long seed, Quality quality, int routers) {
        PoolNet net = new PoolNet(seed, quality);
        for (int i = 0; i < routers; i++) {
            net.add(PoolConfig.exploratory());
        }
        return net;
    }

    private static void start(PoolNet net) {
        net.routers().forEach(Router::start);
    }

    private static boolean hasHops(TunnelPool pool) {
        return !pool.inbound().isEmpty()
                && !pool.outbound().isEmpty()
                && !pool.inbound().get(0).hops().isEmpty()
                && !pool.outbound().get(0).hops().isEmpty();
    }

    private static I2npMessage message(PoolNet net, int id, int size) {
        return new DataMessage(Unpooled.wrappedBuffer(net.world.entropy().bytes(size)))
                .toMessage(id, net.world.epochMillis() + 30_000);
    }

    private static TunnelDelivery to(TunnelPool pool) {
        Lease lease = pool.leases().get(0);
        return new TunnelDelivery.ToTunnel(lease.gateway(), lease.tunnelId());
    }

    private static boolean send(Router from, TunnelPool by, TunnelDelivery to, I2npMessage message) {
        boolean[] sent = new boolean[1];
        from.node.run(() -> sent[0] = by.send(by.outbound().get(0), to, message));
        return sent[0];
    }

    private static void close(PoolNet net) {
        net.routers().forEach(router -> router.node.run(router.tunnels::close));
        net.world.runFor(2, TimeUnit.MINUTES);
        for (Router router : net.routers()) {
            TunnelsStatus status = router.tunnels.status();
            assertEquals(0, status.pendingBuilds());
            assertEquals(0, status.clientPools());
            assertEquals(0, router.tunnels.tests().running());
        }
    }

    @Test
    void aRouterAloneHasTunnelsWithoutHopsAndSaysWhatItWaitsFor() {
        PoolNet net = net(1, GOOD, 1);
        Router alone = net.routers().get(0);
        start(net);
        assertEquals(1, alone.tunnels.exploratory().leases().size());
        assertEquals(alone.hash(), alone.tunnels.exploratory().leases().get(0).gateway());
        TunnelPool client = alone.pool(PoolConfig.of(2, 2), new Owner());
        net.world.runFor(30, TimeUnit.MINUTES);
        assertEquals(1, alone.tunnels.exploratory().leases().size());
        PoolStatus exploratory = alone.tunnels.exploratory().status();
        assertEquals(new PoolStatus.Way(1, 1, 2, 0, Obstacle.HOPS), exploratory.inbound());
        assertEquals(new PoolStatus.Way(1, 1, 2, 0, Obstacle.HOPS), exploratory.outbound());
        assertEquals(0, exploratory.inbound().proper());
        assertTrue(client.leases().isEmpty());
        assertEquals(Obstacle.EXPLORATORY_TUNNELS, client.status().obstacle());
        assertFalse(client.status().isReady());
        close(net);
    }

    @Test
    void aNetworkOfTwentyIsReadyWithinSecondsAndClientsFasterStill() {
        PoolNet net = net(2, GOOD, 20);
        start(net);
        assertTrue(net.world.runUntil(
                () -> net.routers().stream().allMatch(router -> hasHops(router.tunnels.exploratory())),
                10,
                TimeUnit.SECONDS));
        net.world.runFor(30, TimeUnit.SECONDS);
        Owner owner = new Owner();
        TunnelPool client = net.routers().get(3).pool(PoolConfig.of(3, 2), owner);
        assertTrue(net.world.runUntil(() -> owner.changes > 0, 2, TimeUnit.SECONDS));
        assertEquals(1, client.leases().size());
        assertTrue(net.world.runUntil(() -> client.status().obstacle() == Obstacle.NONE, 4, TimeUnit.SECONDS));
        assertEquals(2, client.leases().size());
        assertEquals(2, client.outbound().size());
        assertTrue(client.outbound().stream().allMatch(tunnel -> tunnel.hops().size() == 3));
        assertTrue(client.inbound().stream().allMatch(tunnel -> new HashSet<>(tunnel.hops()).size() == 3));
        close(net);
    }

    @Test
    void aClientsBuildsWaitUntilTheRoutersOwnTunnelsHaveHops() {
        PoolNet net = net(3, GOOD, 6);
        net.routers().forEach(router -> router.manner(Manner.REFUSES));
        Router router = net.routers().get(0);
        start(net);
        TunnelPool client = router.pool(PoolConfig.of(1, 1), new Owner());
        net.world.runFor(1, TimeUnit.MINUTES);
        assertEquals(0, client.status().failed());
        assertEquals(Obstacle.EXPLORATORY_TUNNELS, client.status().obstacle());
        net.routers().forEach(other -> other.manner(Manner.HONEST));
        assertTrue(net.world.runUntil(() -> client.status().isReady(), 1, TimeUnit.MINUTES));
        close(net);
    }

    @Test
    void messagesArriveAtTheOwnerOfTheTunnelAndAtNobodyElse() {
        PoolNet net = net(4, GOOD, 10);
        start(net);
        Router here = net.routers().get(0);
        Router there = net.routers().get(1);
        Owner first = new Owner();
        Owner second = new Owner();
        Owner third = new Owner();
        TunnelPool a = here.pool(PoolConfig.of(2, 2), first);
        TunnelPool b = there.pool(PoolConfig.of(2, 2), second);
        TunnelPool c = there.pool(PoolConfig.of(2, 2), third);
        net.world.runFor(20, TimeUnit.SECONDS);
        for (int i = 1; i <= 100; i++) {
            assertTrue(send(here, a, to(b), message(net, i, 100 * i)));
            // no more than what waits for the first session between two hops
            net.world.runFor(100, TimeUnit.MILLISECONDS);
        }
        net.world.runFor(5, TimeUnit.SECONDS);
        assertEquals(100, second.messages.size());
        assertTrue(second.messages.values().stream().allMatch(times -> times == 1));
        assertTrue(first.messages.isEmpty() && third.messages.isEmpty() && there.owner.messages.isEmpty());
        assertEquals(2, c.leases().size());
        close(net);
    }

    @Test
    void tunnelsWithoutHopsReachOthersAndOurselves() {
        PoolNet net = net(5, GOOD, 2);
        Router here = net.routers().get(0);
        start(net);
        Owner first = new Owner();
        Owner second = new Owner();
        Owner third = new Owner();
        TunnelPool a = here.pool(PoolConfig.of(0, 1), first);
        TunnelPool b = net.routers().get(1).pool(PoolConfig.of(0, 1), second);
        TunnelPool c = here.pool(PoolConfig.of(0, 1), third);
        net.world.runFor(1, TimeUnit.SECONDS);
        assertTrue(a.status().isReady());
        assertTrue(send(here, a, to(b), message(net, 7, 1000)));
        assertTrue(send(here, a, to(c), message(net, 8, 1000)));
        assertTrue(send(here, a, to(a), message(net, 9, 1000)));
        assertTrue(third.messages.isEmpty(), "never from within a call");
        net.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(Set.of(7), second.messages.keySet());
        assertEquals(Set.of(8), third.messages.keySet());
        assertEquals(Set.of(9), first.messages.keySet());
        close(net);
    }

    @Test
    void aTunnelWithoutHopsLeadsIntoThoseOfOthersThatBeginHere() {
        PoolNet net = net(16, GOOD, 2);
        Router here = net.routers().get(0);
        start(net);
        Owner other = new Owner();
        TunnelPool out = here.pool(PoolConfig.of(0, 1), new Owner());
        TunnelPool in = net.routers().get(1).pool(PoolConfig.of(1, 1), other);
        net.world.runFor(20, TimeUnit.SECONDS);
        assertEquals(here.hash(), in.leases().get(0).gateway());
        assertTrue(send(here, out, to(in), message(net, 7, 1000)));
        net.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(Set.of(7), other.messages.keySet());
        close(net);
    }

    @Test
    void inANetworkOfTwoTunnelsAreAsShortAsItIs() {
        PoolNet net = net(6, GOOD, 2);
        start(net);
        Router router = net.routers().get(0);
        net.world.runFor(10, TimeUnit.SECONDS);
        assertTrue(hasHops(router.tunnels.exploratory()));
        assertEquals(1, router.tunnels.exploratory().inbound().get(0).hops().size());
        TunnelPool one = router.pool(PoolConfig.of(1, 2), new Owner());
        TunnelPool three = router.pool(PoolConfig.of(3, 2), new Owner());
        net.world.runFor(20, TimeUnit.SECONDS);
        assertEquals(2, one.leases().size());
        assertEquals(Obstacle.HOPS, three.status().obstacle());
        close(net);
    }

    @Test
    void whoPublishesNoAddressIsReachedByRoutersThatHoldASessionWithIt() {
        PoolNet net = net(7, GOOD, 12);
        Router hidden = net.routers().get(0);
        hidden.hide();
        start(net);
        TunnelPool client = hidden.pool(PoolConfig.of(3, 3), new Owner());
        net.world.runFor(40, TimeUnit.SECONDS);
        assertEquals(3, client.leases().size());
        for (InboundTunnel tunnel : client.inbound()) {
            assertTrue(hidden.isConnected(tunnel.hops().get(tunnel.hops().size() - 1)));
        }
        for (Router other : net.routers()) {
            other.tunnels
                    .exploratory()
                    .outbound()
                    .forEach(tunnel -> assertFalse(tunnel.hops().contains(hidden.hash())));
        }
        net.world.runFor(20, TimeUnit.MINUTES);
        assertEquals(3, client.leases().size());
        close(net);
    }

    /** The bandwidth that others reserved for clients of the first router, whose pool carried so much for a while. */
    private static int reservedFor(PoolNet net, int messagesASecond) {
        Router router = net.routers().get(0);
        start(net);
        net.world.runFor(20, TimeUnit.SECONDS);
        TunnelPool busy = router.pool(PoolConfig.of(2, 1), new Owner());
        TunnelPool other = net.routers().get(1).pool(PoolConfig.of(2, 1), new Owner());
        net.world.runFor(20, TimeUnit.SECONDS);
        int most = 0;
        for (int second = 0; second < 600; second++) {
            for (int i = 0; i < messagesASecond; i++) {
                send(router, busy, to(other), message(net, 1 + i, 900));
            }
            net.world.runFor(1, TimeUnit.SECONDS);
            assertTrue(busy.status().isReady());
            most = Math.max(
                    most,
                    net.routers().stream()
                            .mapToInt(hop -> hop.transit().reservedKbps())
                            .sum());
        }
        assertTrue(busy.status().built() > 2);
        close(net);
        return most;
    }

    @Test
    void onlyTheTunnelsOfABusyClientAskForBandwidth() {
        assertEquals(0, reservedFor(net(17, GOOD, 8), 2));
        // two hops of one tunnel out, and two of one in to the other client, which is as busy
        int reserved = reservedFor(net(17, GOOD, 8), 20);
        assertTrue(reserved >= 2 * 20, reserved + " KB/s");
    }

    @Test
    void hopsThatPromiseTooLittleAreLeftAndNeverLeaveABusyClientWithoutTunnels() {
        PoolNet net = net(18, GOOD, 8);
        net.routers().forEach(router -> router.manner(Manner.PROMISES_LITTLE));
        reservedFor(net, 20);
        assertTrue(net.routers().get(0).tunnels.status().builds().get("refused") > 0);
    }

    @Test
    void explicitPeersAreTheOnlyHops() throws WireException {
        PoolNet net = net(8, GOOD, 12);
        start(net);
        net.world.runFor(10, TimeUnit.SECONDS);
        List<Hash> explicit =
                List.of(net.routers().get(4).hash(), net.routers().get(5).hash());
        PoolConfig config = new PoolConfig(Side.of(2, 2), Side.of(2, 2), explicit);
        TunnelPool pool = net.routers().get(0).pool(config, new Owner());
        net.world.runFor(10, TimeUnit.SECONDS);
        assertEquals(2, pool.leases().size());
        pool.inbound().forEach(tunnel -> assertEquals(Set.copyOf(explicit), Set.copyOf(tunnel.hops())));
        pool.outbound().forEach(tunnel -> assertEquals(Set.copyOf(explicit), Set.copyOf(tunnel.hops())));
        close(net);
    }

    @Test
    void whoGetsNoAnswersBlamesAndStillFindsGoodHops() {
        PoolNet net = net(9, GOOD, 16);
        Manner[] bad = {Manner.REFUSES, Manner.SILENT, Manner.GARBLES, Manner.SWALLOWS, Manner.CORRUPTS};
        for (int i = 0; i < bad.length; i++) {
            net.routers().get(1 + i).manner(bad[i]);
        }
        start(net);
        Router router = net.routers().get(0);
        TunnelPool client = router.pool(PoolConfig.of(2, 2), new Owner());
        assertTrue(net.world.runUntil(() -> client.status().isReady(), 1, TimeUnit.MINUTES));
        int good = 0;
        for (int minute = 0; minute < 40; minute++) {
            net.world.runFor(1, TimeUnit.MINUTES);
            PoolStatus status = client.status();
            good += status.inbound().tunnels() >= 2 && status.outbound().tunnels() >= 2 ? 1 : 0;
        }
        assertTrue(good > 30, good + " of 40 minutes");
        long nanos = net.world.nanos();
        double honest = router.profiles.of(net.routers().get(10).hash(), nanos).capacity(nanos);
        for (int i = 0; i < bad.length; i++) {
            double capacity =
                    router.profiles.of(net.routers().get(1 + i).hash(), nanos).capacity(nanos);
            assertTrue(capacity < honest, bad[i] + " " + capacity + " against " + honest);
        }
        assertTrue(router.tunnels.status().builds().keySet().containsAll(List.of("accepted", "refused", "damaged")));
        close(net);
    }

    @Test
    void aFirstHopThatTakesNoMoreIsTold() {
        PoolNet net = net(10, GOOD, 8);
        start(net);
        Router router = net.routers().get(0);
        TunnelPool pool = router.pool(PoolConfig.of(1, 1), new Owner());
        net.world.runFor(10, TimeUnit.SECONDS);
        TunnelDelivery to = to(net.routers().get(1).tunnels.exploratory());
        assertTrue(send(router, pool, to, message(net, 1, 5000)));
        router.full = true;
        assertFalse(send(router, pool, to, message(net, 2, 5000)));
        router.full = false;
        assertTrue(send(router, pool, to, message(net, 3, 5000)));
        close(net);
    }

    @Test
    void poolsStayFullUnderLossAndChurnAndShareNoTunnel() {
        stayFull(20260702, 45);
    }

    /** Twenty routers, of which one refuses, one is silent, one swallows, and one after the other is gone for a while. */
    static void stayFull(long seed, int minutes) {
        PoolNet net = net(seed, BAD, 20);
        net.routers().get(17).manner(Manner.REFUSES);
        net.routers().get(18).manner(Manner.SILENT);
        net.routers().get(19).manner(Manner.SWALLOWS);
        start(net);
        net.world.runFor(1, TimeUnit.MINUTES);
        List<TunnelPool> pools = new ArrayList<>();
        List<Router> owners = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 2; j++) {
                owners.add(net.routers().get(i));
                pools.add(net.routers().get(i).pool(PoolConfig.of(1 + j, 2), new Owner()));
            }
        }
        net.world.runFor(1, TimeUnit.MINUTES);
        int samples = 0;
        int incomplete = 0;
        int none = 0;
        for (int minute = 0; minute < minutes; minute++) {
            if (minute % 15 == 2) {
                net.routers().get(10 + minute / 15 % 7).crash();
            }
            if (minute % 15 == 12) {
                net.routers().get(10 + minute / 15 % 7).restart();
            }
            net.world.runFor(1, TimeUnit.MINUTES);
            for (TunnelPool pool : pools) {
                PoolStatus status = pool.status();
                samples++;
                incomplete +=
                        status.inbound().tunnels() < 2 || status.outbound().tunnels() < 2 ? 1 : 0;
                none += pool.leases().isEmpty() || pool.outbound().isEmpty() ? 1 : 0;
                assertTrue(pool.leases().size() <= 2);
                assertTrue(pool.inbound().size() <= 8, pool.inbound().size() + " tunnels");
            }
            checkApart(net, pools, owners);
        }
        String told = incomplete + " short and " + none + " without, of " + samples + ", seed " + seed;
        assertEquals(0, none, told);
        assertTrue(incomplete < samples / 20, told);
        for (Router router : net.routers()) {
            assertTrue(router.tunnels.status().awaitedTags() < 100);
            assertTrue(router.tunnels.status().pendingBuilds() < 50);
            assertEquals(0, router.strange);
        }
        close(net);
    }

    private static void checkApart(PoolNet net, List<TunnelPool> pools, List<Router> owners) {
        for (Router router : net.routers()) {
            List<TunnelPool> all = new ArrayList<>();
            all.add(router.tunnels.exploratory());
            for (int i = 0; i < pools.size(); i++) {
                if (owners.get(i) == router) {
                    all.add(pools.get(i));
                }
            }
            Set<Object> seen = new HashSet<>();
            Set<Integer> ids = new HashSet<>();
            for (TunnelPool pool : all) {
                pool.outbound().forEach(tunnel -> assertTrue(seen.add(tunnel)));
                pool.inbound().forEach(tunnel -> {
                    assertTrue(seen.add(tunnel));
                    assertTrue(ids.add(tunnel.receiveTunnelId()));
                    assertNotNull(tunnel.gateway());
                });
            }
        }
    }
}
