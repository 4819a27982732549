package dev.samovar.data;

import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The public name of a router on the network (common structures, "RouterIdentity"): laid out as a {@link Destination}, but
 * its encryption key is used: what a router receives is encrypted to it. Routers of today have an X25519 and an Ed25519
 * key and 391 bytes. Immutable; equal when the bytes are.
 */
public final class RouterIdentity {

    private final KeysAndCert keysAndCert;

    private RouterIdentity(KeysAndCert keysAndCert) {
        this.keysAndCert = keysAndCert;
    }

    /** Reads one identity and leaves what follows. */
    public static RouterIdentity decode(ByteBuf in) throws WireException {
        return new RouterIdentity(KeysAndCert.decode(in));
    }

    /** Reads an identity that must fill the array. */
    public static RouterIdentity fromBytes(byte[] bytes) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        RouterIdentity identity = decode(in);
        Wire.end(in, "router identity");
        return identity;
    }

    /** The same within a structure that begins with it, so that its bytes are kept once. */
    RouterIdentity within(byte[] whole) {
        return new RouterIdentity(keysAndCert.within(whole));
    }

    static RouterIdentity create(byte[] signingPublicKey, byte[] encryptionPublicKey, Entropy entropy) {
        return new RouterIdentity(KeysAndCert.create(
                SigType.EdDSA_SHA512_Ed25519, signingPublicKey, EncType.ECIES_X25519, encryptionPublicKey, entropy));
    }

    public void encode(ByteBuf out) {
        keysAndCert.encode(out);
    }

    /** A copy of the encoding. */
    public byte[] toBytes() {
        return keysAndCert.toBytes();
    }

    public int encodedLength() {
        return keysAndCert.length();
    }

    public Hash hash() {
        return keysAndCert.hash();
    }

    /** The X25519 key to encrypt to, 32 bytes; empty for routers with a key of another type. */
    public byte[] encryptionKey() {
        return encryptionTypeCode() == EncType.ECIES_X25519.code()
                ? keysAndCert.encryptionPublicKey(EncType.ECIES_X25519.publicKeyLength())
                : new byte[0];
    }

    public int encryptionTypeCode() {
        return keysAndCert.encryptionTypeCode();
    }

    /** The signature type, or null when its code is unknown here. */
    public SigType signingType() {
        return SigType.byCode(keysAndCert.signingTypeCode());
    }

    /** A copy of the signing key; empty when the type is unknown. */
    public byte[] signingPublicKey() {
        return keysAndCert.signingPublicKey().clone();
    }

    /**
     * Whether {@code signature} is this router's over a part of {@code message}. False for types that routers may not have:
     * DSA and RSA. Costs tens of microseconds.
     */
    public boolean verify(byte[] message, int offset, int length, byte[] signature) {
        SigType type = signingType();
        return type != SigType.DSA_SHA1
                && Signatures.verify(type, keysAndCert.signingPublicKey(), message, offset, length, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouterIdentity that && hash().equals(that.hash());
    }

    @Override
    public int hashCode() {
        return hash().hashCode();
    }

    @Override
    public String toString() {
        return "[router identity]";
    }
}
