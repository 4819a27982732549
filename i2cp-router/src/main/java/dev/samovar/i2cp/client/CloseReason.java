package dev.samovar.i2cp.client;

/**
 * Why a session ended.
 *
 * @param kind what happened
 * @param detail a line for the user, without any key, destination or name; may be empty
 */
public record CloseReason(Kind kind, String detail) {

    public enum Kind {
        /** We closed it. */
        CLOSED,
        /** The router said Disconnect, or destroyed the session. */
        DISCONNECTED,
        /** The connection to the router broke. */
        LINK_LOST,
        /** The router broke the protocol. */
        PROTOCOL_VIOLATION
    }
}
