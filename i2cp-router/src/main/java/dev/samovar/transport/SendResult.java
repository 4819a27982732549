package dev.samovar.transport;

/** What became of a message that was handed over. */
public enum SendResult {
    /** In the queue of a session. */
    SENT,
    /** Waits until the router is connected or the message expires. */
    QUEUED,
    /** Dropped: too much waits for this router already, or for all. */
    CONGESTED,
    /** Dropped: no transport can reach the router, or it may not be reached. */
    UNREACHABLE,
    /** Dropped: dialling the router failed a short while ago. */
    BACKING_OFF,
    /** Dropped: the message had expired. */
    EXPIRED,
    /** Dropped: the transports are closed. */
    CLOSED;

    public boolean accepted() {
        return this == SENT || this == QUEUED;
    }
}
