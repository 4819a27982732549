package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Says that an announced message came: session id (2 bytes), message id (4; I2CP specification,
 * "ReceiveMessageEndMessage").
 */
public record ReceiveMessageEnd(int sessionId, int messageId) implements I2cpMessage {

    public static ReceiveMessageEnd decode(ByteBuf in) throws WireException {
        return new ReceiveMessageEnd(Wire.u16(in, "session id"), Wire.i32(in, "message id"));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.RECEIVE_MESSAGE_END;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeInt(messageId);
    }
}
