package dev.samovar.crypto;

import dev.samovar.base.Entropy;
import org.bouncycastle.math.ec.rfc7748.X25519Field;

/**
 * Public keys that look like random bytes (ECIES-X25519-AEAD-Ratchet specification, "Elligator2"): the map between half of
 * the points of Curve25519 and the numbers below 2^254, with u = 2, A = 486662, p = 2^255 - 19. A representative is 32
 * bytes, little-endian; its two highest bits mean nothing and are random.
 *
 * <p>A public key stands on the wire as one of two representatives, chosen at random, since a fixed choice could be told from
 * random bytes. The arithmetic of the field takes the same time for all numbers. What does depend on them is whether a key
 * has a representative, and which branch one came from; whoever sees the representative, which is sent in the open, can
 * compute both. Private keys are not touched here. Pure functions, safe from any thread.
 */
public final class Elligator2 {

    /** Length of a representative and of a public key, bytes. */
    public static final int LENGTH = 32;

    private static final int A = 486662;
    private static final int LAST = LENGTH - 1;
    private static final int UNUSED_BITS = 0xc0;
    /** Each key has a representative with a chance of one half: a source that gives so many without is broken. */
    private static final int MOST_TRIES = 256;

    private Elligator2() {}

    /**
     * A fresh key pair whose public key can be hidden, with its representative.
     *
     * @param pair the caller destroys it
     * @param representative stands for its public key on the wire
     */
    public record HiddenKeyPair(X25519KeyPair pair, byte[] representative) {

        /** A new one; makes two pairs on average. */
        public static HiddenKeyPair generate(Entropy entropy) {
            for (int i = 0; i < MOST_TRIES; i++) {
                X25519KeyPair pair = X25519KeyPair.generate(entropy);
                byte[] representative = encode(pair.publicKey(), (byte) entropy.below(1 << Byte.SIZE));
                if (representative != null) {
                    return new HiddenKeyPair(pair, representative);
                }
                pair.destroy();
            }
            throw new IllegalStateException("no key of " + MOST_TRIES + " has a representative");
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    /**
     * A representative of a public key, or null when it has none.
     *
     * @param choice random: its lowest bit chooses between the two representatives, its two highest are put into the unused
     *     bits
     */
    static byte[] encode(byte[] publicKey, byte choice) {
        int[] x = X25519Field.create();
        X25519Field.decode255(publicKey, x);
        // xa = -(x + A)
        int[] xa = constant();
        X25519Field.add(x, xa, xa);
        X25519Field.carry(xa);
        X25519Field.negate(xa, xa);
        X25519Field.carry(xa);
        boolean otherBranch = (choice & 1) != 0;
        int[] numerator = otherBranch ? xa : x;
        int[] denominator = X25519Field.create();
        int[] other = otherBranch ? x : xa;
        X25519Field.add(other, other, denominator);
        X25519Field.carry(denominator);
        int[] r = X25519Field.create();
        if (X25519Field.isZeroVar(denominator) || !X25519Field.sqrtRatioVar(numerator, denominator, r)) {
            return null;
        }
        // SPEC ecies#elligator2: of both roots the one up to (p - 1) / 2, which is the one whose double is even
        X25519Field.normalize(r);
        int[] twice = X25519Field.create();
        X25519Field.add(r, r, twice);
        X25519Field.carry(twice);
        byte[] bytes = bytes(twice);
        if ((bytes[0] & 1) != 0) {
            X25519Field.negate(r, r);
            X25519Field.carry(r);
        }
        byte[] representative = bytes(r);
        representative[LAST] |= (byte) (choice & UNUSED_BITS);
        return representative;
    }

    /**
     * The public key that a representative stands for. Every 32 bytes stand for one.
     *
     * @param representative read at {@code at}
     */
    public static byte[] decode(byte[] representative, int at) {
        byte[] masked = new byte[LENGTH];
        System.arraycopy(representative, at, masked, 0, LENGTH);
        masked[LAST] &= (byte) ~UNUSED_BITS;
        int[] r = X25519Field.create();
        X25519Field.decode255(masked, r);
        // d = 1 + 2 r^2, never zero, as -1/2 is no square
        int[] d = X25519Field.create();
        X25519Field.sqr(r, d);
        X25519Field.add(d, d, d);
        X25519Field.carry(d);
        X25519Field.addOne(d);
        X25519Field.carry(d);
        // v = -A / d
        int[] a = constant();
        int[] v = X25519Field.create();
        X25519Field.inv(d, v);
        X25519Field.mul(v, a, v);
        X25519Field.negate(v, v);
        X25519Field.carry(v);
        // t = v^3 + A v^2 + v = ((v + A) v + 1) v
        int[] t = X25519Field.create();
        X25519Field.add(v, a, t);
        X25519Field.carry(t);
        X25519Field.mul(t, v, t);
        X25519Field.addOne(t);
        X25519Field.carry(t);
        X25519Field.mul(t, v, t);
        int[] one = X25519Field.create();
        X25519Field.one(one);
        if (!X25519Field.sqrtRatioVar(t, one, r)) {
            // x = -v - A
            X25519Field.add(v, a, v);
            X25519Field.carry(v);
            X25519Field.negate(v, v);
            X25519Field.carry(v);
        }
        return bytes(v);
    }

    private static int[] constant() {
        int[] a = X25519Field.create();
        X25519Field.one(a);
        X25519Field.mul(a, A, a);
        return a;
    }

    private static byte[] bytes(int[] element) {
        X25519Field.normalize(element);
        byte[] out = new byte[LENGTH];
        X25519Field.encode(element, out);
        return out;
    }
}
