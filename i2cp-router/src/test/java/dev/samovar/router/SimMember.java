package dev.samovar.router;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.server.RouterPort;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.NetDb;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.netdb.NetDbPort;
import dev.samovar.netdb.RouterInfoStorage;
import dev.samovar.peer.BanList;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.HopConstraints;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.peer.PeerSelector;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimWorld;
import dev.samovar.tunnel.PoolConfig;
import dev.samovar.tunnel.PoolListener;
import dev.samovar.tunnel.TransitStatus;
import dev.samovar.tunnel.TunnelPort;
import dev.samovar.tunnel.Tunnels;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A router of a {@link SimNetwork} with all that a router has above its transports: netDb, tunnels of its own and of others, and
 * places for clients. It is put together as {@link Router} does. Its disk outlives a {@link #crash}.
 */
public final class SimMember implements SimNetwork.Handler {

    private static final int MOST_DELAY_MILLIS = 5;
    private static final int SHARED_KBPS = 100_000;
    private static final RouterVersion OLDEST = RouterVersion.parse("0.9.51");

    private final SimNetwork network;
    private final SimWorld world;
    private final SimNetwork.Node node;
    private final Disk disk = new Disk();
    private final NetDbConfig config;
    private PeerProfiles profiles;
    private NetDb netDb;
    private Tunnels tunnels;
    private Transit transit;
    private MessageDispatch dispatch;
    private NetworkPort clients;
    private ClientFront front;
    private List<byte[]> seeds = List.of();
    private Consumer<I2npMessage> tap = message -> {};

    /** A member that is up and knows nobody. */
    public SimMember(SimNetwork network, boolean floodfill) {
        this.network = network;
        this.world = network.world();
        this.node = network.newNode(floodfill);
        config = new NetDbConfig(
                SimNetwork.NET_ID,
                OLDEST,
                floodfill,
                true,
                false,
                true,
                NetDbConfig.DEFAULT_MAX_ROUTERS,
                NetDbConfig.DEFAULT_MAX_LEASE_SETS);
        node.handler(this);
        node.run(this::make);
    }

    private void make() {
        Offload offload = new BusyPool();
        Port port = new Port();
        BanList bans = new BanList();
        profiles = new PeerProfiles();
        netDb = new NetDb(node.lane(), world.entropy(), offload, port, config, disk, profiles, bans, new ClockSkew());
        tunnels = new Tunnels(
                node.lane(),
                world.entropy(),
                offload,
                port,
                new PeerSelector(netDb.routers(), profiles, bans, world.entropy()),
                new HopConstraints.Rules(OLDEST, 0, 0),
                profiles,
                PoolConfig.exploratory(),
                new OwnTunnels());
        transit = new Transit(
                node.lane(),
                world.entropy(),
                offload,
                hash(),
                node.keys().encryptionKeys(),
                SHARED_KBPS,
                true,
                new TransitNetwork());
        dispatch = new MessageDispatch(
                node.lane(), world.entropy(), offload, node.keys().encryptionKeys(), netDb, tunnels, transit);
        clients = new NetworkPort(node.lane(), world.entropy(), hash());
        front = new ClientFront(node.lane(), world.entropy(), offload, clients);
    }

    /** Begins with these routers known, each time. */
    public void start(List<RouterInfo> theSeeds) {
        seeds = theSeeds.stream().map(RouterInfo::bytes).toList();
        node.run(this::begin);
    }

    private void begin() {
        netDb.addSeeds(seeds, added -> {});
        netDb.start();
        tunnels.start();
        transit.start();
        clients.start(tunnels, netDb);
    }

    /** Gone from one moment to the next, with all clients; nobody else is told. */
    public void crash() {
        node.crash();
        node.run(this::end);
    }

    /** Ends in an orderly way. */
    public void stop() {
        node.run(this::end);
        node.stop();
    }

    private void end() {
        clients.close("the router is closing");
        front.close("the router is closing");
        tunnels.close();
        transit.close();
        netDb.close();
    }

    /** There again, with what is on its disk. */
    public void restart() {
        node.restart();
        node.run(() -> {
            make();
            netDb.load(loaded -> begin());
        });
    }

    /** Sees each message that comes over a session, before anybody else; it stays this router's. */
    public void tap(Consumer<I2npMessage> newTap) {
        tap = newTap;
    }

    public SimNetwork.Node node() {
        return node;
    }

    public Hash hash() {
        return node.hash();
    }

    public NetDb netDb() {
        return netDb;
    }

    public Tunnels tunnels() {
        return tunnels;
    }

    /** Tunnels of others, and what they carried. */
    public TransitStatus transit() {
        return transit.status();
    }

    /** Where clients are attached. */
    public RouterPort port() {
        return clients;
    }

    /** The way in for clients of this process. */
    public I2cpClient client() {
        return front.client();
    }

    /** Messages of which nothing could be made, by reason. */
    public Map<String, Long> drops() {
        return dispatch.drops();
    }

    // --- what the network brings

    @Override
    public void onConnected(RouterInfo peer, boolean inbound) {
        if (inbound) {
            netDb.onRouterInfo(peer.hash(), peer, false);
        }
        netDb.onConnected(peer.hash());
    }

    @Override
    public void onMessage(Hash from, I2npMessage message) {
        tap.accept(message);
        dispatch.handle(from, message);
    }

    @Override
    public void onDisconnected(Hash peer) {
        tunnels.onDisconnected(peer);
    }

    @Override
    public void onDialFailed(Hash peer) {
        netDb.onUnreachable(peer);
        tunnels.onUnreachable(peer);
    }

    private boolean sendTo(Hash router, I2npMessage message) {
        if (node.isConnected(router)) {
            return node.sendToConnected(router, message);
        }
        RouterInfo known = netDb.find(router);
        if (known != null) {
            return node.send(known, message);
        }
        message.release();
        return false;
    }

    private final class Port implements NetDbPort, TunnelPort {

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return node.send(router, message);
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            return sendTo(router, message);
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            return node.sendToConnected(router, message);
        }

        @Override
        public void toSelf(I2npMessage message) {
            dispatch.handleOwn(message);
        }

        @Override
        public void toOwnGateway(I2npMessage message) {
            dispatch.handleAnonymous(message);
        }

        @Override
        public boolean isConnected(Hash router) {
            return node.isConnected(router);
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return node.canReach(router);
        }

        @Override
        public RouterInfo find(Hash router) {
            return netDb.find(router);
        }

        @Override
        public RouterInfo self() {
            return node.self();
        }

        @Override
        public RouterInfo signSelf() {
            return node.sign();
        }
    }

    private final class TransitNetwork implements Transit.Network {

        @Override
        public boolean isKnown(Hash router) {
            return node.isConnected(router) || netDb.find(router) != null;
        }

        @Override
        public void fetch(Hash router, Runnable then) {
            netDb.lookupRouter(router, found -> then.run());
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            return sendTo(router, message);
        }

        @Override
        public void receive(I2npMessage message) {
            dispatch.handleAnonymous(message);
        }
    }

    private final class OwnTunnels implements PoolListener {

        @Override
        public void onInboundChanged() {
            // the netDb asks when it wants to know
        }

        @Override
        public void onMessage(I2npMessage message) {
            dispatch.handleOwn(message);
        }
    }

    /** Files of RouterInfos, in memory. */
    private final class Disk implements RouterInfoStorage {

        private final Map<Hash, byte[]> files = new LinkedHashMap<>();

        @Override
        public void loadAll(Consumer<List<byte[]>> then) {
            List<byte[]> all = List.copyOf(files.values());
            node.lane().execute(() -> then.accept(all));
        }

        @Override
        public void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures) {
            if (node.isUp()) {
                save.forEach(info -> files.put(info.hash(), info.bytes()));
                delete.forEach(files::remove);
            }
            node.lane().execute(() -> failures.accept(0));
        }
    }

    /** Threads that have other things to do, so that what was asked for first is not always there first. */
    private final class BusyPool implements Offload {

        @Override
        public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
            T result = work.get();
            long delay = TimeUnit.MILLISECONDS.toNanos(world.entropy().below(MOST_DELAY_MILLIS));
            lane.schedule(world.nanos() + delay, () -> then.accept(result));
        }
    }
}
