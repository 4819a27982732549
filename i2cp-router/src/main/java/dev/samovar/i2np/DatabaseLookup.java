package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Hash;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * A question to the network database (I2NP specification, "DatabaseLookup"): key (32 bytes), from (32), flags (1); with bit 0
 * of the flags the reply tunnel (4); number of routers to leave out (2) and their hashes; with bit 4 or bit 1 a
 * {@link ReplyKey}. Bits 2 and 3 are the {@link Kind}. All hashes are real ones, never routing keys.
 *
 * <p>The answer is a {@link DatabaseStore} without a token or a {@link DatabaseSearchReply}. It goes straight to {@code from},
 * or, with a reply tunnel, in a {@link TunnelGateway} to the gateway {@code from}; only then is a reply key heeded.
 *
 * @param replyTunnelId 0 for a direct reply
 * @param excluded at most {@link #MAX_EXCLUDED} routers that the asker knows already
 * @param replyKey null for a reply in clear
 */
public record DatabaseLookup(Hash key, Hash from, Kind kind, int replyTunnelId, List<Hash> excluded, ReplyKey replyKey)
        implements I2npBody {

    public static final int TYPE = 2;

    public static final int MAX_EXCLUDED = 512;

    /** What is wanted; the order is that of the codes. */
    public enum Kind {
        /** RouterInfo or lease set. No longer sent by anyone of today. */
        ANY,
        /** A lease set of any kind. */
        LEASE_SET,
        ROUTER_INFO,
        /** Routers close to the key that are not floodfills. */
        EXPLORATION;

        private static final Kind[] BY_CODE = values();
    }

    private static final int TO_TUNNEL = 1;
    private static final int AES_REPLY = 1 << 1;
    private static final int KIND_SHIFT = 2;
    private static final int KIND_MASK = 3;
    private static final int ECIES_REPLY = 1 << 4;

    public DatabaseLookup {
        excluded = List.copyOf(excluded);
        if (excluded.size() > MAX_EXCLUDED) {
            throw new IllegalArgumentException("more than " + MAX_EXCLUDED + " routers excluded");
        }
    }

    public static DatabaseLookup decode(ByteBuf in) throws WireException {
        Hash key = Hash.decode(in);
        Hash from = Hash.decode(in);
        int flags = Wire.u8(in, "lookup flags");
        int tunnel = (flags & TO_TUNNEL) != 0 ? Wire.i32(in, "reply tunnel") : 0;
        int count = Wire.u16(in, "excluded count");
        if (count > MAX_EXCLUDED) {
            throw new WireException(Fault.TOO_LARGE, "excluded count");
        }
        Wire.need(in, count * Hash.LENGTH, "excluded");
        List<Hash> excluded = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            excluded.add(Hash.decode(in));
        }
        ReplyKey replyKey = switch (flags & (AES_REPLY | ECIES_REPLY)) {
            case 0 -> null;
            case ECIES_REPLY -> ReplyKey.decode(in);
            case AES_REPLY -> ReplyKey.decodeAes(in);
            // SPEC "Reply Encryption": both bits are reserved for a form that has no layout yet
            default -> throw new WireException(Fault.BAD_VALUE, "reply encryption");
        };
        Kind kind = Kind.BY_CODE[flags >> KIND_SHIFT & KIND_MASK];
        return new DatabaseLookup(key, from, kind, tunnel, excluded, replyKey);
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        key.encode(out);
        from.encode(out);
        int flags = kind.ordinal() << KIND_SHIFT;
        if (replyTunnelId != 0) {
            flags |= TO_TUNNEL;
        }
        if (replyKey != null) {
            flags |= replyKey.isEcies() ? ECIES_REPLY : AES_REPLY;
        }
        out.writeByte(flags);
        if (replyTunnelId != 0) {
            out.writeInt(replyTunnelId);
        }
        out.writeShort(excluded.size());
        for (Hash hash : excluded) {
            hash.encode(out);
        }
        if (replyKey != null) {
            replyKey.encode(out);
        }
    }

    @Override
    public int sizeHint() {
        return 160 + excluded.size() * Hash.LENGTH;
    }

    @Override
    public String toString() {
        return "[lookup " + kind + "]";
    }
}
