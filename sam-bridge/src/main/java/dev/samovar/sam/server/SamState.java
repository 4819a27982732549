package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.sam.session.SamSession;
import dev.samovar.streaming.StreamSocket;

/** What a client's socket is at this moment. Each state holds only what is valid in it. */
sealed interface SamState {

    /** Nothing but HELLO may come. */
    record AwaitHello() implements SamState {}

    /** Commands may come. */
    record Ready() implements SamState {}

    /** A command is being carried out; the lines behind it wait. {@code takeBack} ends it without an answer. */
    record Busy(Cancellable takeBack) implements SamState {}

    /** The control socket of a session. */
    record OwnsSession(SamSession session) implements SamState {}

    /** The payload of a datagram follows its line. */
    record Payload(SamSession session, PayloadTarget target, int size) implements SamState {}

    /** A CONNECT waits for the peer. */
    record Connecting(SamSession session, StreamSocket stream) implements SamState {}

    /** An ACCEPT waits for a peer. */
    record Accepting(SamSession session, Cancellable waiting, boolean silent) implements SamState {}

    /** The socket of a FORWARD, which lives as long as it. */
    record Forwarding(SamSession session, StreamForwarder forwarder) implements SamState {}

    /** The socket is a stream. */
    record Streaming(SamSession session, StreamPump pump) implements SamState {}

    /** The last reply is on its way; what still comes is thrown away. */
    record Closing() implements SamState {}

    /** Where a datagram of the control socket goes. */
    record PayloadTarget(String destination, int fromPort, int toPort, int protocol) {
        @Override
        public String toString() {
            return "[target]";
        }
    }
}
