package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Asks for a message that was announced, where delivery is by pull: session id (2 bytes), message id (4; I2CP
 * specification, "ReceiveMessageBeginMessage").
 */
public record ReceiveMessageBegin(int sessionId, int messageId) implements I2cpMessage {

    public static ReceiveMessageBegin decode(ByteBuf in) throws WireException {
        return new ReceiveMessageBegin(Wire.u16(in, "session id"), Wire.i32(in, "message id"));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.RECEIVE_MESSAGE_BEGIN;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeInt(messageId);
    }
}
