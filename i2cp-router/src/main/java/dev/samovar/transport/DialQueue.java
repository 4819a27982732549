package dev.samovar.transport;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages that wait until their routers are connected, and the order in which routers are dialled. Bounded in messages a
 * router, messages and bytes altogether; full means that the new message is refused. What expires is dropped, and with its
 * last message a router whose turn to be dialled had not come.
 */
@SansIo
final class DialQueue {

    /** More than the largest message of a client has cells. */
    static final int MOST_PER_ROUTER = 96;

    static final int MOST_MESSAGES = 4096;
    static final int MOST_BYTES = 8 * 1024 * 1024;

    private static final class Entry {
        private final RouterInfo router;
        private final ArrayDeque<I2npMessage> messages = new ArrayDeque<>();
        /** Somebody wants the session itself, not only a message carried. */
        private boolean wanted;

        private boolean dialling;

        Entry(RouterInfo router) {
            this.router = router;
        }
    }

    private final Map<Hash, Entry> entries = new LinkedHashMap<>();
    private int dialling;
    private int messages;
    private int bytes;
    private long expired;

    /** Takes the message over if it returns true. */
    boolean add(RouterInfo router, I2npMessage message) {
        int size = message.body().readableBytes();
        Entry entry = entries.get(router.hash());
        if (messages >= MOST_MESSAGES
                || bytes + size > MOST_BYTES
                || entry != null && entry.messages.size() >= MOST_PER_ROUTER) {
            return false;
        }
        if (entry == null) {
            entry = new Entry(router);
            entries.put(router.hash(), entry);
        }
        entry.messages.add(message);
        messages++;
        bytes += size;
        return true;
    }

    /** Whether so many messages more could wait for this router, small as the cells of tunnels are. */
    boolean hasRoom(Hash router, int count) {
        Entry entry = entries.get(router);
        return messages + count <= MOST_MESSAGES
                && (entry == null ? 0 : entry.messages.size()) + count <= MOST_PER_ROUTER;
    }

    /** A router to dial for its own sake. */
    void want(RouterInfo router) {
        entries.computeIfAbsent(router.hash(), hash -> new Entry(router)).wanted = true;
    }

    boolean contains(Hash router) {
        return entries.containsKey(router);
    }

    /** The router that has waited longest and is not being dialled, which it is from now on; null when there is none. */
    RouterInfo nextToDial() {
        for (Entry entry : entries.values()) {
            if (!entry.dialling) {
                entry.dialling = true;
                dialling++;
                return entry.router;
            }
        }
        return null;
    }

    /** Routers being dialled. */
    int dialling() {
        return dialling;
    }

    /** Messages that wait. */
    int messages() {
        return messages;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Messages dropped because they expired here. */
    long expired() {
        return expired;
    }

    /** Forgets a router, and gives its messages in order; the caller owns them. */
    List<I2npMessage> remove(Hash router) {
        Entry entry = entries.remove(router);
        if (entry == null) {
            return List.of();
        }
        if (entry.dialling) {
            dialling--;
        }
        messages -= entry.messages.size();
        for (I2npMessage message : entry.messages) {
            bytes -= message.body().readableBytes();
        }
        return new ArrayList<>(entry.messages);
    }

    /** Drops what expired before this time. */
    void expire(long epochMillis) {
        for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            for (Iterator<I2npMessage> waiting = entry.messages.iterator(); waiting.hasNext(); ) {
                I2npMessage message = waiting.next();
                if (message.expirationMillis() < epochMillis) {
                    waiting.remove();
                    messages--;
                    bytes -= message.body().readableBytes();
                    expired++;
                    message.release();
                }
            }
            if (entry.messages.isEmpty() && !entry.dialling && !entry.wanted) {
                all.remove();
            }
        }
    }

    /** Releases everything. */
    void clear() {
        for (Entry entry : entries.values()) {
            entry.messages.forEach(I2npMessage::release);
        }
        entries.clear();
        dialling = 0;
        messages = 0;
        bytes = 0;
    }
}
