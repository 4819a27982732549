package dev.samovar.garlic;

import dev.samovar.base.RecentKeys;
import dev.samovar.garlic.DecryptResult.Reason;
import dev.samovar.garlic.GarlicBlock.DateTime;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Which first messages are worth opening, and which may be used (ECIES specification, "DateTime" and "Replay Prevention").
 * Everything that is not a known tag looks like a first message and costs a key agreement to be told, so that only so many in
 * a second are tried. Those that were opened are known by their ephemeral key, decoded: each key has more than one form on
 * the wire.
 */
final class NewSessionGuard {

    private static final long MAX_AGE_MILLIS = RouterGarlicFilter.MAX_AGE_MILLIS;
    private static final long MAX_AHEAD_MILLIS = RouterGarlicFilter.MAX_AHEAD_MILLIS;
    /** In each half of the memory; more than can be opened in the time that they are remembered. */
    private static final int MOST_KEYS = 1 << 16;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final RecentKeys recent;
    private final long perToken;
    private final long most;
    private long credit;
    private long creditAt;
    private boolean started;

    NewSessionGuard(RatchetConfig config, long secret) {
        recent = new RecentKeys(secret, MAX_AGE_MILLIS + MAX_AHEAD_MILLIS, MOST_KEYS);
        perToken = SECOND / config.newSessionsPerSecond();
        most = perToken * config.newSessionBurst();
        credit = most;
    }

    /** Whether another one may be tried now. */
    boolean mayTry(long now) {
        if (!started) {
            started = true;
            creditAt = now;
        }
        credit = Math.min(most, credit + Math.max(0, Math.min(most, now - creditAt)));
        creditAt = now;
        if (credit < perToken) {
            return false;
        }
        credit -= perToken;
        return true;
    }

    /** Whether a message with this decoded ephemeral key was opened before. */
    boolean isRepeated(byte[] ephemeral, long nowMillis) {
        return recent.contains(number(ephemeral), nowMillis);
    }

    /** Judges an opened message by its date, and remembers it; null when it may be used. */
    Reason check(byte[] ephemeral, List<GarlicBlock> blocks, long nowMillis) {
        for (GarlicBlock block : blocks) {
            if (block instanceof DateTime date) {
                long made = TimeUnit.SECONDS.toMillis(date.seconds());
                if (made < nowMillis - MAX_AGE_MILLIS) {
                    return Reason.TOO_OLD;
                }
                if (made > nowMillis + MAX_AHEAD_MILLIS) {
                    return Reason.TOO_FAR_AHEAD;
                }
                return recent.add(number(ephemeral), nowMillis) ? null : Reason.REPEATED;
            }
        }
        return Reason.NO_DATE;
    }

    private static long number(byte[] ephemeral) {
        return ByteBuffer.wrap(ephemeral).getLong();
    }
}
