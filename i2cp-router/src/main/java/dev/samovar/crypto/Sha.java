package dev.samovar.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Digests from the JDK, which has them as intrinsics. */
public final class Sha {

    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(() -> digest("SHA-256"));

    private Sha() {}

    /** SHA-256 of all parts in order. */
    public static byte[] sha256(byte[]... parts) {
        MessageDigest digest = SHA256.get();
        digest.reset();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    /** SHA-256 of a part of one array and then a part of another. */
    public static byte[] sha256(
            byte[] first, int firstAt, int firstLength, byte[] second, int secondAt, int secondLength) {
        MessageDigest digest = SHA256.get();
        digest.reset();
        digest.update(first, firstAt, firstLength);
        digest.update(second, secondAt, secondLength);
        return digest.digest();
    }

    /** A new digest; every JDK has the SHA family. */
    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
