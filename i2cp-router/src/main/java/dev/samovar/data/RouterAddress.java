package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * A way to reach a router (common structures, "RouterAddress"): cost (1 byte, the lower the better), expiration (8, always
 * 0), style (String), options ({@link Mapping}).
 *
 * @param style the transport: {@code NTCP2}, {@code SSU2}; names that nobody here knows are kept
 */
public record RouterAddress(int cost, String style, Mapping options) {

    /** Reads one address and leaves what follows; an expiration is passed over, since nobody uses it. */
    public static RouterAddress decode(ByteBuf in) throws WireException {
        int cost = Wire.u8(in, "address cost");
        Wire.need(in, 8, "address expiration");
        in.skipBytes(8);
        String style = Wire.string(in, "address style");
        return new RouterAddress(cost, style, Mapping.decode(in));
    }

    public void encode(ByteBuf out) {
        out.writeByte(cost);
        out.writeLong(0);
        Wire.writeString(out, style);
        options.encode(out);
    }

    /** The value of an option, or null. */
    public String option(String key) {
        return options.get(key);
    }

    /** Redacted: it holds where somebody lives. */
    @Override
    public String toString() {
        return "[" + style + " address]";
    }
}
