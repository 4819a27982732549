package dev.samovar.peer;

import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/**
 * What we have seen of one router: observed, never claimed (peer selection page, "Peer Profiling"). Counts halve every hour,
 * so that the last hours weigh most. Times are monotonic nanoseconds. Belongs to the router lane.
 */
@SansIo
public final class PeerProfile {

    /** A failed connection keeps a router out of use for so long. */
    static final long UNREACHABLE_NANOS = TimeUnit.SECONDS.toNanos(480);

    /** After one refusal; doubles with each refusal in a row. */
    static final long DECLINED_NANOS = TimeUnit.SECONDS.toNanos(330);

    static final long MAX_DECLINED_NANOS = TimeUnit.SECONDS.toNanos(4400);

    /** The capacity of a router that nothing is known of. */
    static final double UNKNOWN_CAPACITY = 0.5;

    private static final long HALF_LIFE_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int ALWAYS_DECLINING = 5;
    private static final int SILENT_FLOODFILL = 4;
    private static final long SILENT_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long NONE = Long.MIN_VALUE;

    private int accepted;
    private int rejected;
    private int rejectedInARow;
    private int buildTimeouts;
    private int tunnelFailures;
    private int unansweredInARow;
    private long answerNanos;
    private boolean proven;
    private long lastRejected = NONE;
    private long lastUnanswered = NONE;
    private long lastConnectFailure = NONE;
    private long agedAt;
    private long lastUpdate;

    PeerProfile(long now) {
        agedAt = now;
        lastUpdate = now;
    }

    /** It agreed to be a hop. */
    public void tunnelAccepted(long now) {
        touch(now);
        accepted++;
        rejectedInARow = 0;
        lastRejected = NONE;
        proven = true;
    }

    /** It declined to be a hop. */
    public void tunnelRejected(long now) {
        touch(now);
        rejected++;
        rejectedInARow++;
        lastRejected = now;
        proven = true;
    }

    /** A build that it was part of brought no answer. Blame is shared: it may have been another hop. */
    public void tunnelBuildTimedOut(long now) {
        touch(now);
        buildTimeouts++;
        if (buildTimeouts > 3 && buildTimeouts > 2 * accepted) {
            lastRejected = now;
        }
    }

    /** A tunnel that it was part of failed its test. */
    public void tunnelFailed(long now) {
        touch(now);
        tunnelFailures++;
    }

    /** It answered a lookup or a store, with what was asked for or not. */
    public void lookupAnswered(long tookNanos, long now) {
        touch(now);
        unansweredInARow = 0;
        answerNanos = answerNanos == 0 ? tookNanos : (3 * answerNanos + tookNanos) / 4;
    }

    /** It left a lookup or a store unanswered. */
    public void lookupUnanswered(long now) {
        touch(now);
        unansweredInARow++;
        lastUnanswered = now;
    }

    /** A session with it came up. */
    public void connected(long now) {
        touch(now);
        proven = true;
        lastConnectFailure = NONE;
    }

    /** We could not reach it. */
    public void connectFailed(long now) {
        touch(now);
        lastConnectFailure = now;
    }

    /** Whether it was ever spoken with, so that it is more than a RouterInfo. */
    public boolean isProven() {
        return proven;
    }

    public boolean isUnreachable(long now) {
        return within(lastConnectFailure, UNREACHABLE_NANOS, now);
    }

    /** Whether it refused lately; the more often in a row, the longer that counts. */
    public boolean declinedRecently(long now) {
        long interval = DECLINED_NANOS << Math.min(10, Math.max(0, rejectedInARow - 1));
        return within(lastRejected, Math.min(interval, MAX_DECLINED_NANOS), now);
    }

    /** Whether it should not be asked to be a hop. */
    public boolean isBad(long now) {
        age(now);
        if (isUnreachable(now) || declinedRecently(now)) {
            return true;
        }
        boolean declines = rejected >= ALWAYS_DECLINING && 4 * accepted < rejected;
        return declines && within(lastRejected, MAX_DECLINED_NANOS, now);
    }

    /** Whether it leaves lookups unanswered, so that others should be asked first. */
    public boolean isSilent(long now) {
        return unansweredInARow >= SILENT_FLOODFILL && within(lastUnanswered, SILENT_NANOS, now);
    }

    /**
     * The share of tunnels that it is likely to carry, 0 to 1; a half for a router that nothing is known of. Failures weigh
     * twice what refusals do, since a refusal is quick and honest.
     */
    public double capacity(long now) {
        age(now);
        double good = accepted + 1;
        return good / (good + 1 + rejected + 2 * buildTimeouts + 2 * tunnelFailures);
    }

    /** How long it usually takes to answer, nanoseconds; 0 when unknown. */
    public long answerNanos() {
        return answerNanos;
    }

    long lastUpdate() {
        return lastUpdate;
    }

    private void touch(long now) {
        age(now);
        lastUpdate = now;
    }

    private void age(long now) {
        long halves = (now - agedAt) / HALF_LIFE_NANOS;
        if (halves <= 0) {
            return;
        }
        agedAt += halves * HALF_LIFE_NANOS;
        int shift = (int) Math.min(halves, Integer.SIZE - 1);
        accepted >>= shift;
        rejected >>= shift;
        buildTimeouts >>= shift;
        tunnelFailures >>= shift;
    }

    private static boolean within(long moment, long interval, long now) {
        return moment != NONE && now - moment < interval;
    }
}
