package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;

/**
 * A lease set behind a blinded key (encrypted LeaseSet specification; store type 5): blinded key's type (2 bytes) and key;
 * published (4, seconds); expires (2); flags (2); an {@link OfflineSignature} where flag bit 0 says so; length (2) and
 * ciphertext; signature over the byte 5 and all before it. Only its outside is understood here. Immutable.
 */
public final class EncryptedLeaseSet implements LeaseSet {

    private final SigType blindedType;
    private final byte[] blindedKey;
    private final OfflineSignature offline;
    private final byte[] signature;
    private final byte[] bytes;

    private EncryptedLeaseSet(
            SigType blindedType, byte[] blindedKey, OfflineSignature offline, byte[] signature, byte[] bytes) {
        this.blindedType = blindedType;
        this.blindedKey = blindedKey;
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
        Wire.u32(in, "published");
        Wire.u16(in, "expires");
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
        return new EncryptedLeaseSet(type, key, offline, signature, bytes);
    }

    @Override
    public int storeType() {
        return ENCRYPTED;
    }

    @Override
    public Destination destination() {
        return null;
    }

    /** The type of the blinded key; blinded keys are RedDSA, which has no algorithm here yet. */
    public SigType blindedType() {
        return blindedType;
    }

    @Override
    public boolean verify(long nowMillis) {
        byte[] signed = new byte[1 + bytes.length - signature.length];
        signed[0] = ENCRYPTED;
        System.arraycopy(bytes, 0, signed, 1, signed.length - 1);
        // an offline key needs the blinded key's own signature first, which is RedDSA
        return offline == null && Signatures.verify(blindedType, blindedKey, signed, signature);
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
