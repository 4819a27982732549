package dev.samovar.transport;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts by reason. From any thread.
 *
 * @param <R> the reasons
 */
public final class Tally<R extends Enum<R>> {

    private final R[] reasons;
    private final AtomicLongArray counts;

    public Tally(Class<R> type) {
        reasons = type.getEnumConstants();
        counts = new AtomicLongArray(reasons.length);
    }

    public void add(R reason) {
        counts.incrementAndGet(reason.ordinal());
    }

    public long of(R reason) {
        return counts.get(reason.ordinal());
    }

    public long total() {
        long total = 0;
        for (int i = 0; i < reasons.length; i++) {
            total += counts.get(i);
        }
        return total;
    }

    /** The reasons that occurred, by name in lower case, and how often. */
    public Map<String, Long> toMap() {
        Map<String, Long> map = new LinkedHashMap<>();
        for (R reason : reasons) {
            if (of(reason) > 0) {
                map.put(reason.name().toLowerCase(java.util.Locale.ROOT), of(reason));
            }
        }
        return map;
    }
}
