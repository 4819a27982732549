package dev.samovar.crypto;

import java.util.Arrays;

/** X25519 (RFC 7748) on raw keys. Pure functions, safe from any thread. */
public final class X25519 {

    /** Length of a private key, of a public key and of a shared secret, bytes. */
    public static final int KEY_LENGTH = 32;

    private X25519() {}

    /** The public key of a private key, any 32 bytes. */
    public static byte[] publicKey(SecretBytes privateKey) {
        requireLength(privateKey);
        return CryptoProvider.current().curves().x25519PublicKey(privateKey.raw());
    }

    /**
     * Writes the secret that both sides compute to {@code out}, 32 bytes. The caller wipes it.
     *
     * @return false, with {@code out} all zero, when the public key is one of the few that give everybody the same secret
     *     (all zero: RFC 7748, section 6.1), or is not 32 bytes long
     */
    public static boolean agree(SecretBytes privateKey, byte[] publicKey, byte[] out) {
        requireLength(privateKey);
        if (out.length != KEY_LENGTH) {
            throw new IllegalArgumentException("a secret has 32 bytes");
        }
        if (publicKey.length != KEY_LENGTH
                || !CryptoProvider.current().curves().x25519(privateKey.raw(), publicKey, out)) {
            Arrays.fill(out, (byte) 0);
            return false;
        }
        return true;
    }

    private static void requireLength(SecretBytes privateKey) {
        if (privateKey.length() != KEY_LENGTH) {
            throw new IllegalArgumentException("a private key has 32 bytes");
        }
    }
}
