package dev.samovar.transport.ntcp2;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The blocks inside a frame and inside message 3 (NTCP2 specification, "Data Phase", "Unencrypted data"):
 *
 * <pre>
 *   type (1), size (2), data
 *
 *   0    DateTime     seconds (4)
 *   1    Options      padding and dummy traffic wishes (12 or more): read over
 *   2    RouterInfo   flag (1; bit 0: please flood), RouterInfo as it is
 *   3    I2NP         message with the short header
 *   4    Termination  frames received (8), reason (1), anything
 *   254  Padding      the last block
 * </pre>
 *
 * Unknown types are read over. After Termination only Padding may come, after Padding nothing.
 */
final class Ntcp2BlockCodec {

    static final int HEADER_LENGTH = 3;
    static final int DATE_TIME_LENGTH = HEADER_LENGTH + 4;
    static final int TERMINATION_LENGTH = HEADER_LENGTH + 9;

    private static final int DATE_TIME = 0;
    private static final int OPTIONS = 1;
    private static final int ROUTER_INFO = 2;
    private static final int I2NP = 3;
    private static final int TERMINATION = 4;
    private static final int PADDING = 254;

    private static final int MIN_OPTIONS = 12;
    private static final int FLOOD_FLAG = 1;

    /** What the blocks of a frame are given to, in their order. */
    interface Sink {

        void onDateTime(long seconds);

        void onRouterInfo(byte[] routerInfo, boolean flood);

        /** Takes the message over. */
        void onMessage(I2npMessage message);

        void onTermination(long framesReceived, int reason);
    }

    private Ntcp2BlockCodec() {}

    /** Reads a whole frame. What came before a fault has been delivered. */
    static void decode(ByteBuf in, Sink sink) throws WireException {
        boolean terminated = false;
        while (in.isReadable()) {
            int type = Wire.u8(in, "block type");
            int size = Wire.u16(in, "block size");
            Wire.need(in, size, "block");
            if (terminated && type != PADDING) {
                throw new WireException(Fault.BAD_VALUE, "a block behind the termination");
            }
            int end = in.readerIndex() + size;
            switch (type) {
                case DATE_TIME -> {
                    exactly(size == 4, "DateTime");
                    sink.onDateTime(Wire.u32(in, "DateTime"));
                }
                case OPTIONS -> exactly(size >= MIN_OPTIONS, "Options");
                case ROUTER_INFO -> {
                    exactly(size >= 1, "RouterInfo block");
                    if (size - 1 > RouterInfo.MAX_LENGTH) {
                        throw new WireException(Fault.TOO_LARGE, "RouterInfo block");
                    }
                    boolean flood = (Wire.u8(in, "flag") & FLOOD_FLAG) != 0;
                    sink.onRouterInfo(Wire.bytes(in, size - 1, "RouterInfo block"), flood);
                }
                case I2NP -> {
                    exactly(size >= I2npMessage.SHORT_HEADER_LENGTH, "I2NP block");
                    sink.onMessage(message(in, size));
                }
                case TERMINATION -> {
                    exactly(size >= 9, "Termination");
                    long frames = ((long) Wire.i32(in, "frames") << 32) | Wire.u32(in, "frames");
                    sink.onTermination(frames, Wire.u8(in, "reason"));
                    terminated = true;
                }
                case PADDING -> {
                    if (end != in.writerIndex()) {
                        throw new WireException(Fault.BAD_VALUE, "a block behind the padding");
                    }
                }
                default -> {
                    // SPEC ntcp2#unencrypted-data: blocks of the future are read over
                }
            }
            in.readerIndex(end);
        }
    }

    private static I2npMessage message(ByteBuf in, int size) throws WireException {
        int typeCode = Wire.u8(in, "I2NP type");
        int id = Wire.i32(in, "I2NP id");
        long expirationMillis = Wire.u32(in, "I2NP expiration") * 1000;
        int bodyLength = size - I2npMessage.SHORT_HEADER_LENGTH;
        if (bodyLength > I2npMessage.MAX_BODY) {
            throw new WireException(Fault.TOO_LARGE, "I2NP body");
        }
        byte[] body = Wire.bytes(in, bodyLength, "I2NP body");
        return new I2npMessage(typeCode, id, expirationMillis, Unpooled.wrappedBuffer(body));
    }

    private static void exactly(boolean holds, String what) throws WireException {
        if (!holds) {
            throw new WireException(Fault.BAD_VALUE, what);
        }
    }

    /**
     * Reads part 2 of message 3: RouterInfo, then Options, then Padding, the first required, nothing else allowed (NTCP2
     * specification, "SessionConfirmed").
     *
     * @return the RouterInfo
     */
    static byte[] decodeConfirmed(byte[] payload) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(payload);
        byte[] routerInfo = null;
        int before = -1;
        while (in.isReadable()) {
            int type = Wire.u8(in, "block type");
            int size = Wire.u16(in, "block size");
            Wire.need(in, size, "block");
            int order = switch (type) {
                case ROUTER_INFO -> 0;
                case OPTIONS -> 1;
                case PADDING -> 2;
                default -> throw new WireException(Fault.UNKNOWN_TYPE, "block in message 3");
            };
            exactly(order > before && (order == 0) == (before == -1), "order of blocks in message 3");
            before = order;
            if (type == ROUTER_INFO) {
                exactly(size >= 1, "RouterInfo block");
                if (size - 1 > RouterInfo.MAX_LENGTH) {
                    throw new WireException(Fault.TOO_LARGE, "RouterInfo block");
                }
                in.skipBytes(1);
                routerInfo = Wire.bytes(in, size - 1, "RouterInfo block");
            } else {
                in.skipBytes(size);
            }
        }
        exactly(routerInfo != null, "message 3 without a RouterInfo");
        return routerInfo;
    }

    /** Part 2 of message 3, unsealed; with a padding block unless {@code padding} is 0. */
    static byte[] encodeConfirmed(byte[] routerInfo, int padding) {
        int length = HEADER_LENGTH + 1 + routerInfo.length + (padding == 0 ? 0 : HEADER_LENGTH + padding);
        byte[] payload = new byte[length];
        ByteBuf out = Unpooled.wrappedBuffer(payload).clear();
        writeRouterInfo(out, routerInfo);
        if (padding > 0) {
            writePadding(out, padding);
        }
        return payload;
    }

    static void writeDateTime(ByteBuf out, long epochMillis) {
        header(out, DATE_TIME, 4);
        out.writeInt((int) Ntcp2RequestOptions.toSeconds(epochMillis));
    }

    /** Without asking for it to be flooded: who wants that sends a DatabaseStore. */
    static void writeRouterInfo(ByteBuf out, byte[] routerInfo) {
        header(out, ROUTER_INFO, 1 + routerInfo.length);
        out.writeByte(0);
        out.writeBytes(routerInfo);
    }

    /** Leaves the message as it is. */
    static void writeMessage(ByteBuf out, I2npMessage message) {
        header(out, I2NP, message.shortLength());
        message.encodeShort(out);
    }

    /** The length of a message's block. */
    static int lengthOf(I2npMessage message) {
        return HEADER_LENGTH + message.shortLength();
    }

    static void writeTermination(ByteBuf out, long framesReceived, int reason) {
        header(out, TERMINATION, 9);
        out.writeLong(framesReceived);
        out.writeByte(reason);
    }

    /** Zeros: they are sealed with the rest. */
    static void writePadding(ByteBuf out, int length) {
        header(out, PADDING, length);
        out.writeZero(length);
    }

    private static void header(ByteBuf out, int type, int size) {
        out.writeByte(type);
        out.writeShort(size);
    }
}
