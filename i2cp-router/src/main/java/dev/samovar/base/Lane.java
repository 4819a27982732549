package dev.samovar.base;

import io.netty.util.concurrent.Promise;
import java.util.concurrent.Executor;

/**
 * One thread's queue of work. A mutable object belongs to one lane and is touched on it alone; whoever stands elsewhere
 * sends a task with {@link #execute}, which runs tasks in the order they were given. A lane that was shut down drops
 * tasks silently.
 */
public interface Lane extends Executor {

    /** Whether the caller runs on this lane. */
    boolean inLane();

    /** Throws {@link IllegalStateException} when called off this lane. */
    default void check() {
        if (!inLane()) {
            throw new IllegalStateException("called off its lane");
        }
    }

    /** Runs the task now when already on this lane, else sends it. */
    default void run(Runnable task) {
        if (inLane()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** Runs {@code task} on this lane once the lane's clock has reached {@code deadlineNanos} ({@link Clock#nanos}). */
    Cancellable schedule(long deadlineNanos, Runnable task);

    /** The clock by which this lane's deadlines run. */
    Clock clock();

    /** A promise whose listeners run on this lane. */
    <T> Promise<T> newPromise();
}
