package dev.samovar.crypto;

import java.lang.invoke.VarHandle;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Key material: never printed, compared in constant time, wiped with {@link #destroy}. Owned by whoever made it;
 * immutable until destroyed, so it may be read from any thread, also while another destroys it.
 */
public final class SecretBytes {

    private final byte[] bytes;
    private final AtomicBoolean destroyed = new AtomicBoolean();

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes {@code bytes} over: the caller must not keep them. */
    public static SecretBytes takeOver(byte[] bytes) {
        return new SecretBytes(bytes);
    }

    /** Copies {@code bytes}. */
    public static SecretBytes copyOf(byte[] bytes) {
        return new SecretBytes(bytes.clone());
    }

    public int length() {
        return bytes.length;
    }

    /** A copy, for encoding. The caller wipes it when done. */
    public byte[] copy() {
        return bytes.clone();
    }

    /** Whether every byte is zero, which marks the absent signing key of an offline-signed destination. */
    public boolean isZero() {
        int or = 0;
        for (byte b : bytes) {
            or |= b;
        }
        return or == 0;
    }

    /** Overwrites the secret with zeros. */
    public void destroy() {
        destroyed.set(true);
        VarHandle.storeStoreFence();
        Arrays.fill(bytes, (byte) 0);
    }

    /** A {@link #copy} of all of it, or null once destroyed. */
    byte[] copyUnlessDestroyed() {
        byte[] copy = bytes.clone();
        // the mark is set before the first byte is wiped: without it the copy, made before, is whole
        VarHandle.loadLoadFence();
        if (destroyed.get()) {
            Arrays.fill(copy, (byte) 0);
            return null;
        }
        return copy;
    }

    /** The bytes themselves, for the primitives of this package. */
    byte[] raw() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretBytes that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
