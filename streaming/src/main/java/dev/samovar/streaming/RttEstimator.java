package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/**
 * Smoothed round-trip time and the retransmission time-out (RFC 6298, section 2) with I2P's bounds: 9 s before the first
 * sample, 100 ms to 45 s after it. Only packets sent once are samples (Karn). Nanoseconds.
 */
@SansIo
final class RttEstimator {

    // Specification constants
    static final long INITIAL_RTO = TimeUnit.SECONDS.toNanos(9);
    static final long MIN_RTO = TimeUnit.MILLISECONDS.toNanos(100);
    static final long MAX_RTO = TimeUnit.SECONDS.toNanos(45);

    private long smoothed = -1;
    private long variance;
    private long rto = INITIAL_RTO;

    void sample(long rtt) {
        if (smoothed < 0) {
            smoothed = rtt;
            variance = rtt / 2;
        } else {
            // SPEC RFC 6298 2.3: the variance first, with the old mean; gains of 1/4 and 1/8
            variance += (Math.abs(smoothed - rtt) - variance) / 4;
            smoothed += (rtt - smoothed) / 8;
        }
        rto = clamp(smoothed + 4 * variance);
    }

    /** SPEC RFC 6298 5.5: the time-out doubles each time it strikes, until a sample comes. */
    void backOff() {
        rto = clamp(rto * 2);
    }

    long rto() {
        return rto;
    }

    /** The smoothed time, or -1 before the first sample. */
    long smoothed() {
        return smoothed;
    }

    private static long clamp(long value) {
        return Math.max(MIN_RTO, Math.min(MAX_RTO, value));
    }
}
