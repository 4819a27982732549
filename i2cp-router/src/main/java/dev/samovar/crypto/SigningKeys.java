package dev.samovar.crypto;

import dev.samovar.base.Entropy;
import java.util.Arrays;

/**
 * A signing key pair. Immutable until its private key is destroyed; signing is a pure function and may run on any thread. A
 * key that was destroyed, be it while others are about to sign, signs nothing: the signature is all zeros.
 *
 * @param type a {@linkplain SigType#usable usable} type
 * @param publicKey {@link SigType#publicKeyLength} bytes, not to be changed
 */
public record SigningKeys(SigType type, byte[] publicKey, SecretBytes privateKey) {

    /** Makes a key pair of a {@linkplain SigType#usable usable} type. */
    public static SigningKeys generate(SigType type, Entropy entropy) {
        SecretBytes privateKey = Signatures.newPrivateKey(type, entropy);
        return new SigningKeys(type, Signatures.publicKey(type, privateKey), privateKey);
    }

    /** The pair of a known private key. */
    public static SigningKeys of(SigType type, SecretBytes privateKey) {
        return new SigningKeys(type, Signatures.publicKey(type, privateKey), privateKey);
    }

    /** Signs the whole message; {@link SigType#signatureLength} bytes. */
    public byte[] sign(byte[] message) {
        return Signatures.sign(this, message, 0, message.length);
    }

    /** Signs {@code length} bytes of {@code message} from {@code offset}. */
    public byte[] sign(byte[] message, int offset, int length) {
        return Signatures.sign(this, message, offset, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningKeys that && type == that.type && privateKey.equals(that.privateKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(publicKey);
    }

    @Override
    public String toString() {
        return type + "[redacted]";
    }
}
