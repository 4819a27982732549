package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import java.util.concurrent.TimeUnit;

/**
 * How busy a lane is, by how late it runs what is due: on an idle lane a task runs when its time has come, on a busy one after
 * all that waits before it. Belongs to that lane.
 */
final class LaneLoad {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Every message waits as long as this on a lane that is so late, as long as on a far way between two routers. */
    private static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** More counts as so much: one long pause, of the machine or the JVM, is no load. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Of the last look in the average, which so follows in some seconds. */
    private static final double WEIGHT = 0.25;

    private static final int ALL = 100;

    private final Lane lane;
    private double averageNanos;
    private Cancellable timer = () -> {};

    LaneLoad(Lane lane) {
        this.lane = lane;
    }

    /** Begins to watch. */
    void start() {
        long due = lane.clock().nanos() + PERIOD_NANOS;
        timer = lane.schedule(due, () -> {
            long late = Math.min(MOST_NANOS, lane.clock().nanos() - due);
            averageNanos += WEIGHT * (late - averageNanos);
            start();
        });
    }

    /** Per cent of what is bearable, 100 for that and more; 0 before it began. */
    int percent() {
        return (int) Math.min(ALL, ALL * averageNanos / FULL_NANOS);
    }

    void stop() {
        timer.cancel();
    }
}
