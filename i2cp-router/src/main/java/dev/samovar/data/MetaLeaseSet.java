package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * A list of other lease sets that serve for one destination (common structures, "MetaLeaseSet"; store type 7): header;
 * options; entry count (1 byte) and for each hash (32), flags (3), cost (1), expiry (4); revocation count (1) and hashes;
 * signature over the byte 7 and all before it. Only read and checked here. Immutable.
 */
public final class MetaLeaseSet implements LeaseSet {

    private static final int ENTRY_LENGTH = 40;

    private final LeaseSetHeader header;
    private final int entries;
    private final byte[] signature;
    private final byte[] bytes;

    private MetaLeaseSet(LeaseSetHeader header, int entries, byte[] signature, byte[] bytes) {
        this.header = header;
        this.entries = entries;
        this.signature = signature;
        this.bytes = bytes;
    }

    public static MetaLeaseSet decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        LeaseSetHeader header = LeaseSetHeader.decode(in);
        Mapping.decode(in);
        int entries = Wire.u8(in, "entry count");
        Wire.need(in, entries * ENTRY_LENGTH, "entries");
        in.skipBytes(entries * ENTRY_LENGTH);
        int revocations = Wire.u8(in, "revocation count");
        Wire.need(in, revocations * Hash.LENGTH, "revocations");
        in.skipBytes(revocations * Hash.LENGTH);
        byte[] signature = Wire.bytes(in, header.signingType().signatureLength(), "lease set signature");
        byte[] bytes = new byte[in.readerIndex() - start];
        in.getBytes(start, bytes);
        return new MetaLeaseSet(header, entries, signature, bytes);
    }

    @Override
    public int storeType() {
        return META;
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

    public int entryCount() {
        return entries;
    }

    @Override
    public boolean verify(long nowMillis) {
        return header.verify(META, bytes, signature, nowMillis);
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
