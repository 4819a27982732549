package dev.samovar.crypto;

import java.util.HexFormat;

/**
 * What no good key and signature ever contains, and what libraries treat differently: refused before any of them is asked, so
 * that a signature means the same with each. Points must be encoded in the one canonical way (RFC 8032, section 5.1.3, with
 * y below the prime) and must not be of small order, where one signature would hold for many messages. That S is below the
 * group's order, all libraries check.
 *
 * <p>What remains different: points with a component of small order, which only a signer can make who wants to. BouncyCastle
 * takes a signature that holds after multiplying by the cofactor, Conscrypt (as OpenSSL and Java I2P do) only one that holds
 * before. RFC 8032 allows both. Such a signer gains nothing but that some routers do not accept what is his own: nobody
 * agrees with others on what was signed, and who passes such an entry on is not blamed for it. To treat them alike would
 * take one or two multiplications more for each signature, since BouncyCastle's raw interface has no check without the
 * cofactor: it would cost every good signature half as much again for the sake of no good one.
 */
final class Ed25519Rules {

    /** Lowest byte of the prime 2^255 - 19; the others are ff, and 7f at the top. */
    private static final int PRIME_LOW = 0xed;

    /** The y-coordinates of points of order 8; y of those of order 1, 2 and 4 are 1, -1 and 0. */
    private static final byte[] ORDER_8_A = point("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");

    private static final byte[] ORDER_8_B = point("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

    private Ed25519Rules() {}

    /** Whether the 32 bytes from {@code at} may be a key or the R of a signature. What they hold is public. */
    static boolean isGoodPoint(byte[] bytes, int at) {
        int top = bytes[at + 31] & 0x7f;
        int low = bytes[at] & 0xff;
        if (isFilled(bytes, at, 0) && top == 0 && low <= 1) {
            return false;
        }
        // at or above the prime, and the prime less one
        if (isFilled(bytes, at, 0xff) && top == 0x7f && low >= PRIME_LOW - 1) {
            return false;
        }
        return !isY(ORDER_8_A, bytes, at) && !isY(ORDER_8_B, bytes, at);
    }

    private static boolean isFilled(byte[] bytes, int at, int value) {
        for (int i = 1; i < 31; i++) {
            if ((bytes[at + i] & 0xff) != value) {
                return false;
            }
        }
        return true;
    }

    /** Whether they are this y, with either sign of x. */
    private static boolean isY(byte[] y, byte[] bytes, int at) {
        for (int i = 0; i < 31; i++) {
            if (bytes[at + i] != y[i]) {
                return false;
            }
        }
        return (bytes[at + 31] & 0x7f) == y[31];
    }

    private static byte[] point(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
