package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * The entrance of an inbound tunnel, in its old form (common structures, "Lease"): gateway router (32 bytes), tunnel id
 * (4), end date (8, milliseconds). 44 bytes. I2CP still asks for lease sets with these.
 */
public record Lease(Hash gateway, int tunnelId, long endMillis) {

    public static final int LENGTH = 44;

    public static Lease decode(ByteBuf in) throws WireException {
        return new Lease(Hash.decode(in), Wire.i32(in, "tunnel id"), Wire.date(in, "lease end"));
    }

    public void encode(ByteBuf out) {
        gateway.encode(out);
        out.writeInt(tunnelId);
        out.writeLong(endMillis);
    }

    /** The same entrance with its date in seconds, rounded down. */
    public Lease2 toLease2() {
        return new Lease2(gateway, tunnelId, endMillis / 1000);
    }

    @Override
    public String toString() {
        return "[lease]";
    }
}
