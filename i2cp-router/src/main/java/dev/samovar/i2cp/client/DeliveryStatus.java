package dev.samovar.i2cp.client;

/** The final fate of a tracked message, as far as the router knows it (I2CP specification, "MessageStatus"). */
public enum DeliveryStatus {
    /** Delivered, or at least sent without a known failure. */
    SENT,
    /** The destination has no lease set: it is not there. */
    NO_LEASE_SET,
    /** The destination's lease set has no encryption type that we share. */
    UNSUPPORTED_ENCRYPTION,
    /** The message expired, or was lost, or the router failed: trying again may help. */
    FAILED,
    /** The message itself was refused (too large, bad destination): trying again will not help. */
    REJECTED
}
