package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import io.netty.buffer.ByteBuf;

/**
 * Asks for a destination: session id (2 bytes, {@link #NO_SESSION} for none), request id (4), time-out (4, milliseconds),
 * query type (1), and a hash (32), a name (String) or a destination (I2CP specification, "HostLookupMessage").
 *
 * @param queryType one of the constants here, or a number unknown here
 * @param hash of the two hash queries, else null
 * @param name of the two name queries, else null
 */
public record HostLookup(int sessionId, int requestId, long timeoutMillis, int queryType, Hash hash, String name)
        implements I2cpMessage {

    public static final int HASH = 0;
    public static final int NAME = 1;
    public static final int HASH_WITH_OPTIONS = 2;
    public static final int NAME_WITH_OPTIONS = 3;
    public static final int DESTINATION_WITH_OPTIONS = 4;

    public static HostLookup byHash(int sessionId, int requestId, long timeoutMillis, Hash hash) {
        return new HostLookup(sessionId, requestId, timeoutMillis, HASH, hash, null);
    }

    /** @param name at most 255 bytes of UTF-8 */
    public static HostLookup byName(int sessionId, int requestId, long timeoutMillis, String name) {
        return new HostLookup(sessionId, requestId, timeoutMillis, NAME, null, name);
    }

    public static HostLookup decode(ByteBuf in) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        int requestId = Wire.i32(in, "request id");
        long timeout = Wire.u32(in, "timeout");
        int queryType = Wire.u8(in, "query type");
        Hash hash = null;
        String name = null;
        switch (queryType) {
            case HASH, HASH_WITH_OPTIONS -> hash = Hash.decode(in);
            case NAME, NAME_WITH_OPTIONS -> name = Wire.string(in, "name");
            case DESTINATION_WITH_OPTIONS -> hash = Destination.decode(in).hash();
            default -> in.skipBytes(in.readableBytes());
        }
        return new HostLookup(sessionId, requestId, timeout, queryType, hash, name);
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.HOST_LOOKUP;
    }

    /** Writes queries by hash and by name; nobody here sends others. */
    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeInt(requestId);
        out.writeInt((int) timeoutMillis);
        out.writeByte(queryType);
        if (name != null) {
            Wire.writeString(out, name);
        } else if (hash != null) {
            hash.encode(out);
        }
    }

    @Override
    public String toString() {
        return "[lookup]";
    }
}
