package dev.samovar.tunnel;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.peer.HopConstraints;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.peer.PeerSelector;
import dev.samovar.tunnel.PoolSide.Member;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * All tunnels that are our own: the router's pool and those of clients, what is being built for them, and the messages that
 * go and come through them. Those of others, in which we are a hop, are {@link TransitTunnels}.
 *
 * <ol>
 *   <li>Pools say what they want ({@link TunnelPool}); {@link TunnelBuilds} and {@link TunnelTests} do it.
 *   <li>What a peer brings is asked for here first: a cell or a message for a gateway by the tunnel's id, a build request by
 *       its own. What is none of ours is left to the caller.
 *   <li>A message that came down a tunnel is the answer to a build or a test of ours, or the owner's.
 *   <li>What goes out of a tunnel goes to its first hop; out of one without hops, straight on, which may be to ourselves.
 * </ol>
 *
 * Belongs to the router lane.
 */
public final class Tunnels {

    private static final long HOUSEKEEPING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int REMEMBERED_CELLS = 1 << 18;
    private static final int MOST_FRAGMENT_BYTES = 16 << 20;

    private record Entrance(InboundTunnel tunnel, TunnelPool pool) {}

    private final Lane lane;
    private final Entropy entropy;
    private final TunnelPort port;
    private final TunnelMemory memory;
    private final OneTimeTags tags = new OneTimeTags();
    private final PathSelector paths;
    private final TunnelBuilds builds;
    private final TunnelTests tests;
    private final TunnelPool exploratory;
    private final Set<TunnelPool> clients = new LinkedHashSet<>();
    private final Map<Integer, Entrance> entrances = new HashMap<>();
    /** With messages that wait for the end of this turn to share a cell. */
    private final Set<OutboundTunnel> unflushed = new LinkedHashSet<>();

    private Cancellable timer = () -> {};
    private boolean closed;
    private long refusedCells;
    private long replies;

    /**
     * Without tunnels until {@link #start}.
     *
     * @param offload for the agreements with hops
     * @param selector of the routers that may be hops
     * @param rules for all tunnels
     * @param profiles are told how hops behave
     * @param exploratoryConfig what the router's own pool is to have
     * @param exploratoryListener gets what comes down the router's own tunnels
     */
    public Tunnels(
            Lane lane,
            Entropy entropy,
            Offload offload,
            TunnelPort port,
            PeerSelector selector,
            HopConstraints.Rules rules,
            PeerProfiles profiles,
            PoolConfig exploratoryConfig,
            PoolListener exploratoryListener) {
        this.lane = lane;
        this.entropy = entropy;
        this.port = port;
        this.memory = new TunnelMemory(entropy.nextLong(), REMEMBERED_CELLS, MOST_FRAGMENT_BYTES);
        this.paths = new PathSelector(port, selector, rules, entropy);
        this.builds = new TunnelBuilds(this, lane, entropy, offload, port, paths, profiles);
        this.tests = new TunnelTests(this, lane, entropy);
        this.exploratory = new TunnelPool(this, lane, exploratoryConfig, true, exploratoryListener);
    }

    // --- 1: pools

    /** Begins to build; the router's own pool has tunnels, if only without hops, when this returns. */
    public void start() {
        lane.check();
        exploratory.drive();
        keepHouse();
    }

    /** The router's own tunnels. */
    public TunnelPool exploratory() {
        return exploratory;
    }

    /**
     * The tunnels of a client, of which the first are built at once. Whoever makes pools bounds their number.
     *
     * @param listener is not called before this returns
     */
    public TunnelPool newPool(PoolConfig config, PoolListener listener) {
        lane.check();
        TunnelPool pool = new TunnelPool(this, lane, config, false, listener);
        clients.add(pool);
        pool.drive();
        return pool;
    }

    void closed(TunnelPool pool) {
        clients.remove(pool);
    }

    /** Builds of clients that waited for the router's own tunnels go on. */
    void unblockClients() {
        long now = lane.clock().nanos();
        for (TunnelPool pool : List.copyOf(clients)) {
            pool.plan().unblock(now);
            pool.drive();
        }
    }

    /** A router could not be reached: tunnels that begin with it are of no use. */
    public void onUnreachable(Hash router) {
        lane.check();
        builds.onUnreachable(router);
        long now = lane.clock().nanos();
        for (TunnelPool pool : allPools()) {
            for (OutboundTunnel tunnel : lost(pool.plan().outbound(), router, OutboundTunnel::firstHop)) {
                pool.plan().lostOutbound(tunnel, now);
            }
            pool.drive();
        }
    }

    /**
     * A session ended. While we publish no address, the router at its other end cannot begin another: tunnels by which it
     * sends to us are of no use. Else the router may be gone: what begins or ends with it is tested.
     */
    public void onDisconnected(Hash router) {
        lane.check();
        long now = lane.clock().nanos();
        for (TunnelPool pool : allPools()) {
            for (InboundTunnel tunnel : lost(pool.plan().inbound(), router, Tunnels::lastHop)) {
                if (paths.isHidden()) {
                    pool.plan().lostInbound(tunnel, now);
                } else {
                    pool.plan().doubtInbound(tunnel, now);
                }
            }
            for (OutboundTunnel tunnel : lost(pool.plan().outbound(), router, OutboundTunnel::firstHop)) {
                pool.plan().doubtOutbound(tunnel, now);
            }
            pool.drive();
        }
    }

    private static Hash lastHop(InboundTunnel tunnel) {
        List<Hash> hops = tunnel.hops();
        return hops.isEmpty() ? null : hops.get(hops.size() - 1);
    }

    private static <T> List<T> lost(PoolSide<T> side, Hash router, Function<T, Hash> neighbour) {
        List<T> lost = new ArrayList<>();
        for (Member<T> member : side.members()) {
            if (router.equals(neighbour.apply(member.tunnel))) {
                lost.add(member.tunnel);
            }
        }
        return lost;
    }

    private List<TunnelPool> allPools() {
        List<TunnelPool> all = new ArrayList<>(clients);
        all.add(exploratory);
        return all;
    }

    private void keepHouse() {
        if (closed) {
            return;
        }
        long now = lane.clock().nanos();
        tags.expire(now);
        entrances.values().forEach(entrance -> entrance.tunnel.handleTimeout(now));
        timer = lane.schedule(now + HOUSEKEEPING_NANOS, this::keepHouse);
    }

    /** Drops all tunnels; nothing is called back afterwards. */
    public void close() {
        lane.check();
        closed = true;
        timer.cancel();
        allPools().forEach(TunnelPool::close);
    }

    // --- 2: what peers bring

    /**
     * A cell that a peer brought, still a message, as {@link TransitTunnels#onTunnelData} takes it: one of the two has it.
     *
     * @param message of type {@link TunnelData}; taken over, but when the answer is false
     * @return whether it is of a tunnel of ours
     */
    public boolean onTunnelData(Hash from, I2npMessage message) throws WireException {
        ByteBuf body = message.body();
        Entrance entrance =
                body.readableBytes() < Integer.BYTES ? null : entrances.get(body.getInt(body.readerIndex()));
        if (entrance == null) {
            return false;
        }
        try {
            entrance.tunnel.accept(
                    from, TunnelData.decode(body), lane.clock().nanos(), arrived -> onArrived(entrance.pool, arrived));
        } finally {
            message.release();
        }
        return true;
    }

    /**
     * A message for the gateway of a tunnel without hops.
     *
     * @return whether it is of a tunnel of ours; then it was taken over, else it is still the caller's
     */
    public boolean onTunnelGateway(TunnelGateway gateway) {
        Entrance entrance = entrances.get(gateway.tunnelId());
        if (entrance == null || !entrance.tunnel.hops().isEmpty()) {
            return false;
        }
        entrance.tunnel.accept(gateway, message -> onArrived(entrance.pool, message));
        return true;
    }

    /**
     * A {@link dev.samovar.i2np.ShortTunnelBuild} that a peer brought.
     *
     * @param from null when it came in garlic
     * @param message still the caller's
     * @return whether it is the answer to a build of ours; else it wants to make us a hop
     */
    public boolean onBuildRequest(Hash from, I2npMessage message) throws WireException {
        return builds.onRequest(from, message);
    }

    // --- 3: what comes down our tunnels

    private void onArrived(TunnelPool pool, I2npMessage message) {
        boolean ours;
        try {
            ours = isReply(pool, message);
        } catch (WireException malformed) {
            // the owner would not read it either
            ours = true;
        }
        if (ours) {
            replies++;
            message.release();
        } else {
            pool.give(message);
        }
    }

    private boolean isReply(TunnelPool pool, I2npMessage message) throws WireException {
        if (message.typeCode() == OutboundTunnelBuildReply.TYPE) {
            builds.onReply(pool, message);
            return true;
        }
        return message.typeCode() == Garlic.TYPE
                && tags.isAwaited(message.body())
                && tags.open(Garlic.decode(message.body()), pool, lane.clock().nanos());
    }

    // --- 4: what goes out

    /** Whether a message of so many bytes would go out of this tunnel now. Without hops only the attempt tells. */
    boolean hasRoom(OutboundTunnel tunnel, int bytes) {
        return tunnel.isAlive(lane.clock().nanos())
                && (tunnel.hops().isEmpty() || port.hasRoom(tunnel.firstHop(), CellPacker.mostCells(bytes)));
    }

    /** Sends out of a tunnel of ours; takes the message over. False when none of it goes out. */
    boolean send(OutboundTunnel tunnel, TunnelDelivery delivery, I2npMessage message) {
        if (!hasRoom(tunnel, message.longLength())) {
            message.release();
            return false;
        }
        if (tunnel.hops().isEmpty()) {
            boolean[] accepted = new boolean[1];
            tunnel.add(
                    delivery,
                    message,
                    lane.clock().epochMillis(),
                    (router, straight) -> accepted[0] = sendOn(router, straight));
            return accepted[0];
        }
        if (unflushed.isEmpty()) {
            lane.execute(this::flush);
        }
        unflushed.add(tunnel);
        tunnel.add(delivery, message, lane.clock().epochMillis(), this::sendCell);
        return true;
    }

    private void flush() {
        long nowMillis = lane.clock().epochMillis();
        List<OutboundTunnel> all = List.copyOf(unflushed);
        unflushed.clear();
        for (OutboundTunnel tunnel : all) {
            tunnel.flush(nowMillis, this::sendCell);
        }
    }

    private void sendCell(Hash router, I2npMessage cell) {
        if (!port.send(router, cell)) {
            refusedCells++;
        }
    }

    /** Out of a tunnel without hops: to another router, or to ourselves, on a turn of its own. */
    private boolean sendOn(Hash router, I2npMessage message) {
        if (!router.equals(port.self().hash())) {
            return port.send(router, message);
        }
        lane.execute(() -> {
            if (closed) {
                message.release();
            } else {
                toSelf(message);
            }
        });
        return true;
    }

    private void toSelf(I2npMessage message) {
        if (message.typeCode() == TunnelGateway.TYPE) {
            try {
                message.body().markReaderIndex();
                TunnelGateway gateway = TunnelGateway.decode(message.body());
                if (onTunnelGateway(gateway)) {
                    message.release();
                    return;
                }
                gateway.release();
                message.body().resetReaderIndex();
            } catch (WireException malformed) {
                message.release();
                return;
            }
        }
        port.toSelf(message);
    }

    // --- for the parts

    /** An id for an inbound tunnel that no other of ours has. */
    int newReceiveId() {
        int id;
        do {
            id = entropy.nonZeroInt();
        } while (entrances.containsKey(id) || builds.awaitsTunnel(id));
        return id;
    }

    void register(InboundTunnel tunnel, TunnelPool pool) {
        entrances.put(tunnel.receiveTunnelId(), new Entrance(tunnel, pool));
    }

    void retire(InboundTunnel tunnel) {
        entrances.remove(tunnel.receiveTunnelId());
        tunnel.destroy();
    }

    void retire(OutboundTunnel tunnel) {
        tunnel.destroy();
    }

    Entropy entropy() {
        return entropy;
    }

    TunnelMemory memory() {
        return memory;
    }

    OneTimeTags tags() {
        return tags;
    }

    TunnelBuilds builds() {
        return builds;
    }

    TunnelTests tests() {
        return tests;
    }

    /** How it is. */
    public TunnelsStatus status() {
        Map<String, Long> ends = new TreeMap<>();
        builds.ends().forEach((end, count) -> ends.put(name(end), count));
        Map<String, Long> drops = new TreeMap<>();
        memory.drops().forEach((reason, count) -> drops.put(name(reason), count));
        put(drops, "cells_refused_by_first_hop", refusedCells);
        put(drops, "reply_by_another_pool", tags.strayed());
        put(drops, "reply_damaged", tags.damaged());
        int ready =
                (int) clients.stream().filter(pool -> pool.status().isReady()).count();
        return new TunnelsStatus(
                exploratory.status(), clients.size(), ready, ends, builds.pending(), tags.size(), drops);
    }

    private static String name(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static void put(Map<String, Long> drops, String name, long count) {
        if (count > 0) {
            drops.put(name, count);
        }
    }
}
