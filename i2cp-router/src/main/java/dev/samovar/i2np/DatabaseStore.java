package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import io.netty.buffer.ByteBuf;

/**
 * An entry for, or from, the network database (I2NP specification, "DatabaseStore"): key (32 bytes), store type (1), reply
 * token (4); where the token is not zero, tunnel (4) and hash (32) of the gateway for the reply; then the entry. A RouterInfo
 * stands there as a 2-byte length and gzip, everything else as it is.
 *
 * <p>Rules for the receiver:
 *
 * <ul>
 *   <li>the key must be the hash of the entry's identity (of its blinded key for an encrypted lease set), never its routing
 *       key: to be checked by whoever decodes the entry;
 *   <li>a token asks a floodfill to answer with a {@link DeliveryStatus} whose message id is the token, through the tunnel
 *       named or, when that is 0, straight to the router named; and to pass the entry on to the floodfills closest to it.
 *       Without a token the entry is only stored;
 *   <li>in a store that came down a tunnel, token, tunnel and gateway are to be ignored.
 * </ul>
 *
 * @param storeType the low 4 bits of the type byte; the others are reserved
 * @param replyTunnelId 0 for a direct reply, and without a token
 * @param replyGateway null without a token
 * @param data the bare structure, a RouterInfo uncompressed; not to be changed
 */
public record DatabaseStore(Hash key, int storeType, int replyToken, int replyTunnelId, Hash replyGateway, byte[] data)
        implements I2npBody {

    public static final int TYPE = 1;

    /** The store type of a RouterInfo; those of lease sets are with {@code LeaseSet}. */
    public static final int ROUTER_INFO = 0;

    /** What a RouterInfo may take uncompressed, bytes: a decoder stops there, whatever the gzip would grow to. */
    public static final int MAX_ROUTER_INFO = RouterInfo.MAX_LENGTH;

    private static final int TYPE_MASK = 0x0f;
    private static final int HEADER = Hash.LENGTH + 1 + 4;
    private static final int REPLY = 4 + Hash.LENGTH;

    public DatabaseStore {
        if ((replyToken == 0) != (replyGateway == null) || replyToken == 0 && replyTunnelId != 0) {
            throw new IllegalArgumentException("a token needs a gateway, and a gateway a token");
        }
        if (storeType == ROUTER_INFO && data.length > MAX_ROUTER_INFO) {
            throw new IllegalArgumentException("a RouterInfo of " + data.length + " bytes");
        }
    }

    /** A store that asks for no reply and no flooding. */
    public static DatabaseStore plain(Hash key, int storeType, byte[] data) {
        return new DatabaseStore(key, storeType, 0, 0, null, data);
    }

    public boolean isRouterInfo() {
        return storeType == ROUTER_INFO;
    }

    public static DatabaseStore decode(ByteBuf in) throws WireException {
        Hash key = Hash.decode(in);
        int storeType = Wire.u8(in, "store type") & TYPE_MASK;
        int token = Wire.i32(in, "reply token");
        int tunnel = token == 0 ? 0 : Wire.i32(in, "reply tunnel");
        Hash gateway = token == 0 ? null : Hash.decode(in);
        byte[] data;
        if (storeType == ROUTER_INFO) {
            data = RouterInfoGzip.decode(in, MAX_ROUTER_INFO);
        } else if (in.isReadable()) {
            data = Wire.bytes(in, in.readableBytes(), "entry");
        } else {
            throw new WireException(Fault.TRUNCATED, "entry");
        }
        return new DatabaseStore(key, storeType, token, tunnel, gateway, data);
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        key.encode(out);
        out.writeByte(storeType);
        out.writeInt(replyToken);
        if (replyToken != 0) {
            out.writeInt(replyTunnelId);
            replyGateway.encode(out);
        }
        if (storeType == ROUTER_INFO) {
            byte[] compressed = RouterInfoGzip.compress(data);
            out.writeShort(compressed.length);
            out.writeBytes(compressed);
        } else {
            out.writeBytes(data);
        }
    }

    @Override
    public int sizeHint() {
        return HEADER + REPLY + data.length;
    }

    @Override
    public String toString() {
        return "[store of type " + storeType + "]";
    }
}
