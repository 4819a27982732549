package dev.samovar.crypto;

import dev.samovar.base.Entropy;
import java.util.Arrays;

/** X25519 key pairs (RFC 7748). Pure functions, safe from any thread. */
public final class X25519 {

    /** Length of a private and of a public key, bytes. */
    public static final int KEY_LENGTH = 32;

    /** A key pair; the public key is not copied on access and must not be changed. */
    public record Keys(SecretBytes privateKey, byte[] publicKey) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Keys that && privateKey.equals(that.privateKey);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(publicKey);
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    private X25519() {}

    public static Keys generate(Entropy entropy) {
        byte[] privateKey = entropy.bytes(KEY_LENGTH);
        byte[] publicKey = new byte[KEY_LENGTH];
        org.bouncycastle.math.ec.rfc7748.X25519.generatePublicKey(privateKey, 0, publicKey, 0);
        return new Keys(SecretBytes.takeOver(privateKey), publicKey);
    }

    /** The public key of a private key. */
    public static byte[] publicKey(SecretBytes privateKey) {
        byte[] publicKey = new byte[KEY_LENGTH];
        org.bouncycastle.math.ec.rfc7748.X25519.generatePublicKey(privateKey.raw(), 0, publicKey, 0);
        return publicKey;
    }

    /**
     * The shared secret of a private key and a peer's public key.
     *
     * @param out 32 bytes
     * @return false when the secret is all zero, as it is for a handful of bad public keys; nothing may be built on it
     */
    public static boolean agree(SecretBytes privateKey, byte[] publicKey, byte[] out) {
        return org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(privateKey.raw(), 0, publicKey, 0, out, 0);
    }
}
