package dev.samovar.garlic;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A first message of a peer, with the sessions that our replies to it began. The peer chooses one of them by sending on it;
 * until then every message to it is another reply.
 */
final class Response {

    /** How long it is replied to; the peer awaits replies for three minutes, nanoseconds. */
    private static final long REPLY_LIFE = TimeUnit.SECONDS.toNanos(150);

    /** How long after the last reply the peer may choose. */
    private static final long CHOICE_LIFE = TimeUnit.MINUTES.toNanos(3);

    private final ResponderHandshake handshake;
    private final TagChain replyTags;
    private final long receivedAt;
    private final List<RatchetPair> offered = new ArrayList<>();
    private RatchetSession session;
    private long lastReply;
    private boolean destroyed;

    Response(ResponderHandshake handshake, long now) {
        this.handshake = handshake;
        this.replyTags = handshake.replyTags();
        this.receivedAt = now;
        this.lastReply = now;
    }

    ResponderHandshake handshake() {
        return handshake;
    }

    byte[] theirStatic() {
        return handshake.theirStatic();
    }

    long receivedAt() {
        return receivedAt;
    }

    /** Whose it is; null while nobody said. */
    RatchetSession session() {
        return session;
    }

    void moveTo(RatchetSession newSession) {
        session = newSession;
        offered.forEach(pair -> pair.moveTo(newSession));
    }

    /** Whether another reply can be sent: peers await a dozen tags. */
    boolean isReplyable(long now) {
        return replyTags.tags() < TagWindows.REPLIES && now - receivedAt < REPLY_LIFE;
    }

    boolean isDestroyed() {
        return destroyed;
    }

    /** Whether no reply was sent yet. */
    boolean isUnanswered() {
        return replyTags.tags() == 0;
    }

    long lastReply() {
        return lastReply;
    }

    long nextTag(long now) {
        lastReply = now;
        return replyTags.nextTag();
    }

    void offer(RatchetPair pair) {
        offered.add(pair);
    }

    boolean isOver(long now) {
        return destroyed || !isReplyable(now) && now - lastReply >= CHOICE_LIFE;
    }

    /** Forgets all but the session that was chosen; null for none. */
    void destroy(RatchetPair chosen) {
        for (RatchetPair pair : offered) {
            if (pair != chosen) {
                pair.destroy();
            }
        }
        offered.clear();
        destroyed = true;
        replyTags.destroy();
        handshake.destroy();
    }
}
