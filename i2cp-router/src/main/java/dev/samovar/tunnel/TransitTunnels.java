package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.RecentKeys;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.i2np.VariableTunnelBuild;
import dev.samovar.peer.PeerThrottle;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What this router does for the tunnels of others, in all roles.
 *
 * <ol>
 *   <li>A request for a tunnel is looked over ({@link #begin}), opened off the lane ({@link TransitBuild#open}), judged and
 *       answered ({@link #finish}): the answer is written into the request, which goes on to the next hop, or from an endpoint
 *       back to the creator.
 *   <li>A cell of a tunnel gets our layer and goes on, or is opened at an endpoint and its messages are sent where they say
 *       ({@link #onTunnelData}).
 *   <li>A message for a gateway is packed into cells that go in ({@link #onTunnelGateway}, {@link #flush}).
 *   <li>Ten minutes later the tunnel is forgotten ({@link #handleTimeout}).
 * </ol>
 *
 * <p>Bounded: requests of each neighbour, requests being opened, tunnels in all and of each neighbour, bandwidth in all,
 * memory for repeated cells and requests and for unfinished messages. Belongs to the router lane.
 */
@SansIo
public final class TransitTunnels {

    /** How long requests and answers that we send on may be under way. */
    private static final long BUILD_LIFETIME_MILLIS = TimeUnit.SECONDS.toMillis(20);

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Requests of one router, which brings those of all creators behind it. */
    private static final int MOST_REQUESTS = 300;

    /** Requests that came in garlic, from nobody knows whom. */
    private static final int MOST_ANONYMOUS_REQUESTS = 900;

    private static final long REQUEST_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Requests that are being opened: a tenth of a millisecond each. */
    private static final int MOST_OPENING = 256;

    /** Requests are taken up to 8 minutes after their time and 5 before; and a minute may be almost over. */
    private static final long REMEMBER_REQUESTS_MILLIS = TimeUnit.MINUTES.toMillis(14);

    private static final int MOST_REMEMBERED_REQUESTS = 1 << 16;

    private final TransitPort port;
    private final X25519KeyPair own;
    private final Entropy entropy;
    private final byte[] ownPrefix;
    private final SharedBandwidth bandwidth;
    private final TransitAdmission admission;
    private final TunnelMemory memory;
    private final RecentKeys requests;
    private final PeerThrottle perPeer = new PeerThrottle(MOST_REQUESTS, REQUEST_WINDOW_NANOS);
    private final PeerThrottle anonymous = new PeerThrottle(MOST_ANONYMOUS_REQUESTS, REQUEST_WINDOW_NANOS);
    /** By the id in the cells; the oldest first. */
    private final Map<Integer, TransitTunnel> tunnels = new LinkedHashMap<>();

    private final TransitTraffic traffic;
    private final long[] refusals = new long[TransitRefusal.values().length];
    private int opening;
    private long opened;
    private long accepted;
    private long nextTick = Long.MAX_VALUE;

    /** @param own the keys in this router's identity; they stay the caller's */
    public TransitTunnels(TransitConfig config, TransitPort port, X25519KeyPair own, Entropy entropy) {
        this.port = port;
        this.own = own;
        this.entropy = entropy;
        this.ownPrefix = BuildRecord.prefix(port.self());
        this.bandwidth = new SharedBandwidth(config.sharedKbps());
        this.admission = new TransitAdmission(config, port, bandwidth, entropy);
        this.memory = new TunnelMemory(entropy.nextLong(), config.mostCells(), config.mostFragmentBytes());
        this.requests = new RecentKeys(entropy.nextLong(), REMEMBER_REQUESTS_MILLIS, MOST_REMEMBERED_REQUESTS);
        this.traffic = new TransitTraffic(port, tunnels, bandwidth, memory, entropy);
    }

    // 1 requests

    /** {@link #begin}, {@link TransitBuild#open} and {@link #finish} at once, on the lane. */
    public void onBuild(Hash from, I2npMessage message, long now, long nowMillis) {
        TransitBuild build = begin(from, message, now, nowMillis);
        if (build != null) {
            build.open();
            finish(build, now, nowMillis);
        }
    }

    /**
     * Looks a request over, before the cost of opening it. Whoever gets one owes a {@link #finish}.
     *
     * @param from the router that brought it; null when it came in garlic
     * @param message of type {@link ShortTunnelBuild} or {@link VariableTunnelBuild}, and no answer to a build of our own;
     *     taken over
     * @return null when it is dropped
     */
    public TransitBuild begin(Hash from, I2npMessage message, long now, long nowMillis) {
        try {
            return look(from, message, now, nowMillis);
        } catch (WireException malformed) {
            refuse(TransitRefusal.MALFORMED);
            return null;
        } finally {
            message.release();
        }
    }

    private TransitBuild look(Hash from, I2npMessage message, long now, long nowMillis) throws WireException {
        PeerThrottle throttle = from == null ? anonymous : perPeer;
        if (!throttle.admit(from == null ? port.self() : from, now)) {
            refuse(TransitRefusal.THROTTLED);
            return null;
        }
        List<byte[]> records;
        if (message.typeCode() == ShortTunnelBuild.TYPE) {
            records = ShortTunnelBuild.decode(message.body()).records();
        } else if (message.typeCode() == VariableTunnelBuild.TYPE) {
            records = VariableTunnelBuild.decode(message.body()).records();
        } else {
            throw new IllegalArgumentException("type " + message.typeCode());
        }
        int slot = TransitBuild.slotOf(ownPrefix, records);
        if (slot < 0) {
            refuse(TransitRefusal.NOT_FOR_US);
            return null;
        }
        TransitBuild build = new TransitBuild(from, message.typeCode(), records, slot, own);
        if (requests.contains(build.number(), nowMillis)) {
            refuse(TransitRefusal.REPEATED);
            return null;
        }
        if (opening >= MOST_OPENING) {
            refuse(TransitRefusal.BUSY);
            return null;
        }
        opening++;
        return build;
    }

    /** Judges a request that was opened, and answers it. Sends. */
    public void finish(TransitBuild build, long now, long nowMillis) {
        opening--;
        TransitRefusal refusal = build.failure();
        if (refusal == null && !requests.add(build.number(), nowMillis)) {
            refusal = TransitRefusal.REPEATED;
        }
        if (refusal == null) {
            opened++;
            refusal = admission.fault(build.from(), build.request(), nowMillis);
        }
        if (refusal == null) {
            refusal = admission.refusal(build.from(), build.request(), now);
        }
        if (refusal == null && tunnels.containsKey(build.request().receiveTunnelId())) {
            refusal = TransitRefusal.TUNNEL_ID_TAKEN;
        }
        if (refusal == null) {
            accept(build, now, nowMillis);
        } else {
            refuse(refusal);
            if (refusal.isAnswered()) {
                answer(build, new BuildReply(BuildReply.REFUSED, Mapping.EMPTY), now, nowMillis);
            }
            build.destroy(true);
        }
    }

    private void accept(TransitBuild build, long now, long nowMillis) {
        BuildRequest request = build.request();
        BandwidthOptions wanted = wanted(request);
        int available = wanted.wantsAnswer() ? admission.availableKbps(wanted, now) : 0;
        int reserved = TransitAdmission.reserved(wanted, available);
        TransitTunnel tunnel = switch (request.role()) {
            case PARTICIPANT -> new TransitTunnel.Participant(build.from(), request, build.layer(), reserved, now);
            case GATEWAY -> new TransitTunnel.Gateway(request, build.layer(), reserved, wanted.limit(), entropy, now);
            case ENDPOINT -> new TransitTunnel.Endpoint(build.from(), request, build.layer(), reserved, memory, now);
        };
        tunnels.put(tunnel.receiveTunnelId(), tunnel);
        admission.opened(tunnel);
        if (nextTick == Long.MAX_VALUE) {
            nextTick = now + TICK_NANOS;
        }
        BuildReply reply = new BuildReply(BuildReply.ACCEPTED, BandwidthOptions.available(available));
        if (answer(build, reply, now, nowMillis)) {
            accepted++;
        } else {
            refuse(TransitRefusal.NOT_SENT);
            // nobody will hear that we agreed
            if (tunnels.remove(tunnel.receiveTunnelId(), tunnel)) {
                close(tunnel);
            }
        }
        build.destroy(false);
    }

    private static BandwidthOptions wanted(BuildRequest request) {
        try {
            return BandwidthOptions.of(request.options());
        } catch (WireException refusedBefore) {
            throw new IllegalStateException(refusedBefore);
        }
    }

    /** Sends a request on with our reply in it; false when it cannot be sent. */
    private boolean answer(TransitBuild build, BuildReply reply, long now, long nowMillis) {
        BuildRequest request = build.request();
        List<byte[]> records = build.answer(reply, entropy);
        long expiration = nowMillis + BUILD_LIFETIME_MILLIS;
        int id = request.nextMessageId();
        if (request.role() != TunnelRole.ENDPOINT) {
            I2npMessage onward = build.isShort()
                    ? new ShortTunnelBuild(records).toMessage(id, expiration)
                    : new VariableTunnelBuild(records).toMessage(id, expiration);
            return port.send(request.nextRouter(), onward);
        }
        I2npMessage replies = build.isShort()
                ? new OutboundTunnelBuildReply(records).toMessage(id, expiration)
                : new VariableTunnelBuild(records).toReply(id, expiration);
        if (request.nextRouter().equals(port.self())) {
            traffic.toOwnGateway(request.nextTunnelId(), replies, now, nowMillis);
            return true;
        }
        if (build.garlic() != null) {
            replies = OneTimeGarlic.wrap(build.garlic(), replies, entropy).toMessage(entropy.nonZeroInt(), expiration);
        }
        return port.send(
                request.nextRouter(),
                new TunnelGateway(request.nextTunnelId(), replies).toMessage(entropy.nonZeroInt(), expiration));
    }

    private void refuse(TransitRefusal reason) {
        refusals[reason.ordinal()]++;
    }

    // 2 cells and messages

    /**
     * Carries a cell.
     *
     * @param from the router that brought it; null when nobody knows
     * @param message of type {@link dev.samovar.i2np.TunnelData}; taken over, but when the answer is false
     * @return false when there is no such tunnel; the router asks its own tunnels first
     */
    public boolean onTunnelData(Hash from, I2npMessage message, long now, long nowMillis) {
        return traffic.onTunnelData(from, message, now, nowMillis);
    }

    /**
     * Takes a message for a gateway. What does not fill a cell waits for {@link #flush}.
     *
     * @param gateway taken over, but when the answer is false
     * @return false when there is no such tunnel; the router asks its own tunnels first
     */
    public boolean onTunnelGateway(TunnelGateway gateway, long now, long nowMillis) {
        return traffic.onTunnelGateway(gateway, now, nowMillis);
    }

    /** Sends what waits for full cells. The owner calls it when it has handed over all that came at one time. */
    public void flush(long nowMillis) {
        traffic.flush(nowMillis);
    }

    // 3 time

    /** Forgets tunnels that have ended; every few seconds. */
    public void handleTimeout(long now, long nowMillis) {
        flush(nowMillis);
        if (now < nextTick) {
            return;
        }
        admission.sample(now);
        Iterator<TransitTunnel> oldestFirst = tunnels.values().iterator();
        while (oldestFirst.hasNext()) {
            TransitTunnel tunnel = oldestFirst.next();
            if (now - tunnel.endsAt() >= 0) {
                oldestFirst.remove();
                close(tunnel);
            } else {
                int before = tunnel.reservedKbps();
                tunnel.handleTimeout(now);
                admission.reserve(tunnel.reservedKbps() - before);
            }
        }
        nextTick = tunnels.isEmpty() ? Long.MAX_VALUE : now + TICK_NANOS;
    }

    /** When {@link #handleTimeout} is due; {@link Long#MAX_VALUE} for never. */
    public long nextTimeout() {
        return nextTick;
    }

    private void close(TransitTunnel tunnel) {
        admission.closed(tunnel);
        traffic.closed(tunnel);
        tunnel.destroy();
    }

    /** Forgets all tunnels. */
    public void destroy() {
        tunnels.values().forEach(this::close);
        tunnels.clear();
        nextTick = Long.MAX_VALUE;
    }

    // 4 for the operator

    /**
     * How gladly more tunnels are taken, averaged over some minutes, as the router should publish it; but not at its start or
     * before its end, which nobody need know of.
     */
    public Congestion congestion(long now) {
        return admission.congestion(now);
    }

    /** Tunnels that are there now. */
    public int size() {
        return tunnels.size();
    }

    /** What unfinished messages at endpoints take, bytes. */
    int fragmentBytes() {
        return memory.fragmentBytes();
    }

    /** How many requests came to this end. */
    public long refused(TransitRefusal reason) {
        return refusals[reason.ordinal()];
    }

    public TransitStatus status(long now) {
        Map<TunnelRole, Integer> byRole = new EnumMap<>(TunnelRole.class);
        tunnels.values().forEach(tunnel -> byRole.merge(tunnel.role(), 1, Integer::sum));
        Map<TransitRefusal, Long> counts = new EnumMap<>(TransitRefusal.class);
        Arrays.stream(TransitRefusal.values())
                .filter(reason -> refused(reason) > 0)
                .forEach(reason -> counts.put(reason, refused(reason)));
        return new TransitStatus(
                byRole,
                opened,
                accepted,
                counts,
                opening,
                traffic.cells(),
                traffic.messages(),
                bandwidth.usedKbps(now),
                admission.reservedKbps(),
                congestion(now),
                memory.drops(),
                traffic.unknown());
    }
}
