package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer of a router that does not have what was asked for: whom to ask instead (I2NP specification,
 * "DatabaseSearchReply"). Layout: key asked for (32 bytes), number of routers (1), their hashes, hash of the answering router
 * (32). Nothing proves {@code from}: a reply counts only where a lookup of that key waits for that router.
 *
 * @param peers at most 255; routers of the network send 3, and 16 where they were asked to explore
 */
public record DatabaseSearchReply(Hash key, List<Hash> peers, Hash from) implements I2npBody {

    public static final int TYPE = 3;

    public static final int MAX_PEERS = 255;

    public DatabaseSearchReply {
        peers = List.copyOf(peers);
        if (peers.size() > MAX_PEERS) {
            throw new IllegalArgumentException("more than " + MAX_PEERS + " routers");
        }
    }

    public static DatabaseSearchReply decode(ByteBuf in) throws WireException {
        Hash key = Hash.decode(in);
        int count = Wire.u8(in, "router count");
        Wire.need(in, (count + 1) * Hash.LENGTH, "routers");
        List<Hash> peers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            peers.add(Hash.decode(in));
        }
        return new DatabaseSearchReply(key, peers, Hash.decode(in));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        key.encode(out);
        out.writeByte(peers.size());
        for (Hash peer : peers) {
            peer.encode(out);
        }
        from.encode(out);
    }

    @Override
    public int sizeHint() {
        return (peers.size() + 2) * Hash.LENGTH + 1;
    }

    @Override
    public String toString() {
        return "[search reply of " + peers.size() + "]";
    }
}
