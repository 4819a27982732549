package dev.samovar.crypto;

import java.security.InvalidKeyException;
import java.security.Key;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) from the JDK, which has the digest as an intrinsic. Safe from any thread. */
public final class HmacSha256 {

    /** Bytes of a code. */
    public static final int LENGTH = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(() -> {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (java.security.NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    });

    private HmacSha256() {}

    /** The code of all parts in order; {@code key} has one byte at least. */
    public static byte[] mac(byte[] key, byte[]... parts) {
        Mac mac = start(key);
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    static Mac start(byte[] key) {
        Mac mac = MAC.get();
        Key secret = new SecretKeySpec(key, ALGORITHM);
        try {
            mac.init(secret);
        } catch (InvalidKeyException impossible) {
            throw new IllegalStateException(impossible);
        }
        return mac;
    }
}
