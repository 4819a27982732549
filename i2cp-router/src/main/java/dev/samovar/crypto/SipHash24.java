package dev.samovar.crypto;

/**
 * SipHash-2-4 of one 8-byte message (Aumasson and Bernstein, 2012), which masks the lengths of NTCP2 frames. All words are
 * little-endian. Pure function.
 */
public final class SipHash24 {

    /** The last word of an 8-byte message: its length in the top byte. */
    private static final long LENGTH_WORD = 8L << 56;

    private SipHash24() {}

    /** The hash of the 8 bytes of {@code message} under the key {@code k0}, {@code k1}. */
    public static long hash(long k0, long k1, long message) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        for (int round = 0; round < 8; round++) {
            // before the rounds 0, 2 and 4 a word goes in: the message, its length, the mark of the end
            if (round == 0) {
                v3 ^= message;
            } else if (round == 2) {
                v0 ^= message;
                v3 ^= LENGTH_WORD;
            } else if (round == 4) {
                v0 ^= LENGTH_WORD;
                v2 ^= 0xff;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
