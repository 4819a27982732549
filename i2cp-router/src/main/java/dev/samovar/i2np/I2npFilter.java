package dev.samovar.i2np;

import dev.samovar.base.RecentKeys;
import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/**
 * Keeps out messages that are stale, that claim to live too long, or that came before. One for all that the transports bring;
 * what comes out of garlic and tunnels has passed as the message around it.
 *
 * <p>A message is taken for repeated when another of the same id and expiration came while it could be accepted. Cells of
 * tunnels are not remembered: their number is large, each hop gives them an id of its own, and the tunnel's own filter knows
 * them better.
 */
@SansIo
public final class I2npFilter {

    /** How far behind its expiration a message may come, for clocks that differ: what all routers allow. */
    public static final long MAX_LATE_MILLIS = TimeUnit.SECONDS.toMillis(60);

    /** How far ahead an expiration may lie: a life of a minute, and clocks that differ by two. */
    public static final long MAX_AHEAD_MILLIS = TimeUnit.SECONDS.toMillis(180);

    /** Ids in each half of the memory of a router at work, which then takes 4 MB at most. */
    public static final int DEFAULT_MOST_IDS = 1 << 17;

    /** What becomes of a message. */
    public enum Verdict {
        ACCEPTED,
        EXPIRED,
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
    public I2npFilter(long secret, int mostIds) {
        recent = new RecentKeys(secret, MAX_LATE_MILLIS + MAX_AHEAD_MILLIS, mostIds);
    }

    /**
     * Judges a message and remembers it.
     *
     * @param nowMillis the time of day, corrected for skew
     */
    public Verdict check(I2npMessage message, long nowMillis) {
        Verdict verdict = judge(message, nowMillis);
        counts[verdict.ordinal()]++;
        return verdict;
    }

    private Verdict judge(I2npMessage message, long nowMillis) {
        long expiration = message.expirationMillis();
        if (expiration < nowMillis - MAX_LATE_MILLIS) {
            return Verdict.EXPIRED;
        }
        if (expiration > nowMillis + MAX_AHEAD_MILLIS) {
            return Verdict.TOO_FAR_AHEAD;
        }
        if (message.typeCode() == TunnelData.TYPE) {
            return Verdict.ACCEPTED;
        }
        // the transports carry expirations in seconds
        long seconds = TimeUnit.MILLISECONDS.toSeconds(expiration) & 0xffff_ffffL;
        long key = (long) message.id() << Integer.SIZE | seconds;
        return recent.add(key, nowMillis) ? Verdict.ACCEPTED : Verdict.REPEATED;
    }

    /** How many messages met with this verdict. */
    public long count(Verdict verdict) {
        return counts[verdict.ordinal()];
    }

    /** Ids that were forgotten under a flood, while they could still have come again. */
    public long forgottenEarly() {
        return recent.forgottenEarly();
    }

    int remembered() {
        return recent.size();
    }
}
