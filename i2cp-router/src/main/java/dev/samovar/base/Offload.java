package dev.samovar.base;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs pure functions that cost too much for a lane (signatures, key pairs) and brings the result back. The work gets
 * copies and touches nothing shared. Owners bound how much they have under way: an offload does not refuse.
 */
@FunctionalInterface
public interface Offload {

    /** Runs {@code work} somewhere, then {@code then} with its result on {@code lane}. A throwing work is a bug of ours. */
    <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then);

    /** Runs everything at once on the caller: for tests, where order is to be repeatable. */
    static Offload inline() {
        return new Offload() {
            @Override
            public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
                T result = work.get();
                lane.execute(() -> then.accept(result));
            }
        };
    }
}
