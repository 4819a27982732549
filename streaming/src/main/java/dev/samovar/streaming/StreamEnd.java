package dev.samovar.streaming;

/** How a stream ended. */
public enum StreamEnd {
    /** Both sides closed and all bytes were acknowledged. */
    COMPLETED,
    /** The peer refused the connection: a RESET answered our SYN. */
    REFUSED,
    /** The peer reset the stream. */
    RESET_BY_PEER,
    /** We reset it. */
    RESET,
    /** The peer did not answer in time. */
    TIMED_OUT,
    /** The router knows no way to the peer. */
    UNREACHABLE,
    /** Our own session ended. */
    SESSION_CLOSED
}
