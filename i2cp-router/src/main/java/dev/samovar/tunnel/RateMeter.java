package dev.samovar.tunnel;

import dev.samovar.base.SansIo;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** How many bytes pass in a second, averaged over the last {@value #SECONDS}. */
@SansIo
final class RateMeter {

    static final int SECONDS = 15;

    private final long[] buckets = new long[SECONDS];
    private long second;
    private boolean begun;

    void add(long bytes, long now) {
        passTime(now);
        buckets[(int) Math.floorMod(second, (long) SECONDS)] += bytes;
    }

    long bytesPerSecond(long now) {
        passTime(now);
        return Arrays.stream(buckets).sum() / SECONDS;
    }

    private void passTime(long now) {
        long current = Math.floorDiv(now, TimeUnit.SECONDS.toNanos(1));
        if (!begun) {
            begun = true;
            second = current;
        }
        if (current - second >= SECONDS) {
            Arrays.fill(buckets, 0);
            second = current;
        }
        while (second < current) {
            second++;
            buckets[(int) Math.floorMod(second, (long) SECONDS)] = 0;
        }
    }
}
