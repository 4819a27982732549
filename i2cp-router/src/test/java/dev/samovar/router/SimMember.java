package dev.samovar.router;

import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.server.RouterPort;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.NetDb;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.peer.BanList;
import dev.samovar.peer.HopConstraints;
import dev.samovar.testkit.BusyPool;
import dev.samovar.testkit.SimDisk;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimWorld;
import dev.samovar.tunnel.TransitStatus;
import dev.samovar.tunnel.Tunnels;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A router of a {@link SimNetwork} with all that a router has above its transports: netDb, tunnels of its own and of others, and
 * places for clients. What is between transports and clients is {@link Router}'s own. Its disk outlives a {@link #crash}.
 */
public final class SimMember implements SimNetwork.Handler {

    private static final int POOL_DELAYS_MILLIS = 5;
    private static final int SHARED_KBPS = 100_000;
    private static final RouterVersion OLDEST = RouterVersion.parse("0.9.51");

    private final SimWorld world;
    private final SimNetwork.Node node;
    private final SimDisk disk;
    private final Membership.Rules rules;
    private Membership membership;
    private NetworkPort clients;
    private ClientFront front;
    private List<byte[]> seeds = List.of();
    private Consumer<I2npMessage> tap = message -> {};

    /** A member that is up and knows nobody. */
    public SimMember(SimNetwork network, boolean floodfill) {
        this.world = network.world();
        this.node = network.newNode(floodfill);
        this.disk = new SimDisk(node);
        NetDbConfig netDb = new NetDbConfig(
                SimNetwork.NET_ID,
                OLDEST,
                floodfill,
                true,
                false,
                true,
                NetDbConfig.DEFAULT_MAX_ROUTERS,
                NetDbConfig.DEFAULT_MAX_LEASE_SETS);
        rules = new Membership.Rules(netDb, new HopConstraints.Rules(OLDEST, 0, 0), SHARED_KBPS, true);
        node.handler(this);
        node.run(this::make);
    }

    private void make() {
        Offload offload = new BusyPool(world, POOL_DELAYS_MILLIS);
        membership = new Membership(
                node.lane(),
                world.entropy(),
                offload,
                node.keys().encryptionKeys(),
                rules,
                new Network(),
                disk,
                new BanList());
        clients = new NetworkPort(node.lane(), world.entropy(), hash());
        front = new ClientFront(node.lane(), world.entropy(), offload, clients);
    }

    /** Begins with these routers known, each time. */
    public void start(List<RouterInfo> theSeeds) {
        seeds = theSeeds.stream().map(RouterInfo::bytes).toList();
        node.run(this::begin);
    }

    private void begin() {
        membership.netDb().addSeeds(seeds, added -> {});
        membership.start();
        clients.start(membership.tunnels(), membership.netDb());
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
        membership.close();
    }

    /** There again, with what is on its disk. */
    public void restart() {
        node.restart();
        node.run(() -> {
            make();
            membership.netDb().load(loaded -> begin());
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
        return membership.netDb();
    }

    public Tunnels tunnels() {
        return membership.tunnels();
    }

    /** Tunnels of others, and what they carried. */
    public TransitStatus transit() {
        return membership.transit().status();
    }

    NetworkPort clients() {
        return clients;
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
        return membership.dispatch().drops();
    }

    // --- what the network brings

    @Override
    public void onConnected(RouterInfo peer, boolean inbound) {
        membership.onConnected(peer, inbound);
    }

    @Override
    public void onMessage(Hash from, I2npMessage message) {
        tap.accept(message);
        membership.onMessage(from, message);
    }

    @Override
    public void onDisconnected(Hash peer) {
        membership.onDisconnected(peer);
    }

    @Override
    public void onDialFailed(Hash peer) {
        membership.onUnreachable(peer);
    }

    private final class Network implements Membership.Network {

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return node.send(router, message);
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            return node.sendToConnected(router, message);
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
        public boolean hasRoom(Hash router, int cells) {
            return node.hasRoom(router, cells);
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
}
