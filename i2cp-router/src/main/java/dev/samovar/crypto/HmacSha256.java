package dev.samovar.crypto;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * HMAC-SHA256 (RFC 2104) on the JDK's digest, which is an intrinsic: half the cost of the JDK's own {@code Mac}, and no
 * key is left behind in an object of the JDK. Pure functions, safe from any thread.
 */
public final class HmacSha256 {

    /** Length of the result, bytes. */
    public static final int LENGTH = 32;

    private static final int BLOCK_LENGTH = 64;
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private static final ThreadLocal<HmacSha256> LOCAL = ThreadLocal.withInitial(HmacSha256::new);

    private final MessageDigest digest = Sha.digest("SHA-256");
    private final byte[] block = new byte[BLOCK_LENGTH];

    private HmacSha256() {}

    /** The code of all parts in order. A key of any length; one of over 64 bytes is hashed first. */
    public static byte[] mac(byte[] key, byte[]... parts) {
        HmacSha256 local = LOCAL.get();
        local.begin(key);
        for (byte[] part : parts) {
            local.digest.update(part);
        }
        byte[] out = new byte[LENGTH];
        local.finish(out, 0);
        return out;
    }

    /**
     * One step of a key expansion: the code of {@code earlier[0..earlierLength)}, {@code info} and {@code counter}, written
     * to {@code out} at {@code at}, which may be where {@code earlier} ends.
     */
    static void expand(byte[] key, byte[] earlier, int earlierLength, byte[] info, int counter, byte[] out, int at) {
        HmacSha256 local = LOCAL.get();
        local.begin(key);
        local.digest.update(earlier, 0, earlierLength);
        local.digest.update(info);
        local.digest.update((byte) counter);
        local.finish(out, at);
    }

    private void begin(byte[] key) {
        digest.reset();
        Arrays.fill(block, (byte) 0);
        if (key.length > BLOCK_LENGTH) {
            digest.update(key);
            digestInto(block, 0);
        } else {
            System.arraycopy(key, 0, block, 0, key.length);
        }
        for (int i = 0; i < BLOCK_LENGTH; i++) {
            block[i] ^= INNER;
        }
        digest.update(block);
    }

    private void finish(byte[] out, int at) {
        digestInto(out, at);
        for (int i = 0; i < BLOCK_LENGTH; i++) {
            block[i] ^= INNER ^ OUTER;
        }
        digest.update(block);
        digest.update(out, at, LENGTH);
        digestInto(out, at);
        Arrays.fill(block, (byte) 0);
    }

    private void digestInto(byte[] out, int at) {
        try {
            digest.digest(out, at, LENGTH);
        } catch (DigestException noRoom) {
            throw new IndexOutOfBoundsException("no room for a code");
        }
    }
}
