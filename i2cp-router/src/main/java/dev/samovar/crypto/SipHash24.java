package dev.samovar.crypto;

/** SipHash-2-4 of one 8-byte message, which is all that NTCP2 hashes with it (its length obfuscation). */
public final class SipHash24 {

    private SipHash24() {}

    /**
     * @param k0 bytes 0 to 7 of the key, little-endian
     * @param k1 bytes 8 to 15
     * @param message 8 bytes, little-endian
     */
    public static long hash(long k0, long k1, long message) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        long last = 8L << 56;
        // rounds 1 and 2: the message; 3 and 4: its length; 5 to 8: the end
        v3 ^= message;
        for (int round = 1; round <= 8; round++) {
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
            if (round == 2) {
                v0 ^= message;
                v3 ^= last;
            } else if (round == 4) {
                v0 ^= last;
                v2 ^= 0xff;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
