package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Hash;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether this router becomes a hop of somebody's tunnel: the checks of a request (tunnel creation, "Tunnel Creation"), then
 * capacity. Counts what each tunnel takes of it. Belongs to the router lane.
 */
@SansIo
final class TransitAdmission {

    /** Creators round down to minutes, and their clocks differ. */
    private static final long MOST_AGE_MINUTES = 8;

    private static final long MOST_AHEAD_MINUTES = 5;

    /** From here on requests are refused at random, the more the nearer to all. */
    private static final int MEDIUM = 70;

    private static final int HIGH = 90;
    private static final int ALL = 100;

    /** Not everybody uses what he reserved. */
    private static final int RESERVE_TIMES = 2;

    /** What is published stands for long, so it is no word of the moment. */
    private static final long AVERAGE_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final TransitConfig config;
    private final TransitPort port;
    private final Entropy entropy;
    private final SharedBandwidth bandwidth;
    private final Map<Hash, Integer> tunnelsOfPeer = new HashMap<>();
    private int tunnels;
    private int reservedKbps;
    private double averageLevel;
    private long sampledAt;
    private boolean sampled;

    TransitAdmission(TransitConfig config, TransitPort port, SharedBandwidth bandwidth, Entropy entropy) {
        this.config = config;
        this.port = port;
        this.bandwidth = bandwidth;
        this.entropy = entropy;
    }

    /** What is wrong with an opened request, so that it gets no answer; null when nothing is. */
    TransitRefusal fault(Hash from, BuildRequest request, long nowMillis) {
        if (request.receiveTunnelId() == 0 || request.nextTunnelId() == 0) {
            return TransitRefusal.NO_TUNNEL_ID;
        }
        if (request.layerType() != BuildRequest.LAYER_AES) {
            return TransitRefusal.UNKNOWN_LAYER;
        }
        if (request.role() != TunnelRole.GATEWAY && from == null) {
            return TransitRefusal.SENDER_UNKNOWN;
        }
        if (port.self().equals(from)
                || request.role() != TunnelRole.ENDPOINT && port.self().equals(request.nextRouter())) {
            return TransitRefusal.OURSELVES;
        }
        if (request.role() == TunnelRole.PARTICIPANT && request.nextRouter().equals(from)) {
            return TransitRefusal.BACK_TO_SENDER;
        }
        long age = TimeUnit.MILLISECONDS.toMinutes(nowMillis) - request.minutes();
        if (age > MOST_AGE_MINUTES) {
            return TransitRefusal.TOO_OLD;
        }
        return age < -MOST_AHEAD_MINUTES ? TransitRefusal.FUTURE_DATE : null;
    }

    /** Why there is no room for a sound request; null when there is. */
    TransitRefusal refusal(Hash from, BuildRequest request, long now) {
        if (!port.acceptsTransit()) {
            return TransitRefusal.NOT_ACCEPTING;
        }
        if (tunnels >= config.mostTunnels()) {
            return TransitRefusal.FULL;
        }
        int level = level(now);
        if (level >= ALL || level > MEDIUM && entropy.below(ALL - MEDIUM) < level - MEDIUM) {
            return TransitRefusal.CONGESTED;
        }
        int most = config.mostTunnelsOfPeer();
        if (from != null && tunnelsOf(from) >= most
                || request.role() != TunnelRole.ENDPOINT && tunnelsOf(request.nextRouter()) >= most) {
            return TransitRefusal.NEIGHBOUR_SHARE;
        }
        return bandwidthRefusal(request);
    }

    private TransitRefusal bandwidthRefusal(BuildRequest request) {
        try {
            int minimum = BandwidthOptions.of(request.options()).minimum();
            boolean tooMuch = minimum > config.mostKbpsOfTunnel()
                    || reservedKbps + minimum > RESERVE_TIMES * (long) config.sharedKbps();
            return minimum > 0 && tooMuch ? TransitRefusal.TOO_MUCH_BANDWIDTH : null;
        } catch (WireException nonsense) {
            return TransitRefusal.BAD_BANDWIDTH;
        }
    }

    /** What there is for a tunnel that wants to know, KB per second: its minimum at least. */
    int availableKbps(BandwidthOptions wanted, long now) {
        int free = Math.max(0, config.sharedKbps() - bandwidth.usedKbps(now));
        return Math.max(Math.max(1, wanted.minimum()), Math.min(config.mostKbpsOfTunnel(), free));
    }

    /** The least that is reserved: what was asked for, as far as it was granted. */
    static int reserved(BandwidthOptions wanted, int availableKbps) {
        return Math.min(availableKbps, Math.max(wanted.minimum(), wanted.requested()));
    }

    void opened(TransitTunnel tunnel) {
        tunnels++;
        reservedKbps += tunnel.reservedKbps();
        count(tunnel.previous(), 1);
        count(tunnel.next(), 1);
    }

    void closed(TransitTunnel tunnel) {
        tunnels--;
        reservedKbps -= tunnel.reservedKbps();
        count(tunnel.previous(), -1);
        count(tunnel.next(), -1);
    }

    /** What a tunnel had reserved has changed by so much. */
    void reserve(int kbps) {
        reservedKbps += kbps;
    }

    private void count(Hash peer, int change) {
        if (peer != null) {
            tunnelsOfPeer.merge(peer, change, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private int tunnelsOf(Hash peer) {
        return tunnelsOfPeer.getOrDefault(peer, 0);
    }

    private int level(long now) {
        int full = (int) (100L * tunnels / config.mostTunnels());
        return Math.max(port.loadPercent(), Math.max(full, bandwidth.usedPercent(now)));
    }

    /** Notes how busy the router is at this moment. */
    void sample(long now) {
        int level = level(now);
        if (sampled) {
            // the longer the last word is past, the less it weighs
            double weight = Math.exp((sampledAt - now) / (double) AVERAGE_NANOS);
            averageLevel = level + (averageLevel - level) * weight;
        }
        sampled = true;
        sampledAt = now;
    }

    /**
     * As the router should publish it (proposal 162): the average of some minutes. A load, which may be over soon, is never told
     * as a refusal of everything.
     */
    Congestion congestion(long now) {
        if (tunnels >= config.mostTunnels() || !port.acceptsTransit()) {
            return Congestion.REFUSES_ALL;
        }
        sample(now);
        double level = averageLevel;
        return level >= HIGH ? Congestion.HIGH : level >= MEDIUM ? Congestion.MEDIUM : Congestion.NONE;
    }

    int reservedKbps() {
        return reservedKbps;
    }
}
