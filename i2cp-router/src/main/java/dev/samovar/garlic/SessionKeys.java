package dev.samovar.garlic;

import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Hkdf;
import dev.samovar.crypto.NoiseState;
import java.util.Arrays;

/**
 * What a handshake ends with (ECIES specification, "KDF for Payload Section Encrypted Contents" of the reply): a root, and a
 * key for each direction from which the first sets of tags grow. The blocks of the reply itself are sealed with a key of
 * their own, derived from that of its direction.
 */
final class SessionKeys {

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] ATTACH_PAYLOAD = TagChain.ascii("AttachPayloadKDF");

    private final byte[] root;
    private final byte[] toResponder;
    private final byte[] toInitiator;

    /** Of the state behind the first part of the reply. */
    SessionKeys(NoiseState state) {
        root = state.chainingKey();
        byte[][] both = state.split();
        toResponder = both[0];
        toInitiator = both[1];
    }

    /** The first tags from initiator to responder. */
    TagChain toResponder() {
        return new TagChain(root, toResponder);
    }

    /** The first tags from responder to initiator. */
    TagChain toInitiator() {
        return new TagChain(root, toInitiator);
    }

    /** The cipher of the reply's blocks; the caller destroys it. */
    ChaChaPoly ofReply() {
        byte[] key = new byte[ChaChaPoly.KEY_LENGTH];
        Hkdf.derive(toInitiator, NOTHING, ATTACH_PAYLOAD, key);
        ChaChaPoly cipher = new ChaChaPoly(key);
        Arrays.fill(key, (byte) 0);
        return cipher;
    }

    void destroy() {
        Arrays.fill(root, (byte) 0);
        Arrays.fill(toResponder, (byte) 0);
        Arrays.fill(toInitiator, (byte) 0);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
