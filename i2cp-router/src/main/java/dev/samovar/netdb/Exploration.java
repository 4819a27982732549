package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks for routers that we do not know yet (network database page, "Exploration"): now and then floodfills are asked for
 * routers near random keys, more often and for more keys while we know few, more rarely while nobody has news; those that they
 * name are then fetched one by one.
 * The driver polls actions after every call.
 */
@SansIo
public final class Exploration {

    /** What the driver is to do. */
    public sealed interface Action {}

    /**
     * Ask the floodfill closest to this key for routers near it.
     *
     * @param floodfills whether floodfills are wanted, else all others
     */
    public record Explore(Hash key, boolean floodfills) implements Action {}

    /** Look up this router, at {@code via} first. */
    public record Fetch(Hash router, Hash via) implements Action {}

    /** Known routers above which exploring is no longer urgent. */
    static final int PLENTY = 2500;

    static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(15);
    static final int URGENT_MILLIS = 55_000;
    static final int RELAXED_VARIANCE_MILLIS = 170_000;
    static final long FETCH_NANOS = TimeUnit.MILLISECONDS.toNanos(360);
    static final int FETCH_VARIANCE_MILLIS = 540;

    /** Keys asked for at once, when nearly nothing is known. */
    static final int MAX_KEYS = 9;

    /** Routers named that wait to be fetched; further ones are dropped, since they come again. */
    static final int MAX_WAITING = 64;

    /** While we know fewer, half of the keys are asked for floodfills: nobody else tells us of these. */
    static final int ENOUGH_FLOODFILLS = 30;

    /** Rounds without news in a row that still make the pause longer. */
    private static final int MAX_FRUITLESS = 5;

    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(15);

    private final Entropy entropy;
    private final Queue<Action> actions = new ArrayDeque<>();
    private final Queue<Fetch> waiting = new ArrayDeque<>();
    private final Set<Hash> waitingHashes = new HashSet<>();
    private boolean fruitful = true;
    private int fruitless;
    private long nextExploration = Long.MAX_VALUE;
    private long nextFetch = Long.MAX_VALUE;

    public Exploration(Entropy entropy) {
        this.entropy = entropy;
    }

    public void start(long now) {
        nextExploration = now + FIRST_NANOS;
    }

    /** A floodfill named a router that is unknown here. */
    public void handleNamed(Hash router, Hash floodfill, long now) {
        fruitful = true;
        if (waiting.size() < MAX_WAITING && waitingHashes.add(router)) {
            waiting.add(new Fetch(router, floodfill));
            if (nextFetch == Long.MAX_VALUE) {
                nextFetch = now;
            }
        }
    }

    /** Lets time pass, with so many routers known, and so many floodfills among them. */
    public void handleTimeout(int known, int floodfills, long now) {
        if (nextExploration <= now) {
            fruitless = fruitful ? 0 : Math.min(fruitless + 1, MAX_FRUITLESS);
            fruitful = false;
            int keys = Math.max(1, Math.min(MAX_KEYS, known == 0 ? 1 : 800 / known) >> fruitless);
            for (int i = 0; i < keys; i++) {
                boolean wantsFloodfills = floodfills < ENOUGH_FLOODFILLS && entropy.below(2) == 0;
                actions.add(new Explore(Hash.fromBytes(entropy.bytes(Hash.LENGTH)), wantsFloodfills));
            }
            int millis = known < PLENTY
                    ? (URGENT_MILLIS + entropy.below(URGENT_MILLIS)) / 2
                    : URGENT_MILLIS + entropy.below(RELAXED_VARIANCE_MILLIS);
            nextExploration = now + Math.min(TimeUnit.MILLISECONDS.toNanos(millis) << fruitless, MAX_NANOS);
        }
        if (nextFetch <= now) {
            Fetch fetch = waiting.poll();
            if (fetch != null) {
                waitingHashes.remove(fetch.router);
                actions.add(fetch);
            }
            nextFetch = waiting.isEmpty()
                    ? Long.MAX_VALUE
                    : now + FETCH_NANOS + TimeUnit.MILLISECONDS.toNanos(entropy.below(FETCH_VARIANCE_MILLIS));
        }
    }

    public Action pollAction() {
        return actions.poll();
    }

    public long nextTimeout() {
        return Math.min(nextExploration, nextFetch);
    }
}
