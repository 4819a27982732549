package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Word that something arrived (I2NP specification, "DeliveryStatus"): message id (4 bytes), date (8). A floodfill answers a
 * {@link DatabaseStore} with it, its message id being the token of the store; a router sends it through its own tunnels to
 * test them.
 *
 * @param timestampMillis when it was made, or, in the tests of some routers, anything: it is not checked
 */
public record DeliveryStatus(int messageId, long timestampMillis) implements I2npBody {

    public static final int TYPE = 10;

    private static final int LENGTH = 12;

    public static DeliveryStatus decode(ByteBuf in) throws WireException {
        return new DeliveryStatus(Wire.i32(in, "message id"), Wire.date(in, "delivery date"));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeInt(messageId);
        out.writeLong(timestampMillis);
    }

    @Override
    public int sizeHint() {
        return LENGTH;
    }
}
