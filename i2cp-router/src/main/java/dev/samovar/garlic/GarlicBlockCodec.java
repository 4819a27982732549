package dev.samovar.garlic;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.X25519;
import dev.samovar.data.Hash;
import dev.samovar.garlic.GarlicBlock.Ack;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.GarlicBlock.Padding;
import dev.samovar.garlic.GarlicBlock.Termination;
import dev.samovar.garlic.GarlicBlock.Unknown;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of a garlic message (ECIES-X25519-AEAD-Ratchet specification, "Payload Section Decrypted data"): each is type
 * (1 byte), size (2), data. Padding is the last block. A type that nobody here knows is kept.
 */
public final class GarlicBlockCodec {

    /** Type and size. */
    static final int BLOCK_HEADER = 3;

    /** Blocks in one message. Routers send a handful; without a bound a message of empty blocks would cost much. */
    public static final int MAX_BLOCKS = 64;

    static final int DATE_TIME = 0;
    static final int TERMINATION = 4;
    static final int NEXT_KEY = 7;
    static final int ACK = 8;
    static final int ACK_REQUEST = 9;
    static final int CLOVE = 11;
    static final int PADDING = 254;

    private static final int MAX_SIZE = 0xffff;
    private static final int DATE_TIME_SIZE = 4;

    private static final int NEXT_KEY_SIZE = 3;
    private static final int KEY_PRESENT = 1;
    private static final int REVERSE_KEY = 2;
    private static final int REQUEST_REVERSE = 4;

    private static final int KIND_SHIFT = 5;
    private static final int KIND_MASK = 3;
    /** An encrypted clove, and a delay before delivery: planned long ago and never used. */
    private static final int IMPOSSIBLE_FLAGS = 0x90;

    private static final int LOCAL = 0;
    private static final int DESTINATION = 1;
    private static final int ROUTER = 2;
    private static final int TUNNEL = 3;

    private GarlicBlockCodec() {}

    /** The blocks as bytes. Messages in cloves stay owned by their cloves. */
    public static byte[] encode(List<GarlicBlock> blocks) {
        byte[] out = new byte[length(blocks)];
        encode(blocks, out, 0);
        return out;
    }

    /** Writes the blocks, {@link #length} bytes, to {@code array} at {@code at}. Messages in cloves stay owned by them. */
    static void encode(List<GarlicBlock> blocks, byte[] array, int at) {
        ByteBuf out = Unpooled.wrappedBuffer(array).setIndex(at, at);
        for (GarlicBlock block : blocks) {
            write(block, out);
        }
    }

    private static void write(GarlicBlock block, ByteBuf out) {
        int start = out.writerIndex();
        out.writeMedium(0);
        int type;
        if (block instanceof DateTime date) {
            type = DATE_TIME;
            out.writeInt((int) date.seconds());
        } else if (block instanceof GarlicClove clove) {
            type = CLOVE;
            write(clove.delivery(), out);
            clove.message().encodeShort(out);
        } else if (block instanceof Padding padding) {
            type = PADDING;
            out.writeZero(padding.length());
        } else if (block instanceof NextKey next) {
            type = NEXT_KEY;
            write(next, out);
        } else if (block instanceof Ack ack) {
            type = ACK;
            for (int message : ack.messages()) {
                out.writeInt(message);
            }
        } else if (block instanceof AckRequest) {
            type = ACK_REQUEST;
            out.writeByte(0);
        } else if (block instanceof Termination termination) {
            type = TERMINATION;
            out.writeByte(termination.reason());
        } else if (block instanceof Unknown unknown) {
            type = unknown.type();
            out.writeBytes(unknown.data());
        } else {
            throw new IllegalStateException("a block without a layout");
        }
        int size = out.writerIndex() - start - BLOCK_HEADER;
        if (size > MAX_SIZE) {
            throw new IllegalArgumentException("a block of " + size + " bytes");
        }
        out.setByte(start, type);
        out.setShort(start + 1, size);
    }

    private static void write(NextKey next, ByteBuf out) {
        out.writeByte((next.key() == null ? 0 : KEY_PRESENT)
                | (next.reverse() ? REVERSE_KEY : 0)
                | (next.requestReverse() ? REQUEST_REVERSE : 0));
        out.writeShort(next.keyId());
        if (next.key() != null) {
            out.writeBytes(next.key());
        }
    }

    private static void write(CloveDelivery delivery, ByteBuf out) {
        if (delivery instanceof CloveDelivery.ToDestination to) {
            out.writeByte(DESTINATION << KIND_SHIFT);
            to.destination().encode(out);
        } else if (delivery instanceof CloveDelivery.ToRouter to) {
            out.writeByte(ROUTER << KIND_SHIFT);
            to.router().encode(out);
        } else if (delivery instanceof CloveDelivery.ToTunnel to) {
            out.writeByte(TUNNEL << KIND_SHIFT);
            to.gateway().encode(out);
            out.writeInt(to.tunnelId());
        } else {
            out.writeByte(LOCAL << KIND_SHIFT);
        }
    }

    /** What {@link #encode} makes of these, bytes. */
    static int length(List<? extends GarlicBlock> blocks) {
        int length = 0;
        for (GarlicBlock block : blocks) {
            length += BLOCK_HEADER;
            if (block instanceof DateTime) {
                length += DATE_TIME_SIZE;
            } else if (block instanceof GarlicClove clove) {
                length += length(clove.delivery()) + clove.message().shortLength();
            } else if (block instanceof Padding padding) {
                length += padding.length();
            } else if (block instanceof NextKey next) {
                length += NEXT_KEY_SIZE + (next.key() == null ? 0 : X25519.KEY_LENGTH);
            } else if (block instanceof Ack ack) {
                length += Integer.BYTES * ack.messages().length;
            } else if (block instanceof AckRequest || block instanceof Termination) {
                length += 1;
            } else if (block instanceof Unknown unknown) {
                length += unknown.data().length;
            }
        }
        return length;
    }

    private static int length(CloveDelivery delivery) {
        if (delivery instanceof CloveDelivery.Local) {
            return 1;
        }
        return 1 + Hash.LENGTH + (delivery instanceof CloveDelivery.ToTunnel ? 4 : 0);
    }

    /**
     * Reads blocks up to the end of {@code in}. The messages in cloves are copies that the caller owns.
     *
     * @throws WireException when a block leaves the input, something follows padding, there are more than
     *     {@value #MAX_BLOCKS} blocks, or one does not follow its layout; no buffer is left behind
     */
    public static List<GarlicBlock> decode(ByteBuf in) throws WireException {
        return decode(in, false);
    }

    /** The same without copies: the messages in cloves are parts of {@code plain}, which nobody changes any more. */
    static List<GarlicBlock> decodeInPlace(byte[] plain, int at, int length) throws WireException {
        return decode(Unpooled.wrappedBuffer(plain, at, length), true);
    }

    private static List<GarlicBlock> decode(ByteBuf in, boolean inPlace) throws WireException {
        List<GarlicBlock> blocks = new ArrayList<>();
        boolean whole = false;
        try {
            boolean padded = false;
            while (in.isReadable()) {
                if (blocks.size() == MAX_BLOCKS) {
                    throw new WireException(Fault.TOO_LARGE, "garlic blocks");
                }
                if (padded) {
                    throw new WireException(Fault.BAD_VALUE, "garlic block behind padding");
                }
                int type = Wire.u8(in, "garlic block");
                int size = Wire.u16(in, "garlic block");
                Wire.need(in, size, "garlic block");
                blocks.add(read(type, in.readSlice(size), inPlace));
                padded = type == PADDING;
            }
            whole = true;
        } finally {
            if (!whole) {
                release(blocks);
            }
        }
        return blocks;
    }

    private static GarlicBlock read(int type, ByteBuf data, boolean inPlace) throws WireException {
        int size = data.readableBytes();
        switch (type) {
            case DATE_TIME -> {
                long seconds = Wire.u32(data, "garlic date");
                Wire.end(data, "garlic date");
                return new DateTime(seconds);
            }
            case CLOVE -> {
                CloveDelivery delivery = readDelivery(data);
                return new GarlicClove(
                        delivery, inPlace ? I2npMessage.decodeShortInPlace(data) : I2npMessage.decodeShort(data));
            }
            case TERMINATION -> {
                return new Termination(Wire.u8(data, "termination"));
            }
            case NEXT_KEY -> {
                return readNextKey(data);
            }
            case ACK -> {
                return readAck(data);
            }
            case ACK_REQUEST -> {
                Wire.u8(data, "ack request");
                return AckRequest.INSTANCE;
            }
            case PADDING -> {
                return new Padding(size);
            }
            default -> {
                return new Unknown(type, Wire.bytes(data, size, "garlic block"));
            }
        }
    }

    private static NextKey readNextKey(ByteBuf in) throws WireException {
        int flags = Wire.u8(in, "next key");
        int id = Wire.u16(in, "next key");
        byte[] key = (flags & KEY_PRESENT) == 0 ? null : Wire.bytes(in, X25519.KEY_LENGTH, "next key");
        Wire.end(in, "next key");
        if (id > NextKey.MAX_ID) {
            throw new WireException(Fault.BAD_VALUE, "next key");
        }
        return new NextKey((flags & REVERSE_KEY) != 0, (flags & REQUEST_REVERSE) != 0, id, key);
    }

    private static Ack readAck(ByteBuf in) throws WireException {
        int size = in.readableBytes();
        if (size == 0 || size % Integer.BYTES != 0) {
            throw new WireException(Fault.BAD_VALUE, "ack");
        }
        int[] messages = new int[size / Integer.BYTES];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = Wire.i32(in, "ack");
        }
        return new Ack(messages);
    }

    private static CloveDelivery readDelivery(ByteBuf in) throws WireException {
        int flags = Wire.u8(in, "clove delivery");
        if ((flags & IMPOSSIBLE_FLAGS) != 0) {
            throw new WireException(Fault.BAD_VALUE, "clove delivery");
        }
        return switch (flags >> KIND_SHIFT & KIND_MASK) {
            case DESTINATION -> new CloveDelivery.ToDestination(Hash.decode(in));
            case ROUTER -> new CloveDelivery.ToRouter(Hash.decode(in));
            case TUNNEL -> {
                Hash gateway = Hash.decode(in);
                yield new CloveDelivery.ToTunnel(gateway, Wire.i32(in, "clove tunnel"));
            }
            default -> CloveDelivery.LOCAL;
        };
    }

    /** Releases the messages in all cloves. */
    public static void release(List<GarlicBlock> blocks) {
        for (GarlicBlock block : blocks) {
            if (block instanceof GarlicClove clove) {
                clove.message().release();
            }
        }
    }
}
