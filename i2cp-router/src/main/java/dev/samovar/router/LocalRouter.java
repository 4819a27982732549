package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.message.BandwidthLimits;
import dev.samovar.i2cp.message.CreateLeaseSet2.PrivateKey;
import dev.samovar.i2cp.server.RouterPort;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The router of the network {@code local}, which exists in this process only: its destinations reach each other directly,
 * in order, without encryption and without anonymity. A destination is reachable from the moment its session is made, and
 * may send to itself: that is answered with success and not with the status 23 that the specification has for routers that
 * refuse it, so that programs can be tested that talk to themselves.
 *
 * <p>The constructor, {@link #client} and {@link #close} are for any thread; all else runs on the router's lane.
 */
public final class LocalRouter {

    /** How long the leases in a request hold, and when the next request comes. */
    private static final long LEASE_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private static final long RENEW_NANOS = TimeUnit.MINUTES.toNanos(8);

    /** Kilobytes per second: no limit to speak of. */
    private static final int BANDWIDTH = 1_000_000;

    /** Senders that hear at once when a slow destination has caught up; others try again after their time-out. */
    private static final int MAX_WAITING = 64;

    private final Lane lane;
    private final Entropy entropy;
    private final RouterPort port = new Port();
    private final ClientFront front;
    private final Map<Hash, Presence> destinations = new HashMap<>();
    private final Hash gateway;
    private boolean closed;

    public LocalRouter(Lane routerLane, Entropy entropy, Offload offload) {
        this.lane = routerLane;
        this.entropy = entropy;
        this.gateway = Hash.fromBytes(entropy.bytes(Hash.LENGTH));
        this.front = new ClientFront(routerLane, entropy, offload, port);
    }

    /** The way in for this process. Quickest for sessions on the router's own lane. */
    public I2cpClient client() {
        return front.client();
    }

    /** The way in for an I2CP server; on the router's lane. */
    public RouterPort port() {
        return port;
    }

    /** Ends all sessions; their clients are told. */
    public void close() {
        lane.run(() -> {
            closed = true;
            front.close("the router is closing");
            for (Presence presence : new ArrayList<>(destinations.values())) {
                presence.inbox.onShutdown("the router is closing");
            }
        });
    }

    private final class Port implements RouterPort {

        @Override
        public Attachment attach(Destination destination, Mapping options, Inbox inbox) {
            if (closed || destinations.containsKey(destination.hash())) {
                return null;
            }
            Presence presence = new Presence(destination, inbox);
            destinations.put(destination.hash(), presence);
            return presence;
        }

        @Override
        public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
            Presence presence = destinations.get(hash);
            answer.accept(presence == null ? null : presence.destination);
        }

        /** Knows names of the form {@code <52 digits>.b32.i2p} only. */
        @Override
        public void lookup(String name, long timeoutMillis, Consumer<Destination> answer) {
            Hash hash = DestinationNames.hash(name);
            if (hash == null) {
                answer.accept(null);
            } else {
                lookup(hash, timeoutMillis, answer);
            }
        }

        @Override
        public BandwidthLimits bandwidthLimits() {
            return new BandwidthLimits(BANDWIDTH, BANDWIDTH, BANDWIDTH, BANDWIDTH, BANDWIDTH, BANDWIDTH, 1);
        }
    }

    /** One destination that is here. */
    private final class Presence implements RouterPort.Attachment {

        private final Destination destination;
        private final RouterPort.Inbox inbox;
        /** Senders that were told to wait for this one. */
        private final Set<RouterPort.Inbox> waiting = new LinkedHashSet<>(2);

        private Cancellable renewal;

        Presence(Destination destination, RouterPort.Inbox inbox) {
            this.destination = destination;
            this.inbox = inbox;
        }

        @Override
        public void open() {
            requestLeases();
        }

        private void requestLeases() {
            long end = lane.clock().epochMillis() + LEASE_MILLIS;
            renewal = lane.schedule(lane.clock().nanos() + RENEW_NANOS, this::requestLeases);
            inbox.requestLeaseSet(List.of(new Lease(gateway, entropy.nonZeroInt(), end)));
        }

        @Override
        public RouterPort.Verdict send(Destination to, ByteBuf payload, long expirationMillis, long ticket) {
            Presence target = destinations.get(to.hash());
            if (target == null) {
                payload.release();
                return RouterPort.Verdict.NO_LEASE_SET;
            }
            boolean taken = target.inbox.deliver(payload);
            if (!target.inbox.isCongested()) {
                return taken ? RouterPort.Verdict.DELIVERED : RouterPort.Verdict.OVERFLOW;
            }
            if (target.waiting.size() < MAX_WAITING) {
                target.waiting.add(inbox);
            }
            return taken ? RouterPort.Verdict.CONGESTED : RouterPort.Verdict.OVERFLOW;
        }

        /** Nobody needs lease sets here: who is present is reachable. */
        @Override
        public void leaseSet(LeaseSet leaseSet, List<PrivateKey> privateKeys) {
            inbox.onLeaseSetFound();
        }

        @Override
        public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
            port.lookup(hash, timeoutMillis, answer);
        }

        @Override
        public void lookup(String name, long timeoutMillis, Consumer<Destination> answer) {
            port.lookup(name, timeoutMillis, answer);
        }

        @Override
        public void reconfigure(Mapping options) {}

        @Override
        public void inboxDrained() {
            List<RouterPort.Inbox> all = new ArrayList<>(waiting);
            waiting.clear();
            for (RouterPort.Inbox sender : all) {
                sender.onWritable();
            }
        }

        @Override
        public void detach() {
            destinations.remove(destination.hash());
            if (renewal != null) {
                renewal.cancel();
                renewal = null;
            }
            inboxDrained();
        }
    }
}
