package dev.samovar.i2cp.message;

import io.netty.buffer.ByteBuf;

/**
 * Asks for {@link BandwidthLimits}; an empty body (I2CP specification, "GetBandwidthLimitsMessage").
 */
public record GetBandwidthLimits() implements I2cpMessage {

    public static GetBandwidthLimits decode(ByteBuf in) {
        return new GetBandwidthLimits();
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.GET_BANDWIDTH_LIMITS;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        // the body is empty
    }
}
