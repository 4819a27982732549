package dev.samovar.datagram;

/** What became of a datagram at the moment of sending. In every case the payload was taken over. */
public enum DatagramOutcome {
    /** Signed soon, then on its way to the router. It may still be lost, as any datagram may. */
    ACCEPTED,
    /** Dropped: too many wait for a signature or for the router. */
    CONGESTED,
    /** Dropped: such a datagram can never be sent, for its size, its protocol or the session's keys. */
    REFUSED,
    /** Dropped: the session has ended. */
    CLOSED
}
