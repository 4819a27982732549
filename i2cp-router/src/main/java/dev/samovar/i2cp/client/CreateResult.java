package dev.samovar.i2cp.client;

/** The outcome of creating a session. */
public sealed interface CreateResult {

    /** The session stands: the router has tunnels for it and its lease set. */
    record Created(I2cpClientSession session) implements CreateResult {}

    /** The destination is in use on this router. */
    record DuplicateDestination() implements CreateResult {}

    /** The router refused; {@code detail} is a line for the user. */
    record Refused(String detail) implements CreateResult {}

    /** The router cannot be reached, or went away meanwhile; {@code detail} is a line for the user. */
    record Unreachable(String detail) implements CreateResult {}

    /** No tunnels in time. */
    record TimedOut() implements CreateResult {}
}
