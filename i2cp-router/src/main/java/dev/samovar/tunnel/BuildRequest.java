package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * What the creator of a tunnel asks of one hop, in clear (ECIES tunnel creation, "Short Request Record Unencrypted"):
 * receive tunnel id (4 bytes), next tunnel id (4), next router (32), flags (1 and 2 that are zero), layer encryption (1),
 * time of the request in minutes (4), lifetime in seconds (4), next message id (4), options (a mapping), padding; in all
 * {@value #SHORT_LENGTH} bytes.
 *
 * <p>The older form, {@value #LONG_LENGTH} bytes, which is read and never written, has the hop's keys besides ({@link
 * LongKeys}) and no layer encryption: after the next router come layer key (32), IV key (32), reply key (32) and reply IV
 * (16).
 *
 * @param receiveTunnelId by which the hop is to know the tunnel
 * @param nextTunnelId by which the next router knows it; at an endpoint, the tunnel that the reply goes into
 * @param nextRouter where cells go; at an endpoint, the gateway of the tunnel for the reply
 * @param layerType how cells are ciphered; only {@link #LAYER_AES} exists
 * @param minutes when it was made, minutes since 1970, rounded down; unsigned on the wire
 * @param seconds how long the tunnel is to live; unsigned on the wire
 * @param nextMessageId the id of the message that the hop sends on
 * @param options bandwidth ({@link BandwidthOptions}), and whatever later versions add
 */
record BuildRequest(
        int receiveTunnelId,
        int nextTunnelId,
        Hash nextRouter,
        TunnelRole role,
        int layerType,
        long minutes,
        long seconds,
        int nextMessageId,
        Mapping options) {

    static final int SHORT_LENGTH = 154;
    static final int LONG_LENGTH = 464;

    static final int LAYER_AES = 0;

    /** How long tunnels live: nothing else is supported by anybody. */
    static final int LIFETIME_SECONDS = 600;

    private static final int SHORT_UNUSED_FLAGS = 2;
    private static final int LONG_UNUSED_FLAGS = 3;
    private static final int KEY_LENGTH = 32;
    private static final int IV_LENGTH = 16;

    /**
     * The keys that a record of the older form carries. All owned by this.
     *
     * @param replyKey AES-256, for the other records
     */
    record LongKeys(BuildRequest request, byte[] layerKey, byte[] ivKey, byte[] replyKey, byte[] replyIv) {

        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    /** The short form, padded at random. */
    byte[] encodeShort(Entropy entropy) {
        byte[] clear = new byte[SHORT_LENGTH];
        ByteBuf out = Unpooled.wrappedBuffer(clear).clear();
        out.writeInt(receiveTunnelId);
        out.writeInt(nextTunnelId);
        nextRouter.encode(out);
        out.writeByte(role.flags());
        out.writeZero(SHORT_UNUSED_FLAGS);
        out.writeByte(layerType);
        out.writeInt((int) minutes);
        out.writeInt((int) seconds);
        out.writeInt(nextMessageId);
        options.encode(out);
        out.writeBytes(entropy.bytes(out.writableBytes()));
        return clear;
    }

    static BuildRequest decodeShort(byte[] clear) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(clear);
        Wire.need(in, SHORT_LENGTH, "build request");
        int receiveTunnelId = Wire.i32(in, "receive tunnel");
        int nextTunnelId = Wire.i32(in, "next tunnel");
        Hash nextRouter = Hash.decode(in);
        TunnelRole role = TunnelRole.of(Wire.u8(in, "flags"));
        in.skipBytes(SHORT_UNUSED_FLAGS);
        int layerType = Wire.u8(in, "layer encryption");
        return decodeRest(in, receiveTunnelId, nextTunnelId, nextRouter, role, layerType);
    }

    static LongKeys decodeLong(byte[] clear) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(clear);
        Wire.need(in, LONG_LENGTH, "build request");
        int receiveTunnelId = Wire.i32(in, "receive tunnel");
        int nextTunnelId = Wire.i32(in, "next tunnel");
        Hash nextRouter = Hash.decode(in);
        byte[] layerKey = Wire.bytes(in, KEY_LENGTH, "layer key");
        byte[] ivKey = Wire.bytes(in, KEY_LENGTH, "IV key");
        byte[] replyKey = Wire.bytes(in, KEY_LENGTH, "reply key");
        byte[] replyIv = Wire.bytes(in, IV_LENGTH, "reply IV");
        TunnelRole role = TunnelRole.of(Wire.u8(in, "flags"));
        in.skipBytes(LONG_UNUSED_FLAGS);
        BuildRequest request = decodeRest(in, receiveTunnelId, nextTunnelId, nextRouter, role, LAYER_AES);
        return new LongKeys(request, layerKey, ivKey, replyKey, replyIv);
    }

    private static BuildRequest decodeRest(
            ByteBuf in, int receiveTunnelId, int nextTunnelId, Hash nextRouter, TunnelRole role, int layerType)
            throws WireException {
        long minutes = Wire.u32(in, "request time");
        long seconds = Wire.u32(in, "lifetime");
        int nextMessageId = Wire.i32(in, "next message id");
        return new BuildRequest(
                receiveTunnelId,
                nextTunnelId,
                nextRouter,
                role,
                layerType,
                minutes,
                seconds,
                nextMessageId,
                optionsOf(in));
    }

    /** Options that follow no layout are none: half of the network never looks at them. */
    static Mapping optionsOf(ByteBuf in) {
        try {
            return Mapping.decode(in);
        } catch (WireException malformed) {
            return Mapping.EMPTY;
        }
    }

    /** The clear form of a record that is no longer needed. */
    static void wipe(byte[] clear) {
        Arrays.fill(clear, (byte) 0);
    }

    @Override
    public String toString() {
        return "[build request]";
    }
}
