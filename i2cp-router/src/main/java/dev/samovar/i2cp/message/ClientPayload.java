package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The frame around every payload between clients: a gzip member whose time field carries the ports and whose last header
 * byte carries the protocol (I2CP specification, "SendMessage payload format"). Bytes: {@code 1f 8b 08}, flags (0), source
 * port (2), destination port (2), extra flags (ignored), protocol (1), deflate stream, CRC-32 and size (4 each, little
 * endian).
 *
 * <p>Written as one stored block: what travels here is encrypted or compressed already, and deflating it again would cost
 * more than all the rest of a message's way. Stateless; safe from any thread.
 */
public final class ClientPayload {

    /** Gzip header (10) and the header of one stored block (5), bytes. */
    public static final int HEADROOM = 15;

    /** CRC-32 and size, bytes. */
    public static final int TAILROOM = 8;

    /** The most that one stored block takes, bytes. */
    public static final int MAX_LENGTH = 0xffff;

    private static final int GZIP_HEADER = 10;
    private static final int MAGIC_AND_METHOD = 0x1f8b08;
    private static final int FINAL_STORED_BLOCK = 1;
    /** The extra-flags byte as every implementation writes it. */
    private static final int EXTRA_FLAGS = 2;

    private static final FastThreadLocal<CRC32> CHECKSUM = new FastThreadLocal<>() {
        @Override
        protected CRC32 initialValue() {
            return new CRC32();
        }
    };
    private static final FastThreadLocal<Inflater> INFLATER = new FastThreadLocal<>() {
        @Override
        protected Inflater initialValue() {
            return new Inflater(true);
        }

        @Override
        protected void onRemoval(Inflater inflater) {
            inflater.end();
        }
    };

    /**
     * What was in a frame.
     *
     * @param payload owned by whoever asked for it
     */
    public record Opened(int protocol, int fromPort, int toPort, ByteBuf payload) {}

    private ClientPayload() {}

    /**
     * Puts the frame around a payload, in place when nobody else holds the buffer and it has {@link #HEADROOM} and
     * {@link #TAILROOM}, else into a copy. Takes the payload over; the caller owns what is returned.
     *
     * @param payload at most {@link #MAX_LENGTH} bytes
     * @throws IllegalArgumentException when the payload is larger; it is released
     */
    public static ByteBuf frame(ByteBuf payload, int protocol, int fromPort, int toPort) {
        int length = payload.readableBytes();
        if (length > MAX_LENGTH) {
            payload.release();
            throw new IllegalArgumentException("a payload beyond " + MAX_LENGTH + " bytes");
        }
        ByteBuf framed = payload;
        if (payload.refCnt() != 1
                || payload.isReadOnly()
                || payload.readerIndex() < HEADROOM
                || payload.writableBytes() < TAILROOM) {
            int capacity = HEADROOM + length + TAILROOM;
            framed = payload.alloc().heapBuffer(capacity, capacity);
            framed.writerIndex(HEADROOM);
            framed.writeBytes(payload, payload.readerIndex(), length);
            framed.readerIndex(HEADROOM);
            payload.release();
        }
        int crc = crc(framed, framed.readerIndex(), length);
        int start = framed.readerIndex() - HEADROOM;
        framed.setMedium(start, MAGIC_AND_METHOD);
        framed.setByte(start + 3, 0);
        framed.setShort(start + 4, fromPort);
        framed.setShort(start + 6, toPort);
        framed.setByte(start + 8, EXTRA_FLAGS);
        framed.setByte(start + 9, protocol);
        framed.setByte(start + 10, FINAL_STORED_BLOCK);
        framed.setShortLE(start + 11, length);
        framed.setShortLE(start + 13, ~length);
        framed.readerIndex(start);
        framed.writeIntLE(crc);
        framed.writeIntLE(length);
        return framed;
    }

    /**
     * Takes the frame off. A single stored block is opened without a copy: the same buffer is returned, its indices moved.
     * Anything else is inflated into a new one of at most {@link #MAX_LENGTH} bytes. Takes {@code framed} over, also when
     * it throws.
     *
     * @throws WireException for anything that is not exactly one gzip member with a checksum and size that hold
     */
    public static Opened open(ByteBuf framed) throws WireException {
        boolean handedOn = false;
        try {
            int length = framed.readableBytes();
            Wire.need(framed, HEADROOM + TAILROOM - 5, "payload frame");
            int start = framed.readerIndex();
            if (framed.getUnsignedMedium(start) != MAGIC_AND_METHOD || framed.getByte(start + 3) != 0) {
                throw new WireException(Fault.BAD_VALUE, "payload frame");
            }
            int fromPort = framed.getUnsignedShort(start + 4);
            int toPort = framed.getUnsignedShort(start + 6);
            int protocol = framed.getUnsignedByte(start + 9);
            int crc = framed.getIntLE(start + length - TAILROOM);
            long size = framed.getUnsignedIntLE(start + length - 4);
            if (size > MAX_LENGTH) {
                throw new WireException(Fault.TOO_LARGE, "payload");
            }
            ByteBuf payload;
            if (isStored(framed, start, length, (int) size)) {
                checkCrc(framed, start + HEADROOM, (int) size, crc);
                framed.setIndex(start + HEADROOM, start + HEADROOM + (int) size);
                payload = framed;
                handedOn = true;
            } else {
                payload = inflate(framed, (int) size);
                try {
                    checkCrc(payload, 0, (int) size, crc);
                } catch (WireException wrong) {
                    payload.release();
                    throw wrong;
                }
            }
            return new Opened(protocol, fromPort, toPort, payload);
        } finally {
            if (!handedOn) {
                framed.release();
            }
        }
    }

    private static boolean isStored(ByteBuf framed, int start, int length, int size) {
        return length == HEADROOM + size + TAILROOM
                && framed.getByte(start + 10) == FINAL_STORED_BLOCK
                && framed.getUnsignedShortLE(start + 11) == size
                && framed.getUnsignedShortLE(start + 13) == (~size & 0xffff);
    }

    private static ByteBuf inflate(ByteBuf framed, int size) throws WireException {
        int compressed = framed.readableBytes() - GZIP_HEADER - TAILROOM;
        ByteBuf out = framed.alloc().heapBuffer(Math.max(1, size), Math.max(1, size));
        Inflater inflater = INFLATER.get();
        boolean whole = false;
        try {
            inflater.setInput(framed.nioBuffer(framed.readerIndex() + GZIP_HEADER, compressed));
            byte[] target = out.array();
            int at = out.arrayOffset();
            int inflated = 0;
            while (!inflater.finished() && inflated <= size) {
                // a full target still needs one more call to reach the end mark: into a byte that must stay unused
                int n = inflated < size
                        ? inflater.inflate(target, at + inflated, size - inflated)
                        : inflater.inflate(new byte[1]);
                inflated += n;
                if (n == 0 && !inflater.finished()) {
                    break;
                }
            }
            whole = inflater.finished() && inflated == size && inflater.getRemaining() == 0;
            out.writerIndex(size);
        } catch (DataFormatException notDeflate) {
            whole = false;
        } finally {
            inflater.reset();
            if (!whole) {
                out.release();
            }
        }
        if (!whole) {
            throw new WireException(Fault.BAD_VALUE, "compressed payload");
        }
        return out;
    }

    private static void checkCrc(ByteBuf payload, int index, int length, int expected) throws WireException {
        if (crc(payload, index, length) != expected) {
            throw new WireException(Fault.BAD_SIGNATURE, "payload checksum");
        }
    }

    private static int crc(ByteBuf buffer, int index, int length) {
        CRC32 checksum = CHECKSUM.get();
        checksum.reset();
        if (buffer.hasArray()) {
            checksum.update(buffer.array(), buffer.arrayOffset() + index, length);
        } else {
            for (ByteBuffer part : buffer.nioBuffers(index, length)) {
                checksum.update(part);
            }
        }
        return (int) checksum.getValue();
    }
}
