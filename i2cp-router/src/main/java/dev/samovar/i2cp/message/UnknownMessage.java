package dev.samovar.i2cp.message;

import io.netty.buffer.ByteBuf;

/** A message whose number has no layout here. The body is dropped; the number survives for whoever must answer. */
public record UnknownMessage(@Override int typeCode) implements I2cpMessage {

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.UNKNOWN;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        // the body was dropped
    }
}
