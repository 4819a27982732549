package dev.samovar.dest;

import dev.samovar.base.Lane;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.netdb.ClientView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The lookups that a client asks for. Those that come before there are tunnels wait for them. On the router lane. */
final class ClientLookups {

    /** That wait. */
    private static final int MAX_WAITING = 64;

    private record Waiting(Hash hash, long deadline, Consumer<Destination> answer) {}

    private final Lane lane;
    private final ClientView view;
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean closed;

    ClientLookups(Lane lane, ClientView view) {
        this.lane = lane;
        this.view = view;
    }

    /** {@code answer} gets the destination, or null, once, later. */
    void start(Hash hash, long timeoutMillis, boolean ready, Consumer<Destination> answer) {
        if (closed || !ready && waiting.size() >= MAX_WAITING) {
            lane.execute(() -> answer.accept(null));
        } else if (ready) {
            ask(hash, answer);
        } else {
            long deadline = lane.clock().nanos() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            waiting.add(new Waiting(hash, deadline, answer));
        }
    }

    private void ask(Hash hash, Consumer<Destination> answer) {
        view.lookup(hash, found -> {
            LeaseSet leaseSet = found.valueOrNull();
            answer.accept(leaseSet == null ? null : leaseSet.destination());
        });
    }

    /** Asks what waits, if there is a way to ask now; gives up what waited for too long. */
    void handleTimeout(boolean ready) {
        long now = lane.clock().nanos();
        for (Waiting lookup : List.copyOf(waiting)) {
            if (ready) {
                waiting.remove(lookup);
                ask(lookup.hash, lookup.answer);
            } else if (now >= lookup.deadline) {
                waiting.remove(lookup);
                lane.execute(() -> lookup.answer.accept(null));
            }
        }
    }

    boolean areWaiting() {
        return !waiting.isEmpty();
    }

    /** Answers all that wait; those under way are answered by the view, which ends too. */
    void close() {
        closed = true;
        waiting.forEach(lookup -> lane.execute(() -> lookup.answer.accept(null)));
        waiting.clear();
    }
}
