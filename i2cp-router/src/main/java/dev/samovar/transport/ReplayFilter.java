package dev.samovar.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The ephemeral keys of handshakes that were accepted, kept for at least twice the clock skew that a handshake may have,
 * so that none is accepted again (NTCP2 specification, "SessionRequest", notes). From any thread. Two generations, the
 * older dropped whole; a full generation ends early, which shortens the memory under a flood of valid handshakes and never
 * lets it grow.
 */
public final class ReplayFilter {

    /** SPEC ntcp2#sessionrequest: entries live at least 2 x D, D being 60 s. */
    public static final long LEAST_KEPT_NANOS = TimeUnit.SECONDS.toNanos(120);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Half of a key: what is left of 32 encrypted bytes is as good as random. */
    private record Entry(long first, long second) {}

    private record Generations(Set<Entry> young, Set<Entry> old, long youngSince) {}

    private final int mostPerGeneration;
    private final AtomicReference<Generations> generations;

    /** @param most entries in memory at a time */
    public ReplayFilter(int most) {
        mostPerGeneration = Math.max(1, most / 2);
        generations = new AtomicReference<>(
                new Generations(ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet(), Long.MIN_VALUE));
    }

    /**
     * Remembers a key.
     *
     * @param key at least 16 bytes
     * @return false when it is known already: a replay
     */
    public boolean isFresh(byte[] key, long now) {
        Generations current = turn(now);
        Entry entry = new Entry((long) LONGS.get(key, 0), (long) LONGS.get(key, 8));
        return !current.old.contains(entry) && current.young.add(entry);
    }

    /** Entries in memory. */
    public int size() {
        Generations current = generations.get();
        return current.young.size() + current.old.size();
    }

    private Generations turn(long now) {
        while (true) {
            Generations current = generations.get();
            boolean first = current.youngSince == Long.MIN_VALUE;
            boolean due = !first && now - current.youngSince >= LEAST_KEPT_NANOS;
            if (!first && !due && current.young.size() < mostPerGeneration) {
                return current;
            }
            boolean longDue = due && now - current.youngSince >= 2 * LEAST_KEPT_NANOS;
            Generations next = first
                    ? new Generations(current.young, current.old, now)
                    : new Generations(
                            ConcurrentHashMap.newKeySet(),
                            longDue ? ConcurrentHashMap.newKeySet() : current.young,
                            now);
            if (generations.compareAndSet(current, next)) {
                return next;
            }
        }
    }
}
