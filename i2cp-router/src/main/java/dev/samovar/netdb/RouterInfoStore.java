package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.peer.Peer;
import dev.samovar.peer.PeerDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The RouterInfos that we know, each checked before it came here. Bounded: when full, a newcomer takes the place of the oldest
 * of a few drawn at random, but never that of a router that is worth keeping or that is younger than itself; so a flood of
 * made-up routers cannot wash out those we know. Belongs to the router lane.
 */
@SansIo
public final class RouterInfoStore implements PeerDirectory {

    /** What became of a RouterInfo. */
    public enum Put {
        ADDED,
        UPDATED,
        /** The one that is there is as new or newer. */
        KNOWN,
        FULL
    }

    /** So few are kept however old they are. */
    static final int NEVER_EXPIRE_BELOW = 90;

    /** How old a RouterInfo may grow in a large and in a small netDb, and with a floodfill, to which all come anew. */
    static final long MIN_LIFE_MILLIS = TimeUnit.MINUTES.toMillis(90);

    static final long MAX_LIFE_MILLIS = TimeUnit.HOURS.toMillis(27);
    static final long FLOODFILL_LIFE_MILLIS = TimeUnit.HOURS.toMillis(1);

    private static final int VICTIMS = 16;

    private final int capacity;
    private final Entropy entropy;
    private final Map<Hash, Peer> all = new HashMap<>();
    private final ClosestIndex floodfills = new ClosestIndex();
    private final ClosestIndex others = new ClosestIndex();

    /** A store of so many at most. */
    public RouterInfoStore(int capacity, Entropy entropy) {
        this.capacity = capacity;
        this.entropy = entropy;
    }

    /** The RouterInfo of this router, or null. */
    public RouterInfo get(Hash router) {
        Peer peer = all.get(router);
        return peer == null ? null : peer.info();
    }

    /** The same with what was read from it, or null. */
    public Peer peer(Hash router) {
        return all.get(router);
    }

    /** Whether one with this date would be news. */
    public boolean isNews(Hash router, long publishedMillis) {
        Peer known = all.get(router);
        return known == null || publishedMillis > known.info().publishedMillis();
    }

    /**
     * Keeps a RouterInfo that is valid.
     *
     * @param precious routers that nobody takes the place of
     */
    public Put put(RouterInfo info, Predicate<Hash> precious) {
        if (!isNews(info.hash(), info.publishedMillis())) {
            return Put.KNOWN;
        }
        boolean known = all.containsKey(info.hash());
        if (!known && all.size() >= capacity && !makeRoom(info, precious)) {
            return Put.FULL;
        }
        Peer peer = Peer.of(info);
        all.put(info.hash(), peer);
        boolean floodfill = isFloodfill(peer);
        (floodfill ? others : floodfills).remove(info.hash());
        (floodfill ? floodfills : others).put(peer);
        return known ? Put.UPDATED : Put.ADDED;
    }

    /** Whether a router serves as floodfill and can be reached at an address of its own. */
    static boolean isFloodfill(Peer peer) {
        return peer.capabilities().floodfill() && peer.published() != 0;
    }

    private boolean makeRoom(RouterInfo newcomer, Predicate<Hash> precious) {
        Peer oldest = null;
        for (int i = 0; i < VICTIMS; i++) {
            Peer drawn = at(entropy.below(size()));
            if (!precious.test(drawn.hash())
                    && (oldest == null
                            || drawn.info().publishedMillis() < oldest.info().publishedMillis())) {
                oldest = drawn;
            }
        }
        if (oldest == null || oldest.info().publishedMillis() >= newcomer.publishedMillis()) {
            return false;
        }
        remove(oldest.hash());
        return true;
    }

    public void remove(Hash router) {
        if (all.remove(router) != null) {
            floodfills.remove(router);
            others.remove(router);
        }
    }

    /** How old a RouterInfo may be among so many; {@link Long#MAX_VALUE} while there are few. */
    public long lifeMillis(boolean asFloodfill) {
        if (all.size() <= NEVER_EXPIRE_BELOW) {
            return Long.MAX_VALUE;
        }
        if (asFloodfill) {
            return FLOODFILL_LIFE_MILLIS;
        }
        return MIN_LIFE_MILLIS + (MAX_LIFE_MILLIS - MIN_LIFE_MILLIS) * NEVER_EXPIRE_BELOW / all.size();
    }

    /** Removes what is older than that, but for the precious, and stops before too few are left; returns what went. */
    public List<Hash> expire(boolean asFloodfill, Predicate<Hash> precious, long nowMillis) {
        long life = lifeMillis(asFloodfill);
        if (life == Long.MAX_VALUE) {
            return List.of();
        }
        List<Hash> expired = new ArrayList<>();
        for (Peer peer : all.values()) {
            if (nowMillis - peer.info().publishedMillis() > life && !precious.test(peer.hash())) {
                expired.add(peer.hash());
            }
        }
        int most = all.size() - NEVER_EXPIRE_BELOW;
        if (expired.size() > most) {
            expired.sort((a, b) -> Long.compare(
                    all.get(a).info().publishedMillis(), all.get(b).info().publishedMillis()));
            expired = expired.subList(0, most);
        }
        expired.forEach(this::remove);
        return expired;
    }

    /** The closest floodfills that fit, the closest first. */
    public List<Peer> closestFloodfills(RoutingKey key, int count, Predicate<Peer> fits) {
        return floodfills.closest(key, count, fits);
    }

    /** The closest routers that are no floodfills and fit, the closest first. */
    public List<Peer> closestOthers(RoutingKey key, int count, Predicate<Peer> fits) {
        return others.closest(key, count, fits);
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public Peer at(int place) {
        int first = floodfills.size();
        return place < first ? floodfills.at(place) : others.at(place - first);
    }

    /** How many were published since this date. */
    public int publishedSince(long epochMillis) {
        int count = 0;
        for (Peer peer : all.values()) {
            count += peer.info().publishedMillis() >= epochMillis ? 1 : 0;
        }
        return count;
    }

    public int floodfillCount() {
        return floodfills.size();
    }
}
