package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.peer.Peer;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimNetwork.Quality;
import dev.samovar.testkit.SimRouter;
import dev.samovar.testkit.SimWorld;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Fifty routers, of which each is told of a few others, over a bad network and in virtual time. */
class NetDbNetworkTest {

    private static final int ROUTERS = 50;
    private static final int FLOODFILLS = 12;
    private static final int LEASE_LIFE_SECONDS = 600;

    private static final Quality BAD = new Quality(60, 40, 4);

    private SimWorld world;
    private SimNetwork network;
    private final List<SimRouter> routers = new ArrayList<>();

    private void build(long seed, boolean explore, boolean sealedLookups) {
        world = new SimWorld(seed);
        network = new SimNetwork(world, BAD);
        routers.clear();
        for (int i = 0; i < ROUTERS; i++) {
            routers.add(new SimRouter(network, i < FLOODFILLS, explore, sealedLookups));
        }
        for (SimRouter router : routers) {
            router.start(List.of(infoBelow(FLOODFILLS), infoBelow(FLOODFILLS), infoBelow(ROUTERS), infoBelow(ROUTERS)));
        }
    }

    private RouterInfo infoBelow(int bound) {
        return routers.get(below(bound)).node().self();
    }

    private int below(int bound) {
        return world.entropy().below(bound);
    }

    private SimRouter oneOf(List<SimRouter> some) {
        return some.get(below(some.size()));
    }

    private List<SimRouter> up() {
        return routers.stream().filter(router -> router.node().isUp()).toList();
    }

    private static NetDbStatus status(SimRouter router) {
        NetDbStatus[] status = new NetDbStatus[1];
        router.node().run(() -> status[0] = router.netDb().status());
        return status[0];
    }

    /** The percentage of lookups, by the network alone, that find somebody's RouterInfo. */
    private int percentFound(int times, List<SimRouter> askers, List<SimRouter> wanted) {
        List<Boolean> answers = new ArrayList<>();
        int asked = 0;
        for (int i = 0; i < times; i++) {
            SimRouter asker = oneOf(askers);
            SimRouter other = oneOf(wanted);
            if (asker != other) {
                asked++;
                asker.node()
                        .run(() -> asker.netDb()
                                .refreshRouter(other.hash(), answer -> answers.add(answer.valueOrNull() != null)));
            }
            world.runFor(100, TimeUnit.MILLISECONDS);
        }
        world.runFor(30, TimeUnit.SECONDS);
        assertEquals(asked, answers.size(), "lookups without an end, " + seed());
        return percent(answers);
    }

    private static int percent(List<Boolean> answers) {
        return (int) (100 * answers.stream().filter(found -> found).count() / answers.size());
    }

    private String seed() {
        return "seed " + world.entropy().seed();
    }

    private void assertAtLeast(int percent, int found) {
        assertTrue(found >= percent, found + "% found, " + seed());
    }

    /** Whatever happened, nothing is left under way and nothing was misread. */
    private void assertQuiet() {
        for (SimRouter router : up()) {
            assertEquals(0, router.malformed(), seed());
            assertEquals(0, status(router).pendingChecks(), seed());
        }
    }

    @Test
    void routersAreFoundByWhoeverLooksForThem() {
        build(1, false, true);
        world.runFor(10, TimeUnit.MINUTES);
        assertAtLeast(90, percentFound(300, routers, routers));
        world.runFor(60, TimeUnit.MINUTES);
        assertAtLeast(97, percentFound(300, routers, routers));
        assertQuiet();
    }

    @Test
    void whoExploresComesToKnowMostRouters() {
        build(2, true, false);
        world.runFor(15, TimeUnit.MINUTES);
        for (SimRouter router : routers) {
            assertTrue(
                    status(router).routers() >= ROUTERS * 3 / 5, status(router).routers() + ", " + seed());
        }
        assertQuiet();
    }

    @Test
    void aLeaseSetIsFoundFromAnywhereUntilItEnds() {
        build(3, false, true);
        world.runFor(40, TimeUnit.MINUTES);
        List<LeaseSet> published = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            published.add(publishLeaseSet(oneOf(routers)));
        }
        world.runFor(30, TimeUnit.SECONDS);
        List<Boolean> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lookUp(oneOf(routers), published.get(below(published.size())).hash(), answers);
        }
        world.runFor(30, TimeUnit.SECONDS);
        assertEquals(100, answers.size(), seed());
        assertAtLeast(85, percent(answers));
        world.runFor(LEASE_LIFE_SECONDS + 120, TimeUnit.SECONDS);
        answers.clear();
        lookUp(oneOf(routers), published.get(0).hash(), answers);
        world.runFor(30, TimeUnit.SECONDS);
        assertEquals(List.of(false), answers, seed());
        routers.forEach(router -> assertEquals(0, status(router).leaseSets(), seed()));
    }

    /** Gives a new lease set to the closest floodfills that the router knows of, since nobody here repeats what is lost. */
    private LeaseSet publishLeaseSet(SimRouter router) {
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, world.entropy());
        long seconds = TimeUnit.MILLISECONDS.toSeconds(world.epochMillis());
        LeaseSet2 leaseSet = LeaseSet2.sign(
                keys,
                seconds,
                0,
                Mapping.EMPTY,
                List.of(new LeaseSet2.EncryptionKey(4, new byte[32])),
                List.of(new Lease2(router.hash(), 1, seconds + LEASE_LIFE_SECONDS)));
        byte[] bytes = FloodfillRole.encoded(leaseSet);
        router.node().run(() -> {
            RoutingKey key = RoutingKey.at(leaseSet.hash(), world.epochMillis());
            for (Peer floodfill : router.netDb().routers().closestFloodfills(key, 3, peer -> true)) {
                int token = world.entropy().nonZeroInt();
                DatabaseStore store =
                        new DatabaseStore(leaseSet.hash(), leaseSet.storeType(), token, 0, router.hash(), bytes);
                int id = world.entropy().nonZeroInt();
                router.node().send(floodfill.info(), store.toMessage(id, world.epochMillis() + 30_000));
            }
        });
        return leaseSet;
    }

    /** As a client does that is new there each time. */
    private void lookUp(SimRouter router, Hash destination, List<Boolean> answers) {
        router.node().run(() -> {
            ClientView view = router.newView();
            view.lookup(destination, answer -> {
                answers.add(answer.valueOrNull() != null);
                view.close();
            });
        });
    }

    @Test
    void halvesThatAreCutApartFindTheirOwnAndLaterAll() {
        build(4, false, true);
        world.runFor(40, TimeUnit.MINUTES);
        List<SimRouter> left = new ArrayList<>();
        List<SimRouter> right = new ArrayList<>();
        for (int i = 0; i < ROUTERS; i++) {
            (i % 2 == 0 ? left : right).add(routers.get(i));
        }
        List<SimNetwork.Node> leftNodes = left.stream().map(SimRouter::node).toList();
        List<SimNetwork.Node> rightNodes = right.stream().map(SimRouter::node).toList();
        network.partition(leftNodes, rightNodes, true);
        world.runFor(40, TimeUnit.MINUTES);
        // most of those that have to be asked are on the other side, which each finds out for itself
        assertAtLeast(50, percentFound(100, left, left));
        assertAtLeast(50, percentFound(100, right, right));
        assertAtLeast(55, percentFound(100, left, left));
        assertAtLeast(55, percentFound(100, right, right));
        network.partition(leftNodes, rightNodes, false);
        world.runFor(70, TimeUnit.MINUTES);
        assertAtLeast(95, percentFound(200, left, right));
        assertQuiet();
    }

    @Test
    void tenHoursOfComingAndGoing() {
        build(5, false, true);
        world.runFor(20, TimeUnit.MINUTES);
        List<SimRouter> down = new ArrayList<>();
        for (int hour = 0; hour < 10; hour++) {
            for (int i = 0; i < 20; i++) {
                comeAndGo(down);
                world.runFor(3, TimeUnit.MINUTES);
            }
            assertAtLeast(85, percentFound(60, up(), up()));
        }
        Set<Hash> left = new HashSet<>();
        down.forEach(router -> left.add(router.hash()));
        assertTrue(left.size() <= 15, seed());
        assertQuiet();
    }

    private void comeAndGo(List<SimRouter> down) {
        if (down.size() < 15) {
            SimRouter goes = oneOf(up());
            if (world.entropy().below(2) == 0) {
                goes.crash();
            } else {
                goes.stop();
            }
            down.add(goes);
        }
        if (down.size() > 5) {
            down.remove(below(down.size())).restart();
        }
    }

    @Test
    void aRunDependsOnNothingButItsSeed() {
        build(6, true, false);
        world.runFor(5, TimeUnit.MINUTES);
        String first = network.delivered() + " " + network.dials();
        build(6, true, false);
        world.runFor(5, TimeUnit.MINUTES);
        assertEquals(first, network.delivered() + " " + network.dials());
    }
}
