package dev.samovar.transport;

/** Why a router could not be reached. */
public enum DialFailure {
    /** No address that can be dialled from here. */
    NO_ADDRESS,
    /** The socket did not connect: refused, unreachable, or the proxy said no. */
    CONNECT_FAILED,
    /** The socket did not connect in time. */
    CONNECT_TIMEOUT,
    /** The peer closed, or said nothing, during the handshake. */
    HANDSHAKE_LOST,
    HANDSHAKE_TIMEOUT,
    /** The peer's answer could not be decrypted: another static key, or its clock is off and it left our padding unread. */
    HANDSHAKE_REJECTED,
    /** The clocks are too far apart. */
    CLOCK_SKEW,
    /** The router may not be talked to. */
    BANNED,
    /** Too many sessions already. */
    LIMIT,
    CLOSED
}
