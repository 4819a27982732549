package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256 under one key and in one direction, for many short messages: the cipher is set up once, and nothing is allocated
 * for a message. The IV of a message is folded into its first block by hand, since to give the JDK's cipher another IV is to
 * set it up again. Keeps a cipher object, so it belongs to one thread at a time; {@link #destroy} when the key has served.
 */
public final class AesCipher {

    public static final int KEY_LENGTH = 32;
    public static final int BLOCK_LENGTH = 16;

    private static final byte[] ZERO = new byte[BLOCK_LENGTH];

    private final Cipher cipher;
    private final boolean encrypts;
    private boolean destroyed;

    private AesCipher(SecretBytes key, boolean encrypts) {
        if (key.length() != KEY_LENGTH) {
            throw new IllegalArgumentException("a key has 32 bytes");
        }
        this.encrypts = encrypts;
        try {
            cipher = Cipher.getInstance("AES/CBC/NoPadding");
            initialise(key.raw());
        } catch (GeneralSecurityException missing) {
            // every JDK has it
            throw new IllegalStateException(missing);
        }
    }

    public static AesCipher encrypting(SecretBytes key) {
        return new AesCipher(key, true);
    }

    public static AesCipher decrypting(SecretBytes key) {
        return new AesCipher(key, false);
    }

    /** Ciphers one block of {@code data} in place. */
    public void block(byte[] data, int at) {
        // a chain of one block under an IV of zeros is the block cipher itself
        run(data, at, BLOCK_LENGTH);
    }

    /**
     * Ciphers {@code length} bytes of {@code data}, whole blocks, in place as one chain (CBC).
     *
     * @param iv where the IV stands, 16 bytes from {@code ivAt}; may be in {@code data}, outside of what is ciphered
     */
    public void chain(byte[] iv, int ivAt, byte[] data, int at, int length) {
        if (length % BLOCK_LENGTH != 0 || length == 0) {
            throw new IllegalArgumentException("whole blocks, one at least");
        }
        Objects.checkFromIndexSize(at, length, data.length);
        if (encrypts) {
            fold(iv, ivAt, data, at);
        }
        run(data, at, length);
        if (!encrypts) {
            fold(iv, ivAt, data, at);
        }
    }

    private static void fold(byte[] iv, int ivAt, byte[] data, int at) {
        for (int i = 0; i < BLOCK_LENGTH; i++) {
            data[at + i] ^= iv[ivAt + i];
        }
    }

    private void run(byte[] data, int at, int length) {
        if (destroyed) {
            throw new IllegalStateException("the key was destroyed");
        }
        try {
            // the end of a message takes the cipher back to its IV
            cipher.doFinal(data, at, length, data, at);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Wipes the key. The object throws at any use afterwards. */
    public void destroy() {
        if (!destroyed) {
            destroyed = true;
            try {
                initialise(new byte[KEY_LENGTH]);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private void initialise(byte[] key) throws GeneralSecurityException {
        byte[] copy = Arrays.copyOf(key, KEY_LENGTH);
        cipher.init(
                encrypts ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE,
                new SecretKeySpec(copy, "AES"),
                new IvParameterSpec(ZERO));
        Arrays.fill(copy, (byte) 0);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
