package dev.samovar.netdb;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Signatures of entries on their way to being checked off the lane. Few are with the pool at a time, so that handshakes find
 * room there; a bounded number waits here, of which no peer has more than its share. On the router lane.
 */
final class SignatureChecks {

    static final int MAX_WAITING = 512;
    static final int MAX_WAITING_OF_PEER = 64;

    private static final int AT_ONCE = 4;

    private record Check(Hash peer, Supplier<StoreRefusal> work, Consumer<StoreRefusal> then) {}

    private final Lane lane;
    private final Offload offload;
    private final Queue<Check> waiting = new ArrayDeque<>();
    private final Map<Hash, Integer> ofPeer = new HashMap<>();
    private int running;

    SignatureChecks(Lane lane, Offload offload) {
        this.lane = lane;
        this.offload = offload;
    }

    /**
     * Runs {@code work} off the lane, then {@code then} on it. False when there is no room.
     *
     * @param peer who sent it; null for what we asked for
     */
    boolean submit(Hash peer, Supplier<StoreRefusal> work, Consumer<StoreRefusal> then) {
        if (waiting.size() >= MAX_WAITING || peer != null && ofPeer.getOrDefault(peer, 0) >= MAX_WAITING_OF_PEER) {
            return false;
        }
        if (peer != null) {
            ofPeer.merge(peer, 1, Integer::sum);
        }
        waiting.add(new Check(peer, work, then));
        next();
        return true;
    }

    private void next() {
        while (running < AT_ONCE && !waiting.isEmpty()) {
            Check check = waiting.remove();
            running++;
            offload.submit(lane, check.work, refusal -> {
                running--;
                if (check.peer != null) {
                    ofPeer.computeIfPresent(check.peer, (peer, count) -> count == 1 ? null : count - 1);
                }
                next();
                check.then.accept(refusal);
            });
        }
    }

    /** Checks that wait or run. */
    int pending() {
        return waiting.size() + running;
    }
}
