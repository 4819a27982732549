package dev.samovar.netdb;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.netdb.Answer.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One search for one key (network database page, "RouterInfo and LeaseSet Lookup"):
 *
 * <ol>
 *   <li>The closest floodfill not yet asked gets a query that names those asked already.
 *   <li>It answers with the entry, and the search is over; or with routers that it holds for closer.
 *   <li>Of these the ones unknown are fetched from it, a bounded number. While one that would be closer than the next in line
 *       is being fetched, the next query waits for it.
 *   <li>A floodfill that is silent for its time is passed over; what it still says later counts.
 *   <li>So on, whether or not answers bring closer ones: a floodfill that names only itself and its friends cannot end a
 *       search, and no floodfill is asked twice.
 *   <li>The search ends with the entry, when nobody is left, when enough were asked, or with its time.
 * </ol>
 *
 * Every number in this is bounded by {@link Limits}, whatever the answers say. What is known of other routers comes from
 * {@link Surroundings}; the driver polls actions after every call and tells how they went.
 */
@SansIo
public final class IterativeLookup {

    /**
     * The bounds of a search.
     *
     * @param parallel queries that wait for an answer within their time
     * @param queries queries in all
     * @param fetches unknown routers fetched in all; 0 for a search that fetches none
     * @param parallelFetches fetches under way
     * @param queryNanos a floodfill's time for an answer
     * @param fetchNanos the time that a query waits for a fetch
     * @param totalNanos the time of the search
     */
    public record Limits(
            int parallel,
            int queries,
            int fetches,
            int parallelFetches,
            long queryNanos,
            long fetchNanos,
            long totalNanos) {

        /** For a RouterInfo. */
        public static final Limits ROUTER_INFO = new Limits(1, 6, 6, 3, seconds(3), seconds(2), seconds(15));

        /** For a lease set, which somebody waits for. */
        public static final Limits LEASE_SET = new Limits(1, 8, 8, 3, seconds(3), seconds(2), seconds(15));

        /** For a router that an answer named. */
        public static final Limits FETCH = new Limits(1, 2, 0, 0, seconds(3), 0, seconds(6));

        /** For routers near a key: one answer is all that is wanted. */
        public static final Limits EXPLORATION = new Limits(1, 1, 0, 0, seconds(10), 0, seconds(10));

        private static long seconds(int seconds) {
            return TimeUnit.SECONDS.toNanos(seconds);
        }
    }

    /** What is known of other routers. */
    public interface Surroundings {

        /** The floodfill closest to this key that can be asked and is not among these; null when there is none. */
        Hash closestFloodfill(RoutingKey key, Set<Hash> asked);

        /** Whether this router need not be fetched: its RouterInfo is here, or nothing of it is wanted. */
        boolean isKnown(Hash router);
    }

    /** What the driver is to do. */
    public sealed interface Action {}

    /** Ask this floodfill; all that were asked before, this one left out, are excluded. */
    public record Query(Hash floodfill, List<Hash> excluded) implements Action {}

    /** Get the RouterInfo of this router, from {@code via} first, and tell by {@link #handleFetched}. */
    public record Fetch(Hash router, Hash via) implements Action {}

    /** Note that this floodfill was silent for its time. */
    public record Silent(Hash floodfill) implements Action {}

    /** Routers of one answer that are looked at; those closest to the key. */
    static final int MAX_PEERS_OF_A_REPLY = 16;

    private final Hash target;
    private final RoutingKey key;
    private final Limits limits;
    private final Surroundings surroundings;
    private final long end;

    private final Set<Hash> asked = new HashSet<>();
    private final Map<Hash, Long> waiting = new HashMap<>();
    private final Set<Hash> late = new HashSet<>();
    private final Queue<Fetch> toFetch = new ArrayDeque<>();
    private final Map<Hash, Long> fetching = new HashMap<>();
    private final Set<Hash> named = new HashSet<>();
    private final Queue<Action> notes = new ArrayDeque<>();

    private Hash first;
    private int queries;
    private int fetches;
    private int answers;
    private boolean found;
    private Reason failure;

    /**
     * A search that begins now.
     *
     * @param key the target's routing key of today; one search keeps to one day
     * @param excluded floodfills that are not to be asked
     * @param first asked before any other; null for the closest
     */
    public IterativeLookup(
            Hash target,
            RoutingKey key,
            Set<Hash> excluded,
            Hash first,
            Limits limits,
            Surroundings surroundings,
            long now) {
        this.target = target;
        this.key = key;
        this.limits = limits;
        this.surroundings = surroundings;
        this.end = now + limits.totalNanos;
        this.first = first;
        asked.addAll(excluded);
    }

    public Hash target() {
        return target;
    }

    /** Whether an answer of this floodfill is still looked for. */
    public boolean waitsFor(Hash floodfill) {
        return !isOver() && (waiting.containsKey(floodfill) || late.contains(floodfill));
    }

    /** The entry came, from anybody. */
    public void handleFound() {
        found = true;
        failure = null;
    }

    /** A floodfill does not have it and names others. Without effect unless it was asked and has not answered. */
    public void handleSearchReply(Hash floodfill, List<Hash> peers, long now) {
        if (!takeAnswer(floodfill)) {
            return;
        }
        List<Hash> closest = new ArrayList<>(peers);
        closest.sort((a, b) -> key.compareDistance(RoutingKey.plain(a), RoutingKey.plain(b)));
        for (Hash peer : closest.subList(0, Math.min(closest.size(), MAX_PEERS_OF_A_REPLY))) {
            boolean wanted = !asked.contains(peer) && !peer.equals(target) && !surroundings.isKnown(peer);
            if (wanted && fetches < limits.fetches && named.add(peer)) {
                fetches++;
                toFetch.add(new Fetch(peer, floodfill));
            }
        }
    }

    /** A floodfill sent something that does not hold: it has answered, and to no use. */
    public void handleBadReply(Hash floodfill) {
        takeAnswer(floodfill);
    }

    /** A floodfill that was asked cannot be reached. */
    public void handleUnreachable(Hash floodfill) {
        waiting.remove(floodfill);
        late.remove(floodfill);
    }

    /** A fetch is over; what came of it is in the surroundings. */
    public void handleFetched(Hash router) {
        fetching.remove(router);
    }

    private boolean takeAnswer(Hash floodfill) {
        if (isOver() || waiting.remove(floodfill) == null && !late.remove(floodfill)) {
            return false;
        }
        answers++;
        return true;
    }

    /** Lets time pass. */
    public void handleTimeout(long now) {
        for (Iterator<Map.Entry<Hash, Long>> all = waiting.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Hash, Long> one = all.next();
            if (one.getValue() <= now) {
                all.remove();
                late.add(one.getKey());
                notes.add(new Silent(one.getKey()));
            }
        }
        fetching.values().removeIf(deadline -> deadline <= now);
        if (!isOver() && end <= now) {
            failure = answers > 0 && waiting.isEmpty() ? Reason.NOT_FOUND : Reason.TIMED_OUT;
        }
    }

    /** What to do next; null when there is nothing for now. */
    public Action pollAction(long now) {
        Action note = notes.poll();
        if (note != null || isOver()) {
            return note;
        }
        if (!toFetch.isEmpty() && fetching.size() < limits.parallelFetches) {
            Fetch fetch = toFetch.remove();
            fetching.put(fetch.router, now + limits.fetchNanos);
            return fetch;
        }
        if (waiting.size() >= limits.parallel) {
            return null;
        }
        Hash next = queries < limits.queries ? nextFloodfill() : null;
        if (isWorthWaiting(next)) {
            return null;
        }
        if (next == null) {
            endWithoutMore();
            return null;
        }
        Query query = new Query(next, List.copyOf(asked));
        asked.add(next);
        queries++;
        waiting.put(next, now + limits.queryNanos);
        return query;
    }

    private Hash nextFloodfill() {
        if (first != null) {
            Hash next = first;
            first = null;
            if (!asked.contains(next)) {
                return next;
            }
        }
        return surroundings.closestFloodfill(key, asked);
    }

    /** Whether a router is being fetched that would come before this one. */
    private boolean isWorthWaiting(Hash next) {
        if (queries >= limits.queries || fetching.isEmpty() && toFetch.isEmpty()) {
            return false;
        }
        if (next == null) {
            return true;
        }
        RoutingKey place = RoutingKey.plain(next);
        return fetching.keySet().stream().anyMatch(router -> isCloser(router, place))
                || toFetch.stream().anyMatch(fetch -> isCloser(fetch.router, place));
    }

    private boolean isCloser(Hash router, RoutingKey place) {
        return key.compareDistance(RoutingKey.plain(router), place) < 0;
    }

    /** Nobody is left to be asked: those that are late may still answer, until the time is over. */
    private void endWithoutMore() {
        if (!waiting.isEmpty() || !late.isEmpty()) {
            return;
        }
        if (queries == 0) {
            failure = Reason.NO_FLOODFILL;
        } else {
            failure = answers > 0 ? Reason.NOT_FOUND : Reason.TIMED_OUT;
        }
    }

    /** Ends it from outside. */
    public void cancel() {
        if (!isOver()) {
            failure = Reason.CLOSED;
        }
    }

    public boolean isOver() {
        return found || failure != null;
    }

    public boolean isFound() {
        return found;
    }

    /** Why it failed; null when it did not, or not yet. */
    public Reason failure() {
        return failure;
    }

    /** Floodfills asked. */
    public int queries() {
        return queries;
    }

    /** When {@link #handleTimeout} has something to do, monotonic nanoseconds. */
    public long nextTimeout() {
        long next = end;
        for (long deadline : waiting.values()) {
            next = Math.min(next, deadline);
        }
        for (long deadline : fetching.values()) {
            next = Math.min(next, deadline);
        }
        return next;
    }
}
