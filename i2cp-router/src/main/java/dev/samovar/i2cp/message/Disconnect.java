package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * The last message of a side that gives the connection up: reason (String; I2CP specification, "DisconnectMessage").
 */
public record Disconnect(String reason) implements I2cpMessage {

    public static Disconnect decode(ByteBuf in) throws WireException {
        return new Disconnect(in.isReadable() ? Wire.string(in, "reason") : "");
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.DISCONNECT;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        Wire.writeString(out, reason);
    }
}
