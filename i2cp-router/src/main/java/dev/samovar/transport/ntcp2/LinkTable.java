package dev.samovar.transport.ntcp2;

import dev.samovar.data.Hash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Which sessions there are with which router, and what happens when there are two. Pure decisions; owned by its lane.
 *
 * <p>A peer that dials us while we hold a session with it has lost that one, as a rule: the new one takes its place.
 * Otherwise both dialled at the same time. Routers in the field then keep the session that the other side dialled and close
 * their own, so that we prefer the one that we dialled. Two routers like us would each close the other's choice; therefore
 * nobody closes at first: each sends on the session it dialled and reads both, and after a while the session dialled by the
 * router with the smaller hash wins. The one that sends on the loser moves over and closes it, so nothing is lost.
 *
 * @param <L> a session
 */
final class LinkTable<L extends LinkTable.Link> {

    /** Two sessions made within this time were dialled at the same time: a handshake takes no longer. */
    static final long SIMULTANEOUS_NANOS = TimeUnit.SECONDS.toNanos(10);

    interface Link {

        /** Whether the peer dialled. */
        boolean inbound();

        /** Monotonic nanoseconds. */
        long establishedAt();
    }

    enum Outcome {
        /** The only session. */
        FIRST,
        /** The new session is used; {@link Added#displaced} is to be closed. */
        REPLACED,
        /** Both stay; {@link #settle} is due later. */
        BOTH,
        /** The new session is to be closed. */
        REFUSED
    }

    record Added<L>(Outcome outcome, L displaced) {}

    private static final class Entry<L> {
        private L preferred;
        private L spare;
    }

    private final Map<Hash, Entry<L>> entries = new HashMap<>();
    private final byte[] self;
    private int inbound;
    private int outbound;

    LinkTable(Hash self) {
        this.self = self.toBytes();
    }

    Added<L> add(Hash peer, L link, long now) {
        Entry<L> entry = entries.get(peer);
        if (entry == null) {
            entry = new Entry<>();
            entry.preferred = link;
            entries.put(peer, entry);
            count(link, 1);
            return new Added<>(Outcome.FIRST, null);
        }
        if (entry.spare != null) {
            return new Added<>(Outcome.REFUSED, null);
        }
        L old = entry.preferred;
        if (link.inbound() != old.inbound() && (old.inbound() || now - old.establishedAt() < SIMULTANEOUS_NANOS)) {
            entry.preferred = link.inbound() ? old : link;
            entry.spare = link.inbound() ? link : old;
            count(link, 1);
            return new Added<>(Outcome.BOTH, null);
        }
        if (!link.inbound()) {
            return new Added<>(Outcome.REFUSED, null);
        }
        entry.preferred = link;
        count(link, 1);
        count(old, -1);
        return new Added<>(Outcome.REPLACED, old);
    }

    /** The session to send on, or null. */
    L get(Hash peer) {
        Entry<L> entry = entries.get(peer);
        return entry == null ? null : entry.preferred;
    }

    /** Whether there was such a session. Afterwards {@link #get} tells whether another is left. */
    boolean remove(Hash peer, L link) {
        Entry<L> entry = entries.get(peer);
        if (entry == null || entry.preferred != link && entry.spare != link) {
            return false;
        }
        count(link, -1);
        if (entry.preferred == link) {
            entry.preferred = entry.spare;
        }
        entry.spare = null;
        if (entry.preferred == null) {
            entries.remove(peer);
        }
        return true;
    }

    /**
     * Decides between two sessions.
     *
     * @param last the peer had its time to close the loser
     * @return the session to close now, which is no longer used; or null
     */
    L settle(Hash peer, boolean last) {
        Entry<L> entry = entries.get(peer);
        if (entry == null || entry.spare == null) {
            return null;
        }
        boolean weWin = Arrays.compareUnsigned(self, peer.toBytes()) < 0;
        L winner = entry.preferred.inbound() == weWin ? entry.spare : entry.preferred;
        L loser = winner == entry.preferred ? entry.spare : entry.preferred;
        if (loser == entry.spare && !last) {
            return null;
        }
        entry.preferred = winner;
        entry.spare = null;
        count(loser, -1);
        return loser;
    }

    private void count(L link, int change) {
        if (link.inbound()) {
            inbound += change;
        } else {
            outbound += change;
        }
    }

    int inbound() {
        return inbound;
    }

    int outbound() {
        return outbound;
    }

    Set<Hash> peers() {
        return new HashSet<>(entries.keySet());
    }

    /** All sessions, spare ones too. */
    List<L> links() {
        List<L> links = new ArrayList<>();
        for (Entry<L> entry : entries.values()) {
            links.add(entry.preferred);
            if (entry.spare != null) {
                links.add(entry.spare);
            }
        }
        return links;
    }
}
