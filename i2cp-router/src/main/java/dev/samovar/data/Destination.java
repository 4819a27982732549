package dev.samovar.data;

import dev.samovar.base.Encodings;
import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * The public name of an application on the network (common structures, "Destination"): 256 bytes of encryption key
 * field, unused since LeaseSet2; 128 bytes with the signing key at their end; a {@link Certificate}. 387 bytes and more.
 * Immutable; equal when the bytes are. The bytes are kept as received, since every signature and hash covers them.
 */
public final class Destination {

    /** Both key fields. */
    public static final int KEYS_LENGTH = 384;

    private static final int ENCRYPTION_FIELD = 256;
    private static final int SIGNING_FIELD = 128;
    private static final int PADDING_BLOCK = 32;

    private final byte[] bytes;
    private final Hash hash;
    private final int signingTypeCode;
    private final int encryptionTypeCode;
    private final byte[] signingPublicKey;

    private Destination(byte[] bytes, Certificate certificate) throws WireException {
        this.bytes = bytes;
        this.hash = Hash.of(bytes);
        this.signingTypeCode = certificate.signingTypeCode();
        this.encryptionTypeCode = certificate.encryptionTypeCode();
        this.signingPublicKey = signingKey(bytes, certificate);
    }

    /** Reads one destination and leaves what follows. */
    public static Destination decode(ByteBuf in) throws WireException {
        Wire.need(in, KEYS_LENGTH + Certificate.HEADER_LENGTH, "destination");
        int start = in.readerIndex();
        in.skipBytes(KEYS_LENGTH);
        Certificate certificate;
        try {
            certificate = Certificate.decode(in);
        } catch (WireException malformed) {
            in.readerIndex(start);
            throw malformed;
        }
        byte[] bytes = new byte[in.readerIndex() - start];
        in.getBytes(start, bytes);
        return new Destination(bytes, certificate);
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
     * A destination for this signing key. The unused bytes are one random block repeated, so that they compress
     * (proposal 161). The certificate names encryption type 0, as everybody's does; the field means nothing.
     */
    public static Destination create(SigType type, byte[] signingPublicKey, Entropy entropy) {
        byte[] excess = new byte[0];
        byte[] inField = signingPublicKey;
        if (signingPublicKey.length > SIGNING_FIELD) {
            inField = Arrays.copyOf(signingPublicKey, SIGNING_FIELD);
            excess = Arrays.copyOfRange(signingPublicKey, SIGNING_FIELD, signingPublicKey.length);
        }
        Certificate certificate = type == SigType.DSA_SHA1
                ? Certificate.none()
                : Certificate.key(type.code(), EncType.ELGAMAL_2048.code(), excess);
        ByteBuf out = Unpooled.buffer(KEYS_LENGTH + certificate.encodedLength());
        byte[] block = entropy.bytes(PADDING_BLOCK);
        int padding = KEYS_LENGTH - inField.length;
        while (out.writerIndex() < padding) {
            out.writeBytes(block, 0, Math.min(PADDING_BLOCK, padding - out.writerIndex()));
        }
        out.writeBytes(inField);
        certificate.encode(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        try {
            return new Destination(bytes, certificate);
        } catch (WireException impossible) {
            throw new IllegalArgumentException("a signing key that does not fit its type", impossible);
        }
    }

    public void encode(ByteBuf out) {
        out.writeBytes(bytes);
    }

    public int encodedLength() {
        return bytes.length;
    }

    /** A copy of the encoding. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** Whether the readable bytes of {@code in}, which is borrowed and not advanced, begin with this destination. */
    public boolean standsAt(ByteBuf in) {
        if (in.readableBytes() < bytes.length) {
            return false;
        }
        int start = in.readerIndex();
        if (in.hasArray()) {
            int from = in.arrayOffset() + start;
            return Arrays.equals(in.array(), from, from + bytes.length, bytes, 0, bytes.length);
        }
        return ByteBufUtil.equals(in, start, Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    public Hash hash() {
        return hash;
    }

    /** The signature type, or null when its code is unknown here. */
    public SigType signingType() {
        return SigType.byCode(signingTypeCode);
    }

    public int signingTypeCode() {
        return signingTypeCode;
    }

    public int encryptionTypeCode() {
        return encryptionTypeCode;
    }

    /** A copy of the signing key; empty when the type is unknown. */
    public byte[] signingPublicKey() {
        return signingPublicKey.clone();
    }

    /** Whether {@code signature} is this destination's over the whole message. Costs tens of microseconds. */
    public boolean verify(byte[] message, byte[] signature) {
        return verify(message, 0, message.length, signature);
    }

    /** The same over a part of {@code message}. */
    public boolean verify(byte[] message, int offset, int length, byte[] signature) {
        return Signatures.verify(signingType(), signingPublicKey, message, offset, length, signature);
    }

    public String toBase64() {
        return Encodings.base64(bytes);
    }

    /** The 52 characters before {@code .b32.i2p}. */
    public String toBase32() {
        return hash.toBase32();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Destination that && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    /** Redacted: no log may name a destination. */
    @Override
    public String toString() {
        return "[destination]";
    }

    private static byte[] signingKey(byte[] bytes, Certificate certificate) throws WireException {
        SigType type = SigType.byCode(certificate.signingTypeCode());
        if (type == null) {
            return new byte[0];
        }
        int length = type.publicKeyLength();
        if (length <= SIGNING_FIELD) {
            return Arrays.copyOfRange(bytes, KEYS_LENGTH - length, KEYS_LENGTH);
        }
        // SPEC common structures, Key Certificates: what exceeds the field stands at the start of the excess
        byte[] excess = certificate.excess();
        int beyond = length - SIGNING_FIELD;
        if (excess.length < beyond) {
            throw new WireException(Fault.BAD_VALUE, "key certificate");
        }
        byte[] key = Arrays.copyOf(Arrays.copyOfRange(bytes, ENCRYPTION_FIELD, KEYS_LENGTH), length);
        System.arraycopy(excess, 0, key, SIGNING_FIELD, beyond);
        return key;
    }
}
