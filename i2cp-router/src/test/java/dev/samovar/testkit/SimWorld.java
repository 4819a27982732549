package dev.samovar.testkit;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Clock;
import dev.samovar.base.Lane;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A world with a clock of its own: virtual time, one thread, any number of {@link SimLane lanes}. Tasks of all lanes run
 * in the order of their times, then of their making, so that a run depends on nothing but its seed.
 */
public final class SimWorld implements Clock {

    /** 2026-01-01T00:00:00Z. */
    private static final long START_MILLIS = 1_767_225_600_000L;

    /** Tasks without time passing between them: more is taken for an endless loop. */
    private static final int MAX_TASKS_AT_ONE_TIME = 5_000_000;

    private record Task(long at, long order, SimLane lane, Runnable work, boolean[] cancelled) {}

    private final PriorityQueue<Task> tasks = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.at, b.at);
        return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    });
    private final SeededEntropy entropy;
    private long now;
    private long order;
    private SimLane running;

    public SimWorld(long seed) {
        entropy = new SeededEntropy(seed);
    }

    public SeededEntropy entropy() {
        return entropy;
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public long epochMillis() {
        return START_MILLIS + TimeUnit.NANOSECONDS.toMillis(now);
    }

    public SimLane newLane() {
        return new SimLane();
    }

    /** Runs {@code work} on {@code lane} at once, as the test's own call. */
    public void on(Lane lane, Runnable work) {
        SimLane before = running;
        running = (SimLane) lane;
        try {
            work.run();
        } finally {
            running = before;
        }
    }

    /** Runs what is due now and at no later time. */
    public void runReady() {
        runUntil(now);
    }

    /** Lets this much time pass. */
    public void runFor(long duration, TimeUnit unit) {
        runUntil(now + unit.toNanos(duration));
    }

    /** Runs until the condition holds or the time is over; whether it holds. */
    public boolean runUntil(BooleanSupplier condition, long limit, TimeUnit unit) {
        long end = now + unit.toNanos(limit);
        while (!condition.getAsBoolean()) {
            Task next = tasks.peek();
            if (next == null || next.at > end) {
                now = Math.max(now, end);
                return condition.getAsBoolean();
            }
            runNext();
        }
        return true;
    }

    private void runUntil(long end) {
        int atOneTime = 0;
        while (!tasks.isEmpty() && tasks.peek().at <= end) {
            long before = now;
            runNext();
            atOneTime = now == before ? atOneTime + 1 : 0;
            if (atOneTime > MAX_TASKS_AT_ONE_TIME) {
                throw new AssertionError("time stands still: an endless loop of tasks, seed " + entropy.seed());
            }
        }
        now = Math.max(now, end);
    }

    private void runNext() {
        Task task = tasks.poll();
        now = Math.max(now, task.at);
        if (!task.cancelled[0]) {
            on(task.lane, task.work);
        }
    }

    /** A lane of this world. */
    public final class SimLane implements Lane {

        @Override
        public boolean inLane() {
            return running == this;
        }

        @Override
        public void execute(Runnable work) {
            schedule(now, work);
        }

        @Override
        public Cancellable schedule(long deadlineNanos, Runnable work) {
            boolean[] cancelled = new boolean[1];
            tasks.add(new Task(Math.max(now, deadlineNanos), order++, this, work, cancelled));
            return () -> cancelled[0] = true;
        }

        @Override
        public Clock clock() {
            return SimWorld.this;
        }

        /** Listeners run at once on whoever completes it, which must be on this lane. */
        @Override
        public <T> Promise<T> newPromise() {
            return new DefaultPromise<>(ImmediateEventExecutor.INSTANCE);
        }
    }
}
