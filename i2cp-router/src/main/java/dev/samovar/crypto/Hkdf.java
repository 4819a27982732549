package dev.samovar.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Key derivation with HMAC-SHA256 (RFC 5869), extract and expand in one; also what Noise calls HKDF, with an empty info.
 * Pure function, safe from any thread. Whoever gets the bytes wipes them.
 */
public final class Hkdf {

    /** What any protocol of I2P asks for at most: two keys. */
    public static final int MAX_LENGTH = 64;

    private static final byte[] NOTHING = new byte[0];

    private Hkdf() {}

    /**
     * Derives {@code length} bytes.
     *
     * @param ikm the input key, which may be empty
     * @param info a label of ASCII characters
     * @param length 1 to 64
     */
    public static byte[] derive(byte[] salt, byte[] ikm, String info, int length) {
        if (length < 1 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("1 to 64 bytes");
        }
        byte[] label = info.isEmpty() ? NOTHING : info.getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[length <= HmacSha256.LENGTH ? HmacSha256.LENGTH : MAX_LENGTH];
        derive(salt, ikm, label, all);
        if (length == all.length) {
            return all;
        }
        byte[] out = Arrays.copyOf(all, length);
        Arrays.fill(all, (byte) 0);
        return out;
    }

    /**
     * Derives 32 or 64 bytes into {@code out}, which may not be one of the inputs.
     *
     * @param label ASCII bytes, not changed
     */
    public static void derive(byte[] salt, byte[] ikm, byte[] label, byte[] out) {
        if (out.length != HmacSha256.LENGTH && out.length != MAX_LENGTH) {
            throw new IllegalArgumentException("32 or 64 bytes");
        }
        byte[] pseudorandomKey = HmacSha256.mac(salt, ikm);
        HmacSha256.expand(pseudorandomKey, out, 0, label, 1, out, 0);
        if (out.length > HmacSha256.LENGTH) {
            HmacSha256.expand(pseudorandomKey, out, HmacSha256.LENGTH, label, 2, out, HmacSha256.LENGTH);
        }
        Arrays.fill(pseudorandomKey, (byte) 0);
    }
}
