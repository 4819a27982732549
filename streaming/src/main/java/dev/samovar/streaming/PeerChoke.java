package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import java.util.concurrent.TimeUnit;

/**
 * Whether the peer has told us to stop, and when we ask whether it still means that: a probe, after a round trip, then after
 * twice as long each time. A peer that leaves {@value #MAX_UNANSWERED} unanswered is gone.
 */
@SansIo
final class PeerChoke {

    /** Specification constant: a delay above this is no delay, the sender is to stop. */
    static final int ABOVE_MILLIS = 60_000;

    private static final int MAX_UNANSWERED = 20;
    private static final long MAX_DELAY = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_DOUBLINGS = 6;

    private boolean choked;
    private boolean probeAllowed;
    private int probes;
    private int unanswered;

    boolean isChoked() {
        return choked;
    }

    void begin() {
        choked = true;
    }

    void end() {
        choked = false;
        probes = 0;
        probeAllowed = false;
    }

    /** The peer has said anything. */
    void onPacket() {
        unanswered = 0;
    }

    /**
     * Not the time-out: the peer answers, so the back-off of what was lost before it choked is no measure; and Java I2P takes
     * a choke back only when a new packet finds room, so its stream stands still until we probe.
     *
     * @return how long after the last probe the next is due, nanoseconds
     */
    long probeDelay(RttEstimator rtt) {
        long first = rtt.smoothed() < 0 ? rtt.rto() : Math.max(RttEstimator.MIN_RTO, rtt.smoothed());
        return Math.min(MAX_DELAY, first << Math.min(probes, MAX_DOUBLINGS));
    }

    /** The next probe may leave; false when too many were left unanswered. */
    boolean allowProbe() {
        // while the last one waits, for something to say or for the way to the router, nothing was asked
        if (!probeAllowed && ++unanswered > MAX_UNANSWERED) {
            return false;
        }
        probes++;
        probeAllowed = true;
        return true;
    }

    /** Whether a packet may leave although we are choked. */
    boolean mayProbe() {
        return probeAllowed;
    }

    void onProbeSent() {
        probeAllowed = false;
    }
}
