package dev.samovar.base;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The {@link Offload} of a running program: a small fixed pool of daemon threads. Its queue has no bound of its own: it is as
 * long as its owners' bounds together. What clients cause is few tasks each at a time, so that none waits for another's flood:
 * a session of streams has an {@link OffloadShare}, one of datagrams two batches in each direction, an I2CP connection one
 * task, a SAM connection one key pair.
 */
public final class CryptoPool implements Offload, AutoCloseable {

    private final ExecutorService threads;

    public CryptoPool(int size) {
        threads = Executors.newFixedThreadPool(size, task -> {
            Thread thread = new Thread(task, "crypto");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
        try {
            threads.execute(() -> {
                try {
                    T result = work.get();
                    lane.execute(() -> then.accept(result));
                } catch (RuntimeException bug) {
                    // the lane logs what its tasks throw; this thread goes on with the work of others
                    lane.execute(() -> {
                        throw bug;
                    });
                }
            });
        } catch (RejectedExecutionException closed) {
            // the program is ending: nobody waits for the result any more
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
