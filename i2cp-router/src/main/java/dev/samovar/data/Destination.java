package dev.samovar.data;

import dev.samovar.base.Encodings;
import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The public name of an application on the network (common structures, "Destination"): 256 bytes of encryption key
 * field, unused since LeaseSet2; 128 bytes with the signing key at their end; a {@link Certificate}. 387 bytes and more.
 * Immutable; equal when the bytes are. The bytes are kept as received, since every signature and hash covers them.
 */
public final class Destination {

    /** Both key fields. */
    public static final int KEYS_LENGTH = KeysAndCert.KEYS_LENGTH;

    private final KeysAndCert keysAndCert;

    private Destination(KeysAndCert keysAndCert) {
        this.keysAndCert = keysAndCert;
    }

    /** Reads one destination and leaves what follows. */
    public static Destination decode(ByteBuf in) throws WireException {
        return new Destination(KeysAndCert.decode(in));
    }

    /** Reads a destination that must fill the array. */
    public static Destination fromBytes(byte[] bytes) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        Destination destination = decode(in);
        Wire.end(in, "destination");
        return destination;
    }

    /** Reads I2P base64. */
    public static Destination fromBase64(String text) throws WireException {
        return fromBytes(Encodings.fromBase64(text));
    }

    /**
     * A destination for this signing key. The certificate names encryption type 0, as everybody's does; the field means
     * nothing.
     */
    public static Destination create(SigType type, byte[] signingPublicKey, Entropy entropy) {
        return new Destination(KeysAndCert.create(type, signingPublicKey, EncType.ELGAMAL_2048, new byte[0], entropy));
    }

    public void encode(ByteBuf out) {
        keysAndCert.encode(out);
    }

    public int encodedLength() {
        return keysAndCert.length();
    }

    /** A copy of the encoding. */
    public byte[] toBytes() {
        return keysAndCert.toBytes();
    }

    /** Whether the readable bytes of {@code in}, which is borrowed and not advanced, begin with this destination. */
    public boolean standsAt(ByteBuf in) {
        return keysAndCert.standsAt(in);
    }

    public Hash hash() {
        return keysAndCert.hash();
    }

    /** The signature type, or null when its code is unknown here. */
    public SigType signingType() {
        return SigType.byCode(keysAndCert.signingTypeCode());
    }

    public int signingTypeCode() {
        return keysAndCert.signingTypeCode();
    }

    public int encryptionTypeCode() {
        return keysAndCert.encryptionTypeCode();
    }

    /** A copy of the signing key; empty when the type is unknown. */
    public byte[] signingPublicKey() {
        return keysAndCert.signingPublicKey().clone();
    }

    /** Whether {@code signature} is this destination's over the whole message. Costs tens of microseconds. */
    public boolean verify(byte[] message, byte[] signature) {
        return verify(message, 0, message.length, signature);
    }

    /** The same over a part of {@code message}. */
    public boolean verify(byte[] message, int offset, int length, byte[] signature) {
        return Signatures.verify(signingType(), keysAndCert.signingPublicKey(), message, offset, length, signature);
    }

    public String toBase64() {
        return Encodings.base64(keysAndCert.toBytes());
    }

    /** The 52 characters before {@code .b32.i2p}. */
    public String toBase32() {
        return hash().toBase32();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Destination that && hash().equals(that.hash());
    }

    @Override
    public int hashCode() {
        return hash().hashCode();
    }

    /** Redacted: no log may name a destination. */
    @Override
    public String toString() {
        return "[destination]";
    }
}
