package dev.samovar.garlic;

import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import java.util.Arrays;

/**
 * Alice's side of a ratchet handshake, Noise IK with hidden ephemeral keys (ECIES specification, "KDFs for New Session
 * Message" and "New Session Reply format"). The first message:
 *
 * <pre>
 *   ephemeral key by Elligator2 (32) | static key, sealed (48) | blocks, sealed (n + 16)
 * </pre>
 *
 * A bound message has her static key in it, and its blocks are sealed under a key that both static keys went into. An unbound
 * one has 32 zeros instead, its blocks go under the same key with the next nonce, and nobody can answer it. Each reply to a
 * bound message is opened from the state behind it, so replies may come in any number and order.
 *
 * <p>The hybrids with ML-KEM (types 5 to 7) would differ by the protocol's name, by a sealed key of theirs between ephemeral and
 * static key, and by a sealed secret in the reply, mixed in behind the first agreement; all else is the same.
 */
final class InitiatorHandshake {

    /** Where the sealed blocks of a first message begin. */
    static final int STATIC_SECTION = X25519.KEY_LENGTH + ChaChaPoly.TAG_LENGTH;

    /** Tag, ephemeral key, code of nothing, and the code of the blocks. */
    static final int MIN_REPLY = RatchetKind.REPLY.overhead();

    static final int TAG_LENGTH = Long.BYTES;
    static final int REPLY_KEY_AT = TAG_LENGTH;
    static final int REPLY_CODE_AT = REPLY_KEY_AT + Elligator2.LENGTH;
    static final int REPLY_BLOCKS_AT = REPLY_CODE_AT + ChaChaPoly.TAG_LENGTH;

    /** What a reply holds. */
    record Reply(byte[] blocks, SessionKeys keys) {
        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    private final X25519KeyPair ownStatic;
    private final X25519KeyPair ephemeral;
    private final NoiseState state;
    private byte[] message;

    private InitiatorHandshake(X25519KeyPair ownStatic, X25519KeyPair ephemeral, NoiseState state, byte[] message) {
        this.ownStatic = ownStatic;
        this.ephemeral = ephemeral;
        this.state = state;
        this.message = message;
    }

    /**
     * Seals a bound first message.
     *
     * @param ownStatic stays the caller's
     * @param hidden taken over
     * @return null when nothing can be agreed with the responder's key
     */
    static InitiatorHandshake begin(
            X25519KeyPair ownStatic, byte[] responderStatic, HiddenKeyPair hidden, byte[] blocks) {
        NoiseState state = NoiseState.ratchet(responderStatic);
        byte[] message = firstMessage(hidden, blocks.length);
        state.mixHash(hidden.pair().publicKey());
        boolean agreed = mix(state, hidden.pair(), responderStatic);
        if (agreed) {
            put(state.seal(ownStatic.publicKey()), message, X25519.KEY_LENGTH);
            agreed = mix(state, ownStatic, responderStatic);
        }
        if (!agreed) {
            state.destroy();
            hidden.pair().destroy();
            return null;
        }
        put(state.seal(blocks), message, X25519.KEY_LENGTH + STATIC_SECTION);
        return new InitiatorHandshake(ownStatic, hidden.pair(), state, message);
    }

    /** Seals an unbound message; null when nothing can be agreed with the key. */
    static byte[] sealUnbound(byte[] responderStatic, HiddenKeyPair hidden, byte[] blocks) {
        NoiseState state = NoiseState.ratchet(responderStatic);
        byte[] message = firstMessage(hidden, blocks.length);
        state.mixHash(hidden.pair().publicKey());
        boolean agreed = mix(state, hidden.pair(), responderStatic);
        if (agreed) {
            put(state.seal(new byte[X25519.KEY_LENGTH]), message, X25519.KEY_LENGTH);
            put(state.seal(blocks), message, X25519.KEY_LENGTH + STATIC_SECTION);
        }
        state.destroy();
        hidden.pair().destroy();
        return agreed ? message : null;
    }

    /** The first message, once; the caller's. */
    byte[] takeMessage() {
        byte[] taken = message;
        message = null;
        return taken;
    }

    /** The tags that its replies begin with. */
    TagChain replyTags() {
        byte[] chainingKey = state.chainingKey();
        TagChain chain = TagChain.ofReplies(chainingKey);
        Arrays.fill(chainingKey, (byte) 0);
        return chain;
    }

    /** Opens a reply, which begins with one of the tags; null when it is not authentic. */
    Reply open(byte[] reply) {
        if (reply.length < MIN_REPLY) {
            return null;
        }
        byte[] theirs = Elligator2.decode(reply, REPLY_KEY_AT);
        NoiseState end = state.fork();
        end.mixHash(Arrays.copyOf(reply, TAG_LENGTH));
        end.mixHash(theirs);
        Reply opened = null;
        if (mix(end, ephemeral, theirs)
                && mix(end, ownStatic, theirs)
                && end.open(Arrays.copyOfRange(reply, REPLY_CODE_AT, REPLY_BLOCKS_AT)) != null) {
            SessionKeys keys = new SessionKeys(end);
            ChaChaPoly cipher = keys.ofReply();
            byte[] blocks = new byte[reply.length - MIN_REPLY];
            int sealed = reply.length - REPLY_BLOCKS_AT;
            if (cipher.open(0, end.hash(), reply, REPLY_BLOCKS_AT, sealed, blocks, 0) >= 0) {
                opened = new Reply(blocks, keys);
            } else {
                keys.destroy();
            }
            cipher.destroy();
        }
        end.destroy();
        return opened;
    }

    void destroy() {
        ephemeral.destroy();
        state.destroy();
    }

    private static byte[] firstMessage(HiddenKeyPair hidden, int blocks) {
        return Arrays.copyOf(hidden.representative(), RatchetKind.NEW_SESSION.overhead() + blocks);
    }

    private static void put(byte[] part, byte[] message, int at) {
        System.arraycopy(part, 0, message, at, part.length);
    }

    /** Agrees on a secret and mixes it in; false when the key gives everybody the same one. */
    static boolean mix(NoiseState state, X25519KeyPair own, byte[] theirs) {
        byte[] secret = new byte[X25519.KEY_LENGTH];
        if (!own.agree(theirs, secret)) {
            return false;
        }
        state.mixKey(secret);
        Arrays.fill(secret, (byte) 0);
        return true;
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
