package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256 in CBC mode without padding, in place, from the JDK, which has it as an intrinsic. Safe from any thread. */
public final class AesCbc {

    public static final int BLOCK = 16;

    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(() -> {
        try {
            return Cipher.getInstance("AES/CBC/NoPadding");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    });

    private AesCbc() {}

    /** Encrypts {@code length} bytes, a multiple of 16. */
    public static void encrypt(byte[] key, byte[] iv, byte[] data, int at, int length) {
        apply(Cipher.ENCRYPT_MODE, key, iv, data, at, length);
    }

    public static void decrypt(byte[] key, byte[] iv, byte[] data, int at, int length) {
        apply(Cipher.DECRYPT_MODE, key, iv, data, at, length);
    }

    private static void apply(int mode, byte[] key, byte[] iv, byte[] data, int at, int length) {
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            cipher.doFinal(data, at, length, data, at);
        } catch (GeneralSecurityException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }
}
