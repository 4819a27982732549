package dev.samovar.router;

import java.net.URI;
import java.util.function.Consumer;

/** Brings files from reseed hosts: what {@link Reseeder} needs of the world. Called, and answers, on the router lane. */
interface ReseedFetcher {

    /**
     * What came of it: a body or a fault.
     *
     * @param body all of the file, or null
     * @param fault why not, or null
     */
    record Fetched(byte[] body, SeedFault fault) {}

    /** Fetches one file; answers once, in bounded time. One fetch at a time. */
    void fetch(URI file, Consumer<Fetched> then);

    /** Gives up what is under way; that is not answered. */
    void cancel();
}
