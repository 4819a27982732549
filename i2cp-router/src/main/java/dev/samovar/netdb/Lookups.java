package dev.samovar.netdb;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.netdb.Answer.Reason;
import dev.samovar.netdb.IterativeLookup.Action;
import dev.samovar.netdb.IterativeLookup.Fetch;
import dev.samovar.netdb.IterativeLookup.Limits;
import dev.samovar.netdb.IterativeLookup.Query;
import dev.samovar.netdb.IterativeLookup.Silent;
import dev.samovar.netdb.LookupRoute.ReplyPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The lookups under way of one asker: the router itself, or one client, over its own way. Those of different askers have
 * nothing in common, not even when they want the same. Two of one asker for one key are one. Drives {@link IterativeLookup};
 * whoever asked is told later, never from within a call. On the router lane.
 *
 * @param <T> what is looked for
 */
final class Lookups<T> {

    private static final int MAX_WAITERS = 64;

    private record Waiter<T>(Kind kind, Limits limits, Consumer<Answer<T>> then) {}

    private final class Running {

        private final IterativeLookup core;
        private final Kind kind;
        private final Limits limits;
        private final List<Waiter<T>> waiters = new ArrayList<>();
        private final Map<Hash, Long> sentAt = new HashMap<>();

        Running(IterativeLookup core, Kind kind, Limits limits) {
            this.core = core;
            this.kind = kind;
            this.limits = limits;
        }
    }

    private final NetDb netDb;
    private final Lane lane;
    private final Entropy entropy;
    private final LookupRoute route;
    private final int most;
    private final boolean exploring;
    private final Map<Hash, Running> running = new LinkedHashMap<>();
    private Cancellable timer = () -> {};
    private long armedFor = TimerTable.NEVER;

    /**
     * Lookups of one asker, at most so many at a time.
     *
     * @param exploring whether the keys are random and only those named in answers are wanted
     */
    Lookups(NetDb netDb, Lane lane, Entropy entropy, LookupRoute route, int most, boolean exploring) {
        this.netDb = netDb;
        this.lane = lane;
        this.entropy = entropy;
        this.route = route;
        this.most = most;
        this.exploring = exploring;
    }

    /**
     * Looks for a key, or joins the lookup that does.
     *
     * @param excluded floodfills not to ask
     * @param first asked before any other; null for the closest
     */
    void start(Hash target, Kind kind, Limits limits, Set<Hash> excluded, Hash first, Consumer<Answer<T>> then) {
        Waiter<T> waiter = new Waiter<>(kind, limits, then);
        Running known = running.get(target);
        if (known == null ? running.size() >= most : known.waiters.size() >= MAX_WAITERS) {
            lane.execute(() -> then.accept(Answer.missing(Reason.BUSY)));
            return;
        }
        if (known != null) {
            known.waiters.add(waiter);
            return;
        }
        RoutingKey key = RoutingKey.at(target, lane.clock().epochMillis());
        IterativeLookup core = new IterativeLookup(
                target,
                key,
                excluded,
                first,
                limits,
                netDb.surroundings(route),
                lane.clock().nanos());
        Running lookup = new Running(core, kind, limits);
        lookup.waiters.add(waiter);
        running.put(target, lookup);
        pump(lookup);
    }

    /** Whether this floodfill was asked for this key, and has not answered. */
    boolean waits(Hash target, Hash floodfill) {
        Running lookup = running.get(target);
        return lookup != null && floodfill != null && lookup.core.waitsFor(floodfill);
    }

    boolean isRunning(Hash target) {
        return running.containsKey(target);
    }

    /** What was looked for is there, and valid. */
    void found(Hash target, T value) {
        Running lookup = running.get(target);
        if (lookup != null) {
            lookup.core.handleFound();
            end(lookup, Answer.found(value));
            arm();
        }
    }

    /** A floodfill answered: for its profile. */
    void answered(Hash target, Hash floodfill) {
        Running lookup = running.get(target);
        Long sentAt = lookup == null || floodfill == null ? null : lookup.sentAt.remove(floodfill);
        if (sentAt != null) {
            netDb.onAnswered(floodfill, lane.clock().nanos() - sentAt);
        }
    }

    /** A floodfill answered with something that does not hold. */
    void bad(Hash target, Hash floodfill) {
        Running lookup = running.get(target);
        if (lookup != null && floodfill != null) {
            lookup.core.handleBadReply(floodfill);
            pump(lookup);
        }
    }

    /** A floodfill names others; false when it was not asked. */
    boolean searchReply(Hash floodfill, DatabaseSearchReply reply) {
        if (!waits(reply.key(), floodfill)) {
            return false;
        }
        answered(reply.key(), floodfill);
        Running lookup = running.get(reply.key());
        if (exploring) {
            netDb.onNamed(floodfill, reply.peers());
        }
        lookup.core.handleSearchReply(floodfill, reply.peers(), lane.clock().nanos());
        pump(lookup);
        return true;
    }

    /** A router cannot be reached. */
    void unreachable(Hash router) {
        for (Running lookup : List.copyOf(running.values())) {
            if (lookup.core.waitsFor(router)) {
                lookup.core.handleUnreachable(router);
                pump(lookup);
            }
        }
    }

    int size() {
        return running.size();
    }

    void close() {
        for (Running lookup : List.copyOf(running.values())) {
            lookup.core.cancel();
            end(lookup, Answer.missing(Reason.CLOSED));
        }
        timer.cancel();
    }

    private void pump(Running lookup) {
        for (Action action; (action = lookup.core.pollAction(lane.clock().nanos())) != null; ) {
            if (action instanceof Query query) {
                ask(lookup, query);
            } else if (action instanceof Fetch fetch) {
                netDb.fetch(fetch.router(), fetch.via(), () -> {
                    lookup.core.handleFetched(fetch.router());
                    pump(lookup);
                });
            } else if (action instanceof Silent silent) {
                netDb.onSilent(silent.floodfill());
            }
        }
        if (lookup.core.isOver() && !lookup.core.isFound()) {
            end(lookup, Answer.missing(lookup.core.failure()));
        }
        arm();
    }

    private void ask(Running lookup, Query query) {
        Hash target = lookup.core.target();
        RouterInfo floodfill = netDb.find(query.floodfill());
        ReplyPath path = floodfill == null ? null : route.replyPath();
        if (path == null) {
            lookup.core.handleUnreachable(query.floodfill());
            return;
        }
        // what is explored is random, and tells nothing
        ReplyKey replyKey = !exploring && netDb.seals(floodfill)
                ? new ReplyKey(entropy.bytes(ReplyKey.KEY_LENGTH), entropy.bytes(ReplyKey.TAG_LENGTH))
                : null;
        lookup.sentAt.put(query.floodfill(), lane.clock().nanos());
        DatabaseLookup body =
                new DatabaseLookup(target, path.gateway(), lookup.kind, path.tunnelId(), query.excluded(), replyKey);
        netDb.sendLookup(this, floodfill, body, route, () -> {
            lookup.core.handleUnreachable(query.floodfill());
            pump(lookup);
        });
    }

    private void end(Running lookup, Answer<T> answer) {
        if (!running.remove(lookup.core.target(), lookup)) {
            return;
        }
        netDb.forgetReplies(this, lookup.core.target());
        boolean retry = answer instanceof Answer.Missing && lookup.core.failure() != Reason.CLOSED;
        for (Waiter<T> waiter : lookup.waiters) {
            if (retry && waiter.limits.queries() > lookup.limits.queries()) {
                // it joined a search that was content with less
                start(lookup.core.target(), waiter.kind, waiter.limits, Set.of(), null, waiter.then);
            } else {
                lane.execute(() -> waiter.then.accept(answer));
            }
        }
    }

    private void arm() {
        long next = TimerTable.NEVER;
        for (Running lookup : running.values()) {
            next = Math.min(next, lookup.core.nextTimeout());
        }
        if (next == armedFor) {
            return;
        }
        timer.cancel();
        armedFor = next;
        timer = next == TimerTable.NEVER ? () -> {} : lane.schedule(next, this::onTimer);
    }

    private void onTimer() {
        armedFor = TimerTable.NEVER;
        long now = lane.clock().nanos();
        for (Running lookup : List.copyOf(running.values())) {
            if (lookup.core.nextTimeout() <= now) {
                lookup.core.handleTimeout(now);
                pump(lookup);
            }
        }
        arm();
    }
}
