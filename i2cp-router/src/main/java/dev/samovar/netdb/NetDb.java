package dev.samovar.netdb;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npBody;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.Answer.Reason;
import dev.samovar.netdb.IterativeLookup.Limits;
import dev.samovar.netdb.SealedLookups.Expected;
import dev.samovar.peer.BanList;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.Peer;
import dev.samovar.peer.PeerProfiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The network database of one router. It joins the cores and gives them time, messages and room:
 *
 * <ol>
 *   <li>Entries come in ({@link #onStore}, {@link #onRouterInfo}), are checked ({@link StoreValidator}, {@link SignatureChecks})
 *       and kept ({@link RouterInfoStore}, {@link LeaseSetStore}); a floodfill confirms and passes them on
 *       ({@link FloodfillRole}).
 *   <li>Lookups of others are answered ({@link #onLookup}, {@link ReplySender}).
 *   <li>Our own go out ({@link #lookupRouter}, {@link ClientView}, {@link Lookups}); answers come by {@link #onStore},
 *       {@link #onSearchReply} or, sealed, by {@link #onGarlic}.
 *   <li>Our RouterInfo is published ({@link Publisher}) and unknown routers are sought ({@link Exploration}).
 *   <li>Once a minute what is old goes; changes go to the disk ({@link RouterInfoSaver}).
 * </ol>
 *
 * Everything on the router lane.
 */
public final class NetDb {

    private static final int MAX_ROUTER_LOOKUPS = 128;
    private static final int MAX_EXPLORATIONS = 16;
    private static final int MAX_VERIFICATIONS = 1;
    private static final int MAX_HOPELESS = 2048;
    private static final long TICK_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long EXPIRE_AFTER_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long HOPELESS_NANOS = TimeUnit.MINUTES.toNanos(3);

    /** Our own RouterInfo is signed anew when it is to be published and older than this. */
    private static final long RENEW_MILLIS = TimeUnit.MINUTES.toMillis(20);

    /** Longer than a publisher that gets its time leaves it as it is. */
    private static final long STALE_MILLIS = TimeUnit.MINUTES.toMillis(35);

    /** Our date may be so far ahead of a clock that was set back a little: nobody minds, and an earlier one would be no news. */
    private static final long MAX_SELF_AHEAD_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** A RouterInfo older than this is fetched anew when a floodfill names its router. */
    private static final long FRESH_MILLIS = TimeUnit.HOURS.toMillis(1);

    private static final Limits VERIFICATION =
            new Limits(1, 3, 0, 0, TimeUnit.SECONDS.toNanos(4), 0, TimeUnit.SECONDS.toNanos(12));

    private final Lane lane;
    private final Entropy entropy;
    private final Offload offload;
    private final NetDbPort port;
    private final NetDbConfig config;
    private final RouterInfoStorage storage;
    private final PeerProfiles profiles;
    private final BanList bans;
    private final ClockSkew skew;

    private final Hash self;
    private final StoreValidator validator;
    private final RouterInfoStore routers;
    private final LeaseSetStore leaseSets;
    private final SignatureChecks checks;
    private final FloodfillRole role;
    private final Publisher publisher;
    private final Exploration exploration;
    private final RouterInfoSaver saver;
    private final ReplySender replies;
    private final SealedLookups sealing;
    private final StoreIntake intake;
    private final Lookups<RouterInfo> routerLookups;
    private final Lookups<RouterInfo> explorations;
    private final Lookups<RouterInfo> verifications;
    private final List<ClientView> views = new ArrayList<>();

    private final Map<Hash, Long> hopeless = new HashMap<>();

    private final Map<StoreRefusal, Long> refusals = new EnumMap<>(StoreRefusal.class);
    private final Map<LookupRefusal, Long> lookupRefusals = new EnumMap<>(LookupRefusal.class);
    private long found;
    private long missing;
    private long answered;

    private RouterInfo published;
    private long startedAt;
    private Cancellable tick = () -> {};
    private Cancellable timer = () -> {};
    private long armedFor = TimerTable.NEVER;
    private boolean closed;

    /** A netDb that does nothing by itself before {@link #start}. */
    public NetDb(
            Lane lane,
            Entropy entropy,
            Offload offload,
            NetDbPort port,
            NetDbConfig config,
            RouterInfoStorage storage,
            PeerProfiles profiles,
            BanList bans,
            ClockSkew skew) {
        this.lane = lane;
        this.entropy = entropy;
        this.offload = offload;
        this.port = port;
        this.config = config;
        this.storage = storage;
        this.profiles = profiles;
        this.bans = bans;
        this.skew = skew;
        self = port.self().hash();
        validator = new StoreValidator(config.netId(), config.minimumVersion());
        routers = new RouterInfoStore(config.maxRouters(), entropy);
        leaseSets = new LeaseSetStore(config.maxLeaseSets(), self, entropy);
        checks = new SignatureChecks(lane, offload);
        role = new FloodfillRole(config.floodfill(), !config.publish(), self, routers, leaseSets);
        publisher = new Publisher(config.publish(), entropy);
        exploration = new Exploration(entropy);
        saver = new RouterInfoSaver(lane, storage);
        replies = new ReplySender(this, port, lane, entropy);
        sealing = new SealedLookups(this, lane, entropy, offload);
        intake = new StoreIntake(this, lane, port, config, bans, skew);
        LookupRoute own = new OwnRoute(port);
        routerLookups = new Lookups<>(this, lane, entropy, own, MAX_ROUTER_LOOKUPS, false);
        explorations = new Lookups<>(this, lane, entropy, own, MAX_EXPLORATIONS, true);
        verifications = new Lookups<>(this, lane, entropy, own, MAX_VERIFICATIONS, false);
        startedAt = lane.clock().nanos();
    }

    // --- life

    /** Begins to publish, to explore and to forget. */
    public void start() {
        lane.check();
        long now = lane.clock().nanos();
        startedAt = now;
        publisher.start(now);
        if (config.explore()) {
            exploration.start(now);
        }
        tick = lane.schedule(now + TICK_NANOS, this::tick);
        drain();
    }

    /** Reads what was stored, checks it, and tells how many RouterInfos were kept. */
    public void load(Consumer<Integer> then) {
        lane.check();
        storage.loadAll(all -> new RouterInfoLoader(this, lane, offload, all, false, then).run());
    }

    /** Takes RouterInfos from a seed, checks and stores them, and tells how many were new. */
    public void addSeeds(List<byte[]> infos, Consumer<Integer> then) {
        lane.check();
        new RouterInfoLoader(this, lane, offload, infos, true, then).run();
    }

    /** Ends all lookups and writes what is unwritten. */
    public void close() {
        lane.check();
        if (closed) {
            return;
        }
        closed = true;
        tick.cancel();
        timer.cancel();
        List.copyOf(views).forEach(ClientView::close);
        routerLookups.close();
        explorations.close();
        verifications.close();
        saver.close();
    }

    private void tick() {
        long now = lane.clock().nanos();
        long nowMillis = lane.clock().epochMillis();
        if (now - startedAt >= EXPIRE_AFTER_NANOS) {
            routers.expire(config.floodfill(), port::isConnected, nowMillis).forEach(saver::delete);
        }
        leaseSets.expire(nowMillis);
        views.forEach(view -> view.expire(nowMillis));
        profiles.expire(now);
        bans.expire(now);
        hopeless.values().removeIf(until -> until <= now);
        renewStaleSelf(now);
        tick = lane.schedule(now + TICK_NANOS, this::tick);
    }

    // --- questions of our own

    public RouterInfoStore routers() {
        return routers;
    }

    /** The RouterInfo of this router, ours included; null when it is not known here. */
    public RouterInfo find(Hash router) {
        lane.check();
        return router.equals(self) ? port.self() : routers.get(router);
    }

    /** Finds a RouterInfo, here or in the network; tells later, once. */
    public void lookupRouter(Hash router, Consumer<Answer<RouterInfo>> then) {
        RouterInfo known = find(router);
        if (closed) {
            lane.execute(() -> then.accept(Answer.missing(Reason.CLOSED)));
        } else if (known != null) {
            lane.execute(() -> then.accept(Answer.found(known)));
        } else {
            refreshRouter(router, then);
        }
    }

    /** Looks in the network even for a RouterInfo that is here: for one with an address that no longer serves. */
    public void refreshRouter(Hash router, Consumer<Answer<RouterInfo>> then) {
        lane.check();
        routerLookups.start(router, Kind.ROUTER_INFO, Limits.ROUTER_INFO, Set.of(), null, answer -> {
            count(answer);
            then.accept(answer);
        });
    }

    /**
     * The view of one client, which the client closes.
     *
     * @param route the client's own way to floodfills and back
     */
    public ClientView newView(LookupRoute route) {
        lane.check();
        ClientView view = new ClientView(this, lane, entropy, route);
        views.add(view);
        return view;
    }

    // --- what comes from peers

    /**
     * A store for us.
     *
     * @param from the peer whose session it came over; null when it came in garlic, so that nobody knows from whom
     */
    public void onStore(Hash from, DatabaseStore store) {
        lane.check();
        if (!closed) {
            intake.onStore(from, store);
        }
    }

    /** A RouterInfo that a session brought: its peer's own, or one that the peer wants flooded. */
    public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
        lane.check();
        if (!closed) {
            intake.onRouterInfo(from, info, flood);
        }
    }

    /** A lookup for us; {@code from} as in {@link #onStore}. */
    public void onLookup(Hash from, DatabaseLookup lookup) {
        lane.check();
        if (closed) {
            return;
        }
        long now = lane.clock().nanos();
        FloodfillRole.Reply reply = role.answer(
                from,
                lookup,
                port.self(),
                peer -> isUsable(peer, now),
                now,
                lane.clock().epochMillis());
        if (reply.refusal() != null) {
            refuse(reply.refusal());
            return;
        }
        answered++;
        replies.send(lookup.from(), lookup.replyTunnelId(), lookup.replyKey(), reply.body());
    }

    /** A search reply over the session of a peer; {@code from} is null when it came through tunnels of the router. */
    public void onSearchReply(Hash from, DatabaseSearchReply reply) {
        lane.check();
        Hash floodfill = from != null ? from : reply.from();
        if (routerLookups.searchReply(floodfill, reply)
                || explorations.searchReply(floodfill, reply)
                || verifications.searchReply(floodfill, reply)) {
            return;
        }
        for (ClientView view : views) {
            if (view.searchReply(floodfill, reply)) {
                return;
            }
        }
    }

    /** Word of a delivery; true when it was for us. */
    public boolean onDeliveryStatus(Hash from, DeliveryStatus status) {
        lane.check();
        boolean ours =
                publisher.handleDeliveryStatus(status.messageId(), lane.clock().nanos());
        if (ours && from != null) {
            profiles.of(from, lane.clock().nanos()).connected(lane.clock().nanos());
        }
        drain();
        return ours;
    }

    /**
     * Garlic that came to the router itself. True when it is an answer to a lookup, sealed with the key that we gave; false
     * when somebody else is to open it.
     */
    public boolean onGarlic(Garlic garlic) {
        lane.check();
        return onSealedAnswer(garlic, null);
    }

    /** @param view the client down whose tunnel it came; null when it came to the router */
    boolean onSealedAnswer(Garlic garlic, ClientView view) {
        Expected reply = sealing.take(garlic.data(), lookups -> isFor(lookups, view));
        if (reply == null) {
            return false;
        }
        List<GarlicBlock> blocks;
        try {
            blocks = SealedLookups.open(reply, garlic.data());
        } catch (WireException forged) {
            reply.lookups().bad(reply.target(), reply.floodfill());
            return true;
        }
        for (GarlicBlock block : blocks) {
            if (block instanceof GarlicClove clove) {
                onSealedAnswer(reply, clove.message());
                clove.message().release();
            }
        }
        return true;
    }

    /** Whether an answer that came this way may be one to these lookups. */
    private boolean isFor(Lookups<?> lookups, ClientView view) {
        return view != null
                ? view.owns(lookups)
                : views.stream().noneMatch(each -> each.isPrivate() && each.owns(lookups));
    }

    private void onSealedAnswer(Expected reply, I2npMessage message) {
        try {
            if (message.typeCode() == DatabaseStore.TYPE) {
                DatabaseStore store = DatabaseStore.decode(message.body());
                if (store.key().equals(reply.target())) {
                    onSealedStore(reply, store);
                }
            } else if (message.typeCode() == DatabaseSearchReply.TYPE) {
                DatabaseSearchReply search = DatabaseSearchReply.decode(message.body());
                if (search.key().equals(reply.target())) {
                    reply.lookups().searchReply(reply.floodfill(), search);
                }
            }
        } catch (WireException malformed) {
            reply.lookups().bad(reply.target(), reply.floodfill());
        }
    }

    private void onSealedStore(Expected reply, DatabaseStore store) {
        if (store.isRouterInfo()) {
            intake.onRouterInfo(reply.floodfill(), store);
            return;
        }
        for (ClientView view : views) {
            if (view.owns(reply.lookups())) {
                view.accept(reply.floodfill(), store);
                return;
            }
        }
    }

    // --- what the router tells

    /** A session came up. */
    public void onConnected(Hash router) {
        lane.check();
        long now = lane.clock().nanos();
        profiles.of(router, now).connected(now);
    }

    /** A router could not be reached: dialling it failed, or its session ended with messages unsent. */
    public void onUnreachable(Hash router) {
        lane.check();
        long now = lane.clock().nanos();
        profiles.of(router, now).connectFailed(now);
        routerLookups.unreachable(router);
        explorations.unreachable(router);
        verifications.unreachable(router);
        List.copyOf(views).forEach(view -> view.unreachable(router));
        publisher.handleUnreachable(router, now);
        drain();
    }

    /** Our own RouterInfo was signed anew because what it says has changed. */
    public void onSelfChanged() {
        lane.check();
        publisher.handleChange(lane.clock().nanos());
        drain();
    }

    /** Forgets a router, here and on the disk. */
    public void forget(Hash router) {
        lane.check();
        if (routers.get(router) != null) {
            routers.remove(router);
            saver.delete(router);
        }
    }

    public NetDbStatus status() {
        lane.check();
        int lookups = routerLookups.size() + explorations.size() + verifications.size();
        for (ClientView view : views) {
            lookups += view.lookups().size();
        }
        return new NetDbStatus(
                routers.size(),
                routers.floodfillCount(),
                leaseSets.size(),
                config.floodfill(),
                publisher.state(),
                publisher.confirmations(),
                publisher.failures(),
                lookups,
                found,
                missing,
                intake.stored(),
                intake.flooded(),
                answered,
                checks.pending(),
                saver.waiting(),
                saver.failures(),
                refusals,
                lookupRefusals);
    }

    // --- for the parts of this package

    StoreValidator validator() {
        return validator;
    }

    SignatureChecks checks() {
        return checks;
    }

    Hash self() {
        return self;
    }

    LeaseSetStore leaseSets() {
        return leaseSets;
    }

    FloodfillRole role() {
        return role;
    }

    StoreIntake intake() {
        return intake;
    }

    RouterInfoSaver saver() {
        return saver;
    }

    ReplySender replies() {
        return replies;
    }

    void closed(ClientView view) {
        views.remove(view);
    }

    void refuse(StoreRefusal refusal) {
        refusals.merge(refusal, 1L, Long::sum);
    }

    void refuse(LookupRefusal refusal) {
        lookupRefusals.merge(refusal, 1L, Long::sum);
    }

    void count(Answer<?> answer) {
        if (answer instanceof Answer.Found) {
            found++;
        } else {
            missing++;
        }
    }

    /** Whether a peer was asked for this key by anybody here. */
    boolean isAwaited(Hash from, Hash key) {
        return routerLookups.waits(key, from) || verifications.waits(key, from) || viewThatAwaits(from, key) != null;
    }

    /** The client that asked this peer for this key; null when none did. */
    ClientView viewThatAwaits(Hash from, Hash key) {
        for (ClientView view : views) {
            if (view.waits(key, from)) {
                return view;
            }
        }
        return null;
    }

    /** A peer sent a RouterInfo: an answer, where it was asked. */
    void onRouterAnswered(Hash router, Hash from) {
        routerLookups.answered(router, from);
    }

    /** A peer sent our own RouterInfo. */
    void onOwnRouterInfo(Hash from, byte[] bytes) {
        verifications.answered(self, from);
        boolean current = Arrays.equals(bytes, port.self().bytes())
                || published != null && Arrays.equals(bytes, published.bytes());
        if (current) {
            verifications.found(self, port.self());
        } else {
            verifications.bad(self, from);
        }
    }

    /** A RouterInfo holds: it was kept, or there was no room for it. */
    void onKept(RouterInfo info) {
        routerLookups.found(info.hash(), info);
        if (info.capabilities().floodfill()) {
            publisher.handleFloodfillKnown(lane.clock().nanos());
            drain();
        }
    }

    /** An entry was refused. */
    void onRefused(Hash from, Hash key, StoreRefusal refusal) {
        RouterInfo known = refusal == StoreRefusal.KNOWN ? routers.get(key) : null;
        if (known != null) {
            routerLookups.found(key, known);
        } else if (refusal != StoreRefusal.KNOWN) {
            routerLookups.bad(key, from);
        }
    }

    /** All RouterInfos of a disk or a seed were looked at. */
    void onLoaded() {
        if (routers.floodfillCount() > 0) {
            publisher.handleFloodfillKnown(lane.clock().nanos());
            drain();
        }
    }

    boolean isPrecious(Hash router) {
        return port.isConnected(router) || profiles.isProven(router);
    }

    /** Whether a lookup is sealed for this floodfill. */
    boolean seals(RouterInfo floodfill) {
        return config.encryptLookups() && floodfill.identity().encryptionKey().length == SealedLookups.KEY_LENGTH;
    }

    /** Sends a lookup, sealed when it names a key for the answer; {@code failed} when it could not go out. */
    void sendLookup(Lookups<?> lookups, RouterInfo floodfill, DatabaseLookup body, LookupRoute route, Runnable failed) {
        if (body.replyKey() != null) {
            sealing.send(lookups, floodfill, body, route, failed);
        } else if (!route.send(floodfill, message(body))) {
            failed.run();
        }
    }

    /** Sends a store that only the floodfill can read; {@code failed} when it could not go out. */
    void sendSealed(RouterInfo floodfill, DatabaseStore body, LookupRoute route, Runnable failed) {
        sealing.send(floodfill, message(body), route, failed);
    }

    /** The lookup of this key is over: answers to it are no longer expected. */
    void forgetReplies(Lookups<?> lookups, Hash target) {
        sealing.forget(lookups, target);
    }

    I2npMessage message(I2npBody body) {
        return replies.message(body);
    }

    void onAnswered(Hash floodfill, long tookNanos) {
        long now = lane.clock().nanos();
        profiles.of(floodfill, now).lookupAnswered(tookNanos, now);
    }

    void onSilent(Hash floodfill) {
        long now = lane.clock().nanos();
        profiles.of(floodfill, now).lookupUnanswered(now);
    }

    /** Routers that a floodfill named to our exploration. */
    void onNamed(Hash floodfill, List<Hash> named) {
        long now = lane.clock().nanos();
        int looked = 0;
        for (Hash router : named) {
            if (++looked <= FloodfillRole.NAMED_TO_EXPLORER && !isKnown(router)) {
                exploration.handleNamed(router, floodfill, now);
            }
        }
        drain();
    }

    /** Gets a RouterInfo that somebody named; {@code then} runs later, whatever came of it. */
    void fetch(Hash router, Hash via, Runnable then) {
        if (closed || isKnown(router)) {
            lane.execute(then);
            return;
        }
        routerLookups.start(router, Kind.ROUTER_INFO, Limits.FETCH, Set.of(), via, answer -> {
            if (answer instanceof Answer.Missing<RouterInfo> none
                    && none.reason() != Reason.BUSY
                    && hopeless.size() < MAX_HOPELESS) {
                hopeless.put(router, lane.clock().nanos() + HOPELESS_NANOS);
            }
            then.run();
        });
    }

    private boolean isKnown(Hash router) {
        RouterInfo info = routers.get(router);
        if (info != null) {
            return lane.clock().epochMillis() - info.publishedMillis() < FRESH_MILLIS;
        }
        long now = lane.clock().nanos();
        return router.equals(self) || bans.isBanned(router, now) || hopeless.getOrDefault(router, now) > now;
    }

    /** Whether a router may be named, and sent to. */
    boolean isUsable(Peer peer, long now) {
        return !bans.isBanned(peer.hash(), now) && !profiles.isUnreachable(peer.hash(), now);
    }

    /** What a lookup that goes this way knows of other routers. */
    IterativeLookup.Surroundings surroundings(LookupRoute route) {
        return new IterativeLookup.Surroundings() {
            @Override
            public Hash closestFloodfill(RoutingKey key, Set<Hash> asked) {
                return route.isPrivate()
                        ? closestForClient(key, asked, route::canReach)
                        : closest(key, asked, route::canReach);
            }

            @Override
            public boolean isKnown(Hash router) {
                return NetDb.this.isKnown(router);
            }
        };
    }

    /** The closest floodfill: rather one that answers, rather a silent one than one that could not be reached lately. */
    Hash closest(RoutingKey key, Set<Hash> excluded, Predicate<RouterInfo> reach) {
        long now = lane.clock().nanos();
        Predicate<Peer> possible = peer -> !excluded.contains(peer.hash())
                && !peer.hash().equals(self)
                && !bans.isBanned(peer.hash(), now)
                && reach.test(peer.info());
        Predicate<Peer> reachable =
                possible.and(peer -> port.isConnected(peer.hash()) || !profiles.isUnreachable(peer.hash(), now));
        for (Predicate<Peer> fit :
                List.of(reachable.and(peer -> !profiles.isSilent(peer.hash(), now)), reachable, possible)) {
            List<Peer> closest = routers.closestFloodfills(key, 1, fit);
            if (!closest.isEmpty()) {
                return closest.get(0).hash();
            }
        }
        return null;
    }

    /**
     * The same for a client. Where we are the only floodfill it is ourselves: its tunnels bring us what it says as they would
     * bring it to another, sealed, and from nobody knows whom. A router that is the only hop of such a tunnel sees that somebody
     * here said something, but not who or what.
     */
    Hash closestForClient(RoutingKey key, Set<Hash> excluded, Predicate<RouterInfo> reach) {
        boolean alone = role.isEnabled() && routers.floodfillCount() == 0;
        if (!alone) {
            return closest(key, excluded, reach);
        }
        return excluded.contains(self) || !reach.test(port.self()) ? null : self;
    }

    // --- publishing and exploring

    private void drain() {
        if (closed) {
            return;
        }
        long now = lane.clock().nanos();
        for (Publisher.Action action; (action = publisher.pollAction()) != null; ) {
            if (action instanceof Publisher.Sign sign) {
                renewSelf(sign.always());
            } else if (action instanceof Publisher.Publish publish) {
                publish(publish, now);
            } else if (action instanceof Publisher.Verify verify) {
                verify(verify);
            }
        }
        for (Exploration.Action action; (action = exploration.pollAction()) != null; ) {
            if (action instanceof Exploration.Explore explore) {
                Kind kind = explore.floodfills() ? Kind.ROUTER_INFO : Kind.EXPLORATION;
                explorations.start(explore.key(), kind, Limits.EXPLORATION, Set.of(), null, answer -> {});
            } else if (action instanceof Exploration.Fetch fetch) {
                fetch(fetch.router(), fetch.via(), () -> {});
            }
        }
        arm();
    }

    /** Signs our RouterInfo anew: in any case, or when it is about half an hour old. A change was signed already. */
    private void renewSelf(boolean always) {
        if (always || isSelfDue(RENEW_MILLIS)) {
            port.signSelf();
        }
    }

    /** Whether the date of our RouterInfo is older than this, or ahead: the clock was set back. */
    private boolean isSelfDue(long longestMillis) {
        long age = lane.clock().epochMillis() - port.self().publishedMillis();
        return age >= longestMillis || age < -MAX_SELF_AHEAD_MILLIS;
    }

    /**
     * Signs and publishes anew what has a date that others do not take: after the clock was set, or the machine slept, which
     * the publisher's timers know nothing of; and what is published nowhere, and so by nobody renewed.
     */
    private void renewStaleSelf(long now) {
        if (isSelfDue(STALE_MILLIS)) {
            port.signSelf();
            publisher.handleChange(now);
            drain();
        }
    }

    private void publish(Publisher.Publish publish, long now) {
        RoutingKey key = RoutingKey.at(self, lane.clock().epochMillis());
        Hash to = closest(key, publish.excluded(), port::canReach);
        publisher.handleSent(to, to != null && !port.isConnected(to), now);
        if (to == null) {
            return;
        }
        published = port.self();
        DatabaseStore store =
                new DatabaseStore(self, DatabaseStore.ROUTER_INFO, publish.token(), 0, self, published.bytes());
        if (!port.send(routers.get(to), replies.message(store))) {
            publisher.handleUnreachable(to, now);
        }
    }

    private void verify(Publisher.Verify verify) {
        verifications.start(self, Kind.ROUTER_INFO, VERIFICATION, verify.excluded(), null, answer -> {
            boolean unknown = answer instanceof Answer.Missing<RouterInfo> none && none.reason() != Reason.NOT_FOUND;
            publisher.handleVerified(
                    unknown ? null : answer instanceof Answer.Found,
                    lane.clock().nanos());
            drain();
        });
    }

    private void arm() {
        long next = Math.min(publisher.nextTimeout(), exploration.nextTimeout());
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
        publisher.handleTimeout(now);
        exploration.handleTimeout(routers.size(), routers.floodfillCount(), now);
        drain();
    }
}
