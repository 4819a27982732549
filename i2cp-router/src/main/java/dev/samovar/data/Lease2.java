package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * The entrance of an inbound tunnel (common structures, "Lease2"): gateway router (32 bytes), tunnel id (4), end date (4,
 * seconds). 40 bytes.
 */
public record Lease2(Hash gateway, int tunnelId, long endSeconds) {

    public static final int LENGTH = 40;

    public static Lease2 decode(ByteBuf in) throws WireException {
        return new Lease2(Hash.decode(in), Wire.i32(in, "tunnel id"), Wire.u32(in, "lease end"));
    }

    public void encode(ByteBuf out) {
        gateway.encode(out);
        out.writeInt(tunnelId);
        out.writeInt((int) endSeconds);
    }

    @Override
    public String toString() {
        return "[lease]";
    }
}
