package dev.samovar.i2cp.client;

import dev.samovar.data.Hash;

/** What to look up: a destination by its hash, or by a host name that the router resolves. */
public sealed interface LookupTarget {

    record ByHash(Hash hash) implements LookupTarget {}

    /** A host name of at most 255 bytes of UTF-8. */
    record ByName(String name) implements LookupTarget {
        @Override
        public String toString() {
            return "[name]";
        }
    }
}
