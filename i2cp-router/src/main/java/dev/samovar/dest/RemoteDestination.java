package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet2;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/**
 * What one of our destinations knows of one that it sends to: messages that wait, the way that they go ({@link RoutePlanner}),
 * what it was told and asked ({@link Questions}), and when its lease set may be looked for. Messages wait here, a bounded number,
 * until there is a lease set, a tunnel and a session; each no longer than its time.
 */
@SansIo
final class RemoteDestination {

    static final int MAX_WAITING = 128;
    static final int MAX_WAITING_BYTES = 512 * 1024;

    /**
     * A message that waits.
     *
     * @param ticket 0 when nobody asks what became of it
     * @param expirationMillis the date from which it is not sent any more
     */
    record Waiting(ByteBuf payload, long ticket, long expirationMillis) {}

    private final Hash hash;
    private final RoutePlanner planner;
    private final Questions questions = new Questions();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int waitingBytes;
    /** No message that waits ends sooner. */
    private long soonestEnd = Long.MAX_VALUE;

    /** Not before this does the first hop take more. */
    private long heldUntil = Long.MIN_VALUE;

    private int holds;

    /** Not before this can more be sealed, as far as is known. */
    private long sealableFrom = Long.MIN_VALUE;

    private boolean stuck;
    private boolean lookingUp;
    private boolean missed;
    private long lookUpFrom = Long.MIN_VALUE;
    private long refreshFrom = Long.MIN_VALUE;
    private LeaseSet2 leaseSet;
    /** Its lease set when it was last heard of. */
    private LeaseSet2 heardWith;

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

    Questions questions() {
        return questions;
    }

    // --- what waits

    /** Takes a message over; false when there is no room, and it stays the caller's. */
    boolean offer(Waiting message, long now) {
        int length = message.payload.readableBytes();
        if (waiting.size() >= MAX_WAITING || waitingBytes + length > MAX_WAITING_BYTES) {
            return false;
        }
        waiting.add(message);
        waitingBytes += length;
        soonestEnd = Math.min(soonestEnd, message.expirationMillis);
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
        if (soonestEnd > nowMillis) {
            return null;
        }
        long soonest = Long.MAX_VALUE;
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
            Waiting message = all.next();
            if (message.expirationMillis <= nowMillis) {
                all.remove();
                waitingBytes -= message.payload.readableBytes();
                return message;
            }
            soonest = Math.min(soonest, message.expirationMillis);
        }
        soonestEnd = soonest;
        return null;
    }

    /** Whether better no more is sent to it before what waits is on its way. */
    boolean isCrowded() {
        return !stuck && (waiting.size() > MAX_WAITING / 2 || waitingBytes > MAX_WAITING_BYTES / 2);
    }

    int waitingBytes() {
        return waitingBytes;
    }

    /** Nothing goes to it now, for want of its lease set or of a tunnel: nothing that others need wait for. */
    void stuck(boolean isStuck) {
        stuck = isStuck;
    }

    /** The way is full until then. Returns how often that was so in a row. */
    int hold(long until) {
        heldUntil = until;
        return ++holds;
    }

    /** The way took a message. */
    void handleRoom() {
        holds = 0;
    }

    /** Nothing can be sealed until then, but when it says something before. */
    void awaitSession(long until) {
        sealableFrom = until;
    }

    boolean isHeld(long now) {
        return now < heldUntil || now < sealableFrom;
    }

    // --- its lease set

    /** Whether its lease set, which still serves, may be looked for anew; not again for a while then. */
    boolean mayRefresh(long now, long pauseNanos) {
        if (now < refreshFrom) {
            return false;
        }
        refreshFrom = now + pauseNanos;
        return true;
    }

    boolean mayLookUp(long now) {
        return !lookingUp && now >= lookUpFrom;
    }

    void handleLookUp() {
        lookingUp = true;
    }

    /** A lookup ended; the next begins not before {@code next}. */
    void handleLookedUp(long next) {
        lookingUp = false;
        lookUpFrom = next;
    }

    /** Nobody knows its lease set. Returns whether that was so the last time too. */
    boolean isMissedAgain() {
        missed = !missed;
        return !missed;
    }

    /** It said something. */
    void handleHeard() {
        questions.handleHeard();
        heardWith = leaseSet;
        sealableFrom = Long.MIN_VALUE;
    }

    /**
     * This is its lease set now.
     *
     * @return whether it has none of the entrances that it had when it was last heard of, and leaves questions unanswered: it
     *     was gone, and what it knew is gone with it. Says so once
     */
    boolean isReborn(LeaseSet2 now) {
        leaseSet = now;
        if (heardWith == null || heardWith == now || questions.silences() == 0 || haveOneInCommon(heardWith, now)) {
            return false;
        }
        heardWith = null;
        return true;
    }

    private static boolean haveOneInCommon(LeaseSet2 one, LeaseSet2 other) {
        return one.leases().stream()
                .anyMatch(lease -> other.leases().stream().anyMatch(each -> RoutePlanner.isSame(lease, each)));
    }

    /** The session ended, or ours did. Returns the tickets of messages whose arrival nobody will tell of any more. */
    List<Long> handleSessionLost() {
        sealableFrom = Long.MIN_VALUE;
        return questions.handleSessionLost();
    }

    /** Whether it needs looking after. */
    boolean isBusy() {
        return !waiting.isEmpty() || questions.isOpen();
    }

    long usedAt() {
        return usedAt;
    }
}
