package dev.samovar.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket for one direction, shared by all sessions; from any thread, without waiting. Whoever moved bytes says so
 * and is told how long to pause: bytes are never split or lost, the bucket goes into debt and the debtors pause, each
 * until its own bytes are paid, so the one that came first goes on first.
 */
public final class BandwidthLimiter {

    /** What may go at once after a pause: this much of a second's allowance, and always two full frames. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long LEAST_BURST_BYTES = 2 * 65_537;

    private final double nanosPerByte;
    private final long burstNanos;
    /** When the bucket is full again; it may lie in the future, by at most what the sessions moved at one time. */
    private final AtomicLong paidUntil = new AtomicLong(Long.MIN_VALUE);

    /** @param bytesPerSecond 0 for no limit */
    public BandwidthLimiter(long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("a negative bandwidth");
        }
        nanosPerByte = bytesPerSecond == 0 ? 0 : (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        burstNanos = Math.max(BURST_NANOS, (long) (LEAST_BURST_BYTES * nanosPerByte));
    }

    /**
     * Takes this many bytes' worth.
     *
     * @param now {@link dev.samovar.base.Clock#nanos}
     * @return nanoseconds to pause before the next bytes; 0 to go on
     */
    public long take(long bytes, long now) {
        if (nanosPerByte == 0) {
            return 0;
        }
        long cost = (long) (bytes * nanosPerByte);
        while (true) {
            long before = paidUntil.get();
            long full = before == Long.MIN_VALUE ? now - burstNanos : Math.max(before, now - burstNanos);
            long after = full + cost;
            if (paidUntil.compareAndSet(before, after)) {
                return Math.max(0, after - now);
            }
        }
    }
}
