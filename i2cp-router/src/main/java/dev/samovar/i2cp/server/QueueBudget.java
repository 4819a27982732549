package dev.samovar.i2cp.server;

import dev.samovar.base.SansIo;

/**
 * How many bytes may wait for all clients of a router together, so that many slow ones cannot do what one is kept from.
 * Owned by the router's lane.
 */
@SansIo
public final class QueueBudget {

    private final long limit;
    private long used;

    public QueueBudget(long limitBytes) {
        limit = limitBytes;
    }

    /** Whether so many more fit; then they count as used. */
    boolean take(int bytes) {
        if (used + bytes > limit) {
            return false;
        }
        used += bytes;
        return true;
    }

    void giveBack(int bytes) {
        used -= bytes;
    }

    /** Bytes waiting now. */
    public long used() {
        return used;
    }
}
