package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Elligator2Test {

    private static final long SEED = 41;
    private static final Vectors VECTORS = Vectors.load("elligator2");
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger A = BigInteger.valueOf(486662);

    private static BigInteger number(byte[] littleEndian) {
        byte[] bytes = new byte[littleEndian.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = littleEndian[bytes.length - 1 - i];
        }
        return new BigInteger(1, bytes);
    }

    /** The textbook's map, with numbers of any size. */
    private static BigInteger textbook(byte[] representative) {
        BigInteger r = number(representative).mod(BigInteger.TWO.pow(254));
        BigInteger v = A.negate()
                .multiply(BigInteger.ONE
                        .add(r.multiply(r).multiply(BigInteger.TWO))
                        .modInverse(P))
                .mod(P);
        BigInteger t = v.pow(3).add(A.multiply(v).multiply(v)).add(v).mod(P);
        boolean square = t.modPow(P.subtract(BigInteger.ONE).shiftRight(1), P).equals(BigInteger.ONE);
        return square ? v : v.negate().subtract(A).mod(P);
    }

    @Test
    void knownKeysHaveTheirRepresentatives() {
        int hidden = 0;
        for (int i = 0; i < 12; i++) {
            String at = "encode/" + i + "/";
            byte[] publicKey = VECTORS.bytes(at + "public");
            assertArrayEquals(publicKey, X25519.publicKey(SecretBytes.takeOver(VECTORS.bytes(at + "private"))));
            if (VECTORS.text(at + "encodable").equals("true")) {
                hidden++;
                assertArrayEquals(VECTORS.bytes(at + "rep_low"), Elligator2.encode(publicKey, (byte) 0));
                assertArrayEquals(VECTORS.bytes(at + "rep_high"), Elligator2.encode(publicKey, (byte) 1));
                assertArrayEquals(
                        VECTORS.bytes(at + "rep_low_with_top_bits"), Elligator2.encode(publicKey, (byte) 0xc0));
                for (String name : new String[] {"rep_low", "rep_high", "rep_low_with_top_bits"}) {
                    assertArrayEquals(publicKey, Elligator2.decode(VECTORS.bytes(at + name), 0));
                }
            } else {
                assertNull(Elligator2.encode(publicKey, (byte) 0));
                assertNull(Elligator2.encode(publicKey, (byte) 1));
            }
        }
        assertTrue(hidden > 0 && hidden < 12);
    }

    @Test
    void knownRandomBytesStandForTheirKeys() {
        for (int i = 0; i < 4; i++) {
            String at = "decode_random/" + i + "/";
            assertArrayEquals(VECTORS.bytes(at + "decoded"), Elligator2.decode(VECTORS.bytes(at + "encoded"), 0));
        }
    }

    @Test
    void anyBytesStandForTheKeyThatTheTextbookSays() {
        SeededEntropy entropy = new SeededEntropy(SEED);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = entropy.bytes(40);
            byte[] representative = Arrays.copyOfRange(bytes, 8, 40);
            assertEquals(textbook(representative), number(Elligator2.decode(bytes, 8)), "seed " + SEED);
        }
        byte[] edge = new byte[32];
        assertEquals(textbook(edge), number(Elligator2.decode(edge, 0)));
        Arrays.fill(edge, (byte) 0xff);
        assertEquals(textbook(edge), number(Elligator2.decode(edge, 0)));
        edge[0] = (byte) 0xed;
        assertEquals(textbook(edge), number(Elligator2.decode(edge, 0)));
    }

    @Test
    void aHiddenKeyComesBackAndUsesAllBits() {
        SeededEntropy entropy = new SeededEntropy(SEED);
        int[] ones = new int[256];
        int rounds = 400;
        for (int i = 0; i < rounds; i++) {
            HiddenKeyPair hidden = HiddenKeyPair.generate(entropy);
            byte[] representative = hidden.representative();
            assertArrayEquals(hidden.pair().publicKey(), Elligator2.decode(representative, 0), "seed " + SEED);
            for (int bit = 0; bit < 256; bit++) {
                ones[bit] += representative[bit / 8] >> (bit % 8) & 1;
            }
        }
        for (int bit = 0; bit < 256; bit++) {
            assertTrue(ones[bit] > rounds / 3 && ones[bit] < rounds * 2 / 3, "bit " + bit + ": " + ones[bit]);
        }
    }

    @Test
    void pointsWithoutRepresentativeAreRefused() {
        byte[] zero = new byte[32];
        // x = 0: the one branch divides by it, the other is zero and comes back
        assertNull(Elligator2.encode(zero, (byte) 1));
        // x = -A
        byte[] minusA = new byte[32];
        byte[] big = P.subtract(A).toByteArray();
        for (int i = 0; i < big.length; i++) {
            minusA[i] = big[big.length - 1 - i];
        }
        assertNull(Elligator2.encode(minusA, (byte) 0));
    }

    @Test
    void aHiddenPairShowsNothing() {
        assertEquals(
                "[redacted]", HiddenKeyPair.generate(new SeededEntropy(SEED)).toString());
    }
}
