package dev.samovar.streaming;

import dev.samovar.base.Cancellable;
import dev.samovar.base.SansIo;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Accepts that wait for streams, or streams that wait for accepts, both in the order they came. Before the first accept
 * nobody listens, and no stream waits. At most {@value #MAX_STREAMS} streams wait.
 */
@SansIo
final class AcceptQueue {

    static final int MAX_STREAMS = 64;

    private final ArrayDeque<Accept> accepts = new ArrayDeque<>(2);
    private final ArrayDeque<DrivenStream> streams = new ArrayDeque<>(2);
    private boolean listening;

    private static final class Accept {
        private final Consumer<StreamSocket> whenConnected;

        Accept(Consumer<StreamSocket> whenConnected) {
            this.whenConnected = whenConnected;
        }
    }

    /** From now on streams may wait. */
    void listen() {
        listening = true;
    }

    /** Whether a stream that comes now is wanted, now or soon. */
    boolean wantsStream() {
        return !accepts.isEmpty() || listening && streams.size() < MAX_STREAMS;
    }

    /** Waits for a stream; the result takes the wait back. */
    Cancellable add(Consumer<StreamSocket> whenConnected) {
        Accept accept = new Accept(whenConnected);
        accepts.add(accept);
        return () -> accepts.remove(accept);
    }

    /** Whom the next stream is for, or null when nobody waits. */
    Consumer<StreamSocket> pollAccept() {
        Accept next = accepts.poll();
        return next == null ? null : next.whenConnected;
    }

    void add(DrivenStream stream) {
        streams.add(stream);
    }

    /** The stream that has waited longest, or null. */
    DrivenStream pollStream() {
        return streams.poll();
    }

    void remove(DrivenStream stream) {
        streams.remove(stream);
    }

    void clear() {
        accepts.clear();
        streams.clear();
    }
}
