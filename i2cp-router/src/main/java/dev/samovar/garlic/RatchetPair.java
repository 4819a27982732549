package dev.samovar.garlic;

import dev.samovar.garlic.GarlicBlock.Ack;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One established session, or one that the initiator may yet choose: the tags of both directions, which messages are to be
 * acknowledged to the peer, and which acknowledgements are awaited.
 */
final class RatchetPair {

    /** An idle session is not sent on after this time, nanoseconds. */
    static final long SEND_LIFE = TimeUnit.MINUTES.toNanos(8);

    /** Its awaited tags live longer, so that both sides agree at the edge. */
    static final long RECEIVE_LIFE = TimeUnit.MINUTES.toNanos(10);

    /** How long the tags of a session that the peer ended are still awaited: messages overtake each other. */
    private static final long LINGER = TimeUnit.MINUTES.toNanos(1);

    /** So often we ask whether the peer still gets anything, while it says nothing itself; each time costs it a message. */
    private static final long PROBE_INTERVAL = TimeUnit.SECONDS.toNanos(30);

    /** After so many messages without word that it can read us, we ask one that talks so often, and a silent one once. */
    private static final int MANY_UNCONFIRMED = 16;

    private static final long MANY_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    /** Of a peer that leaves so many questions unanswered for so long, though it goes on talking, we doubt that it can. */
    private static final int MOST_UNANSWERED = 3;

    private static final long DOUBT = TimeUnit.SECONDS.toNanos(8);

    /** What it says sooner after the first of them, it may have said before it had them. */
    private static final long UNDER_WAY = TimeUnit.SECONDS.toNanos(4);

    /** After so many questions and so long without an answer the session counts as lost. */
    private static final int MOST_PROBES = 3;

    private static final long MOST_SILENCE = TimeUnit.SECONDS.toNanos(90);

    /** i2pd accepts no other session before this one is so old. */
    private static final long LEAST_AGE = TimeUnit.SECONDS.toNanos(120);

    private static final int MOST_ACKS = 64;
    private static final int SET_SHIFT = 16;

    private final boolean initiator;
    private final long serial;
    private final long createdAt;
    private final SendTags send;
    private final ReceiveTags receive;

    /** The handshake that it came of, while the initiator has not chosen; then null. */
    private Response response;

    private RatchetSession session;

    /** Message of ours → id. */
    private final Map<Integer, Long> awaited = new LinkedHashMap<>();
    /** The id of the reply that this began with, or none. */
    private long replyAckId = SealResult.NO_ACK;

    private final int[] owed = new int[MOST_ACKS];
    private int owedCount;

    private long lastSent;
    private long lastReceived;
    private boolean used;
    private int sentSinceReceived;
    private int probes;
    private int sentSinceRead;
    private int unanswered;
    private long unansweredSince;
    private long askedAt;
    private long receiveEnd = Long.MAX_VALUE;

    /**
     * A session of these keys, which stay the caller's.
     *
     * @param response null for the initiator, whose session is chosen from the beginning
     * @param serial by which {@link #isOfAfter} compares
     */
    RatchetPair(
            RatchetSession session,
            Response response,
            SessionKeys keys,
            TagTable table,
            TagWindows windows,
            long serial,
            long now) {
        this.session = session;
        this.serial = serial;
        this.response = response;
        this.initiator = response == null;
        this.createdAt = now;
        this.lastSent = now;
        this.lastReceived = now;
        this.askedAt = now;
        send = new SendTags(initiator ? keys.toResponder() : keys.toInitiator());
        receive = new ReceiveTags(this, initiator ? keys.toInitiator() : keys.toResponder(), table, windows);
    }

    SendTags send() {
        return send;
    }

    ReceiveTags receive() {
        return receive;
    }

    RatchetSession session() {
        return session;
    }

    /** Whether this began with a reply that came after that first message was sent. */
    boolean isOfAfter(Initiation initiation) {
        return initiator && serial > initiation.serial();
    }

    long lastReceived() {
        return lastReceived;
    }

    /** When it was last of use. */
    long lastUsed() {
        return Math.max(lastSent, lastReceived);
    }

    /** The handshake whose initiator has not chosen yet; null when it has. */
    Response response() {
        return response;
    }

    void moveTo(RatchetSession newSession) {
        session = newSession;
    }

    /** The initiator chose this one, and so has read it. Returns the id of the reply that thereby is acknowledged, or none. */
    long choose() {
        response = null;
        read();
        return replyAckId;
    }

    void awaitReplyAck(long ackId) {
        replyAckId = ackId;
    }

    /** Whether messages may be sent on it. */
    boolean isSendable(long now) {
        return send.isUsable() && now - lastSent < SEND_LIFE;
    }

    /** Whether it is out of tags, as the peer never answered the question for a new key. */
    boolean isExhausted() {
        return send.isExhausted();
    }

    /** Whether the peer left question after question unanswered. */
    boolean isLost(long now) {
        return probes >= MOST_PROBES && now - lastReceived >= MOST_SILENCE && now - createdAt >= LEAST_AGE;
    }

    /**
     * Whether the peer seems unable to read what we send on it, though it talks to us: more messages in a row were lost than
     * it awaits tags for.
     */
    boolean isUnread(long now) {
        return unanswered >= MOST_UNANSWERED
                && now - unansweredSince >= DOUBT
                && lastReceived - unansweredSince >= UNDER_WAY;
    }

    /** Whether nothing can come of it any more. */
    boolean isOver(long now) {
        return now >= receiveEnd || now - lastReceived >= RECEIVE_LIFE && !isSendable(now);
    }

    /** No more is sent; what is under way is still opened for a while. */
    void stopSending(long now) {
        send.destroy();
        awaited.clear();
        owedCount = 0;
        receiveEnd = Math.min(receiveEnd, now + LINGER);
    }

    /** A message came. */
    void received(long now) {
        lastReceived = now;
        probes = 0;
        sentSinceReceived = 0;
    }

    /** A message is about to be sent. */
    void sent(long now) {
        lastSent = now;
        used = true;
        sentSinceReceived++;
        sentSinceRead++;
    }

    /**
     * Whether the next message is to ask for an acknowledgement although nobody wants one, to see that the peer is there and
     * reads us.
     */
    boolean wantsProbe(long now) {
        boolean many = lastReceived > askedAt
                ? sentSinceRead >= MANY_UNCONFIRMED
                : probes == 0 && sentSinceReceived >= MANY_UNCONFIRMED;
        return many && now - askedAt >= MANY_INTERVAL
                || sentSinceReceived > 0 && now - Math.max(askedAt, lastReceived) >= PROBE_INTERVAL;
    }

    /** The next message asks for an acknowledgement. */
    void asked(long now) {
        probes++;
        askedAt = now;
        if (unanswered++ == 0) {
            unansweredSince = now;
        }
    }

    /** The peer shows that it read something of ours. */
    void read() {
        sentSinceRead = 0;
        unanswered = 0;
    }

    /** The next message's acknowledgement is awaited under this id; of too many the oldest is given up. */
    void awaitAck(long ackId) {
        if (awaited.size() >= MOST_ACKS) {
            Iterator<Integer> oldest = awaited.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        awaited.put(send.setId() << SET_SHIFT | send.number(), ackId);
    }

    /** The id of an acknowledged message, or none. */
    long acknowledged(int message) {
        Long ackId = awaited.remove(message);
        return ackId == null ? SealResult.NO_ACK : ackId;
    }

    /** The peer asked to be told that this message came. Of too many the rest is dropped. */
    void oweAck(int setId, int number) {
        if (owedCount < MOST_ACKS) {
            owed[owedCount++] = setId << SET_SHIFT | number;
        }
    }

    /** All that is to be acknowledged; null for nothing. */
    Ack takeAcks() {
        if (owedCount == 0) {
            return null;
        }
        Ack ack = new Ack(Arrays.copyOf(owed, owedCount));
        owedCount = 0;
        return ack;
    }

    /** The peer did not see that we chose this one: it owes a message again. */
    void oweFirst() {
        used = false;
    }

    /** Whether the peer waits for a message on this very session. */
    boolean owes() {
        return owedCount > 0 || receive.owesAnswer() || initiator && !used;
    }

    void destroy() {
        send.destroy();
        receive.destroy();
        awaited.clear();
    }

    @Override
    public String toString() {
        return "[ratchet pair]";
    }
}
