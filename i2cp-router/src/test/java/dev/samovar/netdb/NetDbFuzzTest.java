package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.netdb.NetDbNet.Node;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A floodfill with little room among peers that store, look up and answer whatever they like, in any order, while time passes:
 * nothing outgrows its bound, nothing is left waiting, and afterwards it serves as before.
 */
class NetDbFuzzTest {

    private static final int STEPS = 400;
    private static final int MAX_ROUTERS = 20;
    private static final int MAX_LEASE_SETS = 10;
    private static final int MAX_VIEWS = 3;

    /** Of the router's own lookups, explorations and verifications, and of each view. */
    private static final int MAX_LOOKUPS = 128 + 16 + 1 + MAX_VIEWS * 64;

    /** Those that wait, and those that run. */
    private static final int MAX_CHECKS = SignatureChecks.MAX_WAITING + 4;

    private NetDbNet net;
    private Random random;
    private Node node;
    private final List<RouterKeys> routers = new ArrayList<>();
    private final List<TestLeaseSets.Owner> owners = new ArrayList<>();
    private final List<ClientView> views = new ArrayList<>();

    private void begin(long seed) {
        net = new NetDbNet(seed);
        random = new Random(seed);
        node = net.add(new NetDbConfig(
                TestRouters.NET_ID,
                RouterVersion.parse("0.9.59"),
                true,
                true,
                true,
                random.nextBoolean(),
                MAX_ROUTERS,
                MAX_LEASE_SETS));
        Node other = net.add(true);
        net.introduce(node, other);
        net.introduce(other, node);
        net.start();
        for (int i = 0; i < 2 * MAX_ROUTERS; i++) {
            routers.add(RouterKeys.generate(net.world.entropy()));
            owners.add(new TestLeaseSets.Owner(net.world.entropy()));
        }
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private RouterKeys router() {
        return one(routers);
    }

    private Hash hash() {
        return switch (random.nextInt(6)) {
            case 0 -> node.hash();
            case 1 -> one(owners).hash();
            case 2 -> Hash.fromBytes(net.world.entropy().bytes(Hash.LENGTH));
            default -> router().identity().hash();
        };
    }

    /** Who sends; null when it came in garlic. */
    private Hash sender() {
        return random.nextInt(5) == 0 ? null : router().identity().hash();
    }

    private int token() {
        return switch (random.nextInt(4)) {
            case 0 -> FloodfillRole.UNANSWERED_TOKEN;
            case 1 -> 1 + random.nextInt(1000);
            default -> 0;
        };
    }

    private RouterInfo info(RouterKeys keys) {
        long date = net.world.epochMillis() + random.nextInt(200_000) - 190_000;
        int number = routers.indexOf(keys) + 10;
        Map<String, String> options = switch (random.nextInt(12)) {
            case 0 -> Map.of("netId", "2", "caps", "XR");
            case 1 -> Map.of("router.version", "0.9.30", "caps", "XR");
            case 2 -> Map.of("router.version", "", "caps", "XR");
            default -> Map.of("caps", number % 3 == 0 ? "XfR" : "XR");
        };
        if (random.nextInt(10) == 0) {
            date += TimeUnit.HOURS.toMillis(random.nextInt(200) - 100);
        }
        return TestRouters.info(keys, date, List.of(TestRouters.ntcp2(TestRouters.host(number))), options);
    }

    private void store(Hash key, int type, byte[] data) {
        byte[] sent = random.nextInt(5) == 0 ? Fuzz.mutate(data, random) : data;
        int token = token();
        Hash gateway = token == 0 ? null : hash();
        int tunnel = token == 0 || random.nextBoolean() ? 0 : random.nextInt();
        node.netDb.onStore(sender(), new DatabaseStore(key, type, token, tunnel, gateway, sent));
    }

    private void leaseSet() {
        TestLeaseSets.Owner owner = one(owners);
        LeaseSet2 made = owner.sign(net.world.epochMillis(), random.nextInt(900) - 60);
        store(random.nextInt(10) == 0 ? hash() : owner.hash(), made.storeType(), FloodfillRole.encoded(made));
    }

    private void lookUp() {
        List<Hash> excluded = new ArrayList<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            excluded.add(hash());
        }
        ReplyKey reply = random.nextInt(4) == 0 ? new ReplyKey(new byte[32], new byte[8]) : null;
        Hash from = sender();
        Hash back = from == null || random.nextInt(5) == 0 ? hash() : from;
        int tunnel = random.nextInt(3) == 0 ? random.nextInt() : 0;
        node.netDb.onLookup(
                from, new DatabaseLookup(hash(), back, one(List.of(Kind.values())), tunnel, excluded, reply));
    }

    private void answer() {
        List<Hash> named = new ArrayList<>();
        for (int i = random.nextInt(40); i > 0; i--) {
            named.add(hash());
        }
        node.netDb.onSearchReply(sender(), new DatabaseSearchReply(hash(), named, hash()));
    }

    private void client() {
        if (views.size() < MAX_VIEWS) {
            views.add(node.newView());
        } else if (random.nextInt(10) == 0) {
            views.remove(random.nextInt(views.size())).close();
        } else {
            one(views).lookup(one(owners).hash(), found -> {});
        }
    }

    private void step() {
        RouterKeys keys = router();
        switch (random.nextInt(12)) {
            case 0, 1 ->
                store(
                        keys.identity().hash(),
                        DatabaseStore.ROUTER_INFO,
                        info(keys).bytes());
            case 2 -> store(hash(), DatabaseStore.ROUTER_INFO, info(keys).bytes());
            case 3 -> {
                RouterInfo info = info(keys);
                node.netDb.onRouterInfo(
                        random.nextBoolean() ? info.hash() : router().identity().hash(), info, random.nextBoolean());
            }
            case 4, 5 -> leaseSet();
            case 6 -> lookUp();
            case 7 -> answer();
            case 8 -> client();
            case 9 -> node.netDb.lookupRouter(hash(), found -> {});
            case 10 ->
                node.netDb.onDeliveryStatus(sender(), new DeliveryStatus(random.nextInt(), net.world.epochMillis()));
            default -> {
                if (random.nextBoolean()) {
                    node.netDb.onUnreachable(hash());
                } else {
                    node.netDb.forget(hash());
                }
            }
        }
    }

    /** Seldom long: most of what goes wrong goes wrong between two messages. */
    private void passTime() {
        switch (random.nextInt(60)) {
            case 0 -> net.run(random.nextInt(60), TimeUnit.MINUTES);
            case 1, 2 -> net.run(random.nextInt(60), TimeUnit.SECONDS);
            default -> net.run(random.nextInt(300), TimeUnit.MILLISECONDS);
        }
    }

    private void staysWithinBounds() {
        NetDbStatus status = node.netDb.status();
        assertTrue(status.routers() <= MAX_ROUTERS, status.routers() + " routers");
        assertTrue(status.leaseSets() <= MAX_LEASE_SETS, status.leaseSets() + " lease sets");
        assertTrue(status.lookups() <= MAX_LOOKUPS, status.lookups() + " lookups");
        assertTrue(status.pendingChecks() <= MAX_CHECKS, status.pendingChecks() + " checks");
        assertTrue(
                node.netDb.intake().waitingToFlood() <= status.pendingChecks(), "more to be passed on than is checked");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverPeersSendNothingOutgrowsItsBound(long seed) {
        begin(seed);
        for (int step = 0; step < STEPS; step++) {
            try {
                net.world.on(net.lane, () -> {
                    for (int burst = random.nextInt(8) == 0 ? 60 : 1; burst > 0; burst--) {
                        step();
                    }
                    staysWithinBounds();
                });
                passTime();
                net.world.on(net.lane, this::staysWithinBounds);
            } catch (RuntimeException | AssertionError failed) {
                throw new AssertionError("seed " + seed + " step " + step, failed);
            }
        }
        net.world.on(net.lane, () -> views.forEach(ClientView::close));
        net.run(30, TimeUnit.MINUTES);
        net.world.on(net.lane, () -> {
            NetDbStatus status = node.netDb.status();
            assertTrue(status.stored() > 100, "seed " + seed + ": " + status);
            assertTrue(status.flooded() > 10, "seed " + seed + ": " + status);
            assertEquals(0, status.leaseSets(), "all have ended");
            assertEquals(0, status.pendingChecks());
            assertEquals(0, node.netDb.intake().waitingToFlood());
            assertTrue(status.lookups() <= 16, "only exploration goes on: " + status.lookups());
        });
        servesAsBefore(seed);
    }

    private void servesAsBefore(long seed) {
        RouterKeys newcomer = RouterKeys.generate(net.world.entropy());
        RouterInfo info = TestRouters.info(newcomer, net.world.epochMillis(), "XR", TestRouters.host(150));
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        LeaseSet2 leaseSet = owner.sign(net.world.epochMillis(), 300);
        net.world.on(net.lane, () -> {
            node.netDb.onStore(info.hash(), DatabaseStore.plain(info.hash(), DatabaseStore.ROUTER_INFO, info.bytes()));
            node.netDb.onStore(
                    info.hash(),
                    DatabaseStore.plain(owner.hash(), leaseSet.storeType(), FloodfillRole.encoded(leaseSet)));
        });
        net.run(1, TimeUnit.SECONDS);
        net.world.on(net.lane, () -> {
            assertEquals(info, node.netDb.find(info.hash()), "seed " + seed);
            assertEquals(1, node.netDb.status().leaseSets(), "seed " + seed);
        });
    }
}
