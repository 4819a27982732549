package dev.samovar.crypto;

/**
 * Curve25519 from one library: what {@link CryptoProvider} chooses between. Lengths were checked by the callers, but for
 * those that are named. Pure functions, safe from any thread.
 */
interface Curves {

    /** The public key of 32 private bytes. */
    byte[] x25519PublicKey(byte[] privateKey);

    /** Writes the shared secret; false when it is all zero, and then {@code out} may hold anything. */
    boolean x25519(byte[] privateKey, byte[] publicKey, byte[] out);

    /** The public key of a 32-byte seed. */
    byte[] ed25519PublicKey(byte[] seed);

    /** A signature, 64 bytes. */
    byte[] ed25519Sign(byte[] seed, byte[] publicKey, byte[] message, int offset, int length);

    /** Whether the signature holds; {@code publicKey} has 32 bytes, {@code signature} 64. */
    boolean ed25519Verify(byte[] publicKey, byte[] message, int offset, int length, byte[] signature);
}
