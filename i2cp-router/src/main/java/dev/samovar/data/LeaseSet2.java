package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A destination's leases and encryption keys (common structures, "LeaseSet2"; store type 3): header; options
 * {@link Mapping}; key count (1 byte) and for each type (2), length (2), key; lease count (1) and the {@link Lease2}s;
 * signature over the byte 3 and all before it. Immutable.
 */
public final class LeaseSet2 implements LeaseSet {

    /** Keys in one set. */
    public static final int MAX_KEYS = 8;

    /** Not to be published in the network database. */
    public static final int FLAG_UNPUBLISHED = 2;

    private static final int MAX_EXPIRES_OFFSET = 0xffff;

    /** An encryption key, types that nobody here knows included. The array is not to be changed. */
    public record EncryptionKey(int typeCode, byte[] publicKey) {

        static EncryptionKey decode(ByteBuf in) throws WireException {
            int type = Wire.u16(in, "key type");
            return new EncryptionKey(type, Wire.bytes(in, Wire.u16(in, "key length"), "key"));
        }

        void encode(ByteBuf out) {
            out.writeShort(typeCode);
            out.writeShort(publicKey.length);
            out.writeBytes(publicKey);
        }

        @Override
        public String toString() {
            return "[key " + typeCode + "]";
        }
    }

    private final LeaseSetHeader header;
    private final Mapping options;
    private final List<EncryptionKey> keys;
    private final List<Lease2> leases;
    private final byte[] signature;
    private final byte[] bytes;

    private LeaseSet2(
            LeaseSetHeader header,
            Mapping options,
            List<EncryptionKey> keys,
            List<Lease2> leases,
            byte[] signature,
            byte[] bytes) {
        this.header = header;
        this.options = options;
        this.keys = List.copyOf(keys);
        this.leases = List.copyOf(leases);
        this.signature = signature;
        this.bytes = bytes;
    }

    /**
     * Makes and signs a set that expires with its last lease. A pure function; costs a signature.
     *
     * @param publishedSeconds when it was made; later sets of a destination must say a later second
     * @param extraFlags {@link #FLAG_UNPUBLISHED} or 0; the offline bit follows from the keys
     * @param leases one at least
     */
    public static LeaseSet2 sign(
            DestinationKeys signer,
            long publishedSeconds,
            int extraFlags,
            Mapping options,
            List<EncryptionKey> keys,
            List<Lease2> leases) {
        if (leases.isEmpty() || leases.size() > MAX_LEASES || keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("leases or keys out of bounds");
        }
        long lastEnd = 0;
        for (Lease2 lease : leases) {
            lastEnd = Math.max(lastEnd, lease.endSeconds());
        }
        int expires = (int) Math.max(0, Math.min(MAX_EXPIRES_OFFSET, lastEnd - publishedSeconds));
        OfflineSignature offline = signer.offline().orElse(null);
        int flags = extraFlags | (offline != null ? LeaseSetHeader.FLAG_OFFLINE : 0);
        LeaseSetHeader header = new LeaseSetHeader(signer.destination(), publishedSeconds, expires, flags, offline);
        ByteBuf out = Unpooled.buffer(1024);
        out.writeByte(LEASE_SET_2);
        header.encode(out);
        options.encode(out);
        out.writeByte(keys.size());
        for (EncryptionKey key : keys) {
            key.encode(out);
        }
        out.writeByte(leases.size());
        for (Lease2 lease : leases) {
            lease.encode(out);
        }
        byte[] signature = signer.signingKeys().sign(out.array(), 0, out.readableBytes());
        out.writeBytes(signature);
        out.skipBytes(1);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return new LeaseSet2(header, options, keys, leases, signature, bytes);
    }

    public static LeaseSet2 decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        LeaseSetHeader header = LeaseSetHeader.decode(in);
        Mapping options = Mapping.decode(in);
        int keyCount = Wire.u8(in, "key count");
        if (keyCount == 0 || keyCount > MAX_KEYS) {
            throw new WireException(Fault.BAD_VALUE, "key count");
        }
        List<EncryptionKey> keys = new ArrayList<>(keyCount);
        for (int i = 0; i < keyCount; i++) {
            keys.add(EncryptionKey.decode(in));
        }
        int leaseCount = Wire.u8(in, "lease count");
        if (leaseCount > MAX_LEASES) {
            throw new WireException(Fault.TOO_LARGE, "lease count");
        }
        List<Lease2> leases = new ArrayList<>(leaseCount);
        for (int i = 0; i < leaseCount; i++) {
            leases.add(Lease2.decode(in));
        }
        SigType signer = header.signingType();
        byte[] signature = Wire.bytes(in, signer.signatureLength(), "lease set signature");
        byte[] bytes = new byte[in.readerIndex() - start];
        in.getBytes(start, bytes);
        return new LeaseSet2(header, options, keys, leases, signature, bytes);
    }

    @Override
    public int storeType() {
        return LEASE_SET_2;
    }

    @Override
    public Destination destination() {
        return header.destination();
    }

    @Override
    public Hash hash() {
        return header.destination().hash();
    }

    @Override
    public long publishedMillis() {
        return header.publishedMillis();
    }

    @Override
    public long expiresMillis() {
        return header.expiresMillis();
    }

    public long publishedSeconds() {
        return header.publishedSeconds();
    }

    /** The end of its validity, seconds since 1970. */
    public long expiresSeconds() {
        return header.publishedSeconds() + header.expiresOffset();
    }

    public int flags() {
        return header.flags();
    }

    /** Present when a transient key signed. */
    public Optional<OfflineSignature> offline() {
        return header.offlineSignature();
    }

    public Mapping options() {
        return options;
    }

    /** The keys, the destination's favourite first. */
    public List<EncryptionKey> keys() {
        return keys;
    }

    public List<Lease2> leases() {
        return leases;
    }

    @Override
    public boolean verify(long nowMillis) {
        return header.verify(LEASE_SET_2, bytes, signature, nowMillis);
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
