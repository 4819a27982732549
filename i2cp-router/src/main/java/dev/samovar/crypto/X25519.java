package dev.samovar.crypto;

/** X25519 with raw keys (RFC 7748). Pure functions, safe from any thread. */
public final class X25519 {

    /** Length of a private and of a public key, bytes. */
    public static final int KEY_LENGTH = 32;

    private X25519() {}

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
