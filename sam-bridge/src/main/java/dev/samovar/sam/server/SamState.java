package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.session.SamSession;
import dev.samovar.streaming.StreamSocket;

/** What a client's socket is at this moment. Each state holds only what is valid in it. */
sealed interface SamState {

    /** Whether the next line, or a datagram's bytes, may be taken up. */
    default boolean takesInput() {
        return false;
    }

    /** Nothing but HELLO may come. */
    record AwaitHello() implements SamState {
        @Override
        public boolean takesInput() {
            return true;
        }
    }

    /** Commands may come. */
    record Ready() implements SamState {
        @Override
        public boolean takesInput() {
            return true;
        }
    }

    /**
     * The control socket of a session.
     *
     * @param datagrams null for a STREAM session
     */
    record OwnsSession(SamSession session, ControlDatagrams datagrams) implements SamState {
        @Override
        public boolean takesInput() {
            return true;
        }
    }

    /** The payload of a datagram follows its line. */
    record Payload(OwnsSession owner, SamCommand.DatagramSend command) implements SamState {
        @Override
        public boolean takesInput() {
            return true;
        }
    }

    /**
     * A command waits for somebody else; the lines behind it wait.
     *
     * @param before what the socket was, and will be again unless the command makes something else of it
     * @param takeBack ends the command without an answer, or null when there is nothing to take back. A client that ends its
     *     direction has no more interest in a command that can be taken back
     */
    record Busy(SamState before, Cancellable takeBack) implements SamState {}

    /** A CONNECT waits for the peer. */
    record Connecting(SamSession session, StreamSocket stream) implements SamState {}

    /** An ACCEPT waits for a peer. */
    record Accepting(SamSession session, Cancellable waiting, boolean silent) implements SamState {}

    /** The socket of a FORWARD, which lives as long as it. */
    record Forwarding(SamSession session, StreamForwarder forwarder) implements SamState {}

    /** The socket is a stream. */
    record Streaming(StreamPump pump) implements SamState {}

    /** The last reply is on its way; what still comes is thrown away. */
    record Closing() implements SamState {}
}
