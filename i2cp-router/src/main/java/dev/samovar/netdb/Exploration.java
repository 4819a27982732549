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
 * routers near random keys, more often and for more keys while we know few; those that they name are then fetched one by one.
 * The driver polls actions after every call.
 */
@SansIo
public final class Exploration {

    /** What the driver is to do. */
    public sealed interface Action {}

    /** Ask the floodfill closest to this key for routers near it. */
    public record Explore(Hash key) implements Action {}

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

    private final Entropy entropy;
    private final Queue<Action> actions = new ArrayDeque<>();
    private final Queue<Fetch> waiting = new ArrayDeque<>();
    private final Set<Hash> waitingHashes = new HashSet<>();
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
        if (waiting.size() < MAX_WAITING && waitingHashes.add(router)) {
            waiting.add(new Fetch(router, floodfill));
            if (nextFetch == Long.MAX_VALUE) {
                nextFetch = now;
            }
        }
    }

    /** Lets time pass, with so many routers known. */
    public void handleTimeout(int known, long now) {
        if (nextExploration <= now) {
            int keys = Math.max(1, Math.min(MAX_KEYS, known == 0 ? 1 : 800 / known));
            for (int i = 0; i < keys; i++) {
                actions.add(new Explore(Hash.fromBytes(entropy.bytes(Hash.LENGTH))));
            }
            int millis = known < PLENTY
                    ? (URGENT_MILLIS + entropy.below(URGENT_MILLIS)) / 2
                    : URGENT_MILLIS + entropy.below(RELAXED_VARIANCE_MILLIS);
            nextExploration = now + TimeUnit.MILLISECONDS.toNanos(millis);
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
