package dev.samovar.data;

import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * A router's identity with its private keys. Layout, which i2pd's {@code router.keys} shares: {@link RouterIdentity};
 * X25519 private key (32 bytes); Ed25519 private key (32). Immutable until destroyed.
 */
public final class RouterKeys {

    private final RouterIdentity identity;
    private final X25519KeyPair encryptionKeys;
    private final SigningKeys signingKeys;

    private RouterKeys(RouterIdentity identity, X25519KeyPair encryptionKeys, SigningKeys signingKeys) {
        this.identity = identity;
        this.encryptionKeys = encryptionKeys;
        this.signingKeys = signingKeys;
    }

    /** Makes a router. Costs two key pairs. */
    public static RouterKeys generate(Entropy entropy) {
        SigningKeys signing = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        X25519KeyPair encryption = X25519KeyPair.generate(entropy);
        RouterIdentity identity = RouterIdentity.create(signing.publicKey(), encryption.publicKey(), entropy);
        return new RouterKeys(identity, encryption, signing);
    }

    /**
     * Reads keys that must fill the array, which the caller wipes.
     *
     * @throws WireException for another length, other types than X25519 and Ed25519, or private keys that are not the
     *     identity's
     */
    public static RouterKeys fromBytes(byte[] bytes) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        RouterIdentity identity = RouterIdentity.decode(in);
        if (identity.signingType() != SigType.EdDSA_SHA512_Ed25519
                || identity.encryptionTypeCode() != EncType.ECIES_X25519.code()) {
            throw new WireException(Fault.UNKNOWN_TYPE, "router key types");
        }
        SecretBytes encryption = SecretBytes.takeOver(Wire.bytes(in, X25519.KEY_LENGTH, "encryption key"));
        SecretBytes signing =
                SecretBytes.takeOver(Wire.bytes(in, SigType.EdDSA_SHA512_Ed25519.privateKeyLength(), "signing key"));
        Wire.end(in, "router keys");
        X25519KeyPair encryptionKeys = X25519KeyPair.of(encryption);
        SigningKeys signingKeys = SigningKeys.of(SigType.EdDSA_SHA512_Ed25519, signing);
        if (!Arrays.equals(encryptionKeys.publicKey(), identity.encryptionKey())
                || !Arrays.equals(signingKeys.publicKey(), identity.signingPublicKey())) {
            throw new WireException(Fault.BAD_VALUE, "router keys");
        }
        return new RouterKeys(identity, encryptionKeys, signingKeys);
    }

    /** Encodes the private layout. The caller treats the bytes as a secret. */
    public byte[] toBytes() {
        ByteBuf out = Unpooled.buffer(identity.encodedLength() + 64);
        identity.encode(out);
        for (SecretBytes secret : new SecretBytes[] {encryptionKeys.privateKey(), signingKeys.privateKey()}) {
            byte[] copy = secret.copy();
            out.writeBytes(copy);
            Arrays.fill(copy, (byte) 0);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.getBytes(0, bytes);
        out.setZero(0, bytes.length);
        return bytes;
    }

    public RouterIdentity identity() {
        return identity;
    }

    public SigningKeys signingKeys() {
        return signingKeys;
    }

    /** What others encrypt to. */
    public X25519KeyPair encryptionKeys() {
        return encryptionKeys;
    }

    public SecretBytes encryptionPrivateKey() {
        return encryptionKeys.privateKey();
    }

    /** Wipes the private keys. */
    public void destroy() {
        encryptionKeys.destroy();
        signingKeys.privateKey().destroy();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
