package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * One cell on its way through a tunnel (I2NP specification, "TunnelData"): tunnel id (4 bytes) and always
 * {@value #DATA_LENGTH} bytes. Each hop changes all of it, and gives the message a new id.
 *
 * @param tunnelId by which the receiver knows the tunnel; zero names none
 * @param data owned by this; whoever takes it over releases it. A hop ciphers it in place
 */
public record TunnelData(int tunnelId, ByteBuf data) implements I2npBody {

    public static final int TYPE = 18;

    public static final int DATA_LENGTH = 1024;

    private static final int LENGTH = 4 + DATA_LENGTH;

    /** The data is a retained slice of {@code in}. */
    public static TunnelData decode(ByteBuf in) throws WireException {
        Wire.need(in, LENGTH, "tunnel data");
        int tunnelId = Wire.i32(in, "tunnel id");
        return new TunnelData(tunnelId, in.readRetainedSlice(DATA_LENGTH));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        if (data.readableBytes() != DATA_LENGTH) {
            throw new IllegalStateException("a cell of " + data.readableBytes() + " bytes");
        }
        out.writeInt(tunnelId);
        out.writeBytes(data, data.readerIndex(), DATA_LENGTH);
    }

    @Override
    public int sizeHint() {
        return LENGTH;
    }

    @Override
    public I2npMessage toMessage(int id, long expirationMillis) {
        ByteBuf body = data.alloc().heapBuffer(LENGTH, LENGTH);
        encode(body);
        data.release();
        return new I2npMessage(TYPE, id, expirationMillis, body);
    }

    public void release() {
        data.release();
    }

    @Override
    public String toString() {
        return "[tunnel data]";
    }
}
