package dev.samovar.base;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One owner's share of an {@link Offload}: at most so many of its tasks are there at a time, the others wait here in the order
 * they came. Who shares the pool with an owner that is flooded waits for that many of its tasks and no more. Bounded by the
 * owner, as any offload. Owned by one lane, on which all results come back.
 */
public final class OffloadShare implements Offload {

    private final Offload offload;
    private final int atATime;
    private final ArrayDeque<Task<?>> waiting = new ArrayDeque<>();
    private int underWay;

    private record Task<T>(Lane lane, Supplier<T> work, Consumer<T> then) {}

    /** What came of a task: a result, or a bug of ours. */
    private record Outcome<T>(T result, RuntimeException bug) {

        static <T> Outcome<T> of(Supplier<T> work) {
            try {
                return new Outcome<>(work.get(), null);
            } catch (RuntimeException bug) {
                return new Outcome<>(null, bug);
            }
        }
    }

    /** @param atATime how many tasks are handed on at a time, at least 1 */
    public OffloadShare(Offload offload, int atATime) {
        this.offload = offload;
        this.atATime = atATime;
    }

    @Override
    public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
        Task<T> task = new Task<>(lane, work, then);
        if (underWay < atATime) {
            start(task);
        } else {
            waiting.add(task);
        }
    }

    private <T> void start(Task<T> task) {
        underWay++;
        offload.submit(task.lane, () -> Outcome.of(task.work), outcome -> {
            underWay--;
            if (!waiting.isEmpty()) {
                start(waiting.poll());
            }
            if (outcome.bug != null) {
                throw outcome.bug;
            }
            task.then.accept(outcome.result);
        });
    }
}
