package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * Tells the router how to look up an encrypted lease set (I2CP specification, "BlindingInfoMessage"): session id (2
 * bytes), then keys and secrets, which are not read until something here uses them.
 */
public record BlindingInfo(int sessionId) implements I2cpMessage {

    public static BlindingInfo decode(ByteBuf in) throws WireException {
        BlindingInfo info = new BlindingInfo(Wire.u16(in, "session id"));
        in.skipBytes(in.readableBytes());
        return info;
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.BLINDING_INFO;
    }

    /** Writes what is kept, the session id: nobody here sends these. */
    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
    }
}
