package dev.samovar.garlic;

import dev.samovar.crypto.X25519;
import dev.samovar.data.Hash;
import java.util.Arrays;
import java.util.Objects;

/**
 * Whom a ratchet session is with: a destination, and the static key in its lease set. Both, so that a destination that
 * publishes somebody else's key shares nothing with him. Equal by content.
 *
 * @param staticKey the X25519 key of type 4, 32 bytes, not to be changed
 */
public record RatchetPeer(Hash destination, byte[] staticKey) {

    public RatchetPeer {
        Objects.requireNonNull(destination);
        if (staticKey.length != X25519.KEY_LENGTH) {
            throw new IllegalArgumentException("a static key has 32 bytes");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RatchetPeer that
                && destination.equals(that.destination)
                && Arrays.equals(staticKey, that.staticKey);
    }

    @Override
    public int hashCode() {
        return 31 * destination.hashCode() + Arrays.hashCode(staticKey);
    }

    @Override
    public String toString() {
        return "[ratchet peer]";
    }
}
