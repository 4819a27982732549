package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.dest.DestinationClient;
import dev.samovar.dest.DestinationOptions;
import dev.samovar.dest.LocalDestination;
import dev.samovar.dest.PoolRoute;
import dev.samovar.dest.SendOutcome;
import dev.samovar.i2cp.message.BandwidthLimits;
import dev.samovar.i2cp.message.CreateLeaseSet2.PrivateKey;
import dev.samovar.i2cp.server.RouterPort;
import dev.samovar.netdb.ClientView;
import dev.samovar.netdb.NetDb;
import dev.samovar.tunnel.Tunnels;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What I2CP needs of a router that is a member of a network: each session is a {@link LocalDestination}. Sessions may begin
 * before the network is there; they wait for it.
 *
 * <p>Messages and lookups between two destinations of this router take the way through the network, so that nobody can tell by
 * the time they take that the two are neighbours; unless both sessions say {@code samovar.localDelivery=true}. Sessions that say
 * so are there for each other even while there is no network.
 *
 * <p>Belongs to the router lane.
 */
final class NetworkPort implements RouterPort {

    static final String LOCAL_DELIVERY = "samovar.localDelivery";

    /** Each has tunnels of its own. */
    private static final int MAX_DESTINATIONS = 1024;

    /** Lookups of clients without sessions at a time; more are told that nothing was found. */
    private static final int MAX_LOOKUPS = 256;

    /** Of a session, that wait for the network. */
    private static final int MAX_LOOKUPS_OF_A_SESSION = 64;

    private static final long MAX_LOOKUP_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /** Senders that hear at once when a slow neighbour has caught up. */
    private static final int MAX_WAITING = 64;

    /** What a lease set that nobody else will see says of its end. */
    private static final long PLACEHOLDER_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** Kilobytes per second: no limit to speak of. */
    private static final int BANDWIDTH = 1_000_000;

    private final Lane lane;
    private final Entropy entropy;
    private final Hash self;
    private final Map<Hash, Presence> destinations = new HashMap<>();
    /** Of sessions that ended. */
    private final Map<String, Long> formerDrops = new TreeMap<>();

    private Tunnels tunnels;
    private NetDb netDb;
    private int lookups;
    private boolean closed;

    NetworkPort(Lane lane, Entropy entropy, Hash self) {
        this.lane = lane;
        this.entropy = entropy;
        this.self = self;
    }

    /** The network is there. */
    void start(Tunnels theTunnels, NetDb theNetDb) {
        tunnels = theTunnels;
        netDb = theNetDb;
        List.copyOf(destinations.values()).forEach(Presence::join);
    }

    /** Ends all sessions; their clients are told. */
    void close(String reason) {
        closed = true;
        for (Presence presence : List.copyOf(destinations.values())) {
            presence.inbox.onShutdown(reason);
        }
        for (Presence presence : List.copyOf(destinations.values())) {
            presence.detach();
        }
    }

    /** How many sessions there are, and what those wait for that cannot send yet, or not be found. */
    RouterStatus.Sessions status() {
        int ready = 0;
        Map<String, Integer> waiting = new TreeMap<>();
        for (Presence presence : destinations.values()) {
            if (presence.network == null) {
                waiting.merge("the network", 1, Integer::sum);
            } else if (presence.network.isReady()) {
                ready++;
            } else {
                waiting.merge(TunnelReport.lack(presence.network), 1, Integer::sum);
            }
        }
        return new RouterStatus.Sessions(destinations.size(), ready, waiting);
    }

    /** What was dropped of what came for all sessions that there were, by reason. */
    Map<String, Long> drops() {
        Map<String, Long> all = new TreeMap<>(formerDrops);
        for (Presence presence : destinations.values()) {
            presence.addDrops(all);
        }
        return all;
    }

    @Override
    public Attachment attach(Destination destination, Mapping options, Inbox inbox) {
        if (closed || destinations.size() >= MAX_DESTINATIONS || destinations.containsKey(destination.hash())) {
            return null;
        }
        Presence presence = new Presence(destination, options, inbox);
        destinations.put(destination.hash(), presence);
        presence.join();
        return presence;
    }

    @Override
    public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
        if (closed || netDb == null || lookups >= MAX_LOOKUPS) {
            answer.accept(null);
            return;
        }
        // a view of its own, so that nothing shows what was looked up before
        lookups++;
        ClientView view = netDb.newView(PoolRoute.ofRouter(tunnels.exploratory(), entropy));
        within(
                timeoutMillis,
                found -> {
                    lookups--;
                    view.close();
                    answer.accept(found);
                },
                once -> view.lookup(hash, found -> once.accept(destinationOf(found.valueOrNull()))));
    }

    @Override
    public void lookup(String name, long timeoutMillis, Consumer<Destination> answer) {
        Hash hash = DestinationNames.hash(name);
        if (hash == null) {
            answer.accept(null);
        } else {
            lookup(hash, timeoutMillis, answer);
        }
    }

    private static Destination destinationOf(LeaseSet leaseSet) {
        return leaseSet == null ? null : leaseSet.destination();
    }

    /** Asks, and answers once, with null when the time is over. */
    private void within(long timeoutMillis, Consumer<Destination> answer, Consumer<Consumer<Destination>> question) {
        boolean[] done = new boolean[1];
        Cancellable[] timeout = {() -> {}};
        Consumer<Destination> once = found -> {
            if (!done[0]) {
                done[0] = true;
                timeout[0].cancel();
                answer.accept(found);
            }
        };
        long patience = TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMillis, MAX_LOOKUP_MILLIS));
        timeout[0] = lane.schedule(lane.clock().nanos() + patience, () -> once.accept(null));
        question.accept(once);
    }

    @Override
    public BandwidthLimits bandwidthLimits() {
        return new BandwidthLimits(BANDWIDTH, BANDWIDTH, BANDWIDTH, BANDWIDTH, BANDWIDTH, BANDWIDTH, 1);
    }

    private static boolean isLocal(Mapping options) {
        return "true".equalsIgnoreCase(options.get(LOCAL_DELIVERY));
    }

    /** One session. */
    private final class Presence implements Attachment, DestinationClient {

        private final Destination destination;
        private final Inbox inbox;
        /** Neighbours that were told to wait for this one. */
        private final Set<Inbox> waiting = new LinkedHashSet<>(2);

        private Mapping options;
        private LocalDestination network;
        private boolean open;
        /** The tunnel id in the lease set that only neighbours need; 0 for none. */
        private int placeholder;
        /** Lookups that wait for the network. */
        private final List<Runnable> lookupsToCome = new ArrayList<>();

        private boolean detached;

        Presence(Destination destination, Mapping options, Inbox inbox) {
            this.destination = destination;
            this.options = options;
            this.inbox = inbox;
        }

        void join() {
            if (tunnels == null || network != null) {
                return;
            }
            network = new LocalDestination(
                    lane, entropy, destination, DestinationOptions.of(options), tunnels, netDb, this);
            if (open) {
                network.open();
            }
            List.copyOf(lookupsToCome).forEach(Runnable::run);
            lookupsToCome.clear();
        }

        // --- what the client wants

        @Override
        public void open() {
            open = true;
            if (isLocal(options)) {
                // with this the session is there for its neighbours; what others get comes with the first tunnel
                placeholder = entropy.nonZeroInt();
                long end = lane.clock().epochMillis() + PLACEHOLDER_MILLIS;
                inbox.requestLeaseSet(List.of(new Lease(self, placeholder, end)));
            }
            if (network != null) {
                network.open();
            }
        }

        @Override
        public Verdict send(Destination to, ByteBuf payload, long expirationMillis, long ticket) {
            Presence neighbour = neighbour(to.hash());
            if (neighbour != null) {
                return hand(neighbour, payload);
            }
            if (network == null) {
                payload.release();
                if (ticket != 0) {
                    lane.execute(() -> onSent(ticket, SendOutcome.NO_TUNNEL));
                }
                return Verdict.ACCEPTED;
            }
            return switch (network.send(to.hash(), payload, expirationMillis, ticket)) {
                case TAKEN -> Verdict.ACCEPTED;
                case CROWDED -> Verdict.ACCEPTED_CONGESTED;
                case FULL -> Verdict.OVERFLOW;
            };
        }

        /** Who gets messages straight: ourselves, and others where both sides wish it. */
        private Presence neighbour(Hash hash) {
            Presence other = destinations.get(hash);
            boolean direct = other == this || other != null && isLocal(options) && isLocal(other.options);
            return direct ? other : null;
        }

        private Verdict hand(Presence neighbour, ByteBuf payload) {
            boolean taken = neighbour.inbox.deliver(payload);
            if (!neighbour.inbox.isCongested()) {
                return taken ? Verdict.DELIVERED : Verdict.OVERFLOW;
            }
            if (neighbour.waiting.size() < MAX_WAITING) {
                neighbour.waiting.add(inbox);
            }
            return taken ? Verdict.CONGESTED : Verdict.OVERFLOW;
        }

        @Override
        public void leaseSet(LeaseSet leaseSet, List<PrivateKey> privateKeys) {
            if (network == null || isPlaceholder(leaseSet)) {
                // neighbours look at who is here
                inbox.onLeaseSetFound();
                return;
            }
            X25519KeyPair keys = leaseSet instanceof LeaseSet2 second ? keysOf(second, privateKeys) : null;
            if (keys == null) {
                inbox.onShutdown("a lease set of type 3 with a key of type 4 (X25519) is wanted, and its private key");
                return;
            }
            network.leaseSet((LeaseSet2) leaseSet, keys);
        }

        private boolean isPlaceholder(LeaseSet leaseSet) {
            return placeholder != 0
                    && leaseSet instanceof LeaseSet2 second
                    && second.leases().stream()
                            .anyMatch(lease -> lease.tunnelId() == placeholder
                                    && lease.gateway().equals(self));
        }

        /** The key pair of type 4; null when there is none, or its halves do not belong together. */
        private X25519KeyPair keysOf(LeaseSet2 leaseSet, List<PrivateKey> privateKeys) {
            for (int i = 0; i < Math.min(privateKeys.size(), leaseSet.keys().size()); i++) {
                LeaseSet2.EncryptionKey published = leaseSet.keys().get(i);
                if (published.typeCode() != EncType.ECIES_X25519.code()
                        || privateKeys.get(i).key().length() != EncType.ECIES_X25519.privateKeyLength()) {
                    continue;
                }
                X25519KeyPair keys = X25519KeyPair.of(
                        SecretBytes.takeOver(privateKeys.get(i).key().copy()));
                if (Arrays.equals(keys.publicKey(), published.publicKey())) {
                    return keys;
                }
                keys.destroy();
            }
            return null;
        }

        @Override
        public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
            Presence neighbour = neighbour(hash);
            if (neighbour != null) {
                answer.accept(neighbour.destination);
            } else if (network != null) {
                within(timeoutMillis, answer, once -> network.lookup(hash, timeoutMillis, once));
            } else if (detached || lookupsToCome.size() >= MAX_LOOKUPS_OF_A_SESSION) {
                answer.accept(null);
            } else {
                lookUpLater(hash, timeoutMillis, answer);
            }
        }

        private void lookUpLater(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
            Runnable[] later = new Runnable[1];
            within(
                    timeoutMillis,
                    found -> {
                        lookupsToCome.remove(later[0]);
                        answer.accept(found);
                    },
                    once -> {
                        later[0] = () -> network.lookup(hash, timeoutMillis, once);
                        lookupsToCome.add(later[0]);
                    });
        }

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
        public void reconfigure(Mapping newOptions) {
            options = newOptions;
            if (network != null) {
                network.reconfigure(DestinationOptions.of(newOptions));
            }
        }

        @Override
        public void inboxDrained() {
            List<Inbox> all = new ArrayList<>(waiting);
            waiting.clear();
            all.forEach(Inbox::onWritable);
        }

        @Override
        public void detach() {
            if (detached) {
                return;
            }
            detached = true;
            destinations.remove(destination.hash());
            destinations.values().forEach(other -> other.waiting.remove(inbox));
            lookupsToCome.clear();
            addDrops(formerDrops);
            if (network != null) {
                network.close();
            }
            inboxDrained();
        }

        private void addDrops(Map<String, Long> all) {
            if (network != null) {
                network.drops().forEach((reason, count) -> all.merge(reason, count, Long::sum));
            }
        }

        // --- what the network has for the client

        @Override
        public boolean deliver(ByteBuf payload) {
            return inbox.deliver(payload);
        }

        @Override
        public void requestLeaseSet(List<Lease> leases) {
            inbox.requestLeaseSet(leases);
        }

        @Override
        public void onLeaseSetFound() {
            inbox.onLeaseSetFound();
        }

        @Override
        public void onSent(long ticket, SendOutcome outcome) {
            if (!detached) {
                inbox.onSent(ticket, outcomeOf(outcome));
            }
        }

        @Override
        public void onWritable() {
            inbox.onWritable();
        }
    }

    private static Outcome outcomeOf(SendOutcome outcome) {
        return switch (outcome) {
            case SENT -> Outcome.SENT;
            case ACKNOWLEDGED -> Outcome.ACKNOWLEDGED;
            case NO_LEASE_SET -> Outcome.NO_LEASE_SET;
            case UNSUPPORTED_ENCRYPTION -> Outcome.UNSUPPORTED_ENCRYPTION;
            case NO_TUNNEL -> Outcome.NO_TUNNEL;
            case EXPIRED -> Outcome.EXPIRED;
            case TOO_LARGE -> Outcome.TOO_LARGE;
        };
    }
}
