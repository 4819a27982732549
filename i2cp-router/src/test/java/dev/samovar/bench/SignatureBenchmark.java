package dev.samovar.bench;

import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Destination;
import dev.samovar.testkit.SeededEntropy;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;

/**
 * What keys and signatures cost: CPU time of this thread in microseconds, the median of seven runs after a warm-up, so that
 * other programs on the machine count little. Run its main method with the test class path.
 */
public final class SignatureBenchmark {

    private static final int MESSAGE_LENGTH = 1024;
    private static final int RUNS = 7;
    private static final long WARM_UP_NANOS = 700_000_000;
    private static final long RUN_NANOS = 200_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private SignatureBenchmark() {}

    public static void main(String[] words) {
        SeededEntropy entropy = new SeededEntropy(1);
        byte[] message = entropy.bytes(MESSAGE_LENGTH);
        System.out.printf("%-24s %10s %10s %10s%n", "microseconds of CPU", "key pair", "sign", "verify");
        for (SigType type : SigType.values()) {
            if (!type.usable()) {
                continue;
            }
            SigningKeys keys = SigningKeys.generate(type, entropy);
            Destination signer = Destination.create(type, keys.publicKey(), entropy);
            byte[] signature = keys.sign(message);
            print(
                    type.name(),
                    measure(() -> SigningKeys.generate(type, entropy)),
                    measure(() -> keys.sign(message)),
                    measure(() -> {
                        if (!signer.verify(message, signature)) {
                            throw new AssertionError("a good signature was refused");
                        }
                    }));
        }
        print("X25519", measure(() -> X25519KeyPair.generate(entropy)), Double.NaN, Double.NaN);
    }

    private static void print(String name, double keyPair, double sign, double verify) {
        System.out.printf(Locale.ROOT, "%-24s %10.1f %10.1f %10.1f%n", name, keyPair, sign, verify);
    }

    private static double measure(Runnable operation) {
        run(operation, WARM_UP_NANOS);
        double[] runs = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            runs[i] = run(operation, RUN_NANOS);
        }
        Arrays.sort(runs);
        return runs[RUNS / 2];
    }

    private static double run(Runnable operation, long nanos) {
        long start = THREADS.getCurrentThreadCpuTime();
        long operations = 0;
        long spent;
        do {
            operation.run();
            operations++;
            spent = THREADS.getCurrentThreadCpuTime() - start;
        } while (spent < nanos);
        return spent / 1e3 / operations;
    }
}
