package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/**
 * When an acknowledgement is due: at once for a gap, a repetition, an end, or when the peer asks; every second packet
 * while a stream is young and every eighth later; else after a tenth of a round trip, at least 1 ms and at most 10 ms; who connects does not know it yet and waits 1 ms.
 * Never has to do with whether the application reads. Any packet that leaves carries the acknowledgement.
 */
@SansIo
final class AckScheduler {

    private static final int YOUNG = 32;
    private static final int YOUNG_EVERY = 2;
    private static final int EVERY = 8;
    private static final long MIN_DELAY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_DELAY = TimeUnit.MILLISECONDS.toNanos(10);

    private int received;
    private int waiting;
    private boolean due;

    /**
     * A numbered packet has come.
     *
     * @param roundTrip the smoothed time, or -1
     * @return when the acknowledgement is due at the latest, if it is not due now
     */
    long onPacket(boolean atOnce, long roundTrip, long now) {
        received++;
        waiting++;
        if (atOnce || waiting >= (received < YOUNG ? YOUNG_EVERY : EVERY)) {
            due = true;
        }
        long delay = roundTrip < 0 ? MIN_DELAY : Math.max(MIN_DELAY, Math.min(MAX_DELAY, roundTrip / 10));
        return now + delay;
    }

    /** An acknowledgement is to leave with the next packet, or as one. */
    void dueNow() {
        due = true;
    }

    boolean isDue() {
        return due;
    }

    /** Whether packets have come that no acknowledgement has covered. */
    boolean isWaiting() {
        return waiting > 0;
    }

    /** A packet with the acknowledgement leaves. */
    void sent() {
        due = false;
        waiting = 0;
    }
}
