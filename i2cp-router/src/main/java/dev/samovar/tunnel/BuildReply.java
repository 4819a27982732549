package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Mapping;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * What a hop answers, in clear (ECIES tunnel creation, "Short Reply Record Unencrypted"): options (a mapping), padding, and
 * the reply in the last byte; {@value #SHORT_LENGTH} bytes, or {@value #LONG_LENGTH} in the older form.
 *
 * @param code {@link #ACCEPTED}, or any other number for no
 * @param options the bandwidth that the hop has ({@link BandwidthOptions})
 */
record BuildReply(int code, Mapping options) {

    static final int SHORT_LENGTH = 202;
    static final int LONG_LENGTH = 512;

    static final int ACCEPTED = 0;

    /** Too little bandwidth: given for every reason, so that it tells nothing of the router. */
    static final int REFUSED = 30;

    /** This many bytes, padded at random. */
    byte[] encode(int length, Entropy entropy) {
        byte[] clear = new byte[length];
        ByteBuf out = Unpooled.wrappedBuffer(clear).clear();
        options.encode(out);
        out.writeBytes(entropy.bytes(out.writableBytes() - 1));
        out.writeByte(code);
        return clear;
    }

    static BuildReply decode(byte[] clear) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(clear);
        Wire.need(in, 1, "build reply");
        int code = clear[clear.length - 1] & 0xff;
        return new BuildReply(code, BuildRequest.optionsOf(in.readSlice(clear.length - 1)));
    }

    /** The bandwidth that the hop says it has, KB per second; 0 when it says nothing of use. */
    int availableKbps() {
        try {
            return BandwidthOptions.kbps(options, BandwidthOptions.AVAILABLE);
        } catch (WireException nonsense) {
            return 0;
        }
    }
}
