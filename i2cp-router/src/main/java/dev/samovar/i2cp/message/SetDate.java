package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * The router's date (8 bytes, milliseconds) and its API level (String; I2CP specification, "SetDateMessage"). The level
 * tells the client which messages it may use.
 *
 * @param version empty when a very old router left it out
 */
public record SetDate(long epochMillis, String version) implements I2cpMessage {

    public static SetDate decode(ByteBuf in) throws WireException {
        long date = Wire.date(in, "date");
        return new SetDate(date, in.isReadable() ? Wire.string(in, "version") : "");
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.SET_DATE;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeLong(epochMillis);
        Wire.writeString(out, version);
    }
}
