package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Ends a session: session id (2 bytes; I2CP specification, "DestroySessionMessage").
 */
public record DestroySession(int sessionId) implements I2cpMessage {

    public static DestroySession decode(ByteBuf in) throws WireException {
        return new DestroySession(Wire.u16(in, "session id"));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.DESTROY_SESSION;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
    }
}
