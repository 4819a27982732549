package dev.samovar.router;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.LookupRoute;
import dev.samovar.netdb.NetDb;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.netdb.NetDbPort;
import dev.samovar.netdb.RouterInfoStorage;
import dev.samovar.peer.BanList;
import dev.samovar.peer.ClockSkew;
import dev.samovar.peer.HopConstraints;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.peer.PeerSelector;
import dev.samovar.tunnel.PoolConfig;
import dev.samovar.tunnel.PoolListener;
import dev.samovar.tunnel.TunnelPort;
import dev.samovar.tunnel.Tunnels;

/**
 * What makes a router a member of its network, whatever carries its messages: the netDb, tunnels of its own and of others, and
 * {@link MessageDispatch}, put together and each given what it needs of the others. {@link Router} puts transports below it
 * and clients above.
 *
 * <p>Belongs to the router lane.
 */
final class Membership {

    /** What carries its messages. */
    interface Network {

        /** Sends over the session that is up or one that is made for it; takes the message over. False when refused at once. */
        boolean send(RouterInfo router, I2npMessage message);

        /** Sends over a session that is up; takes the message over. False when there is none. */
        boolean sendToConnected(Hash router, I2npMessage message);

        /** Whether a session is up. */
        boolean isConnected(Hash router);

        /** Whether it could be dialled, or a session is up. */
        boolean canReach(RouterInfo router);

        /** Whether so many cells of tunnels for it would find room now. */
        boolean hasRoom(Hash router, int cells);

        /** Our own RouterInfo as it was signed last. */
        RouterInfo self();

        /** Signs our own RouterInfo anew; {@link #self} gives it from then on. */
        RouterInfo signSelf();
    }

    /**
     * How it behaves.
     *
     * @param hops what all tunnels ask of their hops
     * @param sharedKbps what tunnels of others may carry in all, KB per second
     * @param transit whether tunnels of others are taken at all
     */
    record Rules(NetDbConfig netDb, HopConstraints.Rules hops, int sharedKbps, boolean transit) {}

    private final Network network;
    private final ClockSkew skew = new ClockSkew();
    private final NetDb netDb;
    private final Tunnels tunnels;
    private final OwnTunnelRoute ownRoute;
    private final Transit transit;
    private final MessageDispatch dispatch;

    /**
     * Knows nobody yet and does nothing on its own until {@link #start}.
     *
     * @param keys of our identity; stay the caller's
     * @param network has signed our own RouterInfo
     * @param bans shared with whoever lets peers in
     */
    Membership(
            Lane lane,
            Entropy entropy,
            Offload offload,
            X25519KeyPair keys,
            Rules rules,
            Network network,
            RouterInfoStorage storage,
            BanList bans) {
        this.network = network;
        Port port = new Port();
        PeerProfiles profiles = new PeerProfiles();
        netDb = new NetDb(lane, entropy, offload, port, rules.netDb(), storage, profiles, bans, skew);
        tunnels = new Tunnels(
                lane,
                entropy,
                offload,
                port,
                new PeerSelector(netDb.routers(), profiles, bans, entropy),
                rules.hops(),
                profiles,
                PoolConfig.exploratory(),
                new OwnTunnels());
        ownRoute = new OwnTunnelRoute(tunnels.exploratory(), entropy);
        transit = new Transit(
                lane, entropy, offload, network.self().hash(), keys, rules.sharedKbps(), rules.transit(), port);
        dispatch = new MessageDispatch(lane, entropy, offload, keys, netDb, tunnels, transit);
    }

    // --- life

    /** Begins to publish, to explore, to build tunnels, and to take those of others. */
    void start() {
        netDb.start();
        tunnels.start();
        transit.start();
    }

    void close() {
        tunnels.close();
        transit.close();
        netDb.close();
    }

    // --- what the network brings

    /** A session is up. */
    void onConnected(RouterInfo peer, boolean inbound) {
        if (inbound) {
            netDb.onRouterInfo(peer.hash(), peer, false);
        }
        netDb.onConnected(peer.hash());
    }

    /** A message came over a session; taken over. */
    void onMessage(Hash from, I2npMessage message) {
        dispatch.handle(from, message);
    }

    /** A session ended. */
    void onDisconnected(Hash peer) {
        tunnels.onDisconnected(peer);
    }

    /** A router could not be reached. */
    void onUnreachable(Hash router) {
        netDb.onUnreachable(router);
        tunnels.onUnreachable(router);
    }

    // --- the parts

    NetDb netDb() {
        return netDb;
    }

    Tunnels tunnels() {
        return tunnels;
    }

    Transit transit() {
        return transit;
    }

    MessageDispatch dispatch() {
        return dispatch;
    }

    /** What peers say of our clock. */
    ClockSkew skew() {
        return skew;
    }

    /** What the parts need of the network and of each other. */
    private final class Port implements NetDbPort, TunnelPort, Transit.Network {

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return network.send(router, message);
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            return network.sendToConnected(router, message);
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            if (network.isConnected(router)) {
                return network.sendToConnected(router, message);
            }
            RouterInfo known = netDb.find(router);
            if (known != null) {
                return network.send(known, message);
            }
            message.release();
            return false;
        }

        @Override
        public void toSelf(I2npMessage message) {
            dispatch.handleAnonymous(message);
        }

        @Override
        public void toOwnGateway(I2npMessage message) {
            dispatch.handleAnonymous(message);
        }

        @Override
        public void receive(I2npMessage message) {
            dispatch.handleAnonymous(message);
        }

        @Override
        public LookupRoute tunnels() {
            return ownRoute.isThere() ? ownRoute : null;
        }

        @Override
        public boolean isConnected(Hash router) {
            return network.isConnected(router);
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return network.canReach(router);
        }

        @Override
        public boolean hasRoom(Hash router, int cells) {
            return network.hasRoom(router, cells);
        }

        @Override
        public RouterInfo find(Hash router) {
            return netDb.find(router);
        }

        @Override
        public boolean isKnown(Hash router) {
            return network.isConnected(router) || netDb.find(router) != null;
        }

        @Override
        public void fetch(Hash router, Runnable then) {
            netDb.lookupRouter(router, found -> then.run());
        }

        @Override
        public RouterInfo self() {
            return network.self();
        }

        @Override
        public RouterInfo signSelf() {
            return network.signSelf();
        }
    }

    /** What comes down the router's own tunnels: answers to the netDb, and nothing else. */
    private final class OwnTunnels implements PoolListener {

        @Override
        public void onInboundChanged() {
            // whoever looks something up asks for the tunnels of the moment
        }

        @Override
        public void onMessage(I2npMessage message) {
            dispatch.handleOwn(message);
        }
    }
}
