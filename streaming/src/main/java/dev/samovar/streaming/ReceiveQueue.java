package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Packets that have come: in order for the application, out of order until the gap fills. Holds at most
 * {@value #CAPACITY} bytes, room for two full windows of a sender, and {@value #SPAN} packets beyond the next; what does
 * not fit is not taken, and so not acknowledged.
 */
@SansIo
final class ReceiveQueue {

    /** What became of a packet. */
    enum Verdict {
        /** In order. */
        ACCEPTED,
        /** Kept; packets before it are missing. */
        OUT_OF_ORDER,
        /** Was here already. */
        DUPLICATE,
        /** No room: as if it had never come. */
        NO_ROOM
    }

    static final int CAPACITY = 512 * 1024;

    /** From here on the sender is to stop: a full window of it still fits. */
    static final int HIGH_MARK = 256 * 1024;

    /** Down here it may go on. */
    static final int LOW_MARK = 96 * 1024;

    static final int SPAN = 256;

    /** A packet may be small, its buffer is not: counted with this much more. */
    private static final int OVERHEAD = 128;

    private static final int MASK = SPAN - 1;

    private final ArrayDeque<ByteBuf> readable = new ArrayDeque<>(4);
    private ByteBuf[] waiting;
    private boolean[] present;
    private int presentCount;
    private long next;
    private long highest = -1;
    private long closeAt = -1;
    private int bytes;
    private boolean discarding;

    /** Takes a payload, retained here when kept, of the packet with this number. */
    Verdict offer(long sequence, ByteBuf payload, boolean close) {
        if (sequence < next || sequence <= highest && present != null && present[(int) sequence & MASK]) {
            return Verdict.DUPLICATE;
        }
        int size = payload.readableBytes();
        if (sequence >= next + SPAN
                || closeAt >= 0 && sequence > closeAt
                || size > 0 && bytes + size + OVERHEAD > CAPACITY && !discarding && !isOnlyWayOn(sequence)) {
            return Verdict.NO_ROOM;
        }
        if (close) {
            closeAt = sequence;
        }
        highest = Math.max(highest, sequence);
        if (sequence != next) {
            if (waiting == null) {
                waiting = new ByteBuf[SPAN];
                present = new boolean[SPAN];
            }
            int slot = (int) sequence & MASK;
            present[slot] = true;
            presentCount++;
            if (size > 0 && !discarding) {
                waiting[slot] = payload.retain();
                bytes += size + OVERHEAD;
            }
            return Verdict.OUT_OF_ORDER;
        }
        next++;
        if (size > 0 && !discarding) {
            readable.add(payload.retain());
            bytes += size + OVERHEAD;
        }
        while (presentCount > 0 && present[(int) next & MASK]) {
            int slot = (int) next & MASK;
            present[slot] = false;
            presentCount--;
            if (waiting[slot] != null) {
                readable.add(waiting[slot]);
                waiting[slot] = null;
            }
            next++;
        }
        return Verdict.ACCEPTED;
    }

    /** Packets beyond a gap can fill the queue, when a peer makes them larger than it was told; reading would not help. */
    private boolean isOnlyWayOn(long sequence) {
        return sequence == next && readable.isEmpty();
    }

    /** The highest number that was taken; -1 for none. */
    long highest() {
        return highest;
    }

    /** The numbers below {@link #highest} that are missing, the lowest first, at most {@code out.length}. */
    int missing(int[] out) {
        int count = 0;
        for (long sequence = next; sequence < highest && count < out.length; sequence++) {
            if (!present[(int) sequence & MASK]) {
                out[count++] = (int) sequence;
            }
        }
        return count;
    }

    boolean hasGaps() {
        return presentCount > 0;
    }

    boolean isReadable() {
        return !readable.isEmpty();
    }

    int bytes() {
        return bytes;
    }

    /** Whether the peer's last packet has come and all before it. */
    boolean isComplete() {
        return closeAt >= 0 && next > closeAt;
    }

    /** The next bytes in order, at most {@code max}; the caller owns them; null when there are none. */
    ByteBuf read(int max) {
        ByteBuf first = readable.peek();
        if (first == null || max <= 0) {
            return null;
        }
        if (first.readableBytes() <= max) {
            bytes -= first.readableBytes() + OVERHEAD;
            return readable.poll();
        }
        bytes -= max;
        return first.readRetainedSlice(max);
    }

    /** Nobody will read any more: what is here goes, what comes is only counted. */
    void discard() {
        discarding = true;
        release();
    }

    /** The stream is over: no gap fills any more, so what waits behind one goes. What is in order can still be read. */
    void dropUnreadable() {
        if (waiting == null) {
            return;
        }
        for (int i = 0; i < SPAN; i++) {
            if (waiting[i] != null) {
                bytes -= waiting[i].readableBytes() + OVERHEAD;
                waiting[i].release();
                waiting[i] = null;
            }
        }
    }

    void release() {
        readable.forEach(ByteBuf::release);
        readable.clear();
        dropUnreadable();
        bytes = 0;
    }
}
