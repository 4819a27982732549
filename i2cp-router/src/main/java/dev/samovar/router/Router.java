package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.server.RouterPort;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.peer.BanList;
import dev.samovar.peer.HopConstraints;
import dev.samovar.transport.DialFailure;
import dev.samovar.transport.DisconnectReason;
import dev.samovar.transport.TransportListener;
import dev.samovar.transport.TransportManager;
import dev.samovar.transport.ntcp2.Ntcp2Config;
import dev.samovar.transport.ntcp2.Ntcp2Keys;
import dev.samovar.transport.ntcp2.Ntcp2Transport;
import dev.samovar.transport.ntcp2.Ntcp2TransportFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This program as a member of an I2P network: an identity, the transports, the network database, tunnels, and the destinations
 * of its clients.
 *
 * <ol>
 *   <li>{@link #open} reads the keys, or makes them.
 *   <li>{@link #start} waits for its address to be there, listens, signs what it publishes, reads what it knew of others and
 *       the seed, and lets the netDb begin. A network that is not there is waited for.
 *   <li>What peers bring goes to the {@link Membership}; who may be a peer is {@link PeerGuard}'s to say.
 *   <li>{@link #close} tells the peers and writes what is unwritten.
 * </ol>
 *
 * <p>Belongs to the router lane but for {@link #open}, {@link #start}, {@link #status(Consumer)}, {@link #lookup} and
 * {@link #close}, which are for any thread.
 */
public final class Router {

    private static final Logger log = LoggerFactory.getLogger(Router.class);

    /** How often it is looked whether what is waited for has come. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How often sessions of those who were banned since are ended, and a router that knows nobody looks at its seed. */
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int SWEEPS_PER_SEED = 6;

    /** A port that was drawn may be taken. */
    private static final int PORT_DRAWS = 8;

    private static final int FIRST_PORT = 9_151;
    private static final int PORTS = 20_000;

    /** How old RouterInfos of a seed may be: who made the seed answers for it. */
    private static final long SEED_AGE_MILLIS = TimeUnit.DAYS.toMillis(30);

    /** Two hops of a tunnel share no network of so many bits. */
    private static final int HOP_IPV4_BITS = 16;

    private static final int HOP_IPV6_BITS = 32;

    private final RouterConfig config;
    private final RouterStore store;
    private final RouterKeys keys;
    private final Ntcp2Keys ntcp2Keys;
    private final EventLoopLane lane;
    private final Ntcp2TransportFactory ntcp2Factory;
    private final Entropy entropy;
    private final Offload offload;
    private final Offload files;
    private final BanList bans = new BanList();
    private final OwnRouterInfo own;
    private final PeerGuard guard;
    private final Promise<Void> started;

    private State state = State.STARTING;
    private String obstacle;
    private Cancellable timer = () -> {};
    private long startedAt;
    private int draws;
    private int sweeps;
    private Ntcp2Transport ntcp2;
    private TransportManager transports;
    private Membership membership;
    private Reseeder reseeder;
    private final NetworkPort clients;
    private final ClientFront front;
    private Consumer<RouterInfo> inboundWatcher = peer -> {};
    private Machine machine = Machine.OWN;
    private Machine.Families families = Machine.Families.BOTH;

    /** Where its life is. */
    enum State {
        STARTING,
        /** Something of the world is missing: {@link Router#obstacle}. */
        WAITING,
        RUNNING,
        CLOSED
    }

    private Router(
            RouterConfig config,
            RouterStore store,
            RouterKeys keys,
            Ntcp2Keys ntcp2Keys,
            EventLoopLane lane,
            Ntcp2TransportFactory ntcp2Factory,
            Entropy entropy,
            Offload offload,
            Offload files) {
        this.config = config;
        this.store = store;
        this.keys = keys;
        this.ntcp2Keys = ntcp2Keys;
        this.lane = lane;
        this.ntcp2Factory = ntcp2Factory;
        this.entropy = entropy;
        this.offload = offload;
        this.files = files;
        this.own = new OwnRouterInfo(keys, config.netId(), config.floodfill(), config.sharedBandwidth());
        this.guard = new PeerGuard(config.netId(), config.minimumVersion(), bans, lane.clock());
        this.started = lane.newPromise();
        this.clients = new NetworkPort(lane, entropy, keys.identity().hash());
        this.front = new ClientFront(lane, entropy, offload, clients);
    }

    /**
     * Reads the router's keys, or makes them. Blocks for a moment.
     *
     * @param lane the router lane
     * @param ntcp2Factory with the same lane
     * @param offload for agreements and signatures
     * @param files for what blocks, reading and writing files and resolving names, one after the other
     * @throws IOException when its folder cannot be used
     */
    public static Router open(
            RouterConfig config,
            EventLoopLane lane,
            Ntcp2TransportFactory ntcp2Factory,
            Entropy entropy,
            Offload offload,
            Offload files)
            throws IOException {
        RouterStore store = new RouterStore(config.folder());
        RouterKeys keys = store.routerKeys(entropy);
        Ntcp2Keys ntcp2Keys = store.loadOrMake(
                RouterStore.NTCP2_KEYS, Router::decodeNtcp2, () -> Ntcp2Keys.generate(entropy), Router::encodeNtcp2);
        store.damaged().forEach(Router::tellDamaged);
        return new Router(config, store, keys, ntcp2Keys, lane, ntcp2Factory, entropy, offload, files);
    }

    private static void tellDamaged(RouterStore.Damaged damaged) {
        log.warn("{} was damaged and is now {}; a new one is made", damaged.file(), damaged.movedTo());
    }

    private static Ntcp2Keys decodeNtcp2(byte[] bytes) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        Ntcp2Keys keys = Ntcp2Keys.decode(in);
        Wire.end(in, "NTCP2 keys");
        return keys;
    }

    private static byte[] encodeNtcp2(Ntcp2Keys keys) {
        byte[] bytes = new byte[Ntcp2Keys.ENCODED_LENGTH];
        keys.encode(Unpooled.wrappedBuffer(bytes).clear());
        return bytes;
    }

    // --- 2: start

    /**
     * Begins. The future completes when it listens, or waits for its address to come up; it fails when the port is taken.
     */
    public Future<Void> start() {
        lane.run(() -> {
            startedAt = lane.clock().nanos();
            prepare();
        });
        return started;
    }

    private void prepare() {
        files.submit(lane, this::prepareFiles, preparation -> {
            if (state == State.CLOSED) {
                return;
            }
            preparation.damaged().forEach(Router::tellDamaged);
            if (preparation.obstacle() == null) {
                listen(preparation, preparation.port());
            } else {
                waitFor(preparation.obstacle());
            }
        });
    }

    /** Something of the world is missing; local clients are served all the same. */
    private void waitFor(String missing) {
        if (!missing.equals(obstacle)) {
            log.warn("not on the network yet: {}", missing);
        }
        obstacle = missing;
        state = State.WAITING;
        started.trySuccess(null);
        timer = lane.schedule(lane.clock().nanos() + LOOK_NANOS, this::prepare);
    }

    /**
     * What blocks before it can listen.
     *
     * @param obstacle what is missing, or null
     * @param port to listen on, 0 for none
     * @param drawn whether the port was drawn just now
     * @param proxy resolved, or null
     * @param families by which others can be dialled, for a router that only dials
     */
    private record Preparation(
            String obstacle,
            int port,
            boolean drawn,
            InetSocketAddress proxy,
            Machine.Families families,
            List<RouterStore.Damaged> damaged) {

        static Preparation waitingFor(String obstacle) {
            return new Preparation(obstacle, 0, false, null, Machine.Families.BOTH, List.of());
        }
    }

    /** On the files' thread. */
    private Preparation prepareFiles() {
        InetSocketAddress proxy = null;
        if (config.proxy() != null) {
            proxy = new InetSocketAddress(config.proxy().host(), config.proxy().port());
            if (proxy.isUnresolved()) {
                return Preparation.waitingFor("the name of the proxy cannot be resolved");
            }
        }
        if (config.hosts().isEmpty()) {
            return new Preparation(null, 0, false, proxy, dialledOver(), List.of());
        }
        for (InetAddress host : config.hosts()) {
            if (!machine.has(host)) {
                return Preparation.waitingFor((config.hosts().size() == 1 ? "the address" : "an address")
                        + " of --host is not on this machine: the network is down, or the address is wrong");
            }
        }
        int known = store.damaged().size();
        OptionalInt port = config.port() == 0 ? keptPort() : OptionalInt.of(config.port());
        List<RouterStore.Damaged> damaged = store.damaged();
        return new Preparation(
                null,
                port.orElseGet(this::drawPort),
                port.isEmpty(),
                proxy,
                Machine.Families.BOTH,
                damaged.subList(known, damaged.size()));
    }

    /** On the files' thread. Of what a proxy reaches the machine knows nothing. */
    private Machine.Families dialledOver() {
        return config.proxy() == null ? machine.families(config.allowReservedAddresses()) : Machine.Families.BOTH;
    }

    /** The port of earlier runs. */
    private OptionalInt keptPort() {
        try {
            return store.port();
        } catch (IOException unreadable) {
            log.warn("the port of earlier runs cannot be read; another is drawn");
            return OptionalInt.empty();
        }
    }

    private int drawPort() {
        return FIRST_PORT + entropy.below(PORTS);
    }

    private void listen(Preparation preparation, int port) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.STARTING;
        List<Ntcp2Config.Endpoint> endpoints = config.hosts().isEmpty()
                ? List.of(Ntcp2Config.Endpoint.dialOnly(null, false), Ntcp2Config.Endpoint.dialOnly(null, true))
                : config.hosts().stream()
                        .map(host -> Ntcp2Config.Endpoint.at(new InetSocketAddress(host, port)))
                        .toList();
        Ntcp2Config ntcp2Config = new Ntcp2Config(
                config.netId(),
                endpoints,
                config.allowReservedAddresses(),
                preparation.proxy(),
                Ntcp2Config.Limits.DEFAULT,
                config.bytesPerSecond(),
                config.bytesPerSecond());
        transports = new TransportManager(
                lane,
                List.of(listener -> {
                    ntcp2 = ntcp2Factory.make(
                            ntcp2Config, ntcp2Keys, keys.identity().hash(), own::current, guard, listener);
                    return ntcp2;
                }),
                new Peers());
        families = preparation.families();
        ntcp2.dialOver(families.ipv4(), families.ipv6());
        ntcp2.start()
                .addListener(done -> lane.run(() -> {
                    if (done.isSuccess()) {
                        onListening(preparation, port);
                    } else {
                        onCannotListen(preparation, done.cause());
                    }
                }));
    }

    private void onCannotListen(Preparation preparation, Throwable cause) {
        transports.close();
        transports = null;
        if (state == State.CLOSED) {
            return;
        }
        if (preparation.drawn() && ++draws < PORT_DRAWS) {
            listen(preparation, drawPort());
        } else if (started.isDone()) {
            waitFor("another program has the port of --host");
        } else {
            started.tryFailure(cause);
        }
    }

    private void onListening(Preparation preparation, int port) {
        if (state == State.CLOSED) {
            transports.close();
            return;
        }
        if (preparation.drawn()) {
            files.submit(lane, () -> savePort(port), saved -> {});
        }
        signSelf();
        membership = new Membership(
                lane,
                entropy,
                offload,
                keys.encryptionKeys(),
                rules(),
                new Network(),
                new NetDbDirectory(lane, files, config.folder().resolve("netDb")),
                bans);
        state = State.RUNNING;
        obstacle = null;
        started.trySuccess(null);
        log.info("network {}: {}", config.network(), config.hosts().isEmpty() ? "dials only" : "listens for NTCP2");
        membership.netDb().load(known -> {
            log.info("{} routers known from earlier runs", known);
            readSeed();
        });
    }

    private Membership.Rules rules() {
        NetDbConfig netDb = NetDbConfig.of(config.netId(), config.minimumVersion());
        // where all addresses are of one network, as in tests, hops may be neighbours
        HopConstraints.Rules hops = config.allowReservedAddresses()
                ? new HopConstraints.Rules(config.minimumVersion(), 0, 0)
                : new HopConstraints.Rules(config.minimumVersion(), HOP_IPV4_BITS, HOP_IPV6_BITS);
        return new Membership.Rules(
                config.floodfill() ? netDb.asFloodfill() : netDb, hops, config.sharedBandwidth(), config.transit());
    }

    /** Signs what we publish anew. It is kept in a file too, for operators who seed other routers with it. */
    private RouterInfo signSelf() {
        RouterInfo info =
                own.sign(transports.addresses(), congestion(), lane.clock().epochMillis());
        files.submit(lane, () -> saveRouterInfo(info), saved -> {});
        return info;
    }

    /** How gladly tunnels of others are taken. */
    private Congestion congestion() {
        if (membership != null) {
            return membership.transit().congestion();
        }
        return config.transit() ? Congestion.NONE : Congestion.REFUSES_ALL;
    }

    private Boolean saveRouterInfo(RouterInfo info) {
        try {
            store.saveRouterInfo(info);
            return true;
        } catch (IOException unwritable) {
            log.warn("our RouterInfo cannot be written to {}", RouterStore.ROUTER_INFO);
            return false;
        }
    }

    private Boolean savePort(int port) {
        try {
            store.savePort(port);
            return true;
        } catch (IOException unwritable) {
            log.warn("the port cannot be kept for the next run");
            return false;
        }
    }

    private void readSeed() {
        if (state == State.CLOSED) {
            return;
        }
        if (config.seed() == null) {
            begin();
            return;
        }
        long nowMillis = lane.clock().epochMillis();
        files.submit(lane, () -> openSeed(nowMillis), seeds -> addSeeds(seeds, added -> begin()));
    }

    private List<byte[]> openSeed(long nowMillis) {
        try {
            Harvest harvest = SeedArchive.ofPath(
                    config.seed(), sources(), new Harvest.Rules(config.netId(), nowMillis, SEED_AGE_MILLIS));
            if (!harvest.refused().isEmpty()) {
                log.warn("the seed holds RouterInfos that are not used: {}", harvest.refused());
            }
            return harvest.routers().stream().map(RouterInfo::bytes).toList();
        } catch (SeedException useless) {
            log.warn("the seed is of no use: {}", useless.getMessage());
        } catch (IOException unreadable) {
            log.warn("the seed cannot be read: {}", unreadable.getMessage());
        }
        return List.of();
    }

    private ReseedSources sources() throws IOException {
        return ReseedSources.withOverrides(config.folder().resolve("reseed"));
    }

    private void begin() {
        if (state == State.CLOSED) {
            return;
        }
        membership.start();
        clients.start(membership.tunnels(), membership.netDb());
        sweep();
        if (config.reseed()) {
            files.submit(lane, this::readSources, this::prepareReseeding);
        }
    }

    private void sweep() {
        if (state == State.CLOSED) {
            return;
        }
        long now = lane.clock().nanos();
        for (Hash peer : transports.connected()) {
            if (bans.isBanned(peer, now)) {
                transports.disconnect(peer, DisconnectReason.BANNED);
            }
        }
        if (config.hosts().isEmpty()) {
            files.submit(lane, this::dialledOver, this::onFamilies);
        }
        reseedWhereFew();
        if (++sweeps % SWEEPS_PER_SEED == 0
                && config.seed() != null
                && membership.netDb().routers().size() == 0) {
            // the clock may have been wrong, or the seed exchanged for a newer one
            long nowMillis = lane.clock().epochMillis();
            files.submit(lane, () -> openSeed(nowMillis), seeds -> addSeeds(seeds, added -> {}));
        }
        if (membership.transit().congestion() != own.congestion()) {
            // published with the next renewal or change; those who ask directly see it at once
            signSelf();
            membership.netDb().onSelfChanged();
        }
        timer = lane.schedule(now + SWEEP_NANOS, this::sweep);
    }

    /** The machine may have got an IP version, or lost one. */
    private void onFamilies(Machine.Families now) {
        if (state == State.CLOSED || now.equals(families)) {
            return;
        }
        families = now;
        ntcp2.dialOver(now.ipv4(), now.ipv6());
        signSelf();
        membership.netDb().onSelfChanged();
    }

    private void addSeeds(List<byte[]> seeds, Consumer<Integer> then) {
        if (state != State.CLOSED) {
            membership.netDb().addSeeds(seeds, added -> {
                log.info("{} routers added from the seed", added);
                then.accept(added);
            });
        }
    }

    /** Null where it cannot be told whom to ask: then it is nobody, rather than those whom the operator may not want. */
    private ReseedSources readSources() {
        try {
            return sources();
        } catch (IOException unusable) {
            log.error(
                    "no reseed host is asked, as what overrides them cannot be used: {} (mend or remove it, and start again)",
                    unusable.toString());
            return null;
        }
    }

    private void prepareReseeding(ReseedSources sources) {
        if (state == State.CLOSED || sources == null) {
            return;
        }
        HttpsFetcher.Proxy proxy = config.proxy() == null
                ? null
                : new HttpsFetcher.Proxy(
                        HttpsFetcher.ProxyKind.SOCKS5,
                        config.proxy().host(),
                        config.proxy().port());
        reseeder = new Reseeder(
                lane,
                entropy,
                offload,
                sources,
                new HttpsFetcher(lane, files, sources.tlsCertificates(), proxy, HttpsFetcher.Limits.defaults()),
                config.netId(),
                routers -> membership
                        .netDb()
                        .addSeeds(
                                routers.stream().map(RouterInfo::bytes).toList(),
                                added -> log.info("{} routers added by reseeding", added)));
        reseedWhereFew();
    }

    /** After a long time without the network few are left that can still be there. */
    private void reseedWhereFew() {
        if (reseeder != null) {
            long oldest = lane.clock().epochMillis() - Reseeder.MAX_AGE_MILLIS;
            reseeder.keepEnough(membership.netDb().routers().publishedSince(oldest));
        }
    }

    // --- 3: peers

    private final class Peers implements TransportListener {

        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {
            if (membership != null) {
                membership.onConnected(peer, inbound);
                if (inbound) {
                    inboundWatcher.accept(peer);
                }
            }
        }

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
            if (membership != null) {
                membership.netDb().onRouterInfo(from, info, flood);
            }
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            if (membership != null) {
                membership.onMessage(from, message);
            } else {
                message.release();
            }
        }

        @Override
        public void onDisconnected(Hash peer, DisconnectReason reason) {
            if (membership != null) {
                membership.onDisconnected(peer);
            }
        }

        @Override
        public void onDialFailed(Hash peer, DialFailure reason) {
            boolean ours = reason == DialFailure.LIMIT || reason == DialFailure.CLOSED || reason == DialFailure.BANNED;
            if (membership != null && !ours) {
                membership.onUnreachable(peer);
            }
        }

        @Override
        public void onClockSkew(Hash peer, long skewMillis) {
            if (membership != null) {
                membership.skew().report(peer, skewMillis, lane.clock().nanos());
            }
        }
    }

    private final class Network implements Membership.Network {

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return transports.send(router, message).accepted();
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            return transports.sendConnected(router, message).accepted();
        }

        @Override
        public boolean isConnected(Hash router) {
            return transports.isConnected(router);
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return transports.canReach(router);
        }

        @Override
        public boolean hasRoom(Hash router, int cells) {
            return transports.hasRoom(router, cells);
        }

        @Override
        public RouterInfo self() {
            return own.current();
        }

        @Override
        public RouterInfo signSelf() {
            return Router.this.signSelf();
        }
    }

    // --- for the program around

    /** The way in for this process. Sessions are best on lanes of their own. From any thread. */
    public I2cpClient client() {
        return front.client();
    }

    /** The way in for an I2CP server, on {@link #lane}. */
    public RouterPort port() {
        return clients;
    }

    /** Tells how it is, on the router lane. From any thread. */
    public void status(Consumer<RouterStatus> then) {
        lane.run(() -> then.accept(RouterReport.of(this)));
    }

    /** Ends; the future completes when the peers were told and the sockets are closed. From any thread. */
    public Future<Void> close() {
        Promise<Void> closed = lane.newPromise();
        lane.run(() -> {
            if (state == State.CLOSED) {
                closed.setSuccess(null);
                return;
            }
            state = State.CLOSED;
            timer.cancel();
            clients.close("the router is closing");
            front.close("the router is closing");
            if (reseeder != null) {
                reseeder.stop();
            }
            if (membership != null) {
                membership.close();
            }
            if (transports == null) {
                finishFiles(closed);
            } else {
                transports.close().addListener(done -> finishFiles(closed));
            }
        });
        return closed;
    }

    /** Files are written in the order asked for, so what was unwritten is written when this comes through. */
    private void finishFiles(Promise<Void> closed) {
        files.submit(lane, () -> Boolean.TRUE, written -> {
            keys.destroy();
            ntcp2Keys.staticKeys().destroy();
            closed.setSuccess(null);
        });
    }

    // --- for the report and the tests of this package

    /** Tells of each peer that dialled us; before {@link #start}. */
    void watchInbound(Consumer<RouterInfo> watcher) {
        inboundWatcher = watcher;
    }

    /** Believes this of the machine in place of what it says itself; before {@link #start}. */
    void runOn(Machine other) {
        machine = other;
    }

    /** By which IP versions others can be dialled, where it only dials. */
    Machine.Families families() {
        return families;
    }

    RouterConfig config() {
        return config;
    }

    State state() {
        return state;
    }

    /** What is waited for before it can listen, or null. */
    String obstacle() {
        return obstacle;
    }

    long uptimeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(lane.clock().nanos() - startedAt);
    }

    Hash hash() {
        return keys.identity().hash();
    }

    /** The router lane. */
    public EventLoopLane lane() {
        return lane;
    }

    RouterInfo self() {
        return own.current();
    }

    /** Null before it listens. */
    TransportManager transports() {
        return transports;
    }

    Ntcp2Transport ntcp2() {
        return ntcp2;
    }

    /** Null before it listens. */
    Membership membership() {
        return membership;
    }

    NetworkPort clients() {
        return clients;
    }

    BanList bans() {
        return bans;
    }

    PeerGuard guard() {
        return guard;
    }

    Reseeder reseeder() {
        return reseeder;
    }
}
