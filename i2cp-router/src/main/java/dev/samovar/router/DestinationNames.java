package dev.samovar.router;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import java.util.Locale;

/** Names that a router can read by itself: {@code <52 digits>.b32.i2p}, the hash of a destination. */
final class DestinationNames {

    private static final String BASE32_SUFFIX = ".b32.i2p";
    private static final int BASE32_LENGTH = 52;

    private DestinationNames() {}

    /** The hash in such a name; null for any other name. */
    static Hash hash(String name) {
        if (name.length() != BASE32_LENGTH + BASE32_SUFFIX.length()
                || !name.toLowerCase(Locale.ROOT).endsWith(BASE32_SUFFIX)) {
            return null;
        }
        try {
            return Hash.fromBytes(Encodings.fromBase32(name.substring(0, BASE32_LENGTH)));
        } catch (WireException notBase32) {
            return null;
        }
    }
}
