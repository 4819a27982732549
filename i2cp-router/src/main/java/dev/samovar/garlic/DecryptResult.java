package dev.samovar.garlic;

import java.util.List;

/** What became of a garlic message that came for a destination. */
public sealed interface DecryptResult {

    /**
     * It was for us.
     *
     * @param senderKey the static key of whoever sealed it, proven by the message; 32 bytes, not to be changed; null for an
     *     unbound message, whose sender stays unknown
     * @param peer the sender; null until {@link RatchetSessions#bind} said which destination has that key
     * @param cloves the caller owns their messages
     */
    record Opened(RatchetKind kind, byte[] senderKey, RatchetPeer peer, List<GarlicClove> cloves)
            implements DecryptResult {

        /** Releases the messages in the cloves. */
        public void release() {
            for (GarlicClove clove : cloves) {
                clove.message().release();
            }
        }

        @Override
        public String toString() {
            return "[opened " + kind + " with " + cloves.size() + " cloves]";
        }
    }

    /** It was not, or may not be used. */
    record Rejected(Reason reason) implements DecryptResult {}

    /** Why not. */
    enum Reason {
        /** No awaited tag, and too short for a first message. Also what a second copy of a message looks like. */
        UNKNOWN_TAG,
        /** An awaited tag, but the rest is damaged. The tag stays awaited. */
        NOT_AUTHENTIC,
        /** No awaited tag, and no first message for our key either. */
        NOT_FOR_US,
        /** No awaited tag, and more apparent first messages came than are tried in a while; not tried. */
        BUSY,
        /** A first message that was opened before. */
        REPEATED,
        /** A first message made too long ago. */
        TOO_OLD,
        /** A first message from the future. */
        TOO_FAR_AHEAD,
        /** A first message without a date. */
        NO_DATE,
        /** A first message from a key that nothing can be agreed with, or from our own. */
        BAD_KEY,
        /** Authentic, but its blocks do not follow their layout. Its tag is used up. */
        MALFORMED,
        /** The sessions were destroyed. */
        DESTROYED
    }
}
