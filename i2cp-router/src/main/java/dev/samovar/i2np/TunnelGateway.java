package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * A message for the inbound gateway of a tunnel, which is to send it in (I2NP specification, "TunnelGateway"): tunnel id (4
 * bytes), length (2), message with the long header.
 *
 * @param tunnelId by which the gateway knows the tunnel; zero names none
 * @param message owned by this; whoever takes it over releases it
 */
public record TunnelGateway(int tunnelId, I2npMessage message) implements I2npBody {

    public static final int TYPE = 19;

    private static final int HEADER = 4 + 2;

    /** The longest body that a message for a gateway may have, bytes. */
    public static final int MAX_BODY = I2npMessage.MAX_BODY - HEADER - I2npMessage.LONG_HEADER_LENGTH;

    public static TunnelGateway decode(ByteBuf in) throws WireException {
        int tunnelId = Wire.i32(in, "tunnel id");
        int length = Wire.u16(in, "gateway length");
        Wire.need(in, length, "gateway message");
        return new TunnelGateway(tunnelId, I2npMessage.decodeLong(in.readSlice(length)));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeInt(tunnelId);
        out.writeShort(message.longLength());
        message.encodeLong(out);
    }

    @Override
    public int sizeHint() {
        return HEADER + message.longLength();
    }

    @Override
    public I2npMessage toMessage(int id, long expirationMillis) {
        ByteBuf body = message.body().alloc().heapBuffer(sizeHint());
        encode(body);
        message.release();
        return new I2npMessage(TYPE, id, expirationMillis, body);
    }

    public void release() {
        message.release();
    }
}
