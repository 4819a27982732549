package dev.samovar.data;

import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * What {@link Destination} and {@link RouterIdentity} have in common (common structures, "KeysAndCert"): 256 bytes with
 * the encryption key at their start; 128 bytes with the signing key at their end; a {@link Certificate}. 387 bytes and
 * more. Immutable. The bytes are kept as received, since every signature and hash covers them.
 */
final class KeysAndCert {

    /** Both key fields. */
    static final int KEYS_LENGTH = 384;

    private static final int ENCRYPTION_FIELD = 256;
    private static final int SIGNING_FIELD = 128;
    private static final int PADDING_BLOCK = 32;

    /** Its encoding is the first {@link #length} bytes of these. */
    private final byte[] bytes;

    private final int length;
    private final Hash hash;
    private final int signingTypeCode;
    private final int encryptionTypeCode;
    private final byte[] signingPublicKey;

    private KeysAndCert(byte[] bytes, Certificate certificate) throws WireException {
        this.bytes = bytes;
        this.length = bytes.length;
        this.hash = Hash.of(bytes);
        this.signingTypeCode = certificate.signingTypeCode();
        this.encryptionTypeCode = certificate.encryptionTypeCode();
        this.signingPublicKey = signingKey(bytes, certificate);
    }

    private KeysAndCert(byte[] whole, KeysAndCert same) {
        this.bytes = whole;
        this.length = same.length;
        this.hash = same.hash;
        this.signingTypeCode = same.signingTypeCode;
        this.encryptionTypeCode = same.encryptionTypeCode;
        this.signingPublicKey = same.signingPublicKey;
    }

    /** The same within a structure that begins with it and is kept anyway, so that its bytes are kept once. */
    KeysAndCert within(byte[] whole) {
        return new KeysAndCert(whole, this);
    }

    /** Reads one and leaves what follows. */
    static KeysAndCert decode(ByteBuf in) throws WireException {
        Wire.need(in, KEYS_LENGTH + Certificate.HEADER_LENGTH, "keys and certificate");
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
        return new KeysAndCert(bytes, certificate);
    }

    /**
     * Makes one. The unused bytes are one random block repeated, so that they compress (proposal 161).
     *
     * @param encryptionPublicKey what the type wants, or nothing where the field has no use
     */
    static KeysAndCert create(
            SigType signingType,
            byte[] signingPublicKey,
            EncType encryptionType,
            byte[] encryptionPublicKey,
            Entropy entropy) {
        byte[] excess = new byte[0];
        byte[] inField = signingPublicKey;
        if (signingPublicKey.length > SIGNING_FIELD) {
            inField = Arrays.copyOf(signingPublicKey, SIGNING_FIELD);
            excess = Arrays.copyOfRange(signingPublicKey, SIGNING_FIELD, signingPublicKey.length);
        }
        Certificate certificate = signingType == SigType.DSA_SHA1
                ? Certificate.none()
                : Certificate.key(signingType.code(), encryptionType.code(), excess);
        ByteBuf out = Unpooled.buffer(KEYS_LENGTH + certificate.encodedLength());
        out.writeBytes(encryptionPublicKey);
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
            return new KeysAndCert(bytes, certificate);
        } catch (WireException impossible) {
            throw new IllegalArgumentException("a signing key that does not fit its type", impossible);
        }
    }

    /** A copy of the encoding. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    int length() {
        return length;
    }

    void encode(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
    }

    /** Whether the readable bytes of {@code in}, which is borrowed and not advanced, begin with these. */
    boolean standsAt(ByteBuf in) {
        if (in.readableBytes() < length) {
            return false;
        }
        int start = in.readerIndex();
        if (in.hasArray()) {
            int from = in.arrayOffset() + start;
            return Arrays.equals(in.array(), from, from + length, bytes, 0, length);
        }
        return ByteBufUtil.equals(in, start, Unpooled.wrappedBuffer(bytes), 0, length);
    }

    Hash hash() {
        return hash;
    }

    int signingTypeCode() {
        return signingTypeCode;
    }

    int encryptionTypeCode() {
        return encryptionTypeCode;
    }

    /** Not to be changed; empty when the type is unknown. */
    byte[] signingPublicKey() {
        return signingPublicKey;
    }

    /** The first {@code keyLength} bytes of the encryption key field. */
    byte[] encryptionPublicKey(int keyLength) {
        return Arrays.copyOf(bytes, keyLength);
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
