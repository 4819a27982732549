package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Mapping;
import io.netty.buffer.ByteBuf;

/**
 * Asks for the router's date: version (String), then a mapping with user and password where the router wants one
 * (I2CP specification, "GetDateMessage"). Old clients send an empty body.
 *
 * @param version the client's API level; empty when absent
 */
public record GetDate(String version, Mapping options) implements I2cpMessage {

    public static GetDate decode(ByteBuf in) throws WireException {
        String version = in.isReadable() ? Wire.string(in, "version") : "";
        Mapping options = in.isReadable() ? Mapping.decode(in) : Mapping.EMPTY;
        return new GetDate(version, options);
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.GET_DATE;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        Wire.writeString(out, version);
        if (!options.entries().isEmpty()) {
            options.encode(out);
        }
    }

    @Override
    public String toString() {
        return "GetDate";
    }
}
