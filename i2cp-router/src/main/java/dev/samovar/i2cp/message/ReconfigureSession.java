package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Changes a session's options: session id (2 bytes), {@link SessionConfig} (I2CP specification,
 * "ReconfigureSessionMessage").
 */
public record ReconfigureSession(int sessionId, SessionConfig config) implements I2cpMessage {

    public static ReconfigureSession decode(ByteBuf in) throws WireException {
        return new ReconfigureSession(Wire.u16(in, "session id"), SessionConfig.decode(in));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.RECONFIGURE_SESSION;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        config.encode(out);
    }
}
