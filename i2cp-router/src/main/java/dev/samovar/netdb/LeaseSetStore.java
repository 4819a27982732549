package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lease sets by key, each checked before it came here: either all that were published to us as floodfill, or what one client
 * has looked up, never both in one. Bounded: when full, a newcomer takes the place of the one of a few drawn that is furthest
 * from {@code center}, and is refused when it is further itself. Belongs to the router lane.
 */
@SansIo
public final class LeaseSetStore {

    /** What became of a lease set. */
    public enum Put {
        STORED,
        KNOWN,
        FULL
    }

    private static final int VICTIMS = 8;

    private final int capacity;
    private final Hash center;
    private final Entropy entropy;
    private final Map<Hash, LeaseSet> all = new HashMap<>();
    private final List<Hash> order = new ArrayList<>();

    /**
     * A store of so many at most.
     *
     * @param center those closest to this router are kept when there is no room for all; null to keep the newer ones
     */
    public LeaseSetStore(int capacity, Hash center, Entropy entropy) {
        this.capacity = capacity;
        this.center = center;
        this.entropy = entropy;
    }

    /** The lease set under this key that has not ended, or null. */
    public LeaseSet get(Hash key, long nowMillis) {
        LeaseSet found = all.get(key);
        return found == null || found.expiresMillis() <= nowMillis ? null : found;
    }

    /** Whether a lease set would be news; one of another form always is. */
    public boolean isNews(LeaseSet leaseSet) {
        LeaseSet known = all.get(leaseSet.hash());
        return known == null
                || known.storeType() != leaseSet.storeType()
                || leaseSet.publishedMillis() > known.publishedMillis();
    }

    /** Keeps a lease set that is valid. */
    public Put put(LeaseSet leaseSet, long nowMillis) {
        if (!isNews(leaseSet)) {
            return Put.KNOWN;
        }
        Hash key = leaseSet.hash();
        if (!all.containsKey(key)) {
            if (all.size() >= capacity && !makeRoom(key, nowMillis)) {
                return Put.FULL;
            }
            order.add(key);
        }
        all.put(key, leaseSet);
        return Put.STORED;
    }

    private boolean makeRoom(Hash newcomer, long nowMillis) {
        expire(nowMillis);
        if (all.size() < capacity) {
            return true;
        }
        int victim = -1;
        RoutingKey furthest = center == null ? null : RoutingKey.at(newcomer, nowMillis);
        for (int i = 0; i < VICTIMS; i++) {
            int drawn = entropy.below(order.size());
            if (center == null) {
                victim = victim < 0 || ends(drawn) < ends(victim) ? drawn : victim;
                continue;
            }
            RoutingKey key = RoutingKey.at(order.get(drawn), nowMillis);
            if (RoutingKey.plain(center).compareDistance(key, furthest) > 0) {
                victim = drawn;
                furthest = key;
            }
        }
        if (victim < 0) {
            return false;
        }
        all.remove(order.get(victim));
        forget(victim);
        return true;
    }

    private long ends(int place) {
        return all.get(order.get(place)).expiresMillis();
    }

    private void forget(int place) {
        Hash last = order.remove(order.size() - 1);
        if (place < order.size()) {
            order.set(place, last);
        }
    }

    /** Removes those that have ended; how many. */
    public int expire(long nowMillis) {
        int before = all.size();
        if (all.values().removeIf(leaseSet -> leaseSet.expiresMillis() <= nowMillis)) {
            order.removeIf(key -> !all.containsKey(key));
        }
        return before - all.size();
    }

    public void remove(Hash key) {
        if (all.remove(key) != null) {
            order.remove(key);
        }
    }

    public int size() {
        return all.size();
    }
}
