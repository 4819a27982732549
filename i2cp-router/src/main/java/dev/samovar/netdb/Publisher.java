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
 * Keeps our RouterInfo where others look for it (network database page, "RouterInfo Storage to Floodfills" and "Verification"):
 *
 * <ol>
 *   <li>Some seconds after the start, and then every half hour, it is signed anew and given to the closest floodfill with a
 *       token. A change of what it says brings that forward.
 *   <li>Silence, or a floodfill that cannot be reached, makes it the next closest's turn; after {@value #MAX_FLOODFILLS}
 *       there is a pause.
 *   <li>Once a floodfill has confirmed, another one is asked for it some seconds later. When that one, and those it names, do
 *       not have it, the next closest gets it, with those that did not flood it left out.
 * </ol>
 *
 * The driver polls actions after every call.
 */
@SansIo
public final class Publisher {

    /** What the driver is to do. */
    public sealed interface Action {}

    /**
     * Sign our RouterInfo anew: it is about to be published.
     *
     * @param always or only if it is old
     */
    public record Sign(boolean always) implements Action {}

    /**
     * Give our RouterInfo with this token to the closest floodfill outside {@code excluded}, and tell by {@link #handleSent} to
     * whom it went.
     */
    public record Publish(int token, Set<Hash> excluded) implements Action {}

    /** Look for our RouterInfo at a floodfill outside {@code excluded} and tell by {@link #handleVerified}. */
    public record Verify(Set<Hash> excluded) implements Action {}

    /** How far it is, for the operator. */
    public enum State {
        /** Not to be published at all. */
        OFF,
        /** Not yet, or no floodfill is known or answers. */
        UNPUBLISHED,
        /** Given to a floodfill, which has not confirmed. */
        WAITING,
        /** Confirmed, and not yet seen elsewhere. */
        STORED,
        /** Found at another floodfill, or none is left that could be asked. */
        VERIFIED
    }

    static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(30);
    static final int INTERVAL_VARIANCE_MILLIS = 105_000;

    /** A change waits so long for further ones. */
    static final long CHANGE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A floodfill's time to confirm, a session made first included. */
    static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Before a floodfill gets it signed anew: dates count milliseconds, and this one must be later. */
    static final long REPEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    static final long VERIFY_DELAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Before beginning anew when floodfills are missing or all were silent. */
    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    static final int MAX_FLOODFILLS = 15;

    /** After so many stores that were confirmed and not found, it is left at that until the next time. */
    static final int MAX_UNVERIFIED = 4;

    private enum Timer {
        PUBLISH,
        CONFIRM,
        REPEAT,
        VERIFY
    }

    private final Entropy entropy;
    private final boolean enabled;
    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);
    private final Queue<Action> actions = new ArrayDeque<>();
    private final Set<Hash> tried = new HashSet<>();
    private State state;
    private int token;
    private Hash floodfill;
    private boolean introduced;

    /** Whether the floodfill had it twice already. */
    private boolean repeated;

    private int unverified;
    private long confirmations;
    private long failures;
    private boolean started;

    /** A publisher that does nothing when not enabled. */
    public Publisher(boolean enabled, Entropy entropy) {
        this.enabled = enabled;
        this.entropy = entropy;
        this.state = enabled ? State.UNPUBLISHED : State.OFF;
    }

    public void start(long now) {
        started = true;
        if (enabled) {
            timers.set(Timer.PUBLISH, now + FIRST_NANOS);
        }
    }

    /** What our RouterInfo says has changed, and it was signed anew. */
    public void handleChange(long now) {
        if (enabled && started && timers.deadline(Timer.PUBLISH) > now + CHANGE_NANOS) {
            timers.set(Timer.PUBLISH, now + CHANGE_NANOS);
        }
    }

    /** A floodfill became known: whoever waits for one need not wait longer. */
    public void handleFloodfillKnown(long now) {
        if (state == State.UNPUBLISHED && floodfill == null) {
            handleChange(now);
        }
    }

    /**
     * The last {@link Publish} went to this floodfill, or to none since none is left: null.
     *
     * @param introduced whether a session had to be made for it, whose handshake brings our RouterInfo before the store does
     */
    public void handleSent(Hash to, boolean introduced, long now) {
        floodfill = to;
        this.introduced = introduced;
        if (to != null) {
            tried.add(to);
            state = state == State.UNPUBLISHED ? State.WAITING : state;
            timers.set(Timer.CONFIRM, now + CONFIRM_NANOS);
            return;
        }
        token = 0;
        pause(now);
    }

    /** Word of a delivery; true when it was ours. */
    public boolean handleDeliveryStatus(int messageId, long now) {
        if (token == 0 || messageId != token) {
            return false;
        }
        token = 0;
        confirmations++;
        timers.stop(Timer.CONFIRM);
        if (introduced && !repeated) {
            repeated = true;
            state = State.STORED;
            timers.set(Timer.REPEAT, now + REPEAT_NANOS);
            return true;
        }
        timers.set(Timer.VERIFY, now + VERIFY_DELAY_NANOS);
        state = State.STORED;
        return true;
    }

    /** i2pd passes on only what is news to it, and ours was none after the handshake: once more, signed anew. */
    private void repeat() {
        tried.remove(floodfill);
        actions.add(new Sign(true));
        publish();
    }

    /** A router cannot be reached. */
    public void handleUnreachable(Hash router, long now) {
        if (token != 0 && router.equals(floodfill)) {
            next(now);
        }
    }

    /** Whether the RouterInfo was found, as new as ours; or null when nobody could be asked. */
    public void handleVerified(Boolean found, long now) {
        if (state != State.STORED || token != 0) {
            return;
        }
        if (found == null || found) {
            state = State.VERIFIED;
            unverified = 0;
            return;
        }
        failures++;
        if (++unverified < MAX_UNVERIFIED) {
            next(now);
        }
    }

    public void handleTimeout(long now) {
        for (Timer timer; (timer = timers.pollExpired(now)) != null; ) {
            switch (timer) {
                case PUBLISH -> begin(now);
                case CONFIRM -> next(now);
                case REPEAT -> repeat();
                case VERIFY -> actions.add(new Verify(floodfill == null ? Set.of() : Set.of(floodfill)));
            }
        }
    }

    private void begin(long now) {
        tried.clear();
        unverified = 0;
        repeated = false;
        timers.stopAll();
        timers.set(
                Timer.PUBLISH,
                now + INTERVAL_NANOS + TimeUnit.MILLISECONDS.toNanos(entropy.below(INTERVAL_VARIANCE_MILLIS)));
        actions.add(new Sign(false));
        publish();
    }

    private void next(long now) {
        timers.stop(Timer.CONFIRM);
        timers.stop(Timer.REPEAT);
        token = 0;
        repeated = false;
        if (tried.size() >= MAX_FLOODFILLS) {
            pause(now);
            return;
        }
        publish();
    }

    private void publish() {
        token = entropy.nonZeroInt();
        if (token == FloodfillRole.UNANSWERED_TOKEN) {
            token--;
        }
        actions.add(new Publish(token, Set.copyOf(tried)));
    }

    private void pause(long now) {
        failures++;
        state = State.UNPUBLISHED;
        floodfill = null;
        timers.stop(Timer.CONFIRM);
        timers.stop(Timer.VERIFY);
        timers.set(Timer.PUBLISH, now + PAUSE_NANOS);
    }

    public Action pollAction() {
        return actions.poll();
    }

    public long nextTimeout() {
        return timers.next();
    }

    public State state() {
        return state;
    }

    /** Stores that floodfills confirmed. */
    public long confirmations() {
        return confirmations;
    }

    /** Times that floodfills were silent, missing or did not have it. */
    public long failures() {
        return failures;
    }
}
