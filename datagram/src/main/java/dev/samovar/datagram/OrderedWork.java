package dev.samovar.datagram;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Costly work on a bounded number of items: done elsewhere, handed on in the order the items came.
 *
 * <p>1. An item that finds fewer than {@value #MAX_BATCHES} batches under way starts one at once. 2. Others wait and
 * leave together, up to {@value #MAX_BATCH} at a time, when a batch comes back: the more there is to do, the fewer
 * crossings it takes, and others who share the pool are not kept waiting for long. 3. Whatever is done and has nothing
 * undone before it is handed on.
 *
 * <p>Owner: one lane.
 *
 * @param <T> the items; the work reads them elsewhere, so nobody changes them meanwhile
 * @param <R> what the work makes of one
 */
final class OrderedWork<T, R> {

    static final int MAX_PENDING = 512;
    static final int MAX_PENDING_BYTES = 4 * 1024 * 1024;
    static final int MAX_BATCH = 16;
    static final int MAX_BATCHES = 2;

    private final Lane lane;
    private final Offload offload;
    private final Function<T, R> work;
    private final Consumer<Done<T, R>> whenDone;
    private final ArrayDeque<Done<T, R>> inOrder = new ArrayDeque<>();
    private final ArrayDeque<Done<T, R>> waiting = new ArrayDeque<>();
    private int pendingBytes;
    private int batches;

    /** An item and, when handed on, what became of it. */
    static final class Done<T, R> {

        private final T item;
        private final int size;
        private R result;

        private Done(T item, int size) {
            this.item = item;
            this.size = size;
        }

        T item() {
            return item;
        }

        R result() {
            return result;
        }
    }

    /**
     * @param work makes a result, never null, of an item; runs elsewhere
     * @param whenDone gets items with their results, in order, on the lane
     */
    OrderedWork(Lane lane, Offload offload, Function<T, R> work, Consumer<Done<T, R>> whenDone) {
        this.lane = lane;
        this.offload = offload;
        this.work = work;
        this.whenDone = whenDone;
    }

    /** Whether an item of this size, in bytes, may be added now. */
    boolean hasRoomFor(int size) {
        return inOrder.size() < MAX_PENDING && pendingBytes + size <= MAX_PENDING_BYTES;
    }

    void add(T item, int size) {
        Done<T, R> entry = new Done<>(item, size);
        inOrder.add(entry);
        waiting.add(entry);
        pendingBytes += size;
        startBatches();
    }

    private void startBatches() {
        while (batches < MAX_BATCHES && !waiting.isEmpty()) {
            int size = Math.min(MAX_BATCH, waiting.size());
            ArrayDeque<Done<T, R>> batch = new ArrayDeque<>(size);
            for (int i = 0; i < size; i++) {
                batch.add(waiting.poll());
            }
            batches++;
            offload.submit(lane, () -> doAll(batch), this::finish);
        }
    }

    /** Runs elsewhere; the results go into an array of their own, since the entries belong to the lane. */
    private Batch<T, R> doAll(ArrayDeque<Done<T, R>> entries) {
        ArrayDeque<R> results = new ArrayDeque<>(entries.size());
        for (Done<T, R> entry : entries) {
            results.add(work.apply(entry.item));
        }
        return new Batch<>(entries, results);
    }

    private record Batch<T, R>(ArrayDeque<Done<T, R>> entries, ArrayDeque<R> results) {}

    private void finish(Batch<T, R> batch) {
        for (Done<T, R> entry : batch.entries) {
            entry.result = batch.results.poll();
        }
        batches--;
        startBatches();
        while (!inOrder.isEmpty() && inOrder.peek().result != null) {
            Done<T, R> done = inOrder.poll();
            pendingBytes -= done.size;
            whenDone.accept(done);
        }
    }
}
