package dev.samovar.datagram;

import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/**
 * The senders of the datagrams that came lately, the latest first, so that a run of them from one sender yields one object,
 * decoded and hashed once. Only senders whose signature held are kept: nobody can push others out without keys of his own.
 * Belongs to the session's lane.
 */
final class RecentSenders {

    static final int CAPACITY = 32;

    // a few comparisons, most of which end at the first bytes, cost less than a digest of the key to a map
    private final Destination[] senders = new Destination[CAPACITY];

    /** The known destination that stands at the reader index, or null; reads nothing. */
    Destination find(ByteBuf in) {
        for (int i = 0; i < CAPACITY && senders[i] != null; i++) {
            Destination sender = senders[i];
            if (sender.standsAt(in)) {
                moveToFront(sender, i);
                return sender;
            }
        }
        return null;
    }

    /** Keeps a sender; the one not heard of for longest makes room. */
    void add(Destination sender) {
        int at = 0;
        while (at < CAPACITY - 1 && senders[at] != null && !senders[at].equals(sender)) {
            at++;
        }
        moveToFront(sender, at);
    }

    private void moveToFront(Destination sender, int at) {
        System.arraycopy(senders, 0, senders, 1, at);
        senders[0] = sender;
    }
}
