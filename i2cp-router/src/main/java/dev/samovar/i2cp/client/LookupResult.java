package dev.samovar.i2cp.client;

import dev.samovar.data.Destination;

/** The outcome of a lookup. */
public sealed interface LookupResult {

    record Found(Destination destination) implements LookupResult {}

    /** The router has looked and there is none. */
    record NotFound() implements LookupResult {}

    /** No answer in time. */
    record TimedOut() implements LookupResult {}

    /** The session ended, the router cannot be reached, or too many lookups are under way. */
    record Unavailable() implements LookupResult {}
}
