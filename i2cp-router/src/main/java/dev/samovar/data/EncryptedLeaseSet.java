package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.Sha;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/**
 * A lease set behind a blinded key (encrypted LeaseSet specification; store type 5): blinded key's type (2 bytes) and key;
 * published (4, seconds); expires (2); flags (2); an {@link OfflineSignature} where flag bit 0 says so; length (2) and
 * ciphertext; signature over the byte 5 and all before it. Only its outside is understood here. Immutable.
 */
public final class EncryptedLeaseSet implements LeaseSet {

    private final SigType blindedType;
    private final byte[] blindedKey;
    private final long publishedSeconds;
    private final int expiresOffset;
    private final OfflineSignature offline;
    private final byte[] signature;
    private final byte[] bytes;

    private EncryptedLeaseSet(
            SigType blindedType,
            byte[] blindedKey,
            long publishedSeconds,
            int expiresOffset,
            OfflineSignature offline,
            byte[] signature,
            byte[] bytes) {
        this.blindedType = blindedType;
        this.blindedKey = blindedKey;
        this.publishedSeconds = publishedSeconds;
        this.expiresOffset = expiresOffset;
        this.offline = offline;
        this.signature = signature;
        this.bytes = bytes;
    }

    public static EncryptedLeaseSet decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        SigType type = SigType.byCode(Wire.u16(in, "blinded type"));
        if (type == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "blinded type");
        }
        byte[] key = Wire.bytes(in, type.publicKeyLength(), "blinded key");
        long published = Wire.u32(in, "published");
        int expires = Wire.u16(in, "expires");
        int flags = Wire.u16(in, "flags");
        OfflineSignature offline =
                (flags & LeaseSetHeader.FLAG_OFFLINE) != 0 ? OfflineSignature.decode(in, type) : null;
        int length = Wire.u16(in, "ciphertext length");
        Wire.need(in, length, "ciphertext");
        in.skipBytes(length);
        SigType signer = offline != null ? offline.transientType() : type;
        byte[] signature = Wire.bytes(in, signer.signatureLength(), "lease set signature");
        byte[] bytes = new byte[in.readerIndex() - start];
        in.getBytes(start, bytes);
        return new EncryptedLeaseSet(type, key, published, expires, offline, signature, bytes);
    }

    @Override
    public int storeType() {
        return ENCRYPTED;
    }

    @Override
    public Destination destination() {
        return null;
    }

    /** SPEC "Encrypted LeaseSet", storage hash: of the blinded key's type (2 bytes) and the key. */
    @Override
    public Hash hash() {
        byte[] type = {(byte) (blindedType.code() >> Byte.SIZE), (byte) blindedType.code()};
        return Hash.fromBytes(Sha.sha256(type, blindedKey));
    }

    @Override
    public long publishedMillis() {
        return TimeUnit.SECONDS.toMillis(publishedSeconds);
    }

    @Override
    public long expiresMillis() {
        return TimeUnit.SECONDS.toMillis(publishedSeconds + expiresOffset);
    }

    /** The type of the blinded key. */
    public SigType blindedType() {
        return blindedType;
    }

    @Override
    public boolean verify(long nowMillis) {
        byte[] signed = new byte[1 + bytes.length - signature.length];
        signed[0] = ENCRYPTED;
        System.arraycopy(bytes, 0, signed, 1, signed.length - 1);
        // SPEC "Red25519": signed in a way of its own, but checked like any Ed25519 signature
        SigType type = blindedType == SigType.RedDSA_SHA512_Ed25519 ? SigType.EdDSA_SHA512_Ed25519 : blindedType;
        if (offline == null) {
            return Signatures.verify(type, blindedKey, signed, signature);
        }
        return offline.verify(type, blindedKey, nowMillis)
                && Signatures.verify(offline.transientType(), offline.transientPublicKey(), signed, signature);
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeBytes(bytes);
    }

    @Override
    public String toString() {
        return "[lease set]";
    }
}
