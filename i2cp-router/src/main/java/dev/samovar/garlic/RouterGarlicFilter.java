package dev.samovar.garlic;

import dev.samovar.base.RecentKeys;
import dev.samovar.base.SansIo;
import dev.samovar.garlic.GarlicBlock.DateTime;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps out router garlic that is old or was used before (ECIES-X25519-AEAD-Ratchet specification, "DateTime" and "Replay
 * Prevention"). Each message is recognised by its ephemeral key, which its sender may use once only. A message is remembered
 * when it was opened, so that nobody can fill the memory without the price of an agreement on his own side.
 */
@SansIo
public final class RouterGarlicFilter {

    /** How old a message may be. */
    public static final long MAX_AGE_MILLIS = TimeUnit.MINUTES.toMillis(5);

    /** How far its date may lie ahead. */
    public static final long MAX_AHEAD_MILLIS = TimeUnit.MINUTES.toMillis(2);

    /** Keys in each half of the memory of a router at work, which then takes 2 MB at most. */
    public static final int DEFAULT_MOST_KEYS = 1 << 16;

    /** What becomes of a message. */
    public enum Verdict {
        ACCEPTED,
        TOO_OLD,
        TOO_FAR_AHEAD,
        REPEATED
    }

    private final RecentKeys recent;
    private final long[] counts = new long[Verdict.values().length];

    /**
     * A filter that has seen nothing.
     *
     * @param secret random, see {@link RecentKeys}
     */
    public RouterGarlicFilter(long secret, int mostKeys) {
        recent = new RecentKeys(secret, MAX_AGE_MILLIS + MAX_AHEAD_MILLIS, mostKeys);
    }

    /** Whether this was opened before, told without opening it. Counts it if so. */
    public boolean isRepeated(byte[] garlic, long nowMillis) {
        boolean known = garlic.length >= Long.BYTES && recent.contains(number(garlic), nowMillis);
        if (known) {
            counts[Verdict.REPEATED.ordinal()]++;
        }
        return known;
    }

    /**
     * Judges a message that was opened, and remembers it.
     *
     * @param garlic what was opened
     * @param blocks what was in it; they stay the caller's
     */
    public Verdict check(byte[] garlic, List<GarlicBlock> blocks, long nowMillis) {
        Verdict verdict = judge(garlic, blocks, nowMillis);
        counts[verdict.ordinal()]++;
        return verdict;
    }

    private Verdict judge(byte[] garlic, List<GarlicBlock> blocks, long nowMillis) {
        for (GarlicBlock block : blocks) {
            if (block instanceof DateTime date) {
                long made = TimeUnit.SECONDS.toMillis(date.seconds());
                if (made < nowMillis - MAX_AGE_MILLIS) {
                    return Verdict.TOO_OLD;
                }
                if (made > nowMillis + MAX_AHEAD_MILLIS) {
                    return Verdict.TOO_FAR_AHEAD;
                }
            }
        }
        return recent.add(number(garlic), nowMillis) ? Verdict.ACCEPTED : Verdict.REPEATED;
    }

    /** How many messages met with this verdict. */
    public long count(Verdict verdict) {
        return counts[verdict.ordinal()];
    }

    /** The beginning of the ephemeral key: enough to tell apart what honest senders make. */
    private static long number(byte[] garlic) {
        return ByteBuffer.wrap(garlic).getLong();
    }
}
