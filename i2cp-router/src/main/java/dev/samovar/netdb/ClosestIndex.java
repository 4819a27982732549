package dev.samovar.netdb;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.peer.Peer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Routers by distance. The first word of each hash stands in one array, so that the closest of some thousands are found by one
 * pass over a few pages of memory: faster than any tree at the size of this network, and with nothing to keep balanced. Only
 * routers that would make it into the answer are asked whether they fit. Belongs to the router lane.
 */
@SansIo
final class ClosestIndex {

    private static final int FIRST_CAPACITY = 64;

    private final Map<Hash, Integer> places = new HashMap<>();
    private long[] words = new long[FIRST_CAPACITY];
    private Peer[] peers = new Peer[FIRST_CAPACITY];
    private RoutingKey[] keys = new RoutingKey[FIRST_CAPACITY];
    private int size;

    /** Adds a router, or takes its newer self instead. */
    void put(Peer peer) {
        Integer place = places.get(peer.hash());
        if (place != null) {
            peers[place] = peer;
            return;
        }
        if (size == words.length) {
            words = Arrays.copyOf(words, 2 * size);
            peers = Arrays.copyOf(peers, 2 * size);
            keys = Arrays.copyOf(keys, 2 * size);
        }
        RoutingKey key = RoutingKey.plain(peer.hash());
        words[size] = key.first();
        peers[size] = peer;
        keys[size] = key;
        places.put(peer.hash(), size++);
    }

    void remove(Hash router) {
        Integer place = places.remove(router);
        if (place == null) {
            return;
        }
        size--;
        if (place != size) {
            words[place] = words[size];
            peers[place] = peers[size];
            keys[place] = keys[size];
            places.put(peers[place].hash(), place);
        }
        peers[size] = null;
        keys[size] = null;
    }

    int size() {
        return size;
    }

    Peer at(int place) {
        return peers[place];
    }

    /** The closest routers that fit, the closest first, at most {@code count}. */
    List<Peer> closest(RoutingKey target, int count, Predicate<Peer> fits) {
        int[] best = new int[count];
        int found = 0;
        long worst = -1;
        for (int i = 0; i < size && count > 0; i++) {
            if (found == count && Long.compareUnsigned(words[i] ^ target.first(), worst) > 0) {
                continue;
            }
            int at = found;
            while (at > 0 && target.compareDistance(keys[i], keys[best[at - 1]]) < 0) {
                at--;
            }
            if (at == count || !fits.test(peers[i])) {
                continue;
            }
            int last = Math.min(found, count - 1);
            System.arraycopy(best, at, best, at + 1, last - at);
            best[at] = i;
            found = last + 1;
            worst = words[best[found - 1]] ^ target.first();
        }
        List<Peer> closest = new ArrayList<>(found);
        for (int i = 0; i < found; i++) {
            closest.add(peers[best[i]]);
        }
        return closest;
    }
}
