package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimWorld;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReseederTest {

    private static final List<URI> HOSTS =
            List.of(URI.create("https://a.test/"), URI.create("https://b.test/"), URI.create("https://c.test:8443/x/"));

    private static TestSigner signer;

    private final SimWorld world = new SimWorld(3);
    private final SimWorld.SimLane lane = world.newLane();
    private final FakeHosts hosts = new FakeHosts();
    private final Set<Hash> delivered = new HashSet<>();
    private final Reseeder reseeder = new Reseeder(
            lane,
            world.entropy(),
            Offload.inline(),
            new ReseedSources(HOSTS, Map.of(signer.name(), signer.certificate()), List.of()),
            hosts,
            TestSeeds.NET_ID,
            routers -> routers.forEach(router -> delivered.add(router.hash())));

    @BeforeAll
    static void makeASigner() {
        signer = TestSeeds.signer("someone@mail.i2p");
    }

    /** Answers a second later; hosts that were told nothing cannot be resolved. */
    private final class FakeHosts implements ReseedFetcher {

        final List<URI> asked = new ArrayList<>();
        final Map<String, Fetched> answers = new HashMap<>();
        int cancelled;

        @Override
        public void fetch(URI file, Consumer<Fetched> then) {
            asked.add(file);
            Fetched answer = answers.getOrDefault(file.getHost(), new Fetched(null, SeedFault.UNRESOLVED));
            lane.schedule(world.nanos() + TimeUnit.SECONDS.toNanos(1), () -> then.accept(answer));
        }

        @Override
        public void cancel() {
            cancelled++;
        }

        void good(String host, int routers) {
            byte[] bundle =
                    TestSeeds.bundle(signer, TestSeeds.routers(routers, world.entropy(), world.epochMillis() - 1000));
            answers.put(host, new Fetched(bundle, null));
        }

        void fails(String host, SeedFault fault) {
            answers.put(host, new Fetched(null, fault));
        }
    }

    private void start() {
        world.on(lane, () -> reseeder.keepEnough(0));
    }

    private boolean runs(long seconds) {
        world.runFor(seconds, TimeUnit.SECONDS);
        return reseeder.isRunning();
    }

    private Long faults(SeedFault fault) {
        return reseeder.status().failures().get(fault.name());
    }

    @Test
    void twoHostsAreAskedAndTheirRoutersDelivered() {
        for (URI host : HOSTS) {
            hosts.good(host.getHost(), 30);
        }
        start();
        assertEquals("fetching", reseeder.status().state());
        assertFalse(runs(10));
        assertEquals(60, delivered.size());
        assertEquals(2, hosts.asked.size());
        RouterStatus.Reseed status = reseeder.status();
        assertEquals("done", status.state());
        assertEquals(2, status.hostsAnswered());
        assertEquals(60, status.accepted());
        assertEquals(Map.of(), status.failures());
        assertNull(status.nextTrySeconds());
    }

    @Test
    void theFileIsAskedForWithTheNumberOfTheNetwork() {
        start();
        runs(5);
        assertEquals(
                Set.of(
                        URI.create("https://a.test/i2pseeds.su3?netid=17"),
                        URI.create("https://b.test/i2pseeds.su3?netid=17"),
                        URI.create("https://c.test:8443/x/i2pseeds.su3?netid=17")),
                Set.copyOf(hosts.asked));
    }

    @Test
    void aThirdHostIsAskedWhenTwoHadFewRouters() {
        for (URI host : HOSTS) {
            hosts.good(host.getHost(), 20);
        }
        start();
        assertFalse(runs(10));
        assertEquals(60, delivered.size());
        assertEquals(3, hosts.asked.size());
    }

    @Test
    void hostsComeInAnyOrder() {
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            hosts.asked.clear();
            start();
            world.runFor(1, TimeUnit.SECONDS);
            first.add(hosts.asked.get(0).getHost());
            world.on(lane, reseeder::stop);
        }
        assertEquals(3, first.size());
    }

    @Test
    void aHostThatFailsIsCountedAndTheNextOneAsked() {
        hosts.fails("a.test", SeedFault.UNREACHABLE);
        hosts.good("b.test", 30);
        hosts.good("c.test", 30);
        start();
        assertFalse(runs(10));
        assertEquals(60, delivered.size());
        Long failed = faults(SeedFault.UNREACHABLE);
        assertTrue(failed == null || failed == 1);
    }

    @Test
    void badBundlesAreCountedByTheirReasonAndNothingOfThemIsDelivered() {
        List<RouterInfo> routers = TestSeeds.routers(2, world.entropy(), world.epochMillis());
        TestSigner other = TestSeeds.signer("other@mail.i2p");
        hosts.answers.put("a.test", new ReseedFetcher.Fetched(TestSeeds.bundle(other, routers), null));
        hosts.answers.put(
                "b.test",
                new ReseedFetcher.Fetched(new TestSu3(signer.name(), TestSeeds.zip(routers)).signedBy(other), null));
        List<RouterInfo> old =
                TestSeeds.routers(4, world.entropy(), world.epochMillis() - Reseeder.MAX_AGE_MILLIS - 1000);
        hosts.answers.put("c.test", new ReseedFetcher.Fetched(TestSeeds.bundle(signer, old), null));
        start();
        assertTrue(runs(5));
        assertEquals(Set.of(), delivered);
        assertEquals(1, faults(SeedFault.UNKNOWN_SIGNER));
        assertEquals(1, faults(SeedFault.BAD_SIGNATURE));
        assertEquals(1, faults(SeedFault.NO_ROUTERS));
        assertEquals(4, faults(SeedFault.ROUTER_OUTDATED));
        assertEquals(0, reseeder.status().hostsAnswered());
    }

    @Test
    void whenTheNetworkComesUpLateItIsTriedAgainSoon() {
        start();
        assertTrue(runs(3600));
        assertEquals("waiting", reseeder.status().state());
        assertTrue(reseeder.status().nextTrySeconds() <= 75);
        int rounds = hosts.asked.size() / 3;
        assertTrue(rounds > 3600 / 80 && rounds < 3600 / 50, rounds + " rounds in an hour");
        for (URI host : HOSTS) {
            hosts.good(host.getHost(), 30);
        }
        assertFalse(runs(80));
        assertEquals(60, delivered.size());
    }

    @Test
    void hostsThatRefuseAreAskedLessAndLess() {
        for (URI host : HOSTS) {
            hosts.fails(host.getHost(), SeedFault.HTTP_STATUS);
        }
        start();
        assertTrue(runs(24 * 3600));
        int rounds = hosts.asked.size() / 3;
        assertTrue(rounds > 24 * 3 && rounds < 24 * 4 + 10, rounds + " rounds in a day");
    }

    @Test
    void aHostThatAnsweredWellIsNotAskedAgain() {
        hosts.good("a.test", 30);
        start();
        assertTrue(runs(600));
        assertEquals(
                1,
                hosts.asked.stream()
                        .filter(file -> file.getHost().equals("a.test"))
                        .count());
        assertEquals(30, delivered.size());
        hosts.good("b.test", 30);
        hosts.good("c.test", 30);
        assertFalse(runs(80));
    }

    @Test
    void stoppedItAsksAndDeliversNothingAndMayBeginAgain() {
        hosts.good("a.test", 30);
        hosts.good("b.test", 30);
        hosts.good("c.test", 30);
        start();
        world.on(lane, reseeder::stop);
        assertFalse(runs(3600));
        assertEquals(1, hosts.cancelled);
        assertEquals(1, hosts.asked.size());
        assertEquals(Set.of(), delivered);
        start();
        start();
        assertFalse(runs(10));
        assertEquals(60, delivered.size());
    }

    @Test
    void whenTooFewAreLeftTheHostsAreAskedAgainButNeverOften() {
        for (URI host : HOSTS) {
            hosts.good(host.getHost(), 30);
        }
        start();
        assertFalse(runs(10));
        assertEquals(2, hosts.asked.size());
        int rounds = 0;
        for (int minute = 0; minute < 24 * 60; minute++) {
            int before = hosts.asked.size();
            start();
            runs(60);
            rounds += hosts.asked.size() > before ? 1 : 0;
        }
        // after one hour, two, four, eight
        assertEquals(4, rounds);
        world.on(lane, () -> reseeder.keepEnough(Reseeder.WANTED_ROUTERS));
        assertFalse(runs(24 * 3600));
        int before = hosts.asked.size();
        start();
        assertTrue(reseeder.isRunning());
        assertFalse(runs(10));
        assertEquals(before + 2, hosts.asked.size());
        runs(2 * 3600);
        start();
        assertTrue(reseeder.isRunning(), "a router that had enough meanwhile does not wait as long");
    }

    @Test
    void aRouterReseedsFromServersOnTheLoopback() throws Exception {
        TestSigner localhost = TestSigner.make("localhost", 2048, "-ext", "san=dns:localhost");
        long now = System.currentTimeMillis();
        SeededEntropy entropy = new SeededEntropy(5);
        byte[] first = TestSeeds.bundle(signer, TestSeeds.routers(30, entropy, now - 1000));
        byte[] second = TestSeeds.bundle(signer, TestSeeds.routers(30, entropy, now - 1000));
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoopLane real = new EventLoopLane(loops.next(), SystemClock.INSTANCE);
        CryptoPool pool = new CryptoPool(2);
        CountDownLatch bundles = new CountDownLatch(2);
        List<RouterInfo> got = new ArrayList<>();
        try (TestTlsServer one = new TestTlsServer(localhost, TestTlsServer.file(first));
                TestTlsServer two = new TestTlsServer(localhost, TestTlsServer.file(second));
                TestTlsServer down = new TestTlsServer(localhost, out -> out.write(TestTlsServer.head("404 Gone")))) {
            ReseedSources sources = new ReseedSources(
                    List.of(down.host(), one.host(), two.host()),
                    Map.of(signer.name(), signer.certificate()),
                    List.of(localhost.certificate()));
            HttpsFetcher fetcher =
                    new HttpsFetcher(real, pool, sources.tlsCertificates(), null, HttpsFetcher.Limits.defaults());
            Reseeder running =
                    new Reseeder(real, SecureEntropy.INSTANCE, pool, sources, fetcher, TestSeeds.NET_ID, routers -> {
                        got.addAll(routers);
                        bundles.countDown();
                    });
            real.execute(() -> running.keepEnough(0));
            assertTrue(bundles.await(30, TimeUnit.SECONDS));
            assertEquals(60, real.loop().submit(got::size).get(10, TimeUnit.SECONDS));
            real.loop().submit(running::stop).get(10, TimeUnit.SECONDS);
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
            pool.close();
        }
    }
}
