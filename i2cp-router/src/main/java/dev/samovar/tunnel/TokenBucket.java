package dev.samovar.tunnel;

import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/**
 * A bandwidth that may be used up to a burst of two seconds. Whoever finds anything in the bucket may take all that he wants,
 * and the bucket goes into debt: so that the longest message passes the narrowest limit, sometimes.
 */
@SansIo
final class TokenBucket {

    private static final int BURST_SECONDS = 2;

    private final double bytesPerNano;
    private final double capacity;
    private double tokens;
    private long filledAt;
    private boolean begun;

    /** @param bytesPerSecond over zero */
    TokenBucket(long bytesPerSecond) {
        bytesPerNano = bytesPerSecond / (double) TimeUnit.SECONDS.toNanos(1);
        capacity = BURST_SECONDS * (double) bytesPerSecond;
        tokens = capacity;
    }

    /** Takes this many bytes; false, and nothing taken, while the bucket is empty. */
    boolean take(int bytes, long now) {
        if (level(now) <= 0) {
            return false;
        }
        tokens -= bytes;
        return true;
    }

    /** How full it is: 1 for full, 0 or less for empty. */
    double level(long now) {
        if (begun) {
            tokens = Math.min(capacity, tokens + bytesPerNano * Math.max(0, now - filledAt));
        }
        begun = true;
        filledAt = now;
        return tokens / capacity;
    }
}
