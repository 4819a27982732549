package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * ChaCha20-Poly1305 (RFC 7539) under one key, with I2P's nonces: four zero bytes, then a 64-bit counter, little-endian.
 * Holds its cipher object and belongs to one lane.
 */
public final class ChaChaPoly {

    /** Bytes that sealing adds. */
    public static final int TAG_LENGTH = 16;

    public static final int KEY_LENGTH = 32;

    private final byte[] keyBytes;
    private final byte[] nonceBytes = new byte[12];
    private SecretKeySpec key;
    private Cipher cipher = newCipher();

    /** Copies the key. */
    public ChaChaPoly(byte[] key) {
        if (key.length != KEY_LENGTH) {
            throw new IllegalArgumentException("a key of another length");
        }
        keyBytes = key.clone();
        this.key = new SecretKeySpec(keyBytes, "ChaCha20");
    }

    /**
     * Seals {@code length} bytes; writes {@link #TAG_LENGTH} more. {@code in} and {@code out} may be the same array at the
     * same place. A nonce may be used once only.
     *
     * @return bytes written
     */
    public int seal(long nonce, byte[] associated, byte[] in, int inAt, int length, byte[] out, int outAt) {
        try {
            init(Cipher.ENCRYPT_MODE, nonce);
            cipher.updateAAD(associated);
            return cipher.doFinal(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    /**
     * Opens {@code length} bytes, the tag included.
     *
     * @return bytes written, or -1 when they were not sealed so under this key; then {@code out} holds nothing of use
     */
    public int open(long nonce, byte[] associated, byte[] in, int inAt, int length, byte[] out, int outAt) {
        if (length < TAG_LENGTH) {
            return -1;
        }
        try {
            init(Cipher.DECRYPT_MODE, nonce);
            cipher.updateAAD(associated);
            return cipher.doFinal(in, inAt, length, out, outAt);
        } catch (AEADBadTagException forged) {
            return -1;
        } catch (GeneralSecurityException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    /** Wipes the key; afterwards the object is of no use. */
    public void destroy() {
        Arrays.fill(keyBytes, (byte) 0);
        key = null;
        cipher = null;
    }

    private void init(int mode, long nonce) throws GeneralSecurityException {
        for (int i = 0; i < Long.BYTES; i++) {
            nonceBytes[4 + i] = (byte) (nonce >>> (8 * i));
        }
        IvParameterSpec parameters = new IvParameterSpec(nonceBytes);
        try {
            cipher.init(mode, key, parameters);
        } catch (InvalidKeyException sameAgain) {
            // the JDK's cipher takes no key and nonce twice in a row, not even to open what was opened before
            cipher = newCipher();
            cipher.init(mode, key, parameters);
        }
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("ChaCha20-Poly1305");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
