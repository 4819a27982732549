package dev.samovar.garlic;

import java.util.concurrent.TimeUnit;

/** A first message of ours, to which replies may come. */
final class Initiation {

    /** How long its replies are awaited, nanoseconds. */
    static final long LIFE = TimeUnit.MINUTES.toNanos(3);

    private final RatchetSession session;
    private final InitiatorHandshake handshake;
    private final ReceiveTagSet replyTags;
    private final long serial;
    private final long sentAt;
    private long ackId;
    private boolean answered;

    Initiation(
            RatchetSession session, InitiatorHandshake handshake, TagTable table, long ackId, long serial, long now) {
        this.session = session;
        this.handshake = handshake;
        this.replyTags = new ReceiveTagSet(this, 0, handshake.replyTags(), TagWindows.replies(), table);
        this.ackId = ackId;
        this.serial = serial;
        this.sentAt = now;
    }

    RatchetSession session() {
        return session;
    }

    InitiatorHandshake handshake() {
        return handshake;
    }

    /** Counts up with each first message and each session. */
    long serial() {
        return serial;
    }

    /** Whether a reply came. */
    boolean isAnswered() {
        return answered;
    }

    /** A reply came. Returns the id of the message that thereby is acknowledged, once, or none. */
    long answer() {
        answered = true;
        long id = ackId;
        ackId = SealResult.NO_ACK;
        return id;
    }

    boolean isOver(long now) {
        return now - sentAt >= LIFE;
    }

    void destroy() {
        replyTags.destroy();
        handshake.destroy();
    }
}
