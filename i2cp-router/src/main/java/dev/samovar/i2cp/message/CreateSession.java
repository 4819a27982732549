package dev.samovar.i2cp.message;

import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Asks for a session: a signed {@link SessionConfig} (I2CP specification, "CreateSessionMessage").
 */
public record CreateSession(SessionConfig config) implements I2cpMessage {

    public static CreateSession decode(ByteBuf in) throws WireException {
        return new CreateSession(SessionConfig.decode(in));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.CREATE_SESSION;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        config.encode(out);
    }
}
