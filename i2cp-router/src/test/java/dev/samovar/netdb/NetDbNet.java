package dev.samovar.netdb;

import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.peer.BanList;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.testkit.SimWorld;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** NetDbs that reach one another over a wire without sessions, in one world of virtual time. */
final class NetDbNet {

    private static final long LATENCY_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    final SimWorld world;
    final SimWorld.SimLane lane;
    final List<Node> nodes = new ArrayList<>();
    private final Map<Hash, Node> byHash = new HashMap<>();
    int lossPercent;
    long messages;

    NetDbNet(long seed) {
        world = new SimWorld(seed);
        lane = world.newLane();
    }

    Node add(boolean floodfill) {
        NetDbConfig config = NetDbConfig.of(TestRouters.NET_ID, RouterVersion.parse("0.9.59"));
        return add(floodfill ? config.asFloodfill() : config);
    }

    Node add(NetDbConfig config) {
        Node node = new Node(config, nodes.size());
        nodes.add(node);
        byHash.put(node.hash(), node);
        return node;
    }

    /** Lets everybody know these. */
    void introduce(Node newcomer, Node... known) {
        List<byte[]> seeds = new ArrayList<>();
        for (Node node : known) {
            seeds.add(node.self().bytes());
        }
        world.on(lane, () -> newcomer.netDb.addSeeds(seeds, count -> {}));
    }

    void start() {
        world.on(lane, () -> nodes.forEach(node -> node.netDb.start()));
    }

    void run(long time, TimeUnit unit) {
        world.runFor(time, unit);
    }

    <T> Answer<T> await(Consumer<Consumer<Answer<T>>> question) {
        List<Answer<T>> answers = new ArrayList<>();
        world.on(lane, () -> question.accept(answers::add));
        world.runUntil(() -> !answers.isEmpty(), 60, TimeUnit.SECONDS);
        if (answers.size() != 1) {
            throw new AssertionError(
                    answers.size() + " answers, seed " + world.entropy().seed());
        }
        return answers.get(0);
    }

    /** One router: its netDb, and the wire. */
    final class Node implements NetDbPort {

        final RouterKeys keys = RouterKeys.generate(world.entropy());
        final PeerProfiles profiles = new PeerProfiles();
        final BanList bans = new BanList();
        final ClockSkew skew = new ClockSkew();
        final MemoryStorage storage = new MemoryStorage();
        final Set<Hash> unreachable = new HashSet<>();
        final List<String> sent = new ArrayList<>();
        final List<DeliveryStatus> statuses = new ArrayList<>();
        final List<TunnelGateway> gateways = new ArrayList<>();
        final int number;
        final NetDbConfig config;
        final NetDb netDb;
        private RouterInfo self;
        boolean deaf;
        boolean down;
        int signed;
        /** How far ahead the clock is by which our RouterInfo is signed, milliseconds. */
        long clockAhead;
        /** The dates of the RouterInfos that their routers gave us to store, in order. */
        final List<Long> storedDates = new ArrayList<>();

        int unopened;

        Node(NetDbConfig config, int number) {
            this.config = config;
            this.number = number;
            signSelf();
            netDb = new NetDb(lane, world.entropy(), Offload.inline(), this, config, storage, profiles, bans, skew);
        }

        Hash hash() {
            return keys.identity().hash();
        }

        /** A view for a client that has no tunnels of its own. */
        ClientView newView() {
            return netDb.newView(LookupRoute.direct(this));
        }

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return transmit(router.hash(), message);
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            message.release();
            return false;
        }

        private boolean transmit(Hash to, I2npMessage message) {
            messages++;
            sent.add(message.typeCode() + ">" + (byHash.containsKey(to) ? byHash.get(to).number : -1));
            Node peer = byHash.get(to);
            if (peer == null || peer.down || down || unreachable.contains(to)) {
                message.release();
                lane.schedule(world.nanos() + LATENCY_NANOS, () -> netDb.onUnreachable(to));
                return true;
            }
            if (world.entropy().below(100) < lossPercent) {
                message.release();
                return true;
            }
            RouterInfo own = self;
            lane.schedule(world.nanos() + LATENCY_NANOS, () -> {
                // as a handshake does
                peer.netDb.onRouterInfo(hash(), own, false);
                peer.receive(hash(), message);
            });
            return true;
        }

        private void receive(Hash from, I2npMessage message) {
            try {
                if (!deaf) {
                    dispatch(from, message);
                }
            } catch (WireException malformed) {
                throw new AssertionError(malformed);
            } finally {
                message.release();
            }
        }

        private void dispatch(Hash from, I2npMessage message) throws WireException {
            switch (message.typeCode()) {
                case DatabaseStore.TYPE -> {
                    DatabaseStore store = DatabaseStore.decode(message.body());
                    if (store.key().equals(from)) {
                        storedDates.add(RouterInfo.fromBytes(store.data()).publishedMillis());
                    }
                    netDb.onStore(from, store);
                }
                case DatabaseLookup.TYPE -> netDb.onLookup(from, DatabaseLookup.decode(message.body()));
                case DatabaseSearchReply.TYPE -> netDb.onSearchReply(from, DatabaseSearchReply.decode(message.body()));
                case DeliveryStatus.TYPE -> {
                    DeliveryStatus status = DeliveryStatus.decode(message.body());
                    statuses.add(status);
                    netDb.onDeliveryStatus(from, status);
                }
                case TunnelGateway.TYPE -> gateways.add(TunnelGateway.decode(message.body()));
                case Garlic.TYPE -> open(Garlic.decode(message.body()));
                default -> throw new AssertionError("type " + message.typeCode());
            }
        }

        private void open(Garlic garlic) throws WireException {
            if (netDb.onGarlic(garlic)) {
                return;
            }
            List<GarlicBlock> blocks;
            try {
                blocks = RouterGarlic.open(garlic.data(), keys.encryptionKeys());
            } catch (WireException late) {
                // the answer to a lookup that is over
                unopened++;
                return;
            }
            for (GarlicBlock block : blocks) {
                if (block instanceof GarlicClove clove) {
                    dispatch(null, clove.message());
                    clove.message().release();
                }
            }
        }

        @Override
        public void toOwnGateway(I2npMessage message) {
            try {
                gateways.add(TunnelGateway.decode(message.body()));
            } catch (WireException malformed) {
                throw new AssertionError(malformed);
            } finally {
                message.release();
            }
        }

        @Override
        public boolean isConnected(Hash router) {
            return false;
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return true;
        }

        @Override
        public RouterInfo self() {
            return self;
        }

        @Override
        public RouterInfo signSelf() {
            signed++;
            String caps = config.floodfill() ? "XfR" : "XR";
            self = TestRouters.info(keys, world.epochMillis() + clockAhead, caps, TestRouters.host(number));
            return self;
        }
    }

    /** A storage in memory that does what it is told a little later. */
    final class MemoryStorage implements RouterInfoStorage {

        final Map<String, byte[]> files = new TreeMap<>();
        int writes;
        int mostAtOnce;

        @Override
        public void loadAll(Consumer<List<byte[]>> then) {
            lane.execute(() -> then.accept(List.copyOf(files.values())));
        }

        @Override
        public void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures) {
            writes++;
            mostAtOnce = Math.max(mostAtOnce, save.size());
            save.forEach(info -> files.put(info.hash().toBase32(), info.bytes()));
            delete.forEach(router -> files.remove(router.toBase32()));
            lane.schedule(world.nanos() + LATENCY_NANOS, () -> failures.accept(0));
        }
    }
}
