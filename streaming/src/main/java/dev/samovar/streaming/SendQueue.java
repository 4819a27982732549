package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;

/**
 * Bytes that the application has written and no packet has taken yet: at most {@value #CAPACITY}; a writer beyond that is
 * told how much was taken. Large writes are kept as slices, small ones gathered, so that memory follows the bytes.
 */
@SansIo
final class SendQueue {

    static final int CAPACITY = 256 * 1024;

    /** Smaller writes are copied together. */
    private static final int SMALL = 1024;

    private static final int GATHER = 2048;

    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>(4);
    private ByteBuf gathering;
    private int bytes;

    /** Takes what there is room for and advances {@code in}. */
    int write(ByteBuf in) {
        int taken = Math.min(in.readableBytes(), CAPACITY - bytes);
        if (taken <= 0) {
            return 0;
        }
        if (taken >= SMALL) {
            gathering = null;
            chunks.add(in.readRetainedSlice(taken));
        } else {
            if (gathering == null || gathering.writableBytes() < taken) {
                gathering = PooledByteBufAllocator.DEFAULT.heapBuffer(GATHER, GATHER);
                chunks.add(gathering);
            }
            gathering.writeBytes(in, taken);
        }
        bytes += taken;
        return taken;
    }

    int bytes() {
        return bytes;
    }

    int room() {
        return CAPACITY - bytes;
    }

    /** The next packet's payload, {@code length} bytes of what is here; the caller owns it. */
    ByteBuf take(int length) {
        bytes -= length;
        ByteBuf first = chunks.peek();
        if (first.readableBytes() >= length) {
            ByteBuf payload;
            if (first.readableBytes() == length && first != gathering) {
                return chunks.poll();
            }
            payload = first.readRetainedSlice(length);
            dropIfRead(first);
            return payload;
        }
        ByteBuf joined = PooledByteBufAllocator.DEFAULT.heapBuffer(length, length);
        while (joined.isWritable()) {
            ByteBuf next = chunks.peek();
            next.readBytes(joined, Math.min(joined.writableBytes(), next.readableBytes()));
            dropIfRead(next);
        }
        return joined;
    }

    private void dropIfRead(ByteBuf chunk) {
        if (!chunk.isReadable()) {
            if (chunk == gathering) {
                gathering = null;
            }
            chunks.poll().release();
        }
    }

    void release() {
        chunks.forEach(ByteBuf::release);
        chunks.clear();
        gathering = null;
        bytes = 0;
    }
}
