package dev.samovar.streaming;

import dev.samovar.base.Cancellable;
import dev.samovar.base.SansIo;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Accepts that wait for streams, or streams that wait for accepts, both in the order they came. At most {@value #MAX_STREAMS}
 * streams wait. A program that makes a session to listen needs a moment for its first accept, and may be called before by those
 * who know its destination: these calls wait too. Who has not accepted anything by then does not listen, and no stream waits.
 */
@SansIo
final class AcceptQueue {

    static final int MAX_STREAMS = 64;

    /** How long a stream waits for the next accept. */
    private static final long NEXT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How long a session has for its first accept. */
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ArrayDeque<Accept> accepts = new ArrayDeque<>(2);
    private final ArrayDeque<DrivenStream> streams = new ArrayDeque<>(2);
    private final long firstUntil;
    private boolean listening;

    private static final class Accept {
        private final Consumer<StreamSocket> whenConnected;

        Accept(Consumer<StreamSocket> whenConnected) {
            this.whenConnected = whenConnected;
        }
    }

    /** Of a session that begins now. */
    AcceptQueue(long now) {
        firstUntil = now + FIRST_NANOS;
    }

    /** There is an accept. Returns whether it is the first. */
    boolean listen() {
        boolean first = !listening;
        listening = true;
        return first;
    }

    /** Those that wait, in their order. */
    List<DrivenStream> streams() {
        return List.copyOf(streams);
    }

    /** Whether there was an accept ever: before, nobody knows whether the session listens. */
    boolean isListening() {
        return listening;
    }

    /** Whether a stream that comes now is wanted, now or soon. */
    boolean wantsStream(long now) {
        return !accepts.isEmpty() || (listening || now < firstUntil) && streams.size() < MAX_STREAMS;
    }

    /** How long a stream that comes now may wait. */
    long waitsUntil(long now) {
        return listening ? now + NEXT_NANOS : firstUntil;
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
