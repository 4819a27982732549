package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.netdb.Answer.Reason;
import dev.samovar.netdb.IterativeLookup.Limits;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one client sees of the network database (network database page, "Network Database Segmentation"): the lease sets that it
 * looked up or was sent, and nothing that another client or the router itself has. Nothing in here is ever told to the
 * network but the client's own lease set, which it {@linkplain #publish publishes}. Where the client has a {@linkplain
 * LookupRoute#isPrivate private} way, answers count only when they are handed in here. Whoever closes the client closes this.
 * On the router lane.
 */
public final class ClientView {

    private static final int MAX_LEASE_SETS = 2048;
    private static final int MAX_LOOKUPS = 64;

    /** Lease sets that came with messages and whose signatures are being checked: who floods one client harms no other. */
    private static final int MAX_LEARNING = 32;

    private final NetDb netDb;
    private final Lane lane;
    private final boolean isPrivate;
    private final LeaseSetStore cache;
    private final Lookups<LeaseSet> lookups;
    private final Lookups<LeaseSet> verifications;
    private final LeaseSetPublishing publishing;
    private int learning;
    private boolean closed;

    ClientView(NetDb netDb, Lane lane, Entropy entropy, LookupRoute route) {
        this.netDb = netDb;
        this.lane = lane;
        this.cache = new LeaseSetStore(MAX_LEASE_SETS, null, entropy);
        this.isPrivate = route.isPrivate();
        this.lookups = new Lookups<>(netDb, lane, entropy, route, MAX_LOOKUPS, false);
        this.verifications = new Lookups<>(netDb, lane, entropy, route, 1, false);
        this.publishing = new LeaseSetPublishing(netDb, lane, route, verifications, new LeaseSetPublisher(entropy));
    }

    /** The lease set under this key, where this client has it and it has not ended; else null. */
    public LeaseSet find(Hash key) {
        lane.check();
        return cache.get(key, lane.clock().epochMillis());
    }

    /** Finds a lease set, here or in the network; tells later, once. */
    public void lookup(Hash key, Consumer<Answer<LeaseSet>> then) {
        LeaseSet known = find(key);
        if (closed) {
            lane.execute(() -> then.accept(Answer.missing(Reason.CLOSED)));
        } else if (known != null) {
            lane.execute(() -> then.accept(Answer.found(known)));
        } else {
            search(key, then);
        }
    }

    /** Looks in the network even for what is here: for a lease set that no longer serves. */
    public void refresh(Hash key, Consumer<Answer<LeaseSet>> then) {
        lane.check();
        if (closed) {
            lane.execute(() -> then.accept(Answer.missing(Reason.CLOSED)));
            return;
        }
        search(key, then);
    }

    private void search(Hash key, Consumer<Answer<LeaseSet>> then) {
        lookups.start(key, Kind.LEASE_SET, Limits.LEASE_SET, Set.of(), null, answer -> {
            netDb.count(answer);
            then.accept(answer);
        });
    }

    /** Keeps the client's own lease set where others look for it, from now on this one. */
    public void publish(LeaseSet leaseSet) {
        lane.check();
        if (!closed) {
            publishing.publish(leaseSet);
        }
    }

    /** Whether a floodfill has confirmed the lease set that was {@linkplain #publish published} last. */
    public boolean isPublished() {
        return publishing.state().ordinal() >= LeaseSetPublisher.State.STORED.ordinal();
    }

    /** Word of a delivery that came down one of this client's tunnels; true when it was a floodfill's about a store. */
    public boolean onDeliveryStatus(DeliveryStatus status) {
        lane.check();
        return publishing.onDeliveryStatus(status.messageId());
    }

    /** Garlic that came down one of this client's tunnels; true when it was a sealed answer to one of its lookups. */
    public boolean onGarlic(Garlic garlic) {
        lane.check();
        return netDb.onSealedAnswer(garlic, this);
    }

    /**
     * A store that came down one of this client's tunnels: an answer to a lookup that is under way, or nobody asked for it and
     * it is not kept. Token and reply fields are not heeded.
     */
    public void onStore(DatabaseStore store) {
        lane.check();
        if (lookups.isRunning(store.key()) || verifications.isRunning(store.key())) {
            accept(null, store);
        } else {
            netDb.refuse(StoreRefusal.NOT_FLOODFILL);
        }
    }

    /**
     * A lease set that came with a message, from whoever sent that. It is kept when it holds and is news.
     *
     * @param then gets it, or a newer one that is known, or null when it does not hold; once, at once or later
     */
    public void learn(DatabaseStore store, Consumer<LeaseSet> then) {
        lane.check();
        StoreRefusal refusal = closed ? StoreRefusal.NOT_FLOODFILL : check(null, store, true, then);
        if (refusal != null) {
            netDb.refuse(refusal);
            then.accept(null);
        }
    }

    /** A search reply that came down one of this client's tunnels, from whom it says. */
    public void onSearchReply(DatabaseSearchReply reply) {
        lane.check();
        if (!lookups.searchReply(reply.from(), reply)) {
            verifications.searchReply(reply.from(), reply);
        }
    }

    /** Whether a floodfill was asked for this key by this client over a session, and has not answered. */
    boolean waits(Hash key, Hash floodfill) {
        return !isPrivate && lookups.waits(key, floodfill);
    }

    /** Whether answers to these lookups are this client's. */
    boolean owns(Lookups<?> theseLookups) {
        return theseLookups == lookups || theseLookups == verifications;
    }

    boolean isPrivate() {
        return isPrivate;
    }

    /** An answer of a floodfill; {@code floodfill} is null when nobody knows whose it is. */
    void accept(Hash floodfill, DatabaseStore store) {
        if (verifications.isRunning(store.key())) {
            verifications.answered(store.key(), floodfill);
            LeaseSet own = publishing.sameOrNull(store.data());
            if (own != null) {
                verifications.found(store.key(), own);
            } else {
                verifications.bad(store.key(), floodfill);
            }
            return;
        }
        lookups.answered(store.key(), floodfill);
        StoreRefusal refusal = closed ? StoreRefusal.NOT_FLOODFILL : check(floodfill, store, false, kept -> {});
        if (refusal != null) {
            refuse(floodfill, store.key(), refusal);
        }
    }

    /** @param learnt whether it came with a message */
    private StoreRefusal check(Hash floodfill, DatabaseStore store, boolean learnt, Consumer<LeaseSet> then) {
        if (store.isRouterInfo()) {
            return StoreRefusal.NOT_FLOODFILL;
        }
        LeaseSet leaseSet;
        try {
            leaseSet = StoreIntake.decodeLeaseSet(store);
        } catch (WireException malformed) {
            return StoreIntake.reason(malformed);
        }
        long nowMillis = lane.clock().epochMillis();
        StoreRefusal refusal = netDb.validator().check(leaseSet, false, nowMillis);
        if (!leaseSet.hash().equals(store.key())) {
            refusal = StoreRefusal.KEY_MISMATCH;
        }
        if (refusal != null) {
            return refusal;
        }
        if (!cache.isNews(leaseSet)) {
            LeaseSet known = cache.get(store.key(), nowMillis);
            if (known != null) {
                lookups.found(store.key(), known);
                then.accept(known);
            }
            return known == null ? StoreRefusal.EXPIRED : null;
        }
        if (learnt && learning >= MAX_LEARNING) {
            return StoreRefusal.BUSY;
        }
        int one = learnt ? 1 : 0;
        learning += one;
        boolean taken = netDb.checks()
                .submit(floodfill, () -> leaseSet.verify(nowMillis) ? null : StoreRefusal.BAD_SIGNATURE, bad -> {
                    learning -= one;
                    if (bad != null) {
                        refuse(floodfill, store.key(), bad);
                        then.accept(null);
                    } else if (closed) {
                        then.accept(null);
                    } else {
                        cache.put(leaseSet, lane.clock().epochMillis());
                        lookups.found(store.key(), leaseSet);
                        then.accept(leaseSet);
                    }
                });
        learning -= taken ? 0 : one;
        return taken ? null : StoreRefusal.BUSY;
    }

    private void refuse(Hash floodfill, Hash key, StoreRefusal refusal) {
        netDb.refuse(refusal);
        lookups.bad(key, floodfill);
    }

    /** A search reply over a session. */
    boolean searchReply(Hash floodfill, DatabaseSearchReply reply) {
        return !isPrivate && lookups.searchReply(floodfill, reply);
    }

    /** We cannot reach a router, which matters only to who goes there straight. */
    void unreachable(Hash router) {
        if (!isPrivate) {
            lookups.unreachable(router);
        }
    }

    void expire(long nowMillis) {
        cache.expire(nowMillis);
    }

    Lookups<LeaseSet> lookups() {
        return lookups;
    }

    /** Ends all its lookups and forgets what it found. */
    public void close() {
        lane.check();
        if (!closed) {
            closed = true;
            publishing.close();
            lookups.close();
            verifications.close();
            netDb.closed(this);
        }
    }
}
