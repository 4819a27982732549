package dev.samovar.peer;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets each router do so much in a window of time. Counts are kept for a bounded number of routers; while more than that
 * come in one window, all the newcomers share one count. Belongs to the router lane.
 */
@SansIo
public final class PeerThrottle {

    private static final int MAX_PEERS = 4096;

    private final int most;
    private final long windowNanos;
    private final Map<Hash, int[]> counts = new HashMap<>();
    private final int[] shared = new int[1];
    private long windowBegin;
    private boolean begun;

    /** @param most what a router may do in one window */
    public PeerThrottle(int most, long windowNanos) {
        this.most = most;
        this.windowNanos = windowNanos;
    }

    /** Whether this router may do it once more; counts it. */
    public boolean admit(Hash router, long now) {
        if (!begun || now - windowBegin >= windowNanos) {
            begun = true;
            windowBegin = now;
            counts.clear();
            shared[0] = 0;
        }
        int[] count = counts.get(router);
        if (count == null) {
            count = counts.size() < MAX_PEERS ? new int[1] : shared;
            if (count != shared) {
                counts.put(router, count);
            }
        }
        // one counter for all beyond the bound is meant to be reached soon: they come from somebody who makes up names
        return ++count[0] <= most;
    }

    /** How often this router did it in this window. */
    public int count(Hash router) {
        int[] count = counts.get(router);
        return count == null ? 0 : count[0];
    }
}
