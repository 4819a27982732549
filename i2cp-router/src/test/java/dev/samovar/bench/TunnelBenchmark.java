package dev.samovar.bench;

import dev.samovar.base.Entropy;
import dev.samovar.base.SecureEntropy;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelData;
import dev.samovar.tunnel.BandwidthOptions;
import dev.samovar.tunnel.BuildVerdict;
import dev.samovar.tunnel.HopKeys;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.TransitConfig;
import dev.samovar.tunnel.TransitPort;
import dev.samovar.tunnel.TransitTunnels;
import dev.samovar.tunnel.TunnelBuild;
import dev.samovar.tunnel.TunnelDelivery;
import dev.samovar.tunnel.TunnelHop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.function.IntConsumer;

/**
 * What tunnels cost: CPU time of this thread in microseconds, the median of seven runs after a warm-up, so that other programs
 * on the machine count little. Run its main method with the test class path.
 */
public final class TunnelBenchmark {

    private static final int RUNS = 7;
    private static final int CELLS = 20_000;
    private static final int MESSAGE_BYTES = 1800;
    private static final Entropy ENTROPY = SecureEntropy.INSTANCE;
    private static final Hash SELF = Hash.of(new byte[] {1});
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Queue<I2npMessage> sent = new ArrayDeque<>();
    private final X25519KeyPair keys = X25519KeyPair.generate(ENTROPY);
    private final Hash hop = Hash.of(new byte[] {2});
    private final TransitTunnels transit =
            new TransitTunnels(new TransitConfig(100_000, 10_000_000, 1 << 24), new Port(), keys, ENTROPY);
    private final long nowMillis = 1_767_225_600_000L;
    private final byte[] random = ENTROPY.bytes(1024);
    private long now = 1;
    private long sequence;

    private TunnelBenchmark() {}

    private final class Port implements TransitPort {

        @Override
        public Hash self() {
            return hop;
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            sent.add(message);
            return true;
        }

        @Override
        public void receive(I2npMessage message) {
            message.release();
        }

        @Override
        public boolean acceptsTransit() {
            return true;
        }

        @Override
        public int loadPercent() {
            return 0;
        }
    }

    public static void main(String[] words) {
        TunnelBenchmark benchmark = new TunnelBenchmark();
        System.out.printf("%-44s %10s%n", "", "us of CPU");
        benchmark.run();
    }

    private void run() {
        TunnelHop first = new TunnelHop(
                Hash.of(new byte[] {3}), X25519KeyPair.generate(ENTROPY).publicKey(), 7, BandwidthOptions.NONE);
        // 1: what the creator does, with three hops that are never asked
        for (int hops = 1; hops <= 3; hops++) {
            List<TunnelHop> through = new ArrayList<>();
            for (int i = 0; i < hops; i++) {
                through.add(first);
            }
            print(
                    "build of " + hops + " hops",
                    measure(500, i -> outbound(through).destroy()));
        }
        print("message of " + MESSAGE_BYTES + " bytes out, 3 hops", measure(CELLS, out(3)));
        print("message of 100 bytes out, 3 hops", measure(CELLS, out(3, 100)));
        // 2: what a hop does
        print("request made, 2 hops, and answered by one", measure(500, i -> ask()));
        TunnelBuild participant = join();
        print("cell passed on", measure(CELLS, i -> pass(participant)));
    }

    private TunnelBuild outbound(List<TunnelHop> through) {
        return TunnelBuild.outbound(through, SELF, 9, ENTROPY.nonZeroInt(), now, nowMillis, ENTROPY);
    }

    private IntConsumer out(int hops) {
        return out(hops, MESSAGE_BYTES);
    }

    private IntConsumer out(int hops, int bytes) {
        OutboundTunnel tunnel = tunnel(hops);
        byte[] body = ENTROPY.bytes(bytes);
        return i -> {
            ByteBuf buffer = PooledByteBufAllocator.DEFAULT.heapBuffer(bytes).writeBytes(body);
            I2npMessage message = new I2npMessage(DataMessage.TYPE, i + 1, nowMillis + 10_000, buffer);
            tunnel.send(new TunnelDelivery.ToTunnel(hop, 3), message, nowMillis, (router, cell) -> cell.release());
        };
    }

    /** A tunnel of hops that were never asked. */
    private OutboundTunnel tunnel(int hops) {
        List<TunnelHop> through = new ArrayList<>();
        for (int i = 0; i < hops; i++) {
            through.add(new TunnelHop(hop, keys.publicKey(), ENTROPY.nonZeroInt(), BandwidthOptions.NONE));
        }
        TunnelBuild build = outbound(through);
        List<HopKeys> layers = new ArrayList<>();
        for (int i = 0; i < hops; i++) {
            layers.add(new HopKeys(SecretBytes.takeOver(ENTROPY.bytes(32)), SecretBytes.takeOver(ENTROPY.bytes(32))));
        }
        return OutboundTunnel.of(build, new BuildVerdict.Accepted(layers, List.of()), ENTROPY);
    }

    private TunnelBuild join() {
        TunnelHop here = new TunnelHop(hop, keys.publicKey(), ENTROPY.nonZeroInt(), BandwidthOptions.NONE);
        TunnelHop next = new TunnelHop(Hash.of(new byte[] {4}), keys.publicKey(), 8, BandwidthOptions.NONE);
        TunnelBuild build = outbound(List.of(here, next));
        transit.onBuild(SELF, build.request().toMessage(1, nowMillis + 10_000), now, nowMillis);
        sent.forEach(I2npMessage::release);
        sent.clear();
        return build;
    }

    private void ask() {
        now += 1_000_000_000;
        TunnelHop here = new TunnelHop(hop, keys.publicKey(), ENTROPY.nonZeroInt(), BandwidthOptions.NONE);
        TunnelHop next = new TunnelHop(Hash.of(new byte[] {4}), keys.publicKey(), 8, BandwidthOptions.NONE);
        TunnelBuild build = outbound(List.of(here, next));
        transit.onBuild(SELF, build.request().toMessage(1, nowMillis + 10_000), now, nowMillis);
        sent.forEach(I2npMessage::release);
        sent.clear();
        transit.handleTimeout(now, nowMillis);
        build.destroy();
    }

    private void pass(TunnelBuild tunnel) {
        ByteBuf body = PooledByteBufAllocator.DEFAULT.heapBuffer(1028);
        body.writeInt(tunnel.hops().get(0).receiveTunnelId());
        body.writeBytes(random);
        body.setLong(4, sequence++);
        if (!transit.onTunnelData(SELF, new I2npMessage(TunnelData.TYPE, 1, nowMillis, body), now, nowMillis)) {
            throw new AssertionError("the tunnel is not there");
        }
        for (I2npMessage message; (message = sent.poll()) != null; ) {
            message.release();
        }
    }

    private static void print(String name, double micros) {
        System.out.printf(Locale.ROOT, "%-44s %10.2f%n", name, micros);
    }

    private static double measure(int times, IntConsumer operation) {
        double[] runs = new double[RUNS];
        for (int run = -2; run < RUNS; run++) {
            long begin = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < times; i++) {
                operation.accept(i);
            }
            double micros = (THREADS.getCurrentThreadCpuTime() - begin) / 1000.0 / times;
            if (run >= 0) {
                runs[run] = micros;
            }
        }
        Arrays.sort(runs);
        return runs[RUNS / 2];
    }
}
