package dev.samovar.garlic;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * All that is going on with one peer, and what the next message to it is. Usually that is one established session. There are
 * more while it is not settled which one lives on: both sides may begin at once, a first message may be repeated, and a peer
 * that lost its state begins anew.
 */
final class RatchetSession {

    /** Sessions, first messages and their replies that are kept at a time; the oldest goes. */
    private static final int MOST_PAIRS = 3;

    private static final int MOST_INITIATIONS = 6;
    private static final int MOST_RESPONSES = 8;

    /** Between first messages, nanoseconds; twice that and so on after a few without a reply. */
    private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

    /** After the last of as many replies as there can be, the peer has so long to choose one before we begin ourselves. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);

    private static final int QUICK_RETRIES = 2;
    private static final int MOST_DOUBLINGS = 3;

    private final RatchetPeer peer;
    /** Chosen ones, the newest last. */
    private final List<RatchetPair> pairs = new ArrayList<>();

    private final Deque<Initiation> initiations = new ArrayDeque<>();
    private final Deque<Response> responses = new ArrayDeque<>();
    private final long createdAt;
    private int unreplied;
    private long initiatedAt;

    RatchetSession(RatchetPeer peer, long now) {
        this.peer = peer;
        this.createdAt = now;
    }

    RatchetPeer peer() {
        return peer;
    }

    boolean isEstablished() {
        return !pairs.isEmpty();
    }

    /**
     * The session that the next message goes on: one on which the peer waits for something, else the newest; null when there
     * is none, or when the peer may have lost them all. One that the peer seems unable to read is used where there is no other,
     * but for a message now and then that begins another.
     */
    RatchetPair sendable(long now) {
        if (isBegunAnew(now)) {
            return null;
        }
        RatchetPair best = null;
        for (int i = pairs.size() - 1; i >= 0; i--) {
            RatchetPair pair = pairs.get(i);
            if (pair.isSendable(now) && (best == null || isBetter(pair, best, now))) {
                best = pair;
            }
        }
        boolean inVain = best != null && best.isUnread(now);
        return inVain && (repliable(now) != null || now >= initiatesAt()) ? null : best;
    }

    private static boolean isBetter(RatchetPair older, RatchetPair newer, long now) {
        if (older.isUnread(now) != newer.isUnread(now)) {
            return newer.isUnread(now);
        }
        return older.owes() && !newer.owes();
    }

    /** Whether the peer sent a first message since any session brought something, and can be replied to. */
    private boolean isBegunAnew(long now) {
        Response response = repliable(now);
        if (response == null) {
            return false;
        }
        for (RatchetPair pair : pairs) {
            if (pair.isSendable(now) && pair.lastReceived() >= response.receivedAt()) {
                return false;
            }
        }
        return true;
    }

    /** The first message that the next message replies to if it goes on no session; null for none. */
    Response repliable(long now) {
        Response newest = responses.peekLast();
        return newest != null && newest.isReplyable(now) ? newest : null;
    }

    /** From when on another first message may be sent. */
    long initiatesAt() {
        Response newest = responses.peekLast();
        long chosenBy = newest == null || newest.isUnanswered() ? Long.MIN_VALUE : newest.lastReply() + PATIENCE;
        return Math.max(chosenBy, retriesAt());
    }

    private long retriesAt() {
        if (initiations.isEmpty()) {
            return Long.MIN_VALUE;
        }
        int doublings = Math.min(MOST_DOUBLINGS, Math.max(0, unreplied - QUICK_RETRIES));
        return initiatedAt + (RETRY << doublings);
    }

    void add(Initiation initiation, long now) {
        if (initiations.size() >= MOST_INITIATIONS) {
            initiations.removeFirst().destroy();
        }
        initiations.add(initiation);
        initiatedAt = now;
        unreplied++;
    }

    void add(Response response) {
        response.moveTo(this);
        if (responses.size() >= MOST_RESPONSES) {
            responses.removeFirst().destroy(null);
        }
        responses.add(response);
    }

    void remove(Response response) {
        responses.remove(response);
    }

    /** A reply came. Returns whether it is the one to begin a session with. */
    boolean replied(Initiation initiation) {
        unreplied = 0;
        RatchetPair since = null;
        for (RatchetPair pair : pairs) {
            if (pair.isOfAfter(initiation)) {
                since = pair;
            }
        }
        if (since != null) {
            since.oweFirst();
        }
        return since == null && !initiation.isAnswered();
    }

    void add(RatchetPair pair) {
        if (pairs.size() >= MOST_PAIRS) {
            pairs.remove(0).destroy();
        }
        pairs.add(pair);
    }

    /** The peer chose this of our offers, which therewith is the newest session; earlier first messages of it are settled. */
    void choose(RatchetPair pair, Response response) {
        while (responses.contains(response)) {
            Response settled = responses.removeFirst();
            settled.destroy(settled == response ? pair : null);
        }
        add(pair);
    }

    /** Gives up a session that got no answer for long; whether there was one. */
    boolean dropLost(long now) {
        boolean lost = false;
        for (Iterator<RatchetPair> all = pairs.iterator(); all.hasNext(); ) {
            RatchetPair pair = all.next();
            if (pair.isSendable(now) && pair.isLost(now)) {
                all.remove();
                pair.destroy();
                lost = true;
            }
        }
        return lost;
    }

    /** Gives up all sessions, but for what is under way to us. */
    void stopSending(long now) {
        pairs.forEach(pair -> pair.stopSending(now));
    }

    /** Gives up sessions that ran out of tags; whether there was one. */
    boolean dropExhausted(long now) {
        boolean exhausted = false;
        for (RatchetPair pair : pairs) {
            if (pair.isExhausted()) {
                pair.stopSending(now);
                exhausted = true;
            }
        }
        return exhausted;
    }

    /** Whether the peer waits for a message, of the kind that the next one is. */
    boolean owes(long now) {
        if (isBegunAnew(now)) {
            return repliable(now).isUnanswered();
        }
        for (RatchetPair pair : pairs) {
            if (pair.isSendable(now) && pair.owes()) {
                return true;
            }
        }
        return false;
    }

    /** When it was last of use. */
    long lastUsed() {
        long last = Math.max(createdAt, initiations.isEmpty() ? createdAt : initiatedAt);
        for (Response response : responses) {
            last = Math.max(last, response.receivedAt());
        }
        for (RatchetPair pair : pairs) {
            last = Math.max(last, pair.lastUsed());
        }
        return last;
    }

    /** Forgets what has had its time. Returns whether all first messages have, and none was ever replied to. */
    boolean expire(long now) {
        boolean gaveUp = false;
        while (!initiations.isEmpty() && initiations.peekFirst().isOver(now)) {
            Initiation over = initiations.removeFirst();
            gaveUp = initiations.isEmpty() && unreplied > 0;
            over.destroy();
        }
        while (!responses.isEmpty() && responses.peekFirst().isOver(now)) {
            responses.removeFirst().destroy(null);
        }
        for (Iterator<RatchetPair> all = pairs.iterator(); all.hasNext(); ) {
            RatchetPair pair = all.next();
            pair.receive().expire(now);
            if (pair.isOver(now)) {
                all.remove();
                pair.destroy();
            }
        }
        return gaveUp && pairs.isEmpty();
    }

    boolean isEmpty() {
        return pairs.isEmpty() && initiations.isEmpty() && responses.isEmpty();
    }

    void destroy() {
        pairs.forEach(RatchetPair::destroy);
        initiations.forEach(Initiation::destroy);
        responses.forEach(response -> response.destroy(null));
        pairs.clear();
        initiations.clear();
        responses.clear();
    }
}
