package dev.samovar.tunnel;

import dev.samovar.base.SansIo;

/**
 * How much the tunnels of others may carry in all. Near the limit cells are dropped at random, the more the nearer: the tunnel
 * that carries most loses most, and its sender hears of it by the loss (tunnel implementation, "Participant Processing"; the
 * idea is random early detection).
 */
@SansIo
final class SharedBandwidth {

    /** Below this filling of the bucket cells begin to be dropped. */
    private static final double EARLY = 0.25;

    private static final int KB = 1000;

    private final int kbps;
    private final TokenBucket bucket;
    private final RateMeter meter = new RateMeter();

    /** @param kbps KB per second, of 1000 bytes, over zero */
    SharedBandwidth(int kbps) {
        this.kbps = kbps;
        this.bucket = new TokenBucket((long) KB * kbps);
    }

    /**
     * Whether a cell may pass.
     *
     * @param chance random, at least 0 and less than 1
     */
    boolean admit(int bytes, double chance, long now) {
        double level = bucket.level(now);
        if (level < EARLY && chance >= level / EARLY || !bucket.take(bytes, now)) {
            return false;
        }
        meter.add(bytes, now);
        return true;
    }

    int kbps() {
        return kbps;
    }

    int usedKbps(long now) {
        return (int) Math.min(Integer.MAX_VALUE, meter.bytesPerSecond(now) / KB);
    }

    /** How much of it is used, per cent. */
    int usedPercent(long now) {
        return (int) Math.min(100, 100L * usedKbps(now) / kbps);
    }
}
