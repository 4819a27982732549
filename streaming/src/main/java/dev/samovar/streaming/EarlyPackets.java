package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.i2cp.client.InboundMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Packets of peers that do not know our id yet: their SYN may come behind them. At most {@value #MAX} for some seconds, the
 * oldest go first; none larger than {@value StreamDriver#MAX_SMALL_PACKET} bytes, since a first window has none.
 */
@SansIo
final class EarlyPackets {

    static final int MAX = 64;

    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ArrayDeque<Early> packets = new ArrayDeque<>(2);

    private record Early(int peerStreamId, InboundMessage message, long until) {}

    /** Keeps the message; takes its payload over. */
    void add(int peerStreamId, InboundMessage message, long now) {
        if (message.payload().readableBytes() > StreamDriver.MAX_SMALL_PACKET) {
            message.payload().release();
            return;
        }
        if (packets.size() >= MAX) {
            dropOldest();
        }
        packets.add(new Early(peerStreamId, message, now + KEEP_NANOS));
    }

    /** Those of a stream whose SYN has come, in order; the caller owns their payloads. */
    List<InboundMessage> take(int peerStreamId) {
        List<InboundMessage> taken = new ArrayList<>();
        for (Iterator<Early> all = packets.iterator(); all.hasNext(); ) {
            Early one = all.next();
            if (one.peerStreamId == peerStreamId) {
                all.remove();
                taken.add(one.message);
            }
        }
        return taken;
    }

    /** When {@link #expire} is due, monotonic nanoseconds. */
    long nextTimeout() {
        return packets.isEmpty() ? TimerTable.NEVER : packets.peek().until;
    }

    void expire(long now) {
        while (!packets.isEmpty() && packets.peek().until <= now) {
            dropOldest();
        }
    }

    private void dropOldest() {
        ByteBuf payload = packets.poll().message.payload();
        payload.release();
    }

    void release() {
        while (!packets.isEmpty()) {
            dropOldest();
        }
    }
}
