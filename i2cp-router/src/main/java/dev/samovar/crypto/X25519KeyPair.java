package dev.samovar.crypto;

import dev.samovar.base.Entropy;
import java.util.Arrays;

/**
 * An X25519 key pair. Immutable until destroyed.
 *
 * @param publicKey 32 bytes, not to be changed
 */
public record X25519KeyPair(SecretBytes privateKey, byte[] publicKey) {

    public static X25519KeyPair generate(Entropy entropy) {
        return of(SecretBytes.takeOver(entropy.bytes(X25519.KEY_LENGTH)));
    }

    /** The pair of a known private key, any 32 bytes. */
    public static X25519KeyPair of(SecretBytes privateKey) {
        return new X25519KeyPair(privateKey, X25519.publicKey(privateKey));
    }

    /** {@link X25519#agree} with this pair's private key. */
    public boolean agree(byte[] theirPublicKey, byte[] out) {
        return X25519.agree(privateKey, theirPublicKey, out);
    }

    /** Wipes the private key. */
    public void destroy() {
        privateKey.destroy();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof X25519KeyPair that && privateKey.equals(that.privateKey);
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
