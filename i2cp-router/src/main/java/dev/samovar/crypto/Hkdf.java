package dev.samovar.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * HKDF with SHA-256 (RFC 5869), as I2P uses it: the chaining key is the salt, the info is a short label, and at most two
 * blocks come out.
 */
public final class Hkdf {

    private static final int MOST_BYTES = 2 * HmacSha256.LENGTH;

    private Hkdf() {}

    /**
     * Extracts from {@code ikm}, which may be empty, and expands.
     *
     * @param info ASCII
     * @param length 1 to 64 bytes
     */
    public static byte[] derive(byte[] salt, byte[] ikm, String info, int length) {
        if (length < 1 || length > MOST_BYTES) {
            throw new IllegalArgumentException("1 to 64 bytes");
        }
        byte[] extracted = HmacSha256.mac(salt, ikm);
        byte[] label = info.getBytes(StandardCharsets.US_ASCII);
        byte[] out = new byte[MOST_BYTES];
        Mac mac = HmacSha256.start(extracted);
        mac.update(label);
        mac.update((byte) 1);
        byte[] first = mac.doFinal();
        System.arraycopy(first, 0, out, 0, first.length);
        if (length > HmacSha256.LENGTH) {
            mac.update(first);
            mac.update(label);
            mac.update((byte) 2);
            byte[] second = mac.doFinal();
            System.arraycopy(second, 0, out, first.length, second.length);
            Arrays.fill(second, (byte) 0);
        }
        Arrays.fill(extracted, (byte) 0);
        Arrays.fill(first, (byte) 0);
        if (length == MOST_BYTES) {
            return out;
        }
        byte[] cut = Arrays.copyOf(out, length);
        Arrays.fill(out, (byte) 0);
        return cut;
    }
}
