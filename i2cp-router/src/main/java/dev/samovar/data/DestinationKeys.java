package dev.samovar.data;

import dev.samovar.base.Encodings;
import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Optional;

/**
 * A destination with its private keys: what SAM calls PRIV, and the private key file of other routers. Layout:
 * destination; private encryption key field (256 bytes, or 32 where the certificate names X25519), unused and kept as it
 * came; signing private key; and, when that key is all zero, an {@link OfflineSignature} and the transient private key.
 * Immutable until {@linkplain #destroy destroyed} by its owner.
 */
public final class DestinationKeys {

    private static final int LEGACY_FIELD = 256;
    private static final int X25519_FIELD = 32;

    private final Destination destination;
    private final SecretBytes encryptionField;
    private final SigningKeys signingKeys;
    private final OfflineSignature offline;

    private DestinationKeys(
            Destination destination, SecretBytes encryptionField, SigningKeys signingKeys, OfflineSignature offline) {
        this.destination = destination;
        this.encryptionField = encryptionField;
        this.signingKeys = signingKeys;
        this.offline = offline;
    }

    /** Makes a destination of a {@linkplain SigType#usable usable} type. Costs a key pair: up to some milliseconds. */
    public static DestinationKeys generate(SigType type, Entropy entropy) {
        SigningKeys keys = SigningKeys.generate(type, entropy);
        Destination destination = Destination.create(type, keys.publicKey(), entropy);
        return new DestinationKeys(destination, SecretBytes.takeOver(entropy.bytes(LEGACY_FIELD)), keys, null);
    }

    /** Reads I2P base64 of the layout above. */
    public static DestinationKeys fromBase64(String text) throws WireException {
        byte[] bytes = Encodings.fromBase64(text);
        try {
            return fromBytes(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Reads keys that must fill the array.
     *
     * @throws WireException for another length, a signature type that cannot be used here, a private key that is not the
     *     destination's, or an offline signature that does not verify (its date is not looked at)
     */
    public static DestinationKeys fromBytes(byte[] bytes) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        Destination destination = Destination.decode(in);
        SigType type = destination.signingType();
        if (type == null || !type.usable()) {
            throw new WireException(Fault.UNKNOWN_TYPE, "signature type");
        }
        WireException last = null;
        int start = in.readerIndex();
        for (int field : fieldLengths(destination)) {
            in.readerIndex(start);
            try {
                return decodeRest(in, destination, type, field);
            } catch (WireException other) {
                last = other;
            }
        }
        throw last;
    }

    private static int[] fieldLengths(Destination destination) {
        // SPEC sam.md 3.6: i2pd writes 32 bytes for type 4, everybody else 256: the total length decides
        return destination.encryptionTypeCode() == EncType.ECIES_X25519.code()
                ? new int[] {X25519_FIELD, LEGACY_FIELD}
                : new int[] {LEGACY_FIELD};
    }

    private static DestinationKeys decodeRest(ByteBuf in, Destination destination, SigType type, int field)
            throws WireException {
        SecretBytes encryptionField = SecretBytes.takeOver(Wire.bytes(in, field, "encryption key"));
        SecretBytes signing = SecretBytes.takeOver(Wire.bytes(in, type.privateKeyLength(), "signing key"));
        boolean good = false;
        try {
            OfflineSignature offline = null;
            SigType signingType = type;
            byte[] expected = destination.signingPublicKey();
            if (signing.isZero()) {
                offline = OfflineSignature.decode(in, type);
                signingType = offline.transientType();
                if (!signingType.usable() || !offline.verify(destination, 0)) {
                    throw new WireException(Fault.BAD_SIGNATURE, "offline signature");
                }
                signing = SecretBytes.takeOver(Wire.bytes(in, signingType.privateKeyLength(), "transient key"));
                expected = offline.transientPublicKey();
            }
            Wire.end(in, "private keys");
            SigningKeys keys = SigningKeys.of(signingType, signing);
            if (!Arrays.equals(keys.publicKey(), expected)) {
                throw new WireException(Fault.BAD_VALUE, "signing key");
            }
            good = true;
            return new DestinationKeys(destination, encryptionField, keys, offline);
        } catch (IllegalArgumentException notAKey) {
            throw new WireException(Fault.BAD_VALUE, "signing key");
        } finally {
            if (!good) {
                encryptionField.destroy();
                signing.destroy();
            }
        }
    }

    /** Wipes the private keys. What still signs with them makes signatures that are all zeros. */
    public void destroy() {
        encryptionField.destroy();
        signingKeys.privateKey().destroy();
    }

    public Destination destination() {
        return destination;
    }

    /** The keys that sign for this destination: its own, or the transient ones. */
    public SigningKeys signingKeys() {
        return signingKeys;
    }

    /** Present when {@link #signingKeys} are transient. */
    public Optional<OfflineSignature> offline() {
        return Optional.ofNullable(offline);
    }

    /** Encodes the private layout. The caller treats the bytes as a secret. */
    public byte[] toBytes() {
        ByteBuf out = Unpooled.buffer(1024);
        destination.encode(out);
        writeSecret(out, encryptionField);
        if (offline == null) {
            writeSecret(out, signingKeys.privateKey());
        } else {
            out.writeZero(destination.signingType().privateKeyLength());
            offline.encode(out);
            writeSecret(out, signingKeys.privateKey());
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.getBytes(0, bytes);
        out.setZero(0, bytes.length);
        return bytes;
    }

    /** {@link #toBytes} in I2P base64. */
    public String toBase64() {
        byte[] bytes = toBytes();
        try {
            return Encodings.base64(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return "[redacted]";
    }

    private static void writeSecret(ByteBuf out, SecretBytes secret) {
        byte[] copy = secret.copy();
        out.writeBytes(copy);
        Arrays.fill(copy, (byte) 0);
    }
}
