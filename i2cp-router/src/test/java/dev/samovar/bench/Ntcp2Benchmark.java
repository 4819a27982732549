package dev.samovar.bench;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DialFailure;
import dev.samovar.transport.DisconnectReason;
import dev.samovar.transport.ntcp2.Ntcp2Config;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Our initiators drive a responder, ours or i2pd, whose CPU time is measured. Arguments: {@code handshakes} or {@code bulk},
 * the responder's router.info, its process id, network id, handshakes or megabytes to warm up
 * with, seconds to measure, how many initiators,
 * the first three numbers of their addresses ({@code 44.100.0.}), and perhaps {@code fresh}: each handshake with a RouterInfo
 * that the responder has not seen, as strangers have. Numbers from runs beside each other can be compared, turn by turn; others
 * cannot.
 */
public final class Ntcp2Benchmark {

    private static final int TUNNEL_DATA = 18;
    private static final int TUNNEL_DATA_BYTES = 1028;
    private static final long BYTES_TO_WARM_WITH = 1_000_000;
    private static final double TICKS_PER_SECOND = 100;
    private static final long REFILL_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

    private Ntcp2Benchmark() {}

    /** Connects, waits until the peer's first frame shows that it has the session too, disconnects, and again. */
    private static final class Dialler extends Ntcp2ResponderProgram.Sink {
        final AtomicLong done;
        final AtomicLong failed;
        final RouterInfo peer;
        final boolean fresh;
        Ntcp2Node node;
        boolean waiting;

        Dialler(RouterInfo peer, boolean fresh, AtomicLong done, AtomicLong failed) {
            this.peer = peer;
            this.fresh = fresh;
            this.done = done;
            this.failed = failed;
        }

        void dial() {
            node.lane.execute(() -> {
                if (fresh) {
                    node.forgetInfo();
                }
                if (!node.manager.connect(peer).accepted()) {
                    failed.incrementAndGet();
                    node.lane.schedule(node.lane.clock().nanos() + TimeUnit.SECONDS.toNanos(1), this::dial);
                }
            });
        }

        @Override
        public void onConnected(RouterInfo to, boolean inbound) {
            waiting = true;
        }

        /** Ours sends its RouterInfo in a block, i2pd 2.45 in a DatabaseStore. */
        private void onFirstFrame(Hash from) {
            if (waiting) {
                waiting = false;
                done.incrementAndGet();
                node.manager.disconnect(from, DisconnectReason.IDLE);
            }
        }

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
            onFirstFrame(from);
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            super.onMessage(from, message);
            onFirstFrame(from);
        }

        @Override
        public void onDisconnected(Hash from, DisconnectReason reason) {
            dial();
        }

        @Override
        public void onDialFailed(Hash from, DialFailure reason) {
            failed.incrementAndGet();
            dial();
        }
    }

    public static void main(String[] args) throws Exception {
        boolean handshakes = args[0].equals("handshakes");
        RouterInfo peer = RouterInfo.fromBytes(Files.readAllBytes(Path.of(args[1])));
        String process = args[2];
        int network = Integer.parseInt(args[3]);
        int warm = Integer.parseInt(args[4]);
        int seconds = Integer.parseInt(args[5]);
        int initiators = Integer.parseInt(args[6]);
        boolean fresh = args.length > 8 && args[8].equals("fresh");
        AtomicLong done = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        List<Ntcp2Node> nodes = new ArrayList<>();
        for (int i = 0; i < initiators; i++) {
            Dialler dialler = new Dialler(peer, fresh, done, failed);
            InetSocketAddress from = new InetSocketAddress(args[7] + (1 + i), 0);
            Ntcp2Node node = new Ntcp2Node(
                    Ntcp2Config.of(network, true, Ntcp2Config.Endpoint.at(from)),
                    1,
                    1,
                    "XR",
                    handshakes ? dialler : new Ntcp2ResponderProgram.Sink());
            dialler.node = node;
            nodes.add(node);
            if (handshakes) {
                dialler.dial();
            } else {
                node.lane.execute(() -> fill(node, peer));
            }
        }
        while ((handshakes ? done.get() : bytesOut(nodes) / BYTES_TO_WARM_WITH) < warm) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        long before = handshakes ? done.get() : bytesOut(nodes);
        double cpuBefore = cpuSeconds(process);
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        double cpu = cpuSeconds(process) - cpuBefore;
        double wall = (System.nanoTime() - start) / 1e9;
        long count = (handshakes ? done.get() : bytesOut(nodes)) - before;
        if (handshakes) {
            System.out.printf(
                    "handshakes: %d in %.1f s (%.0f/s), cpu %.2f s, %.0f per CPU second, %.0f us each; failed %d%n",
                    count, wall, count / wall, cpu, count / cpu, cpu / count * 1e6, failed.get());
        } else {
            System.out.printf(
                    "bulk: %.1f MB in %.1f s (%.1f MB/s), cpu %.2f s, %.1f MB per CPU second%n",
                    count / 1e6, wall, count / 1e6 / wall, cpu, count / 1e6 / cpu);
        }
        System.exit(0);
    }

    private static void fill(Ntcp2Node node, RouterInfo peer) {
        byte[] body = new byte[TUNNEL_DATA_BYTES];
        body[0] = 0x55;
        long expires = System.currentTimeMillis() + 30_000;
        for (int i = 0; i < 256; i++) {
            I2npMessage message = new I2npMessage(TUNNEL_DATA, i + 1, expires, Unpooled.wrappedBuffer(body));
            if (!node.manager.send(peer, message).accepted()) {
                break;
            }
        }
        node.lane.schedule(node.lane.clock().nanos() + REFILL_NANOS, () -> fill(node, peer));
    }

    private static long bytesOut(List<Ntcp2Node> nodes) throws Exception {
        long sum = 0;
        for (Ntcp2Node node : nodes) {
            sum += node.on(() -> node.manager.status().transports().get(0).bytesOut());
        }
        return sum;
    }

    /** User and system time of a process and all its threads. */
    private static double cpuSeconds(String process) throws IOException {
        String stat = Files.readString(Path.of("/proc", process, "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }
}
