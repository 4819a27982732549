package dev.samovar.netdb;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.I2npBody;
import dev.samovar.peer.Peer;
import dev.samovar.peer.PeerThrottle;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What a router does for the network's database: it answers lookups and passes on what it was given to keep (network database
 * page, "Flooding" and "Lookup"). A router that is no floodfill does neither, but tells its own RouterInfo to whoever asks and
 * names floodfills.
 *
 * <p>Only lease sets that were published to us are answered with: those that our own clients have looked up are elsewhere, and
 * nobody can find out which they are. Belongs to the router lane.
 */
@SansIo
public final class FloodfillRole {

    /** A token that nobody answers: some routers put it into what they send themselves through tunnels. */
    public static final int UNANSWERED_TOKEN = -1;

    /** Floodfills that get a new entry, and those of the next day's key. */
    static final int FLOOD_TO = 3;

    static final int FLOOD_TO_NEXT_DAY = 2;

    /** So long before midnight entries also go where they will be looked for afterwards. */
    static final long NEXT_DAY_ROUTER_INFO_MILLIS = TimeUnit.MINUTES.toMillis(45);

    static final long NEXT_DAY_LEASE_SET_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** SPEC "Flooding": no RouterInfo older than an hour is passed on. */
    static final long MAX_FLOOD_AGE_MILLIS = TimeUnit.HOURS.toMillis(1);

    /** Passing on one key more often helps nobody but a flooder. */
    static final int FLOODS_PER_MINUTE = 3;

    /** Of a router that is answered itself: it asks for its own business. */
    static final int LOOKUPS_PER_MINUTE = 60;

    /**
     * Answered into tunnels, of a router that begins or ends them: it has hundreds, and each client behind one looks up a few
     * things in a minute. Counted by router, unlike in Java I2P (14 in two minutes for each tunnel; i2pd does not count),
     * since who floods would make up tunnels. It bounds what a router gets that asked for nothing to some 20 kB a second.
     */
    static final int TUNNEL_LOOKUPS_PER_MINUTE = 1200;

    /** Floodfills named when we do not have it, and routers named to an explorer. */
    static final int NAMED = 3;

    static final int NAMED_TO_EXPLORER = 16;

    private static final byte[] ZERO = new byte[Hash.LENGTH];

    /** An answer, or why there is none. */
    public record Reply(I2npBody body, LookupRefusal refusal) {}

    private final boolean enabled;
    private final boolean hidden;
    private final Hash self;
    private final RouterInfoStore routers;
    private final LeaseSetStore published;
    private final PeerThrottle lookups = new PeerThrottle(LOOKUPS_PER_MINUTE, TimeUnit.MINUTES.toNanos(1));
    private final PeerThrottle tunnelLookups = new PeerThrottle(TUNNEL_LOOKUPS_PER_MINUTE, TimeUnit.MINUTES.toNanos(1));
    private final PeerThrottle floods = new PeerThrottle(FLOODS_PER_MINUTE, TimeUnit.MINUTES.toNanos(1));

    /**
     * A role.
     *
     * @param enabled whether we are a floodfill
     * @param hidden whether our own RouterInfo is not told
     * @param published the lease sets that were published to us
     */
    public FloodfillRole(boolean enabled, boolean hidden, Hash self, RouterInfoStore routers, LeaseSetStore published) {
        this.enabled = enabled;
        this.hidden = hidden;
        this.self = self;
        this.routers = routers;
        this.published = published;
    }

    public boolean isEnabled() {
        return enabled;
    }

    /**
     * Answers a lookup.
     *
     * @param from the peer that brought it over a session; null when it came through tunnels
     * @param own our own RouterInfo
     * @param fit which routers may be named
     */
    public Reply answer(
            Hash from, DatabaseLookup lookup, RouterInfo own, Predicate<Peer> fit, long now, long nowMillis) {
        LookupRefusal refusal = check(from, lookup, now);
        if (refusal != null) {
            return new Reply(null, refusal);
        }
        Kind kind = lookup.kind();
        I2npBody body = null;
        if (kind == Kind.ROUTER_INFO || kind == Kind.ANY) {
            body = routerInfo(lookup.key(), own);
        }
        if (body == null && enabled && (kind == Kind.LEASE_SET || kind == Kind.ANY)) {
            body = leaseSet(lookup.key(), nowMillis);
        }
        return new Reply(body != null ? body : searchReply(from, lookup, fit, nowMillis), null);
    }

    private LookupRefusal check(Hash from, DatabaseLookup lookup, long now) {
        if (lookup.key().equals(Hash.fromBytes(ZERO))) {
            return LookupRefusal.BAD_KEY;
        }
        if (!enabled && (lookup.kind() == Kind.LEASE_SET || lookup.kind() == Kind.EXPLORATION)) {
            return LookupRefusal.NOT_FLOODFILL;
        }
        if (from != null && lookup.replyTunnelId() == 0 && !lookup.from().equals(from)
                || lookup.from().equals(self) && lookup.replyTunnelId() == 0) {
            return LookupRefusal.REFLECTED;
        }
        if (lookup.replyKey() != null && !lookup.replyKey().isEcies()) {
            return LookupRefusal.OLD_ENCRYPTION;
        }
        Hash asker = from != null ? from : lookup.from();
        PeerThrottle throttle = lookup.replyTunnelId() == 0 ? lookups : tunnelLookups;
        return throttle.admit(asker, now) ? null : LookupRefusal.THROTTLED;
    }

    private I2npBody routerInfo(Hash key, RouterInfo own) {
        RouterInfo info = null;
        if (key.equals(self)) {
            info = hidden ? null : own;
        } else if (enabled) {
            info = routers.get(key);
        }
        return info == null ? null : DatabaseStore.plain(key, DatabaseStore.ROUTER_INFO, info.bytes());
    }

    private I2npBody leaseSet(Hash key, long nowMillis) {
        LeaseSet found = published.get(key, nowMillis);
        return found == null ? null : DatabaseStore.plain(key, found.storeType(), encoded(found));
    }

    private I2npBody searchReply(Hash from, DatabaseLookup lookup, Predicate<Peer> fit, long nowMillis) {
        Set<Hash> excluded = new HashSet<>(lookup.excluded());
        excluded.add(self);
        excluded.add(lookup.key());
        if (from != null) {
            excluded.add(from);
        }
        if (lookup.replyTunnelId() == 0) {
            excluded.add(lookup.from());
        }
        Predicate<Peer> wanted = peer -> !excluded.contains(peer.hash()) && fit.test(peer);
        RoutingKey key = RoutingKey.at(lookup.key(), nowMillis);
        List<Peer> named = lookup.kind() == Kind.EXPLORATION
                ? routers.closestOthers(key, NAMED_TO_EXPLORER, wanted)
                : routers.closestFloodfills(key, NAMED, wanted);
        return new DatabaseSearchReply(
                lookup.key(), named.stream().map(Peer::hash).toList(), self);
    }

    /** Whether a new RouterInfo is to be passed on. */
    public boolean isToFlood(RouterInfo info, long now, long nowMillis) {
        return enabled && nowMillis - info.publishedMillis() <= MAX_FLOOD_AGE_MILLIS && floods.admit(info.hash(), now);
    }

    /** Whether a new lease set is to be passed on. */
    public boolean isToFlood(LeaseSet leaseSet, long now, long nowMillis) {
        return enabled && leaseSet.expiresMillis() > nowMillis && floods.admit(leaseSet.hash(), now);
    }

    /**
     * The floodfills that a new entry goes to: the closest by today's key and, shortly before midnight, some by tomorrow's.
     * The router that brought it and the one that it is about are left out.
     */
    public List<Peer> floodTargets(Hash key, boolean leaseSet, Hash origin, Predicate<Peer> fit, long nowMillis) {
        Predicate<Peer> others = peer -> !peer.hash().equals(self)
                && !peer.hash().equals(key)
                && !peer.hash().equals(origin)
                && fit.test(peer);
        List<Peer> targets =
                new ArrayList<>(routers.closestFloodfills(RoutingKey.at(key, nowMillis), FLOOD_TO, others));
        long before = leaseSet ? NEXT_DAY_LEASE_SET_MILLIS : NEXT_DAY_ROUTER_INFO_MILLIS;
        if (RoutingKey.millisToMidnight(nowMillis) <= before) {
            RoutingKey tomorrow = RoutingKey.ofDay(key, RoutingKey.day(nowMillis) + 1);
            for (Peer peer : routers.closestFloodfills(tomorrow, FLOOD_TO_NEXT_DAY, others)) {
                if (!targets.contains(peer)) {
                    targets.add(peer);
                }
            }
        }
        return targets;
    }

    static byte[] encoded(LeaseSet leaseSet) {
        ByteBuf out = Unpooled.buffer();
        leaseSet.encode(out);
        return ByteBufUtil.getBytes(out);
    }
}
