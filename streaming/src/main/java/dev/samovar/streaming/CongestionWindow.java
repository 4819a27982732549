package dev.samovar.streaming;

import dev.samovar.base.SansIo;

/**
 * How many packets may be under way: slow start to a threshold, then one more a round trip (RFC 5681); halved once for all
 * the losses of one round trip, and small again after a time-out.
 */
@SansIo
final class CongestionWindow {

    private static final int AFTER_TIME_OUT = 2;

    private final int max;
    private int window;
    private int threshold;
    private int acknowledged;

    CongestionWindow(int initial, int max) {
        this.max = max;
        this.window = Math.min(initial, max);
        this.threshold = max;
    }

    int packets() {
        return window;
    }

    /** Packets were acknowledged while the window was in use. */
    void onAcknowledged(int packets) {
        if (window < threshold) {
            window = Math.min(max, window + packets);
            return;
        }
        acknowledged += packets;
        if (acknowledged >= window) {
            acknowledged -= window;
            window = Math.min(max, window + 1);
        }
    }

    /** A packet was lost while others arrived: once for each round trip. */
    void onLoss() {
        threshold = Math.max(AFTER_TIME_OUT, window / 2);
        window = threshold;
        acknowledged = 0;
    }

    /** Nothing arrived. */
    void onTimeOut() {
        threshold = Math.max(AFTER_TIME_OUT, window / 2);
        window = AFTER_TIME_OUT;
        acknowledged = 0;
    }
}
