package dev.samovar.bench;

import dev.samovar.crypto.AesCbc;
import dev.samovar.crypto.ChaCha20;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.CryptoProvider;
import dev.samovar.crypto.Hkdf;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.crypto.SipHash24;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.testkit.SeededEntropy;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the router's primitives cost: CPU time of this thread in microseconds per operation, the median of seven runs after a
 * warm-up, with the bytes that each allocates. Run its main method with the test class path, once as it is and once with
 * {@code -Dsamovar.crypto=bouncycastle}.
 */
public final class CryptoBenchmark {

    private static final int RUNS = 7;
    private static final long WARM_UP_NANOS = 700_000_000;
    private static final long RUN_NANOS = 200_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CryptoBenchmark() {}

    public static void main(String[] words) {
        SeededEntropy entropy = new SeededEntropy(1);
        long start = System.nanoTime();
        CryptoProvider provider = CryptoProvider.current();
        System.out.printf(
                Locale.ROOT,
                "JDK %s, %s, chosen in %.0f ms; microseconds of CPU, bytes allocated%n",
                Runtime.version(),
                provider.description(),
                (System.nanoTime() - start) / 1e6);

        SigningKeys keys = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        byte[] message = entropy.bytes(700);
        byte[] signature = keys.sign(message);
        measure("Ed25519 sign 700 B", () -> keys.sign(message));
        measure(
                "Ed25519 verify 700 B",
                () -> check(Signatures.verify(keys.type(), keys.publicKey(), message, signature)));
        SecretBytes ours = SecretBytes.takeOver(entropy.bytes(32));
        byte[] theirs = X25519KeyPair.generate(entropy).publicKey();
        byte[] secret = new byte[32];
        measure("X25519 key pair", () -> X25519.publicKey(ours));
        measure("X25519 agree", () -> check(X25519.agree(ours, theirs, secret)));

        byte[] key = entropy.bytes(32);
        for (int length : new int[] {64, 1730, 16_384}) {
            byte[] buffer = new byte[length + 16];
            byte[] sealed = new byte[length + 16];
            ChaChaPoly cipher = new ChaChaPoly(key);
            cipher.seal(1, null, buffer, 0, length, sealed, 0);
            long[] nonce = {2};
            measure(
                    "ChaCha20-Poly1305 seal " + length + " B",
                    () -> cipher.seal(nonce[0]++, null, buffer, 0, length, buffer, 0));
            // in turn with another nonce, since the same one twice in a row costs more
            byte[] other = new byte[length + 16];
            cipher.seal(0, null, new byte[length], 0, length, other, 0);
            byte[] plain = new byte[length];
            boolean[] turn = {false};
            measure("ChaCha20-Poly1305 open " + length + " B", () -> {
                turn[0] = !turn[0];
                check(cipher.open(turn[0] ? 0 : 1, null, turn[0] ? other : sealed, 0, length + 16, plain, 0) == length);
            });
        }
        byte[] sealed = new byte[80];
        ChaChaPoly refuser = new ChaChaPoly(key);
        measure("- refusal 64 B", () -> check(refuser.open(1, null, sealed, 0, 80, sealed, 0) < 0));

        byte[] none = new byte[0];
        measure("HKDF 64 B", () -> Hkdf.derive(key, none, "SessionTagKeyGen", 64));
        measure("SipHash 8 B", () -> secret[0] ^= (byte) SipHash24.hash(1, secret[0], 3));
        byte[] nonce12 = new byte[12];
        byte[] record = new byte[218];
        measure("ChaCha20 218 B", () -> ChaCha20.apply(key, nonce12, record, 0, record.length));
        byte[] iv = new byte[16];
        byte[] tunnel = new byte[1008];
        measure("AES-CBC encrypt 32 B", () -> AesCbc.encrypt(key, iv, tunnel, 0, 32));
        measure("AES-CBC encrypt 1008 B", () -> AesCbc.encrypt(key, iv, tunnel, 0, 1008));
        measure("AES-CBC decrypt 1008 B", () -> AesCbc.decrypt(key, iv, tunnel, 0, 1008));
        byte[] options = new byte[16];
        measure("Noise: start, MixKey, seal 16 B", () -> {
            NoiseState state = NoiseState.ntcp2(theirs);
            state.mixKey(key);
            state.seal(options);
            state.destroy();
        });
    }

    private static void check(boolean as) {
        if (!as) {
            throw new AssertionError("a wrong answer");
        }
    }

    private static void measure(String name, Runnable operation) {
        run(operation, WARM_UP_NANOS);
        double[] runs = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            runs[i] = run(operation, RUN_NANOS);
        }
        Arrays.sort(runs);
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.2f [%.2f-%.2f] %8d%n",
                name,
                runs[RUNS / 2],
                runs[0],
                runs[RUNS - 1],
                allocated(operation));
    }

    private static long allocated(Runnable operation) {
        if (!(THREADS instanceof com.sun.management.ThreadMXBean counter)) {
            return -1;
        }
        int times = 1000;
        long before = counter.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < times; i++) {
            operation.run();
        }
        return (counter.getCurrentThreadAllocatedBytes() - before) / times;
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
