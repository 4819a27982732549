package dev.samovar.garlic;

/** What the holder of ratchet sessions has to be told. */
public sealed interface RatchetEvent {

    /** Whom it is about. */
    RatchetPeer peer();

    /** The message of this id arrived. */
    record Acknowledged(RatchetPeer peer, long ackId) implements RatchetEvent {}

    /** Messages to this peer are {@link RatchetKind#EXISTING} from now on. */
    record Established(RatchetPeer peer) implements RatchetEvent {}

    /**
     * The peer waits for an answer, and no message to it was sealed for a second: seal one for it, without cloves if there
     * is nothing to say.
     */
    record OwesReply(RatchetPeer peer) implements RatchetEvent {}

    /** A session with this peer ended, or never began; the next message to it may have to begin another. */
    record Failed(RatchetPeer peer, Reason reason) implements RatchetEvent {}

    /** Why a session ended. */
    enum Reason {
        /** No reply came to any of our first messages. */
        NO_REPLY,
        /** Nothing came back for long although we asked: the peer may have lost the session, or not be there. */
        UNANSWERED,
        /** The peer ended it. */
        TERMINATED,
        /** It ran out of tags because the peer never answered the question for a new key. */
        EXHAUSTED,
        /** It had to make room. */
        EVICTED
    }
}
