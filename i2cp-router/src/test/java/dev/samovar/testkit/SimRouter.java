package dev.samovar.testkit;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicBlockCodec;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.garlic.RouterGarlicFilter;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npFilter;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.ClientView;
import dev.samovar.netdb.LookupRoute;
import dev.samovar.netdb.NetDb;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.netdb.NetDbPort;
import dev.samovar.peer.BanList;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.PeerProfiles;
import java.util.List;

/**
 * A router of a {@link SimNetwork} that has a netDb and nothing else: what comes is filtered, opened and handed to it as a
 * router does. Its disk outlives a {@link #crash}.
 */
public final class SimRouter implements SimNetwork.Handler {

    /** So that messages overtake the checks of earlier ones. */
    private static final int POOL_DELAYS_MILLIS = 150;

    private final class Port implements NetDbPort {

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return node.send(router, message);
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            return node.sendToConnected(router, message);
        }

        @Override
        public void toOwnGateway(I2npMessage message) {
            message.release();
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
        public RouterInfo self() {
            return node.self();
        }

        @Override
        public RouterInfo signSelf() {
            return node.sign();
        }
    }

    private final SimNetwork network;
    private final SimNetwork.Node node;
    private final NetDbConfig config;
    private final SimDisk disk;
    private final Port port = new Port();
    private final I2npFilter filter;
    private final RouterGarlicFilter garlicFilter;
    private NetDb netDb;
    private long malformed;
    private long unopened;

    /**
     * A router that is up and knows nobody.
     *
     * @param explore whether it looks for routers on its own, which costs the most of a long run
     */
    public SimRouter(SimNetwork network, boolean floodfill, boolean explore, boolean sealedLookups) {
        this.network = network;
        node = network.newNode(floodfill);
        disk = new SimDisk(node);
        RouterVersion oldest = RouterVersion.parse("0.9.51");
        config = new NetDbConfig(
                SimNetwork.NET_ID,
                oldest,
                floodfill,
                true,
                explore,
                sealedLookups,
                NetDbConfig.DEFAULT_MAX_ROUTERS,
                NetDbConfig.DEFAULT_MAX_LEASE_SETS);
        filter = new I2npFilter(network.world().entropy().nextLong(), 10_000);
        garlicFilter = new RouterGarlicFilter(network.world().entropy().nextLong(), 10_000);
        node.handler(this);
        netDb = newNetDb();
    }

    private NetDb newNetDb() {
        return new NetDb(
                node.lane(),
                network.world().entropy(),
                new BusyPool(network.world(), POOL_DELAYS_MILLIS),
                port,
                config,
                disk,
                new PeerProfiles(),
                new BanList(),
                new ClockSkew());
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

    /** A view for a client that has no tunnels of its own. */
    public ClientView newView() {
        return netDb.newView(LookupRoute.direct(port));
    }

    /** Messages that could not be read. */
    public long malformed() {
        return malformed;
    }

    /** Garlic that nobody here could open: replies that came after their lookup's end. */
    public long unopened() {
        return unopened;
    }

    /** Starts with these routers known. */
    public void start(List<RouterInfo> seeds) {
        node.run(() -> {
            netDb.addSeeds(seeds.stream().map(RouterInfo::bytes).toList(), added -> {});
            netDb.start();
        });
    }

    /** Gone from one moment to the next; nobody is told, and nothing is written. */
    public void crash() {
        node.crash();
        node.run(netDb::close);
    }

    /** Ends in an orderly way. */
    public void stop() {
        node.run(netDb::close);
        node.stop();
    }

    /** There again, with what is on its disk. */
    public void restart() {
        node.restart();
        netDb = newNetDb();
        node.run(() -> netDb.load(loaded -> netDb.start()));
    }

    @Override
    public void onConnected(RouterInfo peer, boolean inbound) {
        netDb.onConnected(peer.hash());
        if (inbound) {
            netDb.onRouterInfo(peer.hash(), peer, false);
        }
    }

    @Override
    public void onDisconnected(Hash peer) {
        // the netDb asks when it wants to know
    }

    @Override
    public void onDialFailed(Hash peer) {
        netDb.onUnreachable(peer);
    }

    @Override
    public void onMessage(Hash from, I2npMessage message) {
        try {
            if (filter.check(message, network.world().epochMillis()) == I2npFilter.Verdict.ACCEPTED) {
                dispatch(from, message);
            }
        } catch (WireException wrong) {
            malformed++;
        } finally {
            message.release();
        }
    }

    private void dispatch(Hash from, I2npMessage message) throws WireException {
        switch (message.typeCode()) {
            case DatabaseStore.TYPE -> netDb.onStore(from, DatabaseStore.decode(message.body()));
            case DatabaseLookup.TYPE -> netDb.onLookup(from, DatabaseLookup.decode(message.body()));
            case DatabaseSearchReply.TYPE -> netDb.onSearchReply(from, DatabaseSearchReply.decode(message.body()));
            case DeliveryStatus.TYPE -> netDb.onDeliveryStatus(from, DeliveryStatus.decode(message.body()));
            case Garlic.TYPE -> open(Garlic.decode(message.body()));
            default -> malformed++;
        }
    }

    private void open(Garlic garlic) throws WireException {
        long now = network.world().epochMillis();
        if (netDb.onGarlic(garlic) || garlicFilter.isRepeated(garlic.data(), now)) {
            return;
        }
        List<GarlicBlock> blocks;
        try {
            blocks = RouterGarlic.open(garlic.data(), node.keys());
        } catch (WireException notForUs) {
            unopened++;
            return;
        }
        try {
            if (garlicFilter.check(garlic.data(), blocks, now) == RouterGarlicFilter.Verdict.ACCEPTED) {
                for (GarlicBlock block : blocks) {
                    if (block instanceof GarlicClove clove && clove.delivery() instanceof CloveDelivery.Local) {
                        dispatch(null, clove.message());
                    }
                }
            }
        } finally {
            GarlicBlockCodec.release(blocks);
        }
    }
}
