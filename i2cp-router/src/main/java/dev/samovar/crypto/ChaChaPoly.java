package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * ChaCha20-Poly1305 (RFC 7539, section 2.8) under one key, with the nonces of Noise: four zero bytes and a 64-bit
 * little-endian counter. The caller never seals two messages with one nonce. Keeps one cipher object, so it belongs to one
 * thread at a time, and one direction; {@link #destroy} when the key has served. Arrays of the heap only: with direct
 * buffers the JDK copies.
 */
public final class ChaChaPoly {

    public static final int KEY_LENGTH = 32;

    /** What a sealed message is longer by, bytes. */
    public static final int TAG_LENGTH = 16;

    private static final int NONCE_LENGTH = 12;

    /** Null when destroyed. */
    private Cipher cipher;

    private final Key key = new Key();

    public ChaChaPoly(byte[] key) {
        this(CryptoProvider.current(), key);
    }

    /** With the cipher of this provider, for tests. */
    ChaChaPoly(CryptoProvider provider, byte[] key) {
        this.cipher = provider.chaChaPoly();
        rekey(key);
    }

    /** A new key for the same object, copied; the old one is wiped. */
    public void rekey(byte[] newKey) {
        if (newKey.length != KEY_LENGTH) {
            throw new IllegalArgumentException("a key has 32 bytes");
        }
        System.arraycopy(newKey, 0, key.bytes, 0, KEY_LENGTH);
    }

    /**
     * Seals {@code length} bytes of {@code in} and writes them and the tag to {@code out}, which may be {@code in} when
     * {@code outAt == inAt}.
     *
     * @param ad what is authenticated besides; null for nothing
     * @return the length written, {@code length + 16}
     */
    public int seal(long nonce, byte[] ad, byte[] in, int inAt, int length, byte[] out, int outAt) {
        Objects.checkFromIndexSize(outAt, length + TAG_LENGTH, out.length);
        try {
            return run(Cipher.ENCRYPT_MODE, nonce, ad, in, inAt, length, out, outAt);
        } catch (AEADBadTagException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Opens {@code lengthWithTag} bytes of {@code in} and writes the plain bytes to {@code out}, which may be {@code in}
     * when {@code outAt == inAt}.
     *
     * @return the length written, {@code lengthWithTag - 16}; -1 when the message is not authentic, and then nothing that
     *     stands in {@code out} means anything
     */
    public int open(long nonce, byte[] ad, byte[] in, int inAt, int lengthWithTag, byte[] out, int outAt) {
        if (lengthWithTag < TAG_LENGTH) {
            return -1;
        }
        Objects.checkFromIndexSize(outAt, lengthWithTag - TAG_LENGTH, out.length);
        try {
            return run(Cipher.DECRYPT_MODE, nonce, ad, in, inAt, lengthWithTag, out, outAt);
        } catch (AEADBadTagException forged) {
            return -1;
        }
    }

    /** Wipes the key. The object throws at any use afterwards. */
    public void destroy() {
        if (cipher != null) {
            Arrays.fill(key.bytes, (byte) 0);
            begin(Cipher.ENCRYPT_MODE, 0);
            cipher = null;
        }
    }

    private int run(int mode, long nonce, byte[] ad, byte[] in, int inAt, int length, byte[] out, int outAt)
            throws AEADBadTagException {
        begin(mode, nonce);
        try {
            if (ad != null && ad.length > 0) {
                cipher.updateAAD(ad);
            }
            return cipher.doFinal(in, inAt, length, out, outAt);
        } catch (AEADBadTagException forged) {
            throw forged;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void begin(int mode, long nonce) {
        if (cipher == null) {
            throw new IllegalStateException("the key was destroyed");
        }
        try {
            try {
                initialise(mode, nonce);
            } catch (InvalidKeyException | InvalidAlgorithmParameterException twice) {
                // refused when key and nonce are the last ones, also to open, where a forged message may have come
                // under
                // this nonce before the good one: begin with another nonce in between
                initialise(mode, ~nonce);
                initialise(mode, nonce);
            }
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void initialise(int mode, long nonce) throws InvalidKeyException, InvalidAlgorithmParameterException {
        byte[] bytes = new byte[NONCE_LENGTH];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[4 + i] = (byte) (nonce >>> (8 * i));
        }
        cipher.init(mode, key, new IvParameterSpec(bytes));
    }

    /** The key as the JDK wants it; it keeps a copy, which it wipes when the next one comes. */
    private static final class Key implements SecretKey {

        private final transient byte[] bytes = new byte[KEY_LENGTH];

        @Override
        public String getAlgorithm() {
            return "ChaCha20";
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            return bytes.clone();
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
