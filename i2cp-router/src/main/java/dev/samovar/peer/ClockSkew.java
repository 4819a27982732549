package dev.samovar.peer;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * How far our clock is from the network's, judged by the peers that we shook hands with. The median of their latest words
 * counts, one word each, so that less than half of them cannot move it beyond what honest ones say. Belongs to the router
 * lane.
 */
@SansIo
public final class ClockSkew {

    /** Words that are kept. */
    static final int MAX_REPORTS = 61;

    /** Words needed for a judgement. */
    static final int MIN_REPORTS = 3;

    private static final long REPORT_LIFE_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Closer than this the clocks agree: peers that are a minute off refuse sessions. */
    private static final long TOLERANCE_MILLIS = 20_000;

    private record Report(Hash peer, long skewMillis, long at) {}

    private final Deque<Report> reports = new ArrayDeque<>();

    /** A peer's clock minus ours. */
    public void report(Hash peer, long skewMillis, long now) {
        reports.removeIf(report -> report.peer.equals(peer));
        if (reports.size() == MAX_REPORTS) {
            reports.removeFirst();
        }
        reports.addLast(new Report(peer, skewMillis, now));
    }

    /** The network's clock minus ours, milliseconds; empty while too few peers have been heard. */
    public OptionalLong medianMillis(long now) {
        while (!reports.isEmpty() && now - reports.peekFirst().at >= REPORT_LIFE_NANOS) {
            reports.removeFirst();
        }
        if (reports.size() < MIN_REPORTS) {
            return OptionalLong.empty();
        }
        long[] sorted = reports.stream().mapToLong(Report::skewMillis).toArray();
        Arrays.sort(sorted);
        return OptionalLong.of(sorted[sorted.length / 2]);
    }

    /** Whether our clock is known to be right, so that a date in the future is the peer's fault. */
    public boolean isOurClockRight(long now) {
        OptionalLong median = medianMillis(now);
        return median.isPresent() && Math.abs(median.getAsLong()) <= TOLERANCE_MILLIS;
    }

    /** Peers heard. */
    public int reports() {
        return reports.size();
    }
}
