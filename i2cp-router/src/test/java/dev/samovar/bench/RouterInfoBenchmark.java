package dev.samovar.bench;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.crypto.CryptoProvider;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.peer.Peer;
import dev.samovar.testkit.SeededEntropy;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a netDb of 10,000 RouterInfos costs: wall time to decode and verify them on two threads in a fresh JVM, and the heap
 * that they hold with what selection reads of them. Half have three published addresses, half are firewalled behind three
 * introducers, as in the live network. Run its main method with the test class path.
 */
public final class RouterInfoBenchmark {

    private static final int ROUTERS = 10_000;
    private static final int THREADS = 2;
    private static final int BATCH = 64;

    private RouterInfoBenchmark() {}

    public static void main(String[] words) throws Exception {
        List<byte[]> stored = new ArrayList<>();
        SeededEntropy entropy = new SeededEntropy(1);
        long total = 0;
        for (int i = 0; i < ROUTERS; i++) {
            byte[] bytes = make(i, entropy).bytes().clone();
            total += bytes.length;
            stored.add(bytes);
        }
        System.out.printf(
                Locale.ROOT,
                "JDK %s, %s; %d router infos of %d bytes on average%n",
                Runtime.version(),
                CryptoProvider.current().description(),
                ROUTERS,
                total / ROUTERS);
        for (int round = 0; round < 3; round++) {
            long before = usedHeap();
            long cpuStart = cpuNanos();
            long start = System.nanoTime();
            Map<Hash, Peer> all = load(stored);
            double millis = (System.nanoTime() - start) / 1e6;
            double cpuMillis = (cpuNanos() - cpuStart) / 1e6;
            long held = usedHeap() - before;
            System.out.printf(
                    Locale.ROOT,
                    "load and verify: %.0f ms on %d threads, %.0f ms of CPU with the compiler's; heap held: %.1f MB, %d bytes each (%d)%n",
                    millis,
                    THREADS,
                    cpuMillis,
                    held / 1e6,
                    held / ROUTERS,
                    all.size());
        }
    }

    private static Map<Hash, Peer> load(List<byte[]> stored) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Callable<List<RouterInfo>>> batches = new ArrayList<>();
        for (int at = 0; at < stored.size(); at += BATCH) {
            List<byte[]> batch = stored.subList(at, Math.min(stored.size(), at + BATCH));
            batches.add(() -> {
                List<RouterInfo> infos = new ArrayList<>();
                for (byte[] bytes : batch) {
                    RouterInfo info = RouterInfo.fromBytes(bytes);
                    if (!info.verify()) {
                        throw new AssertionError("a good signature was refused");
                    }
                    infos.add(info);
                }
                return infos;
            });
        }
        Map<Hash, Peer> all = new HashMap<>();
        for (Future<List<RouterInfo>> batch : threads.invokeAll(batches)) {
            for (RouterInfo info : batch.get()) {
                all.put(info.hash(), Peer.of(info));
            }
        }
        threads.shutdown();
        return all;
    }

    private static RouterInfo make(int i, SeededEntropy entropy) throws WireException {
        RouterKeys keys = RouterKeys.generate(entropy);
        String host = (20 + i / 65_536) + "." + (i / 256 % 256) + "." + (i % 256) + ".7";
        String staticKey = Encodings.base64(entropy.bytes(32));
        String intro = Encodings.base64(entropy.bytes(32));
        String iv = Encodings.base64(entropy.bytes(16));
        List<RouterAddress> addresses = new ArrayList<>();
        boolean published = i % 2 == 0;
        if (published) {
            addresses.add(new RouterAddress(
                    3, "NTCP2", Mapping.of(Map.of("host", host, "port", "23456", "s", staticKey, "i", iv, "v", "2"))));
            addresses.add(new RouterAddress(
                    8,
                    "SSU2",
                    Mapping.of(Map.of(
                            "host", host, "port", "23456", "s", staticKey, "i", intro, "v", "2", "caps", "BC4", "mtu",
                            "1472"))));
            addresses.add(new RouterAddress(
                    9,
                    "SSU2",
                    Mapping.of(Map.of(
                            "host",
                            "2001:db8::" + Integer.toHexString(i),
                            "port",
                            "23456",
                            "s",
                            staticKey,
                            "i",
                            intro,
                            "v",
                            "2",
                            "caps",
                            "BC6"))));
        } else {
            addresses.add(new RouterAddress(14, "NTCP2", Mapping.of(Map.of("s", staticKey, "v", "2", "caps", "46"))));
            Map<String, String> options = new HashMap<>(Map.of("s", staticKey, "i", intro, "v", "2", "caps", "4"));
            for (int introducer = 0; introducer < 3; introducer++) {
                options.put("ih" + introducer, Encodings.base64(entropy.bytes(32)));
                options.put("itag" + introducer, String.valueOf(entropy.below(1 << 30)));
                options.put("iexp" + introducer, String.valueOf(1_700_000_000 + entropy.below(1 << 20)));
            }
            addresses.add(new RouterAddress(13, "SSU2", Mapping.of(options)));
        }
        return RouterInfo.sign(
                keys,
                1_700_000_000_000L + i,
                addresses,
                Mapping.of(Map.of(
                        "caps", published ? "XfR" : "LU",
                        "netId", "2",
                        "router.version", "0.9.66",
                        "netdb.knownRouters", "5123",
                        "netdb.knownLeaseSets", "61")));
    }

    /** CPU time of the whole process, which other programs on the machine lengthen little. */
    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(50);
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
