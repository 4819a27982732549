package dev.samovar.i2cp.client;

/** What became of a message at the moment of sending. In every case the payload was taken over. */
public enum SendOutcome {
    /** On its way to the router. */
    ACCEPTED,
    /**
     * Not sent: the way to the router is full. Nothing was lost in the network; keep what is to be sent and wait for
     * {@link I2cpClientSession.Listener#onWritable}.
     */
    CONGESTED,
    /** Not sent: the session has ended. */
    CLOSED
}
