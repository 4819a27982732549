package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Hash;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the lease set of one destination where others look for it (network database page, "LeaseSet Storage to Floodfills" and
 * "Verification"):
 *
 * <ol>
 *   <li>A new lease set goes at once to the closest floodfill, with a token.
 *   <li>Silence makes it the next closest's turn; after {@value #MAX_FLOODFILLS}, or when none is left, there is a pause.
 *   <li>Once one has confirmed, another is asked for it some seconds later. Where that one does not have it, the next closest
 *       gets it; what is found nowhere after {@value #MAX_UNVERIFIED} times is left at that until it is renewed.
 *   <li>A newer lease set begins anew at 1.
 * </ol>
 *
 * The driver polls actions after every call.
 */
@SansIo
final class LeaseSetPublisher {

    /** What the driver is to do. */
    sealed interface Action {}

    /** Give the lease set with this token to the closest floodfill outside {@code excluded}; {@link #handleSent} is to follow. */
    record Publish(int token, Set<Hash> excluded) implements Action {}

    /** Look for the lease set at a floodfill outside {@code excluded}; {@link #handleVerified} is to follow. */
    record Verify(Set<Hash> excluded) implements Action {}

    /** How far it is. */
    enum State {
        /** There is nothing to publish. */
        IDLE,
        /** No floodfill has confirmed. */
        WAITING,
        /** Confirmed, and not yet seen elsewhere. */
        STORED,
        /** Found at another floodfill, or nobody else could be asked. */
        VERIFIED
    }

    /** A floodfill's time to confirm, through two tunnels and perhaps after a dial at the end of the first. */
    static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(6);

    /** A floodfill passes on what it got within seconds. */
    static final long VERIFY_DELAY_NANOS = TimeUnit.SECONDS.toNanos(8);

    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    static final int MAX_FLOODFILLS = 8;
    static final int MAX_UNVERIFIED = 3;

    private enum Timer {
        BEGIN,
        CONFIRM,
        VERIFY
    }

    private final Entropy entropy;
    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);
    private final Queue<Action> actions = new ArrayDeque<>(2);
    private final Set<Hash> tried = new HashSet<>();
    private State state = State.IDLE;
    private int token;
    private Hash floodfill;
    private int unverified;
    private long failures;

    LeaseSetPublisher(Entropy entropy) {
        this.entropy = entropy;
    }

    /** There is a new lease set: it is published at once, whatever was under way. */
    void handleNew() {
        unverified = 0;
        begin();
    }

    /** The last {@link Publish} went to this floodfill, or to none, since none is left or there is no way: null. */
    void handleSent(Hash to, long now) {
        floodfill = to;
        if (to == null) {
            pause(now);
        } else {
            tried.add(to);
            timers.set(Timer.CONFIRM, now + CONFIRM_NANOS);
        }
    }

    /** Word of a delivery; true when it was ours. */
    boolean handleDeliveryStatus(int messageId, long now) {
        if (token == 0 || messageId != token) {
            return false;
        }
        token = 0;
        state = State.STORED;
        timers.stop(Timer.CONFIRM);
        timers.set(Timer.VERIFY, now + VERIFY_DELAY_NANOS);
        return true;
    }

    /** Whether the lease set was found, as new as ours; or null when nobody could be asked. */
    void handleVerified(Boolean found, long now) {
        if (state != State.STORED || token != 0) {
            return;
        }
        if (found == null || found) {
            state = State.VERIFIED;
            return;
        }
        failures++;
        if (++unverified < MAX_UNVERIFIED) {
            next(now);
        }
    }

    void handleTimeout(long now) {
        for (Timer timer; (timer = timers.pollExpired(now)) != null; ) {
            switch (timer) {
                case BEGIN -> begin();
                case CONFIRM -> {
                    failures++;
                    next(now);
                }
                case VERIFY -> actions.add(new Verify(Set.of(floodfill)));
            }
        }
    }

    private void begin() {
        tried.clear();
        actions.clear();
        timers.stopAll();
        state = State.WAITING;
        publish();
    }

    private void next(long now) {
        if (tried.size() >= MAX_FLOODFILLS) {
            pause(now);
        } else {
            publish();
        }
    }

    private void publish() {
        token = entropy.nonZeroInt();
        if (token == FloodfillRole.UNANSWERED_TOKEN) {
            token--;
        }
        actions.add(new Publish(token, Set.copyOf(tried)));
    }

    private void pause(long now) {
        token = 0;
        timers.stopAll();
        timers.set(Timer.BEGIN, now + PAUSE_NANOS);
    }

    Action pollAction() {
        return actions.poll();
    }

    long nextTimeout() {
        return timers.next();
    }

    State state() {
        return state;
    }

    /** Times that floodfills were silent or did not have it. */
    long failures() {
        return failures;
    }
}
