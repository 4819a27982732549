package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Which sessions there are, with whom, which tags they await, who waits for an answer, and what has had its time: the part of
 * {@link RatchetSessions} that remembers, and keeps its memory within bounds.
 */
@SansIo
final class RatchetRegistry {

    /** A session that was of use since then is not ended for another, nanoseconds. */
    static final long SAFE_FROM_EVICTION = TimeUnit.MINUTES.toNanos(1);

    static final long NEVER = Long.MAX_VALUE;

    /** A peer that waits gets its answer by then. */
    private static final long REPLY_DELAY = TimeUnit.SECONDS.toNanos(1);

    private static final long SWEEP_INTERVAL = TimeUnit.SECONDS.toNanos(10);

    private final RatchetConfig config;
    private final X25519KeyPair ownStatic;
    private final TagTable table;
    private final TagWindows windows;

    private final Map<RatchetPeer, RatchetSession> sessions = new HashMap<>();
    /** Static key → the session whose peer proved to have it, the latest. */
    private final Map<ByteBuffer, RatchetSession> provenKeys = new HashMap<>();
    /** First messages that nobody has bound yet, though they may belong to a proven key's session; the oldest first. */
    private final Set<Response> unbound = new LinkedHashSet<>();
    /** Sessions whose peer waits → until when; in this order, as all wait for the same time. */
    private final Map<RatchetSession, Long> owing = new LinkedHashMap<>();

    private final Queue<RatchetEvent> events = new ArrayDeque<>();
    private long nextAckId;
    private long nextSerial;
    private long sweepAt = NEVER;
    private boolean destroyed;

    RatchetRegistry(RatchetConfig config, X25519KeyPair ownStatic, Entropy entropy) {
        this.config = config;
        this.ownStatic = ownStatic;
        table = new TagTable(entropy.nextLong());
        windows = new TagWindows(table, config.maxTags());
    }

    /** Our key in all sessions. */
    X25519KeyPair ownStatic() {
        return ownStatic;
    }

    TagTable table() {
        return table;
    }

    int size() {
        return sessions.size();
    }

    boolean isDestroyed() {
        return destroyed;
    }

    // --- events

    RatchetEvent pollEvent() {
        return events.poll();
    }

    /** An id for a message whose arrival somebody wants to know of; none if nobody does. */
    long ackId(SealOptions options) {
        return options.requestAck() ? nextAckId++ : SealResult.NO_ACK;
    }

    /** A message arrived, if somebody wanted to know. */
    void acknowledge(RatchetSession session, long ackId) {
        if (ackId != SealResult.NO_ACK) {
            events.add(new RatchetEvent.Acknowledged(session.peer(), ackId));
        }
    }

    void fail(RatchetSession session, RatchetEvent.Reason reason) {
        events.add(new RatchetEvent.Failed(session.peer(), reason));
    }

    // --- sessions

    /** The session with this peer, without what turned out dead in it; null for none. */
    RatchetSession find(RatchetPeer peer, long now) {
        RatchetSession session = sessions.get(peer);
        if (session != null) {
            dropDead(session, now);
        }
        return session;
    }

    /** The session with this peer as it is; null for none. */
    RatchetSession peek(RatchetPeer peer) {
        return sessions.get(peer);
    }

    /** The session with this peer, a new one if there is none; null when there is no room for one. */
    RatchetSession findOrAdd(RatchetPeer peer, long now) {
        RatchetSession session = find(peer, now);
        if (session == null) {
            if (sessions.size() >= config.maxPeers() && !evict(null, now)) {
                return null;
            }
            session = new RatchetSession(peer, now);
            sessions.put(peer, session);
        }
        armSweep(now);
        return session;
    }

    /** A first message to this peer is sent. */
    void add(RatchetSession session, InitiatorHandshake handshake, long ackId, long now) {
        session.add(new Initiation(session, handshake, table, ackId, nextSerial++, now), now);
    }

    /**
     * The session that a reply begins.
     *
     * @param response that it replies to; null when it is the peer's reply to us
     * @param keys wiped
     */
    RatchetPair newPair(RatchetSession session, Response response, SessionKeys keys, long now) {
        RatchetPair pair = new RatchetPair(session, response, keys, table, windows, nextSerial++, now);
        keys.destroy();
        return pair;
    }

    /** The peer replied to our first message. */
    void replied(Initiation initiation, SessionKeys keys, long now) {
        RatchetSession session = initiation.session();
        if (session.replied(initiation)) {
            session.add(newPair(session, null, keys, now));
            events.add(new RatchetEvent.Established(session.peer()));
        } else {
            keys.destroy();
        }
        prove(session);
        acknowledge(session, initiation.answer());
        settle(session, now);
    }

    /** The peer sent on one of the sessions that our replies began. */
    void chosen(RatchetPair pair, Response response) {
        RatchetSession session = pair.session();
        unbound.remove(response);
        session.choose(pair, response);
        acknowledge(session, pair.choose());
        events.add(new RatchetEvent.Established(session.peer()));
    }

    /** A first message came. Whose it is, if its key was proven before; null if not. */
    RatchetPeer add(Response response, long now) {
        if (unbound.size() >= config.maxPending()) {
            Iterator<Response> all = unbound.iterator();
            Response oldest = all.next();
            all.remove();
            destroyIfNobodys(oldest);
        }
        unbound.add(response);
        armSweep(now);
        RatchetSession known = provenKeys.get(ByteBuffer.wrap(response.theirStatic()));
        if (known == null) {
            return null;
        }
        known.add(response);
        settle(known, now);
        return known.peer();
    }

    /** A first message cannot be replied to. */
    void remove(Response response) {
        unbound.remove(response);
        response.session().remove(response);
        response.destroy(null);
    }

    /** All first messages of this key are of this destination; null when there is no room for a session with it. */
    RatchetPeer bind(byte[] senderKey, Hash destination, long now) {
        RatchetPeer peer = new RatchetPeer(destination, senderKey);
        RatchetSession session = sessions.get(peer);
        for (Response response : List.copyOf(unbound)) {
            if (response.isDestroyed() || !Arrays.equals(response.theirStatic(), senderKey)) {
                continue;
            }
            if (session == null) {
                session = findOrAdd(peer, now);
                if (session == null) {
                    return null;
                }
            }
            unbound.remove(response);
            move(response, session, now);
        }
        if (session != null) {
            prove(session);
            settle(session, now);
        }
        return peer;
    }

    private void move(Response response, RatchetSession session, long now) {
        RatchetSession before = response.session();
        if (before == session) {
            return;
        }
        if (before != null) {
            before.remove(response);
            settle(before, now);
        }
        session.add(response);
    }

    private void prove(RatchetSession session) {
        provenKeys.put(ByteBuffer.wrap(session.peer().staticKey()), session);
    }

    /** Keeps in order what depends on a session after something happened in it. */
    void settle(RatchetSession session, long now) {
        if (session.isEmpty()) {
            forget(session);
        } else if (!session.owes(now)) {
            owing.remove(session);
        } else {
            owing.putIfAbsent(session, now + REPLY_DELAY);
        }
    }

    /** Ends all that is going on with a peer. */
    void remove(RatchetSession session) {
        session.destroy();
        unbound.removeIf(response -> response.session() == session);
        forget(session);
    }

    private void forget(RatchetSession session) {
        sessions.remove(session.peer(), session);
        provenKeys.remove(ByteBuffer.wrap(session.peer().staticKey()), session);
        owing.remove(session);
    }

    private void dropDead(RatchetSession session, long now) {
        if (session.dropLost(now)) {
            fail(session, RatchetEvent.Reason.UNANSWERED);
        }
        if (session.dropExhausted(now)) {
            fail(session, RatchetEvent.Reason.EXHAUSTED);
        }
    }

    private static void destroyIfNobodys(Response response) {
        if (response.session() == null) {
            response.destroy(null);
        }
    }

    // --- bounds

    /** Makes room for the tags of one more session of {@code keep}; false when all others were of use just now. */
    boolean makeRoom(RatchetSession keep, long now) {
        while (!windows.hasRoom()) {
            if (!evict(keep, now)) {
                return false;
            }
        }
        return true;
    }

    /** Ends the session that was longest of no use; first one that never came about. */
    private boolean evict(RatchetSession keep, long now) {
        RatchetSession worst = null;
        for (RatchetSession session : sessions.values()) {
            if (session != keep && (worst == null || isWorse(session, worst))) {
                worst = session;
            }
        }
        if (worst == null || worst.isEstablished() && now - worst.lastUsed() < SAFE_FROM_EVICTION) {
            return false;
        }
        remove(worst);
        fail(worst, RatchetEvent.Reason.EVICTED);
        return true;
    }

    private static boolean isWorse(RatchetSession one, RatchetSession other) {
        return one.isEstablished() == other.isEstablished() ? one.lastUsed() < other.lastUsed() : other.isEstablished();
    }

    // --- time

    long nextTimeout() {
        Iterator<Long> first = owing.values().iterator();
        return first.hasNext() ? Math.min(sweepAt, first.next()) : sweepAt;
    }

    void handleTimeout(long now) {
        for (Iterator<Map.Entry<RatchetSession, Long>> all = owing.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<RatchetSession, Long> entry = all.next();
            if (entry.getValue() > now) {
                break;
            }
            all.remove();
            events.add(new RatchetEvent.OwesReply(entry.getKey().peer()));
        }
        if (now >= sweepAt) {
            sweep(now);
        }
    }

    private void sweep(long now) {
        for (Iterator<Response> all = unbound.iterator(); all.hasNext(); ) {
            Response response = all.next();
            if (response.isOver(now)) {
                all.remove();
                destroyIfNobodys(response);
            }
        }
        for (RatchetSession session : List.copyOf(sessions.values())) {
            dropDead(session, now);
            if (session.expire(now)) {
                fail(session, RatchetEvent.Reason.NO_REPLY);
            }
            if (session.isEmpty()) {
                forget(session);
            }
        }
        sweepAt = sessions.isEmpty() && unbound.isEmpty() ? NEVER : now + SWEEP_INTERVAL;
    }

    private void armSweep(long now) {
        if (sweepAt == NEVER) {
            sweepAt = now + SWEEP_INTERVAL;
        }
    }

    void destroy() {
        destroyed = true;
        unbound.forEach(RatchetRegistry::destroyIfNobodys);
        sessions.values().forEach(RatchetSession::destroy);
        sessions.clear();
        provenKeys.clear();
        unbound.clear();
        owing.clear();
        events.clear();
        table.clear();
        sweepAt = NEVER;
    }
}
