package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * The router's limits, 16 integers of 4 bytes of which 9 mean nothing yet (I2CP specification,
 * "BandwidthLimitsMessage").
 *
 * @param clientIn what a client may receive, kilobytes per second
 * @param clientOut what a client may send, kilobytes per second
 * @param routerIn the router's inbound limit, kilobytes per second
 * @param routerInBurst the same while bursting
 * @param routerOut the router's outbound limit, kilobytes per second
 * @param routerOutBurst the same while bursting
 * @param burstSeconds how long a burst may last
 */
public record BandwidthLimits(
        int clientIn,
        int clientOut,
        int routerIn,
        int routerInBurst,
        int routerOut,
        int routerOutBurst,
        int burstSeconds)
        implements I2cpMessage {

    private static final int RESERVED = 9 * 4;

    public static BandwidthLimits decode(ByteBuf in) throws WireException {
        return new BandwidthLimits(
                Wire.i32(in, "client in"),
                Wire.i32(in, "client out"),
                Wire.i32(in, "router in"),
                Wire.i32(in, "router in burst"),
                Wire.i32(in, "router out"),
                Wire.i32(in, "router out burst"),
                Wire.i32(in, "burst seconds"));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.BANDWIDTH_LIMITS;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeInt(clientIn);
        out.writeInt(clientOut);
        out.writeInt(routerIn);
        out.writeInt(routerInBurst);
        out.writeInt(routerOut);
        out.writeInt(routerOutBurst);
        out.writeInt(burstSeconds);
        out.writeZero(RESERVED);
    }
}
