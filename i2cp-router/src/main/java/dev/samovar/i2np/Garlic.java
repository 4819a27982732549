package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;

/**
 * Sealed messages for whoever has the key (I2NP specification, "Garlic"): length (4 bytes) and that many bytes, which say by
 * their beginning alone how they are sealed. The opener is in {@code garlic}.
 *
 * @param data not to be changed
 */
public record Garlic(byte[] data) implements I2npBody {

    public static final int TYPE = 11;

    private static final int LENGTH_FIELD = 4;

    /** What {@code data} may take, bytes. */
    public static final int MAX_DATA = I2npMessage.MAX_BODY - LENGTH_FIELD;

    public static Garlic decode(ByteBuf in) throws WireException {
        long length = Wire.u32(in, "garlic length");
        if (length > MAX_DATA) {
            throw new WireException(Fault.TOO_LARGE, "garlic length");
        }
        return new Garlic(Wire.bytes(in, (int) length, "garlic"));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeInt(data.length);
        out.writeBytes(data);
    }

    @Override
    public int sizeHint() {
        return LENGTH_FIELD + data.length;
    }

    @Override
    public String toString() {
        return "[garlic of " + data.length + "]";
    }
}
