package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/** So many of something in a second, and no more. */
@SansIo
final class RateLimit {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private long since = Long.MIN_VALUE;
    private int used;

    RateLimit(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Counts one; whether it is within the limit. */
    boolean allows(long now) {
        if (since == Long.MIN_VALUE || now - since >= SECOND) {
            since = now;
            used = 0;
        }
        return ++used <= perSecond;
    }
}
