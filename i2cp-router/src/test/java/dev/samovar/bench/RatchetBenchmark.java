package dev.samovar.bench;

import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RatchetConfig;
import dev.samovar.garlic.RatchetPeer;
import dev.samovar.garlic.RatchetSessions;
import dev.samovar.garlic.SealOptions;
import dev.samovar.garlic.SealResult.Sealed;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;

/**
 * What ratchet sessions cost: CPU time of this thread in microseconds per message of {@value #LENGTH} bytes, after a warm-up;
 * and what a handshake, and garbage that might be one, costs. Run its main method with the test class path.
 */
public final class RatchetBenchmark {

    private static final int LENGTH = 1730;
    private static final int MESSAGES = 30_000;
    private static final int HANDSHAKES = 300;
    private static final int ROUNDS = 5;
    private static final double MICRO = 1000;
    private static final RatchetConfig CONFIG = new RatchetConfig(100_000, 4_000_000, 1000, 1_000_000, 1_000_000);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final Side alice = new Side();
    private final Side bob = new Side();
    private long now = 1;

    private final class Side {
        final X25519KeyPair keys = X25519KeyPair.generate(entropy);
        final RatchetPeer self = new RatchetPeer(Hash.of(keys.publicKey()), keys.publicKey());
        final RatchetSessions sessions = new RatchetSessions(CONFIG, keys, entropy);
    }

    private RatchetBenchmark() {}

    public static void main(String[] words) {
        RatchetBenchmark benchmark = new RatchetBenchmark();
        System.out.printf(
                "%-10s %10s %10s %10s %10s %10s %10s %10s%n",
                "us of CPU", "seal", "open", "seal NS", "open NS", "seal NSR", "open NSR", "garbage");
        for (int i = 0; i < ROUNDS; i++) {
            benchmark.run(i);
        }
    }

    private void run(int round) {
        double[] handshake = handshakes();
        double[] messages = messages();
        System.out.printf(
                Locale.ROOT,
                "round %-4d %10.2f %10.2f %10.0f %10.0f %10.0f %10.0f %10.0f%n",
                round,
                messages[0],
                messages[1],
                handshake[0],
                handshake[1],
                handshake[2],
                handshake[3],
                garbage());
    }

    private static GarlicClove clove() {
        return GarlicClove.local(new I2npMessage(DataMessage.TYPE, 1, 0, Unpooled.wrappedBuffer(new byte[LENGTH])));
    }

    private byte[] seal(Side from, Side to) {
        return ((Sealed) from.sessions.seal(to.self, List.of(clove()), SealOptions.NONE, now, 0)).garlic();
    }

    private void open(Side side, byte[] garlic) {
        ((Opened) side.sessions.open(garlic, now, 0)).release();
    }

    private double[] messages() {
        if (!alice.sessions.isEstablished(bob.self, now)) {
            open(bob, seal(alice, bob));
            bob.sessions.bind(alice.keys.publicKey(), alice.self.destination(), now);
            open(alice, seal(bob, alice));
        }
        long sealing = 0;
        long opening = 0;
        for (int i = 0; i < MESSAGES; i++) {
            long start = THREADS.getCurrentThreadCpuTime();
            byte[] garlic = seal(alice, bob);
            long sealed = THREADS.getCurrentThreadCpuTime();
            open(bob, garlic);
            opening += THREADS.getCurrentThreadCpuTime() - sealed;
            sealing += sealed - start;
            if (i % 100 == 0) {
                open(alice, seal(bob, alice));
                now += 1_000_000;
            }
        }
        return new double[] {sealing / MICRO / MESSAGES, opening / MICRO / MESSAGES};
    }

    private double[] handshakes() {
        long[] nanos = new long[4];
        for (int i = 0; i < HANDSHAKES; i++) {
            Side one = new Side();
            Side other = new Side();
            long start = THREADS.getCurrentThreadCpuTime();
            byte[] first = seal(one, other);
            nanos[0] += THREADS.getCurrentThreadCpuTime() - start;
            start = THREADS.getCurrentThreadCpuTime();
            open(other, first);
            nanos[1] += THREADS.getCurrentThreadCpuTime() - start;
            other.sessions.bind(one.keys.publicKey(), one.self.destination(), now);
            start = THREADS.getCurrentThreadCpuTime();
            byte[] reply = seal(other, one);
            nanos[2] += THREADS.getCurrentThreadCpuTime() - start;
            start = THREADS.getCurrentThreadCpuTime();
            open(one, reply);
            nanos[3] += THREADS.getCurrentThreadCpuTime() - start;
        }
        double[] micros = new double[nanos.length];
        for (int i = 0; i < nanos.length; i++) {
            micros[i] = nanos[i] / MICRO / HANDSHAKES;
        }
        return micros;
    }

    private double garbage() {
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < HANDSHAKES; i++) {
            bob.sessions.open(entropy.bytes(LENGTH), now, 0);
        }
        return (THREADS.getCurrentThreadCpuTime() - start) / MICRO / HANDSHAKES;
    }
}
