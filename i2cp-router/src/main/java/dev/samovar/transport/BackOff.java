package dev.samovar.transport;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Routers that could not be reached lately, and until when they are left alone: 10 s after the first failure, twice as long
 * after each further one, 10 minutes at most. While nobody at all can be reached the fault is hardly theirs: half a minute
 * at most, and forgotten as soon as somebody is reached. Else forgotten when reached itself, or an hour after the last
 * failure. Bounded: the router that failed least recently is forgotten first.
 */
@SansIo
final class BackOff {

    static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** While nobody can be reached. */
    static final long LONGEST_OFFLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long MEMORY_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int MOST_ROUTERS = 4096;

    private record Failures(long last, long pause, boolean offline) {}

    private final Map<Hash, Failures> routers = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Hash, Failures> eldest) {
            return size() > MOST_ROUTERS;
        }
    };
    /** Whether some failed while nobody could be reached, and nobody was since. */
    private boolean anyOffline;

    /** @param offline there is no session with anybody, and the router's socket did not connect */
    void failed(Hash router, boolean offline, long now) {
        Failures before = routers.remove(router);
        boolean again = before != null && now - before.last < MEMORY_NANOS;
        long longest = offline ? LONGEST_OFFLINE_NANOS : LONGEST_NANOS;
        long pause = again ? Math.min(longest, before.pause * 2) : FIRST_NANOS;
        routers.put(router, new Failures(now, pause, offline));
        anyOffline |= offline;
    }

    void reached(Hash router) {
        routers.remove(router);
        if (anyOffline) {
            anyOffline = false;
            routers.values().removeIf(Failures::offline);
        }
    }

    boolean mayDial(Hash router, long now) {
        Failures failures = routers.get(router);
        return failures == null || now - failures.last >= failures.pause;
    }

    /** Routers that are left alone now. */
    int size(long now) {
        int size = 0;
        for (Failures failures : routers.values()) {
            if (now - failures.last < failures.pause) {
                size++;
            }
        }
        return size;
    }
}
