package dev.samovar.bench;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.Encodings;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Lane;
import dev.samovar.base.SystemClock;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.NetDb;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.netdb.NetDbPort;
import dev.samovar.netdb.RouterInfoStorage;
import dev.samovar.netdb.RouterInfoStore;
import dev.samovar.netdb.RoutingKey;
import dev.samovar.peer.BanList;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.TestRouters;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a network database of 10,000 RouterInfos costs: to load with all signatures checked, to hold, to ask by hash, and to
 * ask for the eight closest of 1,000 floodfills. The RouterInfos are as large as those of the live network: three addresses.
 * Run its main method with the test class path.
 */
public final class NetDbBenchmark {

    private static final int ROUTERS = 10_000;
    private static final int FLOODFILL_EACH = 10;
    private static final int RUNS = 5;
    private static final int QUESTIONS = 200_000;

    private static final com.sun.management.OperatingSystemMXBean PROCESS =
            (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private NetDbBenchmark() {}

    public static void main(String[] words) throws InterruptedException {
        List<byte[]> all = make();
        System.out.printf(
                Locale.ROOT,
                "%d RouterInfos of %.0f bytes%n",
                all.size(),
                all.stream().mapToInt(bytes -> bytes.length).average().orElse(0));
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Lane lane = new EventLoopLane(loops.next(), SystemClock.INSTANCE);
        int cores = Runtime.getRuntime().availableProcessors();
        CryptoPool pool = new CryptoPool(cores);
        NetDb netDb = null;
        for (int run = 0; run < RUNS; run++) {
            netDb = null;
            long before = usedMemory();
            netDb = newNetDb(lane, pool);
            long cpuBefore = PROCESS.getProcessCpuTime();
            long nanos = load(netDb, lane, all);
            long cpu = PROCESS.getProcessCpuTime() - cpuBefore;
            long memory = usedMemory() - before;
            System.out.printf(
                    Locale.ROOT,
                    "load, checked on %d cores: %.2f s, %.2f s of CPU; held: %.1f MB%n",
                    cores,
                    nanos / 1e9,
                    cpu / 1e9,
                    memory / 1e6);
        }
        RouterInfoStore store = netDb.routers();
        System.out.printf("%d routers, %d floodfills%n", store.size(), store.floodfillCount());
        byHash(store);
        closest(store);
        pool.close();
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private static List<byte[]> make() {
        SeededEntropy entropy = new SeededEntropy(1);
        long now = SystemClock.INSTANCE.epochMillis();
        List<byte[]> all = new ArrayList<>(ROUTERS);
        for (int i = 0; i < ROUTERS; i++) {
            Map<String, String> v6 = Map.of(
                    "host",
                    "2a01:4f8:" + Integer.toHexString(i) + "::1",
                    "port",
                    "4567",
                    "s",
                    key(entropy),
                    "i",
                    "A".repeat(22) + "==",
                    "v",
                    "2");
            Map<String, String> ssu = Map.of(
                    "host",
                    TestRouters.host(i),
                    "port",
                    "4567",
                    "s",
                    key(entropy),
                    "i",
                    key(entropy),
                    "v",
                    "2",
                    "caps",
                    "BC4");
            List<RouterAddress> addresses = List.of(
                    TestRouters.ntcp2(TestRouters.host(i)),
                    TestRouters.address("NTCP2", v6),
                    TestRouters.address("SSU2", ssu));
            String caps = i % FLOODFILL_EACH == 0 ? "XfR" : "LR";
            all.add(TestRouters.info(RouterKeys.generate(entropy), now - i, addresses, Map.of("caps", caps))
                    .bytes());
        }
        return all;
    }

    private static String key(SeededEntropy entropy) {
        return Encodings.base64(entropy.bytes(32));
    }

    private static NetDb newNetDb(Lane lane, CryptoPool pool) throws InterruptedException {
        SeededEntropy entropy = new SeededEntropy(2);
        RouterInfo self =
                TestRouters.info(RouterKeys.generate(entropy), SystemClock.INSTANCE.epochMillis(), "XR", "44.1.1.1");
        NetDb[] made = new NetDb[1];
        onLane(
                lane,
                () -> made[0] = new NetDb(
                        lane,
                        entropy,
                        pool,
                        new Alone(self),
                        NetDbConfig.of(TestRouters.NET_ID, RouterVersion.parse("0.9.59")),
                        RouterInfoStorage.none(),
                        new PeerProfiles(),
                        new BanList(),
                        new ClockSkew()));
        return made[0];
    }

    private static long load(NetDb netDb, Lane lane, List<byte[]> all) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        long start = System.nanoTime();
        lane.execute(() -> netDb.addSeeds(all, kept -> {
            if (kept != ROUTERS) {
                throw new AssertionError("kept " + kept);
            }
            done.countDown();
        }));
        done.await();
        return System.nanoTime() - start;
    }

    private static void byHash(RouterInfoStore store) {
        Hash[] hashes = new Hash[store.size()];
        for (int i = 0; i < hashes.length; i++) {
            // of its own, as a hash from the wire is
            hashes[i] = Hash.fromBytes(store.at(i).hash().toBytes());
        }
        report("get by hash", 1, i -> store.get(hashes[i % hashes.length]) != null);
    }

    private static void closest(RouterInfoStore store) {
        SeededEntropy entropy = new SeededEntropy(3);
        long now = SystemClock.INSTANCE.epochMillis();
        RoutingKey[] keys = new RoutingKey[1000];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = RoutingKey.at(Hash.fromBytes(entropy.bytes(Hash.LENGTH)), now);
        }
        report(
                "eight closest of 1,000",
                20,
                i -> store.closestFloodfills(keys[i % keys.length], 8, peer -> true)
                                .size()
                        == 8);
    }

    private interface Question {
        boolean answer(int number);
    }

    private static void report(String name, int part, Question question) {
        double[] micros = new double[RUNS];
        for (int run = 0; run < RUNS; run++) {
            long start = System.nanoTime();
            for (int i = 0; i < QUESTIONS / part; i++) {
                if (!question.answer(i * 7 & Integer.MAX_VALUE)) {
                    throw new AssertionError(name);
                }
            }
            micros[run] = (System.nanoTime() - start) / 1e3 / (QUESTIONS / part);
        }
        Arrays.sort(micros);
        System.out.printf(Locale.ROOT, "%s: %.3f microseconds%n", name, micros[RUNS / 2]);
    }

    private static void onLane(Lane lane, Runnable work) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        lane.execute(() -> {
            work.run();
            done.countDown();
        });
        done.await();
    }

    private static long usedMemory() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** A router without a network. */
    private record Alone(RouterInfo self) implements NetDbPort {

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            message.release();
            return false;
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            message.release();
            return false;
        }

        @Override
        public void toOwnGateway(I2npMessage message) {
            message.release();
        }

        @Override
        public boolean isConnected(Hash router) {
            return false;
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return true;
        }

        @Override
        public RouterInfo signSelf() {
            return self;
        }
    }
}
