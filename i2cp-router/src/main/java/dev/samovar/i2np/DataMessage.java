package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;

/**
 * A payload between two clients (I2NP specification, "Data"): length (4 bytes) and payload, which is gzip framed. It travels
 * in garlic only.
 *
 * @param payload owned by this; whoever takes it over releases it
 */
public record DataMessage(ByteBuf payload) implements I2npBody {

    public static final int TYPE = 20;

    private static final int LENGTH_FIELD = 4;

    /** The payload is a retained slice of {@code in}. */
    public static DataMessage decode(ByteBuf in) throws WireException {
        long length = Wire.u32(in, "data length");
        if (length > I2npMessage.MAX_BODY) {
            throw new WireException(Fault.TOO_LARGE, "data length");
        }
        Wire.need(in, (int) length, "data");
        return new DataMessage(in.readRetainedSlice((int) length));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeInt(payload.readableBytes());
        out.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
    }

    @Override
    public int sizeHint() {
        return LENGTH_FIELD + payload.readableBytes();
    }

    @Override
    public I2npMessage toMessage(int id, long expirationMillis) {
        ByteBuf body = payload.alloc().heapBuffer(sizeHint());
        encode(body);
        payload.release();
        return new I2npMessage(TYPE, id, expirationMillis, body);
    }

    public void release() {
        payload.release();
    }

    @Override
    public String toString() {
        return "[data]";
    }
}
