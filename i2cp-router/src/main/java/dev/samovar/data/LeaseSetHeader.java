package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The start of a {@link LeaseSet2} and of a {@link MetaLeaseSet} (common structures, "LeaseSet2Header"): destination,
 * published (4 bytes, seconds), expires (2, seconds after published), flags (2), and an {@link OfflineSignature} where
 * flag bit 0 says so.
 *
 * @param expiresOffset seconds, 0 to 65535
 * @param offline null without an offline key
 */
record LeaseSetHeader(
        Destination destination, long publishedSeconds, int expiresOffset, int flags, OfflineSignature offline) {

    static final int FLAG_OFFLINE = 1;

    static LeaseSetHeader decode(ByteBuf in) throws WireException {
        Destination destination = Destination.decode(in);
        long published = Wire.u32(in, "published");
        int expires = Wire.u16(in, "expires");
        int flags = Wire.u16(in, "flags");
        OfflineSignature offline =
                (flags & FLAG_OFFLINE) != 0 ? OfflineSignature.decode(in, destination.signingType()) : null;
        return new LeaseSetHeader(destination, published, expires, flags, offline);
    }

    void encode(ByteBuf out) {
        destination.encode(out);
        out.writeInt((int) publishedSeconds);
        out.writeShort(expiresOffset);
        out.writeShort(flags);
        if (offline != null) {
            offline.encode(out);
        }
    }

    long publishedMillis() {
        return TimeUnit.SECONDS.toMillis(publishedSeconds);
    }

    long expiresMillis() {
        return TimeUnit.SECONDS.toMillis(publishedSeconds + expiresOffset);
    }

    Optional<OfflineSignature> offlineSignature() {
        return Optional.ofNullable(offline);
    }

    /** The type that signs the whole. */
    SigType signingType() throws WireException {
        SigType type = offline != null ? offline.transientType() : destination.signingType();
        if (type == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "signature type");
        }
        return type;
    }

    /**
     * Checks the signature at the end of {@code bytes}. It covers the store type and all before it, by the transient key
     * when there is one.
     */
    boolean verify(int storeType, byte[] bytes, byte[] signature, long nowMillis) {
        int signedLength = bytes.length - signature.length;
        byte[] signed = new byte[1 + signedLength];
        signed[0] = (byte) storeType;
        System.arraycopy(bytes, 0, signed, 1, signedLength);
        if (offline == null) {
            return destination.verify(signed, signature);
        }
        return offline.verify(destination, nowMillis)
                && Signatures.verify(offline.transientType(), offline.transientPublicKey(), signed, signature);
    }
}
