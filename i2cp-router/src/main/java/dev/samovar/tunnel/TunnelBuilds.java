package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.peer.HopConstraints.Purpose;
import dev.samovar.peer.PeerProfiles;
import dev.samovar.tunnel.PendingBuild.Way;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Builds our own tunnels (ECIES tunnel creation, "Overview"; tunnel implementation, "Building").
 *
 * <ol>
 *   <li>A way for request or answer is chosen: the request of an inbound build goes out of an outbound tunnel, the answer to
 *       an outbound build comes in by an inbound one. They are of the same pool, where it has any, so that pools of two owners
 *       never show together; else the router's own. A client's builds wait until these have hops.
 *   <li>Hops are chosen ({@link PathSelector}).
 *   <li>The request is made off the lane, sent, and its answer awaited.
 *   <li>What the hops say goes to their profiles, the tunnel to its pool.
 * </ol>
 *
 * Belongs to the router lane.
 */
final class TunnelBuilds {

    /** Builds at a time, of all clients; the router's own come on top. */
    static final int MAX_PENDING = 1024;

    private static final long REQUEST_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** How builds end. */
    enum End {
        ACCEPTED,
        /** All hops agreed, but too late for their pool. */
        UNWANTED,
        REFUSED,
        /** What came back cannot be read. */
        DAMAGED,
        TIMED_OUT,
        /** The first hop could not be reached, or took nothing. */
        UNSENT,
        /** No hops were found. */
        NO_HOPS
    }

    private final Tunnels tunnels;
    private final Lane lane;
    private final Entropy entropy;
    private final Offload offload;
    private final TunnelPort port;
    private final PathSelector paths;
    private final PeerProfiles profiles;
    private final Map<Integer, PendingBuild> pending = new HashMap<>();
    private final Map<End, Long> ends = new EnumMap<>(End.class);

    TunnelBuilds(
            Tunnels tunnels,
            Lane lane,
            Entropy entropy,
            Offload offload,
            TunnelPort port,
            PathSelector paths,
            PeerProfiles profiles) {
        this.tunnels = tunnels;
        this.lane = lane;
        this.entropy = entropy;
        this.offload = offload;
        this.port = port;
        this.paths = paths;
        this.profiles = profiles;
    }

    // --- 1 and 2: ways and hops

    void start(TunnelPool pool, long token, boolean inbound, int length) {
        long now = lane.clock().nanos();
        if (length == 0) {
            buildWithoutHops(pool, token, inbound, now);
            return;
        }
        boolean exploratory = pool == tunnels.exploratory();
        Way way = way(pool, inbound, now);
        if (way == null || !exploratory && pending.size() >= MAX_PENDING) {
            pool.plan().blocked(token, now);
            return;
        }
        boolean direct = way.isWithoutHops();
        PathSelector.Wish wish = new PathSelector.Wish(
                inbound,
                length,
                exploratory ? Purpose.EXPLORATORY : Purpose.CLIENT,
                pool.config().explicitPeers(),
                direct);
        List<RouterInfo> path = paths.select(wish, now, lane.clock().epochMillis());
        if (path == null) {
            count(End.NO_HOPS);
            pool.plan().noPath(token, now);
            return;
        }
        PendingBuild build = new PendingBuild(
                pool,
                token,
                inbound,
                newMessageId(),
                inbound ? tunnels.newReceiveId() : 0,
                path,
                way,
                !inbound || direct);
        pending.put(build.messageId, build);
        prepare(build, now);
    }

    private void buildWithoutHops(TunnelPool pool, long token, boolean inbound, long now) {
        long nowMillis = lane.clock().epochMillis();
        if (inbound) {
            InboundTunnel tunnel =
                    InboundTunnel.zeroHop(port.self().hash(), tunnels.newReceiveId(), now, nowMillis, tunnels.memory());
            tunnels.register(tunnel, pool);
            pool.plan().builtInbound(token, tunnel, now);
        } else {
            pool.plan().builtOutbound(token, OutboundTunnel.zeroHop(now, nowMillis, entropy), now);
        }
    }

    /**
     * A tunnel by which the request of an inbound build goes out, or the answer to an outbound one comes in: of the pool
     * itself or of the router's. Null while there is none.
     */
    private Way way(TunnelPool pool, boolean inbound, long now) {
        TunnelPool exploratory = tunnels.exploratory();
        Way own = random(pool, inbound, now);
        if (pool == exploratory) {
            return own;
        }
        // a stand-in without hops would tell strangers to the router that its client builds
        own = isProper(own, inbound) ? own : null;
        Way others = random(exploratory, inbound, now);
        others = isProper(others, inbound) ? others : null;
        if (own == null || others == null) {
            return own == null ? others : own;
        }
        // where builds fail again and again, the tunnels that they go by may be the reason
        int failures = inbound
                ? pool.plan().inbound().failuresInARow()
                : pool.plan().outbound().failuresInARow();
        boolean change = failures > 0 && entropy.below(2) == 0;
        return own.isProven() == change ? others : own;
    }

    private static boolean isProper(Way way, boolean inbound) {
        return way != null
                && (!way.isWithoutHops() || side(way.pool(), inbound).config().isZeroHop());
    }

    /** The tunnels that requests go out by for inbound builds, or answers come in by for outbound ones. */
    private static PoolSide<?> side(TunnelPool pool, boolean inbound) {
        return inbound ? pool.plan().outbound() : pool.plan().inbound();
    }

    private Way random(TunnelPool pool, boolean inbound, long now) {
        List<?> trusted = side(pool, inbound).trusted(now);
        if (trusted.isEmpty()) {
            return null;
        }
        PoolSide.Member<?> member = (PoolSide.Member<?>) trusted.get(entropy.below(trusted.size()));
        return inbound
                ? new Way(pool, (OutboundTunnel) member.tunnel, null, member.isProven())
                : new Way(pool, null, (InboundTunnel) member.tunnel, member.isProven());
    }

    private int newMessageId() {
        int id;
        do {
            id = entropy.nonZeroInt();
        } while (pending.containsKey(id));
        return id;
    }

    // --- 3: request

    /**
     * What is made off the lane.
     *
     * @param build null when a hop has no proper key
     * @param request what goes out
     */
    private record Prepared(TunnelBuild build, I2npMessage request) {}

    private void prepare(PendingBuild build, long now) {
        long nowMillis = lane.clock().epochMillis();
        int carriedKbps = carriedKbps(build, now);
        List<TunnelHop> hops = new ArrayList<>(build.path.size());
        for (RouterInfo router : build.path) {
            hops.add(TunnelHop.of(
                    router.identity(), entropy.nonZeroInt(), BandwidthOptions.toReplace(carriedKbps, entropy)));
        }
        Hash self = port.self().hash();
        boolean wrapped = !build.direct
                && !build.firstHop().hash().equals(build.way.outbound().endpoint());
        offload.submit(
                lane,
                () -> {
                    TunnelBuild made = build.inbound
                            ? TunnelBuild.inbound(
                                    hops, self, build.receiveTunnelId, build.messageId, now, nowMillis, entropy)
                            : TunnelBuild.outbound(
                                    hops,
                                    build.way.inbound().gateway(),
                                    build.way.inbound().gatewayTunnelId(),
                                    build.messageId,
                                    now,
                                    nowMillis,
                                    entropy);
                    return made == null ? new Prepared(null, null) : request(made, build, wrapped, nowMillis);
                },
                prepared -> onPrepared(build, prepared));
    }

    /**
     * What the tunnels that are there carry each, KB per second; 0 where the hops are not to know. That is so after a failure
     * too: a hop does not say why it refuses, and what nobody can give would leave the pool without tunnels.
     */
    private int carriedKbps(PendingBuild build, long now) {
        PoolPlan<InboundTunnel, OutboundTunnel> plan = build.pool.plan();
        PoolSide<?> side = build.inbound ? plan.inbound() : plan.outbound();
        if (build.pool == tunnels.exploratory() || side.failuresInARow() > 0) {
            return 0;
        }
        return build.inbound
                ? plan.inbound().cellsPerSecond(InboundTunnel::cells, now)
                : plan.outbound().cellsPerSecond(OutboundTunnel::cells, now);
    }

    /** Off the lane. */
    private Prepared request(TunnelBuild made, PendingBuild build, boolean wrapped, long nowMillis) {
        long expiration = nowMillis + REQUEST_LIFE_MILLIS;
        I2npMessage request = made.request().toMessage(entropy.nonZeroInt(), expiration);
        if (!wrapped) {
            return new Prepared(made, request);
        }
        Garlic garlic = RouterGarlic.wrap(build.firstHop().identity().encryptionKey(), request, nowMillis, entropy);
        if (garlic == null) {
            made.destroy();
            return new Prepared(null, null);
        }
        return new Prepared(made, garlic.toMessage(entropy.nonZeroInt(), expiration));
    }

    private void onPrepared(PendingBuild build, Prepared prepared) {
        if (build.over || prepared.build == null) {
            if (prepared.build != null) {
                prepared.request.release();
                prepared.build.destroy();
            } else if (!build.over) {
                fail(build, End.UNSENT);
            }
            return;
        }
        build.build = prepared.build;
        if (!build.inbound) {
            build.replyKey = prepared.build.replyKey();
            tunnels.tags().await(build.replyKey, build.way.pool(), lane.clock().nanos(), blocks -> {
                onReply(build, blocks);
            });
        }
        boolean sent = build.direct
                ? port.send(build.firstHop(), prepared.request)
                : tunnels.send(
                        build.way.outbound(),
                        new TunnelDelivery.ToRouter(build.firstHop().hash()),
                        prepared.request);
        if (!sent && build.direct) {
            fail(build, End.UNSENT);
        }
    }

    // --- 4: answers

    /**
     * A request for a tunnel that a peer brought: the answer to an inbound build of ours, if one is known by its id.
     *
     * @return false when it is not, and wants to make us a hop
     */
    boolean onRequest(Hash from, I2npMessage message) throws WireException {
        PendingBuild build = pending.get(message.id());
        if (build == null
                || !build.inbound
                || build.build == null
                || !build.lastHop().equals(from)) {
            return false;
        }
        onAnswer(build, ShortTunnelBuild.decode(message.body()).records());
        return true;
    }

    /** A build reply that came down a tunnel of this pool in clear: its sender is the tunnel's gateway itself. */
    boolean onReply(TunnelPool by, I2npMessage message) throws WireException {
        PendingBuild build = pending.get(message.id());
        if (build == null || build.inbound || build.build == null || build.way.pool() != by) {
            return false;
        }
        onAnswer(build, OutboundTunnelBuildReply.decode(message.body()).records());
        return true;
    }

    private void onReply(PendingBuild build, List<GarlicBlock> blocks) {
        for (GarlicBlock block : blocks) {
            if (!build.over
                    && block instanceof GarlicClove clove
                    && clove.delivery() instanceof CloveDelivery.Local
                    && clove.message().typeCode() == OutboundTunnelBuildReply.TYPE
                    && clove.message().id() == build.messageId) {
                try {
                    onAnswer(
                            build,
                            OutboundTunnelBuildReply.decode(clove.message().body())
                                    .records());
                } catch (WireException malformed) {
                    fail(build, End.DAMAGED);
                }
            }
        }
    }

    private void onAnswer(PendingBuild build, List<byte[]> records) {
        long now = lane.clock().nanos();
        BuildVerdict verdict = build.build.read(records);
        if (verdict instanceof BuildVerdict.Accepted accepted) {
            for (RouterInfo hop : build.path) {
                profiles.of(hop.hash(), now).tunnelAccepted(now);
            }
            adopt(build, accepted, now);
        } else if (verdict instanceof BuildVerdict.Refused refused) {
            for (int i = 0; i < build.path.size(); i++) {
                Hash hop = build.path.get(i).hash();
                if (refused.codes().get(i) == BuildReply.ACCEPTED) {
                    profiles.of(hop, now).tunnelAccepted(now);
                } else {
                    profiles.of(hop, now).tunnelRejected(now);
                }
            }
            fail(build, End.REFUSED);
        } else {
            blame(build.path.stream().map(RouterInfo::hash).toList());
            fail(build, End.DAMAGED);
        }
    }

    private void adopt(PendingBuild build, BuildVerdict.Accepted accepted, long now) {
        PoolPlan<InboundTunnel, OutboundTunnel> plan = build.pool.plan();
        boolean wanted;
        if (build.inbound) {
            InboundTunnel tunnel = InboundTunnel.of(build.build, accepted, tunnels.memory());
            tunnels.register(tunnel, build.pool);
            wanted = plan.builtInbound(build.token, tunnel, now);
            if (!wanted) {
                tunnels.retire(tunnel);
            }
        } else {
            OutboundTunnel tunnel = OutboundTunnel.of(build.build, accepted, entropy);
            wanted = plan.builtOutbound(build.token, tunnel, now);
            if (!wanted) {
                tunnels.retire(tunnel);
            }
        }
        end(build, wanted ? End.ACCEPTED : End.UNWANTED);
        build.pool.drive();
        if (build.pool == tunnels.exploratory()) {
            tunnels.unblockClients();
        }
    }

    private void fail(PendingBuild build, End why) {
        end(build, why);
        build.pool.plan().buildFailed(build.token, lane.clock().nanos());
        build.pool.drive();
    }

    /** The pool does not wait any longer. */
    void abandon(TunnelPool pool, long token, boolean timedOut) {
        for (PendingBuild build : pending.values()) {
            if (build.pool == pool && build.token == token) {
                // without a session with the first hop no other hop has heard of it
                if (timedOut
                        && (!build.direct || port.isConnected(build.firstHop().hash()))) {
                    long now = lane.clock().nanos();
                    build.path.forEach(hop -> profiles.of(hop.hash(), now).tunnelBuildTimedOut(now));
                }
                end(build, timedOut ? End.TIMED_OUT : End.UNWANTED);
                if (timedOut) {
                    build.way.doubt(lane.clock().nanos());
                }
                return;
            }
        }
    }

    /** A router cannot be reached: builds that begin with it come to nothing. */
    void onUnreachable(Hash router) {
        List<PendingBuild> lost = pending.values().stream()
                .filter(build -> build.direct && build.firstHop().hash().equals(router))
                .toList();
        for (PendingBuild build : lost) {
            if (!build.over) {
                fail(build, End.UNSENT);
            }
        }
    }

    private void end(PendingBuild build, End how) {
        build.over = true;
        pending.remove(build.messageId);
        if (build.replyKey != null) {
            tunnels.tags().forget(build.replyKey);
        }
        if (build.build != null) {
            build.build.destroy();
        }
        count(how);
    }

    /** These routers were hops of a tunnel that failed. */
    void blame(List<Hash> hops) {
        long now = lane.clock().nanos();
        hops.forEach(hop -> profiles.of(hop, now).tunnelFailed(now));
    }

    // --- how it is

    private void count(End end) {
        ends.merge(end, 1L, Long::sum);
    }

    int pending() {
        return pending.size();
    }

    /** Whether a build uses this id for the tunnel that it is to make. */
    boolean awaitsTunnel(int receiveTunnelId) {
        return pending.values().stream().anyMatch(build -> build.receiveTunnelId == receiveTunnelId);
    }

    Map<End, Long> ends() {
        return ends;
    }
}
