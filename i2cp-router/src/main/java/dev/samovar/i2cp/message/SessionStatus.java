package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * What became of a session: session id (2 bytes), status (1; I2CP specification, "SessionStatusMessage").
 */
public record SessionStatus(int sessionId, int status) implements I2cpMessage {

    public static final int DESTROYED = 0;
    public static final int CREATED = 1;
    public static final int UPDATED = 2;
    public static final int INVALID = 3;
    public static final int REFUSED = 4;
    public static final int NO_LEASE_SET = 5;

    public static SessionStatus decode(ByteBuf in) throws WireException {
        return new SessionStatus(Wire.u16(in, "session id"), Wire.u8(in, "status"));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.SESSION_STATUS;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeByte(status);
    }
}
