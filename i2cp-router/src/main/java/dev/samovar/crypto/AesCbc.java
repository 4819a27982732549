package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256 in CBC mode without padding, from the JDK, which runs it in the processor's own instructions. Pure functions, safe
 * from any thread; the last key of a thread stays in its cipher until the next.
 */
public final class AesCbc {

    public static final int KEY_LENGTH = 32;

    /** Length of an IV and of a block; data are whole blocks. */
    public static final int BLOCK_LENGTH = 16;

    private static final ThreadLocal<Cipher> LOCAL = ThreadLocal.withInitial(AesCbc::cipher);

    private AesCbc() {}

    /** Encrypts {@code length} bytes of {@code data}, a multiple of 16, in place. */
    public static void encrypt(byte[] key, byte[] iv, byte[] data, int at, int length) {
        apply(Cipher.ENCRYPT_MODE, key, iv, data, at, length);
    }

    /** Decrypts {@code length} bytes of {@code data}, a multiple of 16, in place. */
    public static void decrypt(byte[] key, byte[] iv, byte[] data, int at, int length) {
        apply(Cipher.DECRYPT_MODE, key, iv, data, at, length);
    }

    private static void apply(int mode, byte[] key, byte[] iv, byte[] data, int at, int length) {
        // checked here, since a JDK's cipher whose very first initialisation fails never works again
        if (key.length != KEY_LENGTH || iv.length != BLOCK_LENGTH || length % BLOCK_LENGTH != 0) {
            throw new IllegalArgumentException("a key has 32 bytes, an IV 16, data have whole blocks");
        }
        try {
            Cipher cipher = LOCAL.get();
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            cipher.doFinal(data, at, length, data, at);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/CBC/NoPadding");
        } catch (GeneralSecurityException missing) {
            // every JDK has it
            throw new IllegalStateException(missing);
        }
    }
}
