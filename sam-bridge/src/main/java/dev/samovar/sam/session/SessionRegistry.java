package dev.samovar.sam.session;

import dev.samovar.base.Clock;
import dev.samovar.data.Hash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The IDs and destinations in use over the whole bridge. Both are taken when a session is asked for and freed the moment
 * it ends, so that the next SESSION CREATE need not wait. At most {@code limit} sessions. Owner: the client lane.
 */
public final class SessionRegistry {

    /** How long a destination counts as {@linkplain #endedLately ended lately}: twice what a router is asked again for. */
    static final long LATELY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Destinations remembered for it; the eldest goes first. */
    private static final int REMEMBERED = 256;

    private final Clock clock;
    private final int limit;
    private final Set<String> ids = new HashSet<>();
    private final Set<Hash> destinations = new HashSet<>();
    private final Map<String, SamSession> sessions = new HashMap<>();
    private final Map<Hash, SamSession> ending = new HashMap<>();
    private final LinkedHashMap<Hash, Long> ended = new LinkedHashMap<>();
    private int lastNumber;

    public SessionRegistry(Clock clock, int limit) {
        this.clock = clock;
        this.limit = limit;
    }

    /** Whether another session may be made. */
    public boolean hasRoom() {
        return ids.size() < limit;
    }

    /** Takes an ID; false when it is in use. */
    boolean reserveId(String id) {
        return ids.add(id);
    }

    void releaseId(String id) {
        ids.remove(id);
    }

    /** Takes a destination; false when it is in use. A session of it whose client has gone ends at once for it. */
    boolean reserveDestination(Hash destination) {
        SamSession leaving = ending.get(destination);
        if (leaving != null) {
            leaving.end(SamSession.CLOSED);
        }
        return destinations.add(destination);
    }

    /** Frees a destination of which the router holds no session of ours. */
    void releaseDestination(Hash destination) {
        destinations.remove(destination);
    }

    /** Frees a destination whose session the router may believe in for a moment yet. */
    void releaseEnded(Hash destination) {
        destinations.remove(destination);
        ended.remove(destination);
        ended.put(destination, clock.nanos());
        if (ended.size() > REMEMBERED) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    /** Whether a session of this destination ended here lately: its router may not have noticed yet. */
    boolean endedLately(Hash destination) {
        Long at = ended.get(destination);
        return at != null && clock.nanos() - at < LATELY_NANOS;
    }

    int nextNumber() {
        return ++lastNumber;
    }

    void add(SamSession session) {
        sessions.put(session.id(), session);
    }

    /** The session's client has gone: its ID is free, its destination is for whoever asks. */
    void removeId(SamSession session) {
        if (sessions.remove(session.id(), session)) {
            releaseId(session.id());
            ending.put(session.destination().hash(), session);
        }
    }

    void remove(SamSession session) {
        removeId(session);
        ending.remove(session.destination().hash());
        releaseEnded(session.destination().hash());
    }

    /** The session of this ID, or null. */
    public SamSession find(String id) {
        return id == null ? null : sessions.get(id);
    }

    /** Sessions that stand. */
    public int size() {
        return sessions.size();
    }

    /** IDs in use, those of sessions being made included. */
    public int reserved() {
        return ids.size();
    }

    /** A copy of all sessions, for ending them. */
    public List<SamSession> all() {
        List<SamSession> all = new ArrayList<>(sessions.values());
        all.addAll(ending.values());
        return all;
    }
}
