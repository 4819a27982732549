package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/**
 * Answers {@link HostLookup}: session id (2 bytes), request id (4), result (1), and the destination when the result is 0
 * (I2CP specification, "HostReplyMessage").
 *
 * @param destination null unless the result is {@link #FOUND}
 */
public record HostReply(int sessionId, int requestId, int result, Destination destination) implements I2cpMessage {

    public static final int FOUND = 0;
    public static final int FAILURE = 1;
    public static final int UNSUPPORTED = 7;

    public static HostReply decode(ByteBuf in) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        int requestId = Wire.i32(in, "request id");
        int result = Wire.u8(in, "result");
        return new HostReply(sessionId, requestId, result, result == FOUND ? Destination.decode(in) : null);
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.HOST_REPLY;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeInt(requestId);
        out.writeByte(result);
        if (destination != null) {
            destination.encode(out);
        }
    }
}
