package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.garlic.SealResult;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * What one of our destinations knows of one that it sends to: messages that wait, the way they go, and what of ours the other
 * side has been told.
 *
 * <ol>
 *   <li>Messages wait here, a bounded number, until there is a lease set, a tunnel and a session; each no longer than its time.
 *   <li>Word of arrival is asked for now and then, and when the other side is told a lease set of ours. One question at a time;
 *       without an answer within {@value #PATIENCE_SECONDS} s the way is changed and what was told is told again.
 * </ol>
 */
@SansIo
final class RemoteDestination {

    static final int MAX_WAITING = 128;
    static final int MAX_WAITING_BYTES = 512 * 1024;

    /** Through our tunnels, theirs and back by others, after they had time to say something themselves. */
    static final int PATIENCE_SECONDS = 6;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);

    /** While messages go, so often the way is known to work. */
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long NOT_ASKED = SealResult.NO_ACK;

    /**
     * A message that waits.
     *
     * @param ticket 0 when nobody asks what became of it
     * @param expirationMillis the date from which it is not sent any more
     */
    record Waiting(ByteBuf payload, long ticket, long expirationMillis) {}

    private final Hash hash;
    private final RoutePlanner planner;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int waitingBytes;

    /** Not before this are messages sealed again. */
    private long heldUntil = Long.MIN_VALUE;

    private boolean lookingUp;
    private long refreshedAt = Long.MIN_VALUE;

    /** The date of our lease set that it has for certain, seconds; 0 for none. */
    private long told;

    private long asked = NOT_ASKED;
    private long askedAt;
    /** The date of our lease set that went with the question; 0 for none. */
    private long askedWith;

    private long askedTicket;
    private long answeredAt = Long.MIN_VALUE;
    private long usedAt;

    RemoteDestination(Hash hash, Entropy entropy, long now) {
        this.hash = hash;
        this.planner = new RoutePlanner(entropy);
        this.usedAt = now;
    }

    Hash hash() {
        return hash;
    }

    RoutePlanner planner() {
        return planner;
    }

    // --- 1: what waits

    /** Takes a message over; false when there is no room, and it stays the caller's. */
    boolean offer(Waiting message, long now) {
        int length = message.payload.readableBytes();
        if (waiting.size() >= MAX_WAITING || waitingBytes + length > MAX_WAITING_BYTES) {
            return false;
        }
        waiting.add(message);
        waitingBytes += length;
        usedAt = now;
        return true;
    }

    Waiting peek() {
        return waiting.peek();
    }

    Waiting poll() {
        Waiting message = waiting.poll();
        if (message != null) {
            waitingBytes -= message.payload.readableBytes();
        }
        return message;
    }

    /** The next message whose time is over, or null. They come in no order of their times. */
    Waiting pollExpired(long nowMillis) {
        for (Waiting message : waiting) {
            if (message.expirationMillis <= nowMillis) {
                waiting.remove(message);
                waitingBytes -= message.payload.readableBytes();
                return message;
            }
        }
        return null;
    }

    boolean isCrowded() {
        return waiting.size() > MAX_WAITING / 2 || waitingBytes > MAX_WAITING_BYTES / 2;
    }

    int waitingBytes() {
        return waitingBytes;
    }

    void hold(long until) {
        heldUntil = until;
    }

    boolean isHeld(long now) {
        return now < heldUntil;
    }

    /** Whether its lease set may be looked for anew, and not again for a while. */
    boolean mayRefresh(long now, long pauseNanos) {
        if (refreshedAt != Long.MIN_VALUE && now - refreshedAt < pauseNanos) {
            return false;
        }
        refreshedAt = now;
        return true;
    }

    boolean isLookingUp() {
        return lookingUp;
    }

    void setLookingUp(boolean lookingUp) {
        this.lookingUp = lookingUp;
    }

    // --- 2: what it was told

    /** Whether it must be told the lease set of this date: it may not have it, and no question about it is open. */
    boolean wantsTelling(long published) {
        return told < published && (asked == NOT_ASKED || askedWith < published);
    }

    /** Whether to ask for word of arrival with the next message. */
    boolean wantsAsking(long now) {
        return asked == NOT_ASKED && (answeredAt == Long.MIN_VALUE || now - answeredAt >= ASK_NANOS);
    }

    /**
     * A message went out that asks for word of its arrival.
     *
     * @param published the date of the lease set in it, or 0
     * @param ticket of the message, or 0
     * @return the ticket of an open question that this one takes the place of, or 0
     */
    long handleAsked(long ackId, long published, long ticket, long now) {
        long before = asked == NOT_ASKED ? 0 : askedTicket;
        asked = ackId;
        askedAt = now;
        askedWith = published;
        askedTicket = ticket;
        return before;
    }

    /** Word of an arrival. Returns the ticket of the message, or 0. */
    long handleAcknowledged(long ackId, long now) {
        if (asked == NOT_ASKED || ackId != asked) {
            return 0;
        }
        told = Math.max(told, askedWith);
        answeredAt = now;
        return endQuestion();
    }

    /** Whether a question stays open for too long. */
    boolean isOverdue(long now) {
        return asked != NOT_ASKED && now - askedAt >= PATIENCE_NANOS;
    }

    /** Gives an open question up. Returns the ticket of its message, or 0. */
    long endQuestion() {
        asked = NOT_ASKED;
        long ticket = askedTicket;
        askedTicket = 0;
        return ticket;
    }

    /** The session ended: a new one is told all anew. */
    void handleSessionLost() {
        told = 0;
        answeredAt = Long.MIN_VALUE;
    }

    /** Whether it needs looking after. */
    boolean isBusy() {
        return !waiting.isEmpty() || asked != NOT_ASKED;
    }

    long usedAt() {
        return usedAt;
    }
}
