package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * A destination's word that a transient key may sign for it until a date (common structures, "OfflineSignature"):
 * expiry (4 bytes, seconds), transient type (2), transient public key, signature by the destination's key over all
 * before it. Arrays are not to be changed.
 */
public record OfflineSignature(
        long expiresSeconds, SigType transientType, byte[] transientPublicKey, byte[] signature) {

    /** Reads one; {@code destinationType} gives the length of the signature. */
    public static OfflineSignature decode(ByteBuf in, SigType destinationType) throws WireException {
        long expires = Wire.u32(in, "offline expiry");
        SigType type = SigType.byCode(Wire.u16(in, "transient type"));
        if (type == null || destinationType == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "transient type");
        }
        byte[] key = Wire.bytes(in, type.publicKeyLength(), "transient key");
        byte[] signature = Wire.bytes(in, destinationType.signatureLength(), "offline signature");
        return new OfflineSignature(expires, type, key, signature);
    }

    public void encode(ByteBuf out) {
        encodeSigned(out);
        out.writeBytes(signature);
    }

    public int encodedLength() {
        return 6 + transientPublicKey.length + signature.length;
    }

    /** Whether {@code destination} signed this and the date has not passed. */
    public boolean verify(Destination destination, long nowMillis) {
        return verify(destination.signingType(), destination.signingPublicKey(), nowMillis);
    }

    /** Whether this key signed it and the date has not passed. */
    boolean verify(SigType type, byte[] publicKey, long nowMillis) {
        if (expiresSeconds * 1000 <= nowMillis) {
            return false;
        }
        ByteBuf signed = Unpooled.buffer(6 + transientPublicKey.length);
        encodeSigned(signed);
        return Signatures.verify(type, publicKey, signed.array(), 0, signed.readableBytes(), signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OfflineSignature that
                && expiresSeconds == that.expiresSeconds
                && transientType == that.transientType
                && Arrays.equals(transientPublicKey, that.transientPublicKey)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    /** Redacted: the keys would tell whose it is. */
    @Override
    public String toString() {
        return "[offline signature]";
    }

    private void encodeSigned(ByteBuf out) {
        out.writeInt((int) expiresSeconds);
        out.writeShort(transientType.code());
        out.writeBytes(transientPublicKey);
    }
}
