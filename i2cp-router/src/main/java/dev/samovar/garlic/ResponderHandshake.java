package dev.samovar.garlic;

import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bob's side of the handshake of {@link InitiatorHandshake}. Each of his replies has an ephemeral key of its own and so begins
 * a session of its own; the initiator's first message in one of them chooses. A reply:
 *
 * <pre>
 *   tag (8) | ephemeral key by Elligator2 (32) | code of nothing (16) | blocks, sealed (n + 16)
 * </pre>
 */
final class ResponderHandshake {

    /** An empty set of blocks: less can be no first message. */
    private static final int MIN_LENGTH = RatchetKind.NEW_SESSION.overhead();

    /** A sealed reply. */
    record Reply(byte[] message, SessionKeys keys) {
        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    private final byte[] theirEphemeral;
    /** Null when unbound. */
    private final byte[] theirStatic;

    private final NoiseState state;
    private byte[] blocks;

    private ResponderHandshake(byte[] theirEphemeral, byte[] theirStatic, NoiseState state, byte[] blocks) {
        this.theirEphemeral = theirEphemeral;
        this.theirStatic = theirStatic;
        this.state = state;
        this.blocks = blocks;
    }

    /**
     * Opens a first message.
     *
     * @param theirEphemeral its first 32 bytes, decoded
     * @return null when it was not sealed for this key
     */
    static ResponderHandshake open(byte[] message, byte[] theirEphemeral, X25519KeyPair ownStatic) {
        if (message.length < MIN_LENGTH) {
            return null;
        }
        NoiseState state = NoiseState.ratchet(ownStatic.publicKey());
        state.mixHash(theirEphemeral);
        byte[] theirStatic = null;
        byte[] blocks = null;
        int blocksAt = X25519.KEY_LENGTH + InitiatorHandshake.STATIC_SECTION;
        if (InitiatorHandshake.mix(state, ownStatic, theirEphemeral)) {
            theirStatic = state.open(Arrays.copyOfRange(message, X25519.KEY_LENGTH, blocksAt));
        }
        boolean bound = theirStatic != null && !isZero(theirStatic);
        if (theirStatic != null && (!bound || InitiatorHandshake.mix(state, ownStatic, theirStatic))) {
            blocks = state.open(Arrays.copyOfRange(message, blocksAt, message.length));
        }
        if (blocks == null) {
            state.destroy();
            return null;
        }
        return new ResponderHandshake(theirEphemeral, bound ? theirStatic : null, state, blocks);
    }

    private static boolean isZero(byte[] key) {
        int or = 0;
        for (byte b : key) {
            or |= b;
        }
        return or == 0;
    }

    /** The initiator's static key, which the message proves; null when it has none. Not to be changed. */
    byte[] theirStatic() {
        return theirStatic;
    }

    /** The opened blocks of the first message, once; the caller's. */
    byte[] takeBlocks() {
        byte[] taken = blocks;
        blocks = null;
        return taken;
    }

    /** The tags that replies begin with. */
    TagChain replyTags() {
        byte[] chainingKey = state.chainingKey();
        TagChain chain = TagChain.ofReplies(chainingKey);
        Arrays.fill(chainingKey, (byte) 0);
        return chain;
    }

    /**
     * Seals a reply.
     *
     * @param tag the next of {@link #replyTags}
     * @param hidden for this reply alone; taken over
     * @param reply blocks of it
     * @return null when nothing can be agreed with the initiator's keys
     */
    Reply reply(long tag, HiddenKeyPair hidden, byte[] reply) {
        byte[] message = new byte[RatchetKind.REPLY.overhead() + reply.length];
        ByteBuffer.wrap(message).putLong(tag).put(hidden.representative());
        NoiseState end = state.fork();
        end.mixHash(Arrays.copyOf(message, InitiatorHandshake.TAG_LENGTH));
        end.mixHash(hidden.pair().publicKey());
        Reply sealed = null;
        if (InitiatorHandshake.mix(end, hidden.pair(), theirEphemeral)
                && InitiatorHandshake.mix(end, hidden.pair(), theirStatic)) {
            byte[] code = end.seal(new byte[0]);
            System.arraycopy(code, 0, message, InitiatorHandshake.REPLY_CODE_AT, code.length);
            SessionKeys keys = new SessionKeys(end);
            ChaChaPoly cipher = keys.ofReply();
            cipher.seal(0, end.hash(), reply, 0, reply.length, message, InitiatorHandshake.REPLY_BLOCKS_AT);
            cipher.destroy();
            sealed = new Reply(message, keys);
        }
        end.destroy();
        hidden.pair().destroy();
        return sealed;
    }

    void destroy() {
        state.destroy();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
