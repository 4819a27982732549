package dev.samovar.base;

import java.util.Arrays;

/**
 * The named deadlines of one core: at most one per constant of {@code E}. Times are {@link Clock#nanos}.
 *
 * @param <E> the core's timers
 */
@SansIo
public final class TimerTable<E extends Enum<E>> {

    /** The deadline of a timer that is not set. */
    public static final long NEVER = Long.MAX_VALUE;

    private final E[] timers;
    private final long[] deadlines;

    public TimerTable(Class<E> type) {
        timers = type.getEnumConstants();
        deadlines = new long[timers.length];
        Arrays.fill(deadlines, NEVER);
    }

    public void set(E timer, long deadline) {
        deadlines[timer.ordinal()] = deadline;
    }

    public void stop(E timer) {
        deadlines[timer.ordinal()] = NEVER;
    }

    public void stopAll() {
        Arrays.fill(deadlines, NEVER);
    }

    public boolean isSet(E timer) {
        return deadlines[timer.ordinal()] != NEVER;
    }

    public long deadline(E timer) {
        return deadlines[timer.ordinal()];
    }

    /** The earliest deadline, or {@link #NEVER}. */
    public long next() {
        long next = NEVER;
        for (long deadline : deadlines) {
            next = Math.min(next, deadline);
        }
        return next;
    }

    /** Stops and returns a timer whose deadline has come, the earliest first; null when none is due. */
    public E pollExpired(long now) {
        int due = -1;
        for (int i = 0; i < deadlines.length; i++) {
            if (deadlines[i] <= now && (due < 0 || deadlines[i] < deadlines[due])) {
                due = i;
            }
        }
        if (due < 0) {
            return null;
        }
        deadlines[due] = NEVER;
        return timers[due];
    }
}
