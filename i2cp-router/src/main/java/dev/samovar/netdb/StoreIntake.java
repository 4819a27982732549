package dev.samovar.netdb;

import dev.samovar.base.Lane;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.netdb.RouterInfoStore.Put;
import dev.samovar.netdb.StoreValidator.Origin;
import dev.samovar.peer.BanList;
import dev.samovar.peer.BanReason;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.Peer;
import dev.samovar.peer.PeerThrottle;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The way of an entry that a peer sends, until it is kept, passed on, or refused and counted:
 *
 * <ol>
 *   <li>A peer may send so many in a minute; what we asked for comes in anyway.
 *   <li>A token is confirmed at once: it says that the message arrived, not that the entry was kept.
 *   <li>A lease set that one of our clients asked this peer for is that client's, and nobody else's.
 *   <li>What is known, malformed, misplaced or out of date goes without costing a signature check.
 *   <li>Signatures are checked off the lane, a bounded number at a time.
 *   <li>What holds is kept and, by a floodfill that was given a token, passed on.
 *   <li>A router that signed what no router of this network signs is banned; so is, for minutes, a peer that sends again and
 *       again what does not hold.
 * </ol>
 *
 * On the router lane.
 */
final class StoreIntake {

    /** Stores that one peer may send in a minute; some are batches of floods. */
    static final int STORES_PER_MINUTE = 240;

    /** All stores that come through tunnels, from nobody known. */
    static final int ANONYMOUS_STORES_PER_MINUTE = 1200;

    /** Entries that do not hold, in ten minutes, after which their sender is left alone. */
    static final int BAD_STORES = 20;

    /** RouterInfos passed on of which the date is remembered; one that was forgotten may be passed on once more. */
    private static final int MAX_FLOODED_DATES = 8192;

    private final NetDb netDb;
    private final Lane lane;
    private final NetDbPort port;
    private final NetDbConfig config;
    private final BanList bans;
    private final ClockSkew skew;
    private final Map<Hash, Long> checking = new HashMap<>();
    /** No more than are being checked: what the check of a router's RouterInfo finds here it takes out. */
    private final Map<Hash, RouterInfo> floodWhenKept = new HashMap<>();

    private final PeerThrottle stores = new PeerThrottle(STORES_PER_MINUTE, TimeUnit.MINUTES.toNanos(1));
    private final PeerThrottle anonymous = new PeerThrottle(ANONYMOUS_STORES_PER_MINUTE, TimeUnit.MINUTES.toNanos(1));
    private final PeerThrottle bad = new PeerThrottle(BAD_STORES, TimeUnit.MINUTES.toNanos(10));
    private final Map<Hash, Long> floodedDates = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Hash, Long> eldest) {
            return size() > MAX_FLOODED_DATES;
        }
    };
    private long stored;
    private long flooded;

    StoreIntake(NetDb netDb, Lane lane, NetDbPort port, NetDbConfig config, BanList bans, ClockSkew skew) {
        this.netDb = netDb;
        this.lane = lane;
        this.port = port;
        this.config = config;
        this.bans = bans;
        this.skew = skew;
    }

    void onStore(Hash from, DatabaseStore store) {
        if (from != null && bans.isBanned(from, now())) {
            netDb.refuse(StoreRefusal.BANNED);
            return;
        }
        if (!isAdmitted(from) && !netDb.isAwaited(from, store.key())) {
            netDb.refuse(StoreRefusal.THROTTLED);
            return;
        }
        if (store.replyToken() != 0 && store.replyToken() != FloodfillRole.UNANSWERED_TOKEN) {
            DeliveryStatus status = new DeliveryStatus(store.replyToken(), nowMillis());
            netDb.replies().send(store.replyGateway(), store.replyTunnelId(), null, status);
        }
        if (store.isRouterInfo()) {
            onRouterInfo(from, store);
        } else {
            onLeaseSet(from, store);
        }
    }

    /** A RouterInfo that came with a session: its peer's own, as every session begins, or another's. */
    void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
        if (info.hash().equals(from) || isAdmitted(from)) {
            take(from, info.hash(), info, flood);
        } else {
            netDb.refuse(StoreRefusal.THROTTLED);
        }
    }

    private boolean isAdmitted(Hash from) {
        return from == null ? anonymous.admit(netDb.self(), now()) : stores.admit(from, now());
    }

    /** A RouterInfo in a store. */
    void onRouterInfo(Hash from, DatabaseStore store) {
        netDb.onRouterAnswered(store.key(), from);
        if (store.key().equals(netDb.self())) {
            // nobody knows better than we what we are: this tells only whether a floodfill has it
            netDb.onOwnRouterInfo(from, store.data());
            netDb.refuse(StoreRefusal.OWN);
            return;
        }
        RouterInfo info;
        try {
            info = RouterInfo.fromBytes(store.data());
        } catch (WireException malformed) {
            refuse(from, store.key(), reason(malformed));
            return;
        }
        take(from, store.key(), info, store.replyToken() != 0);
    }

    private void take(Hash from, Hash key, RouterInfo info, boolean flood) {
        StoreRefusal refusal = check(key, info);
        if (refusal == StoreRefusal.KNOWN && flood) {
            floodKnown(from, info);
        }
        if (refusal != null && refusal.ban() == null) {
            refuse(from, key, refusal);
            return;
        }
        // a signature is needed to keep it, and to ban its router for it: else anybody could have anybody banned
        boolean taken = netDb.checks().submit(from, () -> StoreValidator.checkSignature(info), forged -> {
            checking.remove(info.hash(), info.publishedMillis());
            RouterInfo asked = takeAsked(info);
            if (forged != null) {
                onForged(from, info, forged);
                refuse(from, key, forged);
            } else if (refusal != null) {
                punish(info.hash(), refusal);
                refuse(from, key, refusal);
            } else {
                keep(from, info, flood || info.equals(asked));
            }
        });
        if (!taken) {
            refuse(from, key, StoreRefusal.BUSY);
        } else if (refusal == null) {
            checking.put(info.hash(), info.publishedMillis());
        }
    }

    /** What was asked to be passed on, as old as this or older: its check is over, by whichever of the two it was. */
    private RouterInfo takeAsked(RouterInfo checked) {
        RouterInfo asked = floodWhenKept.get(checked.hash());
        if (asked != null && asked.publishedMillis() <= checked.publishedMillis()) {
            floodWhenKept.remove(checked.hash());
        }
        return asked;
    }

    private StoreRefusal check(Hash key, RouterInfo info) {
        Hash router = info.hash();
        if (!router.equals(key)) {
            return StoreRefusal.KEY_MISMATCH;
        }
        if (router.equals(netDb.self())) {
            return StoreRefusal.OWN;
        }
        if (bans.isBanned(router, now())) {
            return StoreRefusal.BANNED;
        }
        boolean news = netDb.routers().isNews(router, info.publishedMillis())
                && checking.getOrDefault(router, Long.MIN_VALUE) < info.publishedMillis();
        return news ? netDb.validator().check(info, Origin.NETWORK, nowMillis()) : StoreRefusal.KNOWN;
    }

    /** A forgery is the fault of the router that it is about only when that router sent it itself. */
    private void onForged(Hash from, RouterInfo info, StoreRefusal forged) {
        if (forged == StoreRefusal.BAD_SIGNATURE && info.hash().equals(from)) {
            bans.ban(from, BanReason.BAD_SIGNATURE, now());
        }
    }

    /** Bans a router for what it signed. A date ahead may be our own clock's fault. */
    private void punish(Hash router, StoreRefusal refusal) {
        if (refusal != StoreRefusal.FUTURE_DATE || skew.isOurClockRight(now())) {
            bans.ban(router, refusal.ban(), now());
            netDb.forget(router);
        }
    }

    private void keep(Hash from, RouterInfo info, boolean flood) {
        Put put = netDb.routers().put(info, netDb::isPrecious);
        if (put == Put.FULL || put == Put.KNOWN) {
            netDb.refuse(put == Put.FULL ? StoreRefusal.FULL : StoreRefusal.KNOWN);
        } else {
            stored++;
            netDb.saver().save(info);
            if (flood) {
                flood(from, info);
            }
        }
        netDb.onKept(info);
    }

    /**
     * What is to be passed on may be no news: the session over which a router publishes itself has brought its RouterInfo
     * already, with nobody asking for that. So it is passed on now, or when its signature is checked; once.
     */
    private void floodKnown(Hash from, RouterInfo info) {
        if (!config.floodfill()) {
            return;
        }
        boolean done = floodedDates.getOrDefault(info.hash(), Long.MIN_VALUE) >= info.publishedMillis();
        if (!done && info.equals(netDb.routers().get(info.hash()))) {
            flood(from, info);
        } else if (checking.getOrDefault(info.hash(), Long.MIN_VALUE) == info.publishedMillis()) {
            floodWhenKept.put(info.hash(), info);
        }
    }

    private void flood(Hash from, RouterInfo info) {
        if (netDb.role().isToFlood(info, now(), nowMillis())) {
            floodedDates.put(info.hash(), info.publishedMillis());
            flood(from, DatabaseStore.plain(info.hash(), DatabaseStore.ROUTER_INFO, info.bytes()));
        }
    }

    private void onLeaseSet(Hash from, DatabaseStore store) {
        ClientView asker = netDb.viewThatAwaits(from, store.key());
        if (asker != null) {
            asker.accept(from, store);
            return;
        }
        if (!config.floodfill()) {
            netDb.refuse(StoreRefusal.NOT_FLOODFILL);
            return;
        }
        LeaseSet leaseSet;
        try {
            leaseSet = decodeLeaseSet(store);
        } catch (WireException malformed) {
            refuse(from, store.key(), reason(malformed));
            return;
        }
        StoreRefusal refusal = check(store.key(), leaseSet);
        if (refusal != null) {
            refuse(from, store.key(), refusal);
            return;
        }
        long nowMillis = nowMillis();
        boolean taken = netDb.checks()
                .submit(from, () -> leaseSet.verify(nowMillis) ? null : StoreRefusal.BAD_SIGNATURE, forged -> {
                    if (forged != null) {
                        refuse(from, store.key(), forged);
                    } else {
                        keep(from, leaseSet, store);
                    }
                });
        if (!taken) {
            netDb.refuse(StoreRefusal.BUSY);
        }
    }

    private StoreRefusal check(Hash key, LeaseSet leaseSet) {
        if (!leaseSet.hash().equals(key)) {
            return StoreRefusal.KEY_MISMATCH;
        }
        if (!netDb.leaseSets().isNews(leaseSet)) {
            return StoreRefusal.KNOWN;
        }
        return netDb.validator().check(leaseSet, true, nowMillis());
    }

    private void keep(Hash from, LeaseSet leaseSet, DatabaseStore store) {
        LeaseSetStore.Put put = netDb.leaseSets().put(leaseSet, nowMillis());
        if (put != LeaseSetStore.Put.STORED) {
            netDb.refuse(put == LeaseSetStore.Put.FULL ? StoreRefusal.FULL : StoreRefusal.KNOWN);
            return;
        }
        stored++;
        if (store.replyToken() != 0 && netDb.role().isToFlood(leaseSet, now(), nowMillis())) {
            flood(from, DatabaseStore.plain(store.key(), store.storeType(), store.data()));
        }
    }

    private void flood(Hash origin, DatabaseStore entry) {
        flooded++;
        long now = now();
        List<Peer> targets = netDb.role()
                .floodTargets(
                        entry.key(),
                        !entry.isRouterInfo(),
                        origin,
                        peer -> netDb.isUsable(peer, now) && port.canReach(peer.info()),
                        nowMillis());
        for (Peer target : targets) {
            port.send(target.info(), netDb.message(entry));
        }
    }

    /** Counts a refused store; tells a lookup that waits for it; leaves alone whoever sends nothing else. */
    private void refuse(Hash from, Hash key, StoreRefusal refusal) {
        netDb.refuse(refusal);
        netDb.onRefused(from, key, refusal);
        boolean lie = refusal == StoreRefusal.BAD_SIGNATURE
                || refusal == StoreRefusal.KEY_MISMATCH
                || refusal == StoreRefusal.MALFORMED;
        if (lie && from != null && !bad.admit(from, now())) {
            bans.ban(from, BanReason.FLOODING, now());
        }
    }

    static StoreRefusal reason(WireException malformed) {
        return malformed.fault() == Fault.TOO_LARGE ? StoreRefusal.TOO_LARGE : StoreRefusal.MALFORMED;
    }

    static LeaseSet decodeLeaseSet(DatabaseStore store) throws WireException {
        if (store.data().length > StoreValidator.MAX_LEASE_SET) {
            throw new WireException(Fault.TOO_LARGE, "lease set");
        }
        ByteBuf in = Unpooled.wrappedBuffer(store.data());
        LeaseSet leaseSet = LeaseSet.decode(store.storeType(), in);
        Wire.end(in, "lease set");
        return leaseSet;
    }

    private long now() {
        return lane.clock().nanos();
    }

    private long nowMillis() {
        return lane.clock().epochMillis();
    }

    /** Entries kept. */
    long stored() {
        return stored;
    }

    /** RouterInfos that are to be passed on when their signatures are found to hold. */
    int waitingToFlood() {
        return floodWhenKept.size();
    }

    /** Entries passed on. */
    long flooded() {
        return flooded;
    }
}
