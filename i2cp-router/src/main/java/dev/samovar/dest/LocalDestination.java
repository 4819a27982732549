package dev.samovar.dest;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.TimerTable;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet2;
import dev.samovar.garlic.RatchetCounters;
import dev.samovar.garlic.RatchetEvent;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.ClientView;
import dev.samovar.netdb.NetDb;
import dev.samovar.tunnel.PoolListener;
import dev.samovar.tunnel.TunnelPool;
import dev.samovar.tunnel.Tunnels;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client's destination on a network: tunnels, garlic sessions, view of the netDb and lease set of its own, which it shares
 * with no other (section "Client delivery" of the tunnel routing and ECIES specifications).
 *
 * <ol>
 *   <li>Tunnels are built as the client wishes. With the first inbound one the client is asked for a lease set ({@link
 *       LeaseSetMaintainer}), which is published unless it does not want that.
 *   <li>What the client sends is {@link Outgoing}'s to bring on its way.
 *   <li>What comes down the tunnels is {@link Incoming}'s to read.
 *   <li>After each of these what is due is done, and the timer set for what will be.
 * </ol>
 *
 * <p>Belongs to the router lane. Nothing is logged of what passes here.
 */
public final class LocalDestination {

    /** How long a message is worth sending when its client does not say, or says longer. */
    private static final long LIFE_MILLIS = TimeUnit.SECONDS.toMillis(60);

    /** How long it is under way at least: a lookup or the first tunnel may be needed first. */
    private static final long LEAST_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(20);

    /** While the client waits for room, or for lookups to begin. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** The floodfill that has a lease set passes it on to the others: whoever asks one of these too soon gets an older one. */
    private static final long FLOOD_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /** What became of a message that was handed over for sending. */
    public enum Accepted {
        /** Taken. */
        TAKEN,
        /** Taken; better send no more before {@link DestinationClient#onWritable}. */
        CROWDED,
        /** Dropped for lack of room. */
        FULL
    }

    private final Lane lane;
    private final DestinationClient client;
    private final ClientView view;
    private final TunnelPool pool;
    private final OwnSide own;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final ClientLookups lookups;
    private final LeaseSetMaintainer maintainer = new LeaseSetMaintainer();

    private DestinationOptions options;
    /** Whether the client's lease set is for all to find. */
    private boolean publishes;

    /** Whether the client is to be told when its lease set is found. */
    private boolean foundUntold;

    private boolean clientWaits;
    private Cancellable timer = () -> {};
    private long timerAt = TimerTable.NEVER;
    private boolean closed;

    public LocalDestination(
            Lane lane,
            Entropy entropy,
            Destination destination,
            DestinationOptions options,
            Tunnels tunnels,
            NetDb netDb,
            DestinationClient client) {
        this.lane = lane;
        this.options = options;
        this.client = client;
        pool = tunnels.newPool(options.tunnels(), new Tunnel());
        view = netDb.newView(PoolRoute.ofClient(pool, entropy));
        own = new OwnSide(destination, entropy);
        outgoing = new Outgoing(lane, entropy, own, view, pool, options.bundle(), this::tell);
        incoming = new Incoming(lane, own, view, client, new Heard());
        lookups = new ClientLookups(lane, view);
    }

    // --- 1: the lease set

    /** The client can be asked for lease sets from now on. */
    public void open() {
        lane.check();
        maintainer.handleOpen(now());
        drain();
    }

    /** Other wishes from now on. */
    public void reconfigure(DestinationOptions newOptions) {
        lane.check();
        if (!closed) {
            options = newOptions;
            outgoing.bundle(newOptions.bundle());
            pool.reconfigure(newOptions.tunnels());
        }
    }

    /**
     * A lease set that the client signed and whose signature holds.
     *
     * @param itsKeys the key pair of type 4 that is in it; taken over
     */
    public void leaseSet(LeaseSet2 signed, X25519KeyPair itsKeys) {
        lane.check();
        if (closed) {
            itsKeys.destroy();
            return;
        }
        if (own.use(signed, itsKeys)) {
            outgoing.handleNewKeys();
        }
        publishes = options.publish() && (signed.flags() & LeaseSet2.FLAG_UNPUBLISHED) == 0;
        foundUntold = true;
        if (publishes) {
            view.publish(signed);
        }
        maintainer.handleSigned(now());
        drain();
    }

    private final class Tunnel implements PoolListener {

        @Override
        public void onInboundChanged() {
            maintainer.handleTunnels(pool.leases(), now(), lane.clock().epochMillis());
            drain();
        }

        @Override
        public void onMessage(I2npMessage message) {
            incoming.receive(message);
            drain();
        }
    }

    // --- 2: out

    /**
     * Sends a framed payload.
     *
     * @param payload taken over
     * @param expirationMillis the date from which it is not worth sending, or 0
     * @param ticket for {@link DestinationClient#onSent}; 0 when nobody wants to know
     */
    public Accepted send(Hash to, ByteBuf payload, long expirationMillis, long ticket) {
        lane.check();
        RemoteDestination.Waiting message =
                new RemoteDestination.Waiting(payload, ticket, expiration(expirationMillis));
        boolean taken = !closed && outgoing.offer(to, message);
        if (!taken) {
            payload.release();
        }
        boolean crowded = !taken || outgoing.isCrowded(to);
        clientWaits |= crowded;
        arm();
        if (!taken) {
            return Accepted.FULL;
        }
        return crowded ? Accepted.CROWDED : Accepted.TAKEN;
    }

    private long expiration(long wished) {
        long nowMillis = lane.clock().epochMillis();
        long longest = nowMillis + LIFE_MILLIS;
        return wished == 0 ? longest : Math.max(nowMillis + LEAST_LIFE_MILLIS, Math.min(wished, longest));
    }

    /** On a turn of the lane of its own: clients are not called from within their own calls. */
    private void tell(SendOutcome outcome, long ticket) {
        lane.execute(() -> {
            if (!closed) {
                client.onSent(ticket, outcome);
            }
        });
    }

    // --- 3: in

    private final class Heard implements Incoming.Listener {

        @Override
        public void onHeard(Hash from) {
            outgoing.handleHeard(from);
        }

        @Override
        public void onLearning(Hash from, boolean begins) {
            outgoing.handleLearning(from, begins);
            drain();
        }
    }

    /** What was dropped of what came, by reason. */
    public Map<String, Long> drops() {
        Map<String, Long> named = new TreeMap<>();
        incoming.drops().forEach((reason, count) -> named.put(reason.name().toLowerCase(Locale.ROOT), count));
        return named;
    }

    // --- lookups of the client

    /** Looks a destination up by this client's own ways; {@code answer} gets it, or null, once, later. */
    public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
        lane.check();
        lookups.start(hash, timeoutMillis, !closed && outgoing.canAsk(), answer);
        arm();
    }

    // --- 4: keeping order

    private void drain() {
        if (closed) {
            return;
        }
        List<Lease> wanted = maintainer.pollRequest(now());
        if (wanted != null) {
            lane.execute(() -> {
                if (!closed) {
                    client.requestLeaseSet(wanted);
                }
            });
        }
        if (foundUntold && !awaitsFloodfill()) {
            foundUntold = false;
            LeaseSet2 found = own.leaseSet();
            lane.schedule(now() + (publishes ? FLOOD_NANOS : 0), () -> {
                // of a newer one it is told in its time
                if (!closed && own.leaseSet() == found) {
                    client.onLeaseSetFound();
                }
            });
        }
        if (own.sessions() != null) {
            for (RatchetEvent event; (event = own.sessions().pollEvent()) != null; ) {
                outgoing.handleEvent(event);
            }
        }
        arm();
    }

    private void arm() {
        if (closed) {
            return;
        }
        long next = Math.min(maintainer.nextTimeout(), outgoing.nextTimeout());
        if (own.sessions() != null) {
            next = Math.min(next, own.sessions().nextTimeout());
        }
        if (lookups.areWaiting() || clientWaits) {
            next = Math.min(next, Math.min(timerAt, now() + TICK_NANOS));
        }
        if (next == timerAt) {
            return;
        }
        timer.cancel();
        timerAt = next;
        timer = next == TimerTable.NEVER ? () -> {} : lane.schedule(next, this::onTimer);
    }

    private void onTimer() {
        timerAt = TimerTable.NEVER;
        long now = now();
        maintainer.handleTimeout(now);
        if (own.sessions() != null) {
            own.sessions().handleTimeout(now);
        }
        outgoing.handleTimeout();
        if (lookups.areWaiting()) {
            lookups.handleTimeout(outgoing.canAsk());
        }
        if (clientWaits && !outgoing.isCrowded()) {
            clientWaits = false;
            client.onWritable();
        }
        drain();
    }

    // --- the end

    /** What a client's session waits for until there is a way in and out, and others can find the way in. */
    public enum Lack {
        /** Nothing: it is ready. */
        NONE,
        /** Tunnels both ways: {@link #pool} says why. */
        TUNNELS,
        /** The client's signature under a lease set. */
        SIGNATURE,
        /** Word of a floodfill that it has the lease set. */
        CONFIRMATION
    }

    public Lack lack() {
        if (!outgoing.canAsk()) {
            return Lack.TUNNELS;
        }
        if (own.leaseSet() == null) {
            return Lack.SIGNATURE;
        }
        return awaitsFloodfill() ? Lack.CONFIRMATION : Lack.NONE;
    }

    private boolean awaitsFloodfill() {
        return publishes && !view.isPublished();
    }

    public boolean isReady() {
        return lack() == Lack.NONE;
    }

    /** What its garlic sessions did; null before its first lease set. */
    public RatchetCounters garlic() {
        return own.sessions() == null ? null : own.sessions().counters();
    }

    /** Its tunnels. */
    public TunnelPool pool() {
        return pool;
    }

    /** Ends all of it; the client is not called again. */
    public void close() {
        lane.check();
        if (closed) {
            return;
        }
        closed = true;
        timer.cancel();
        incoming.close();
        outgoing.close();
        lookups.close();
        view.close();
        pool.close();
        own.end();
    }

    private long now() {
        return lane.clock().nanos();
    }

    @Override
    public String toString() {
        return "[local destination]";
    }
}
