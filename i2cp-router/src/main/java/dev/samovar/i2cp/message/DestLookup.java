package dev.samovar.i2cp.message;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import io.netty.buffer.ByteBuf;

/**
 * Asks for a destination by its hash (32 bytes), in the old way without session and request ids (I2CP specification,
 * "DestLookupMessage").
 */
public record DestLookup(Hash hash) implements I2cpMessage {

    public static DestLookup decode(ByteBuf in) throws WireException {
        return new DestLookup(Hash.decode(in));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.DEST_LOOKUP;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        hash.encode(out);
    }
}
