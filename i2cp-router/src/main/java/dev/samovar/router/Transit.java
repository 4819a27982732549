package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.tunnel.TransitBuild;
import dev.samovar.tunnel.TransitConfig;
import dev.samovar.tunnel.TransitPort;
import dev.samovar.tunnel.TransitStatus;
import dev.samovar.tunnel.TransitTunnels;
import java.util.HashMap;
import java.util.Map;

/**
 * Moves {@link TransitTunnels}: opens requests off the lane, gives cells that come at one time to their tunnels before what does
 * not fill a cell is sent, and finds routers that others want us to send to. On the router lane.
 */
final class Transit {

    /** Messages that wait for the RouterInfo of whom they are for: strangers choose these routers. */
    private static final int MOST_WAITING = 64;

    private static final int MOST_WAITING_FOR_ONE = 8;

    /** What the router around it does. */
    interface Network {

        /** Whether a session is up, or it is known where to dial. */
        boolean isKnown(Hash router);

        /** Looks for it; {@code then} runs later, whatever came of it. */
        void fetch(Hash router, Runnable then);

        /** Sends over the session that is up, or to the known router; takes over. */
        boolean send(Hash router, I2npMessage message);

        /** A message that came out of a tunnel for this router itself; taken over. */
        void receive(I2npMessage message);
    }

    private final Lane lane;
    private final Offload offload;
    private final Hash self;
    private final Network network;
    private final TransitTunnels tunnels;
    private final boolean welcome;
    private final LaneLoad load;
    private final Map<Hash, Integer> waitingFor = new HashMap<>();
    private int waiting;
    private boolean started;
    private boolean flushing;
    private boolean closed;
    private Cancellable timer = () -> {};
    private long timerAt = Long.MAX_VALUE;

    /**
     * @param own the keys in our identity; stay the caller's
     * @param sharedKbps what tunnels of others may carry in all
     * @param welcome whether they are taken at all
     */
    Transit(
            Lane lane,
            Entropy entropy,
            Offload offload,
            Hash self,
            X25519KeyPair own,
            int sharedKbps,
            boolean welcome,
            Network network) {
        this.lane = lane;
        this.offload = offload;
        this.self = self;
        this.welcome = welcome;
        this.network = network;
        this.load = new LaneLoad(lane);
        this.tunnels = new TransitTunnels(TransitConfig.of(sharedKbps), new Port(), own, entropy);
    }

    /** The router is on its network: others may ask. */
    void start() {
        started = true;
        load.start();
    }

    /** A request that is no answer to a build of our own; taken over. {@code from} is null when it came in garlic. */
    void onBuild(Hash from, I2npMessage message) {
        TransitBuild build = tunnels.begin(from, message, now(), nowMillis());
        if (build == null) {
            return;
        }
        offload.submit(
                lane,
                () -> {
                    build.open();
                    return build;
                },
                opened -> {
                    tunnels.finish(opened, now(), nowMillis());
                    after();
                });
    }

    /** A cell of none of our own tunnels; taken over, but when the answer is false. */
    boolean onTunnelData(Hash from, I2npMessage message) {
        boolean ours = tunnels.onTunnelData(from, message, now(), nowMillis());
        after();
        return ours;
    }

    /** A message for a gateway of none of our own tunnels; taken over, but when the answer is false. */
    boolean onTunnelGateway(TunnelGateway gateway) {
        boolean ours = tunnels.onTunnelGateway(gateway, now(), nowMillis());
        after();
        return ours;
    }

    /** What to publish: how gladly more is taken. */
    Congestion congestion() {
        return welcome ? tunnels.congestion(now()) : Congestion.REFUSES_ALL;
    }

    TransitStatus status() {
        return tunnels.status(now());
    }

    void close() {
        closed = true;
        timer.cancel();
        load.stop();
        tunnels.destroy();
    }

    /** What does not fill a cell waits for whatever else comes in this turn of the lane. */
    private void after() {
        if (!flushing) {
            flushing = true;
            lane.execute(() -> {
                flushing = false;
                if (!closed) {
                    tunnels.flush(nowMillis());
                }
            });
        }
        long next = tunnels.nextTimeout();
        if (next != timerAt && !closed) {
            timer.cancel();
            timerAt = next;
            timer = next == Long.MAX_VALUE ? () -> {} : lane.schedule(next, this::onTimer);
        }
    }

    private void onTimer() {
        timerAt = Long.MAX_VALUE;
        tunnels.handleTimeout(now(), nowMillis());
        after();
    }

    private long now() {
        return lane.clock().nanos();
    }

    private long nowMillis() {
        return lane.clock().epochMillis();
    }

    private final class Port implements TransitPort {

        @Override
        public Hash self() {
            return self;
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            if (router.equals(self)) {
                network.receive(message);
                return true;
            }
            if (network.isKnown(router)) {
                return network.send(router, message);
            }
            int forThis = waitingFor.getOrDefault(router, 0);
            if (closed || waiting >= MOST_WAITING || forThis >= MOST_WAITING_FOR_ONE) {
                message.release();
                return false;
            }
            waiting++;
            waitingFor.merge(router, 1, Integer::sum);
            network.fetch(router, () -> {
                waiting--;
                waitingFor.computeIfPresent(router, (hash, count) -> count == 1 ? null : count - 1);
                if (closed) {
                    message.release();
                } else {
                    network.send(router, message);
                }
            });
            return true;
        }

        @Override
        public void receive(I2npMessage message) {
            network.receive(message);
        }

        @Override
        public boolean acceptsTransit() {
            return welcome && started && !closed;
        }

        @Override
        public int loadPercent() {
            return load.percent();
        }
    }
}
