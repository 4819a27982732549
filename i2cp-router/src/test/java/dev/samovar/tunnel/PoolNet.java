package dev.samovar.tunnel;

import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.peer.BanList;
import dev.samovar.peer.HopConstraints;
import dev.samovar.peer.Peer;
import dev.samovar.peer.PeerDirectory;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.peer.PeerSelector;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimWorld;
import dev.samovar.testkit.TestRouters;
import dev.samovar.tunnel.TestHop.Manner;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Routers that have tunnels and nothing else, in virtual time: all know each other, and each is a hop for all. */
final class PoolNet {

    static final HopConstraints.Rules RULES = new HopConstraints.Rules(RouterVersion.parse("0.9.51"), 0, 0);

    final SimWorld world;
    final SimNetwork network;
    private static final long HOUSEKEEPING = TimeUnit.SECONDS.toNanos(5);

    private final List<Router> routers = new ArrayList<>();
    private final Map<Hash, Peer> peers = new LinkedHashMap<>();

    PoolNet(long seed, SimNetwork.Quality quality) {
        world = new SimWorld(seed);
        network = new SimNetwork(world, quality);
    }

    Router add(PoolConfig exploratory) {
        Router router = new Router(network.newNode(false), exploratory);
        routers.add(router);
        peers.put(router.hash(), Peer.of(router.node.self()));
        return router;
    }

    List<Router> routers() {
        return routers;
    }

    Router router(Hash hash) {
        return routers.stream()
                .filter(router -> router.hash().equals(hash))
                .findAny()
                .orElse(null);
    }

    /** What a router knows of others. */
    private final class Directory implements PeerDirectory {

        @Override
        public int size() {
            return routers.size();
        }

        @Override
        public Peer at(int place) {
            return peers.get(routers.get(place).hash());
        }
    }

    /** Counts what its owner is told. */
    static final class Owner implements PoolListener {

        int changes;
        final Map<Integer, Integer> messages = new HashMap<>();

        @Override
        public void onInboundChanged() {
            changes++;
        }

        @Override
        public void onMessage(I2npMessage message) {
            messages.merge(message.id(), 1, Integer::sum);
            message.release();
        }
    }

    /** A router of the net. */
    final class Router implements SimNetwork.Handler, TunnelPort {

        final SimNetwork.Node node;
        /** What it is for others while it behaves. */
        private TransitTunnels transit;
        /** What it is for others when it does not. */
        private final TestHop hop;

        private Manner manner = Manner.HONEST;
        final PeerProfiles profiles = new PeerProfiles();
        final Owner owner = new Owner();
        private final PoolConfig exploratory;
        Tunnels tunnels;
        /** Does not take more from its tunnels. */
        boolean full;

        long strange;

        /** Damages, doubles, loses and forges what comes. */
        Random mangle;

        private RouterInfo hiddenSelf;

        private final TransitPort transitPort = new TransitPort() {

            @Override
            public Hash self() {
                return hash();
            }

            @Override
            public boolean send(Hash router, I2npMessage message) {
                return Router.this.send(router, message);
            }

            @Override
            public void receive(I2npMessage message) {
                onMessage(null, message);
            }

            @Override
            public boolean acceptsTransit() {
                return manner != Manner.REFUSES;
            }

            @Override
            public int loadPercent() {
                return 0;
            }
        };

        private Router(SimNetwork.Node node, PoolConfig exploratory) {
            this.node = node;
            this.exploratory = exploratory;
            hop = new TestHop(world, node.keys(), this::send);
            transit = newTransit();
            node.handler(this);
            tunnels = newTunnels();
        }

        private Tunnels newTunnels() {
            return new Tunnels(
                    node.lane(),
                    world.entropy(),
                    Offload.inline(),
                    this,
                    new PeerSelector(new Directory(), profiles, new BanList(), world.entropy()),
                    RULES,
                    profiles,
                    exploratory,
                    owner);
        }

        private TransitTunnels newTransit() {
            return new TransitTunnels(
                    TransitConfig.of(100_000), transitPort, node.keys().encryptionKeys(), world.entropy());
        }

        /** How it treats its neighbours from now on. */
        void manner(Manner newManner) {
            manner = newManner;
            hop.manner(newManner);
        }

        /** Tunnels of others, and what they carried. */
        TransitStatus transit() {
            return transit.status(world.nanos());
        }

        Hash hash() {
            return node.hash();
        }

        void start() {
            node.run(tunnels::start);
            keepHouse(transit);
        }

        private void keepHouse(TransitTunnels mine) {
            if (mine == transit) {
                mine.handleTimeout(world.nanos(), world.epochMillis());
                node.lane().schedule(world.nanos() + HOUSEKEEPING, () -> keepHouse(mine));
            }
        }

        TunnelPool pool(PoolConfig config, PoolListener listener) {
            TunnelPool[] pool = new TunnelPool[1];
            node.run(() -> pool[0] = tunnels.newPool(config, listener));
            return pool[0];
        }

        /** From now on it publishes no address, and nobody can dial it. */
        void hide() {
            node.refuse(true);
            hiddenSelf = TestRouters.info(
                    node.keys(),
                    world.epochMillis(),
                    List.of(TestRouters.address("NTCP2", Map.of("s", "x", "v", "2", "caps", "4"))),
                    Map.of("caps", "LU"));
            peers.put(hash(), Peer.of(hiddenSelf));
        }

        /** Gone from one moment to the next, with all that it knew. */
        void crash() {
            node.crash();
            node.run(tunnels::close);
            transit.destroy();
            transit = newTransit();
            hop.forget();
        }

        void restart() {
            node.restart();
            tunnels = newTunnels();
            start();
        }

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return send(router.hash(), message);
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            SimNetwork.Node to = network.node(router);
            if (full || to == null) {
                message.release();
                return false;
            }
            return node.send(to.self(), message);
        }

        @Override
        public void toSelf(I2npMessage message) {
            onMessage(null, message);
        }

        @Override
        public boolean isConnected(Hash router) {
            return node.isConnected(router);
        }

        @Override
        public boolean hasRoom(Hash router, int cells) {
            return !full && node.hasRoom(router, cells);
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return node.canReach(router);
        }

        @Override
        public RouterInfo self() {
            return hiddenSelf == null ? node.self() : hiddenSelf;
        }

        @Override
        public RouterInfo find(Hash router) {
            SimNetwork.Node found = network.node(router);
            return found == null ? null : found.self();
        }

        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {
            // tunnels ask when they want to know
        }

        @Override
        public void onDisconnected(Hash peer) {
            tunnels.onDisconnected(peer);
        }

        @Override
        public void onDialFailed(Hash peer) {
            profiles.of(peer, world.nanos()).connectFailed(world.nanos());
            tunnels.onUnreachable(peer);
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            if (mangle == null) {
                take(from, message);
                return;
            }
            switch (mangle.nextInt(20)) {
                case 0 -> {
                    take(from, mangled(message));
                    message.release();
                }
                case 1 -> {
                    take(from, mangled(message));
                    take(from, message);
                }
                case 2 -> take(routers.get(mangle.nextInt(routers.size())).hash(), message);
                case 3 -> {
                    I2npMessage copy = copy(message, ByteBufUtil.getBytes(message.body()));
                    take(from, message);
                    take(from, copy);
                }
                case 4 -> message.release();
                default -> take(from, message);
            }
        }

        private I2npMessage mangled(I2npMessage message) {
            return copy(message, Fuzz.mutate(ByteBufUtil.getBytes(message.body()), mangle));
        }

        private I2npMessage copy(I2npMessage message, byte[] body) {
            return new I2npMessage(
                    message.typeCode(), message.id(), message.expirationMillis(), Unpooled.wrappedBuffer(body));
        }

        private void take(Hash from, I2npMessage message) {
            try {
                dispatch(from, message);
            } catch (WireException wrong) {
                strange++;
            } finally {
                message.release();
            }
        }

        private void dispatch(Hash from, I2npMessage message) throws WireException {
            switch (message.typeCode()) {
                case ShortTunnelBuild.TYPE -> {
                    if (tunnels.onBuildRequest(from, message)) {
                        return;
                    }
                    if (manner == Manner.HONEST || manner == Manner.REFUSES) {
                        message.body().retain();
                        transit.onBuild(from, message, world.nanos(), world.epochMillis());
                    } else {
                        hop.onBuild(message);
                    }
                }
                case TunnelData.TYPE -> onCell(from, message);
                case TunnelGateway.TYPE -> onGateway(TunnelGateway.decode(message.body()));
                case Garlic.TYPE -> open(Garlic.decode(message.body()));
                default -> strange++;
            }
        }

        private void onCell(Hash from, I2npMessage message) throws WireException {
            message.body().retain();
            if (tunnels.onTunnelData(from, message)) {
                return;
            }
            if (manner == Manner.SWALLOWS || !transit.onTunnelData(from, message, world.nanos(), world.epochMillis())) {
                message.release();
                TunnelData cell = TunnelData.decode(message.body());
                hop.onTunnelData(cell);
                cell.release();
            }
        }

        private void onGateway(TunnelGateway gateway) {
            if (!tunnels.onTunnelGateway(gateway)
                    && !transit.onTunnelGateway(gateway, world.nanos(), world.epochMillis())) {
                hop.onTunnelGateway(gateway);
            }
            transit.flush(world.epochMillis());
        }

        private void open(Garlic garlic) throws WireException {
            for (GarlicBlock block : RouterGarlic.open(garlic.data(), node.keys())) {
                if (block instanceof GarlicClove clove) {
                    onMessage(null, clove.message());
                }
            }
        }
    }
}
