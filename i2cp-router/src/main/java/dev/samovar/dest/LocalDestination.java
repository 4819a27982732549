package dev.samovar.dest;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.DecryptResult;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RatchetConfig;
import dev.samovar.garlic.RatchetEvent;
import dev.samovar.garlic.RatchetKind;
import dev.samovar.garlic.RatchetPeer;
import dev.samovar.garlic.RatchetSessions;
import dev.samovar.garlic.SealOptions;
import dev.samovar.garlic.SealResult;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.ClientView;
import dev.samovar.netdb.NetDb;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.PoolListener;
import dev.samovar.tunnel.TunnelDelivery;
import dev.samovar.tunnel.TunnelPool;
import dev.samovar.tunnel.Tunnels;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client's destination on a network: tunnels, garlic sessions, view of the netDb and lease set of its own, which it shares
 * with no other (section "Client delivery" of the tunnel routing and ECIES specifications).
 *
 * <ol>
 *   <li>Tunnels are built as the client wishes. With the first inbound one the client is asked for a lease set ({@link
 *       LeaseSetMaintainer}), which is published unless it does not want that.
 *   <li>Out: a message waits for the lease set of the other side, for a tunnel, and for ours ({@link RemoteDestination}). It
 *       becomes a clove, with our lease set beside it where the other side may not have that, is sealed ({@link
 *       RatchetSessions}), and goes by the way that {@link RoutePlanner} keeps.
 *   <li>In: garlic from one of our tunnels is opened, its cloves are for the client, or a lease set of whoever sends.
 *   <li>What arrived is acknowledged, and sessions are kept in order, even while the client says nothing.
 * </ol>
 *
 * <p>Belongs to the router lane. Nothing is logged of what passes here.
 */
public final class LocalDestination {

    /** Other destinations that are remembered. */
    private static final int MAX_REMOTES = 4096;

    private static final long REMOTE_IDLE_NANOS = TimeUnit.MINUTES.toNanos(15);

    /** Bytes that wait for all of them together. */
    private static final int MAX_WAITING_BYTES = 4 * 1024 * 1024;

    /** How long a message is worth sending when its client does not say, or says longer. */
    private static final long LIFE_MILLIS = TimeUnit.SECONDS.toMillis(60);

    /** How long it is under way at least: a lookup or the first tunnel may be needed first. */
    private static final long LEAST_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(20);

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A lease set that ends sooner is looked for anew while it still serves. */
    private static final long REFRESH_MILLIS = TimeUnit.SECONDS.toMillis(90);

    private static final long REFRESH_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** After the first hop had no room. */
    private static final long CROWDED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** What became of a message that was handed over for sending. */
    public enum Accepted {
        /** Taken. */
        TAKEN,
        /** Taken; better send no more before {@link DestinationClient#onWritable}. */
        CROWDED,
        /** Dropped for lack of room. */
        FULL
    }

    /** Why what came was dropped. */
    public enum Drop {
        /** Garlic that nobody here can read, or has read before. */
        NOT_FOR_US,
        MALFORMED,
        /** A clove for somebody else: this router forwards nothing for whoever knows a destination. */
        CLOVE_NOT_FOR_US,
        UNEXPECTED_TYPE,
        /** The client had no room. */
        CLIENT_FULL,
        /** Before the client has signed a lease set. */
        NO_KEYS
    }

    private final Lane lane;
    private final Entropy entropy;
    private final Destination destination;
    private final DestinationClient client;
    private final ClientView view;
    private final TunnelPool pool;
    private final LeaseSetMaintainer maintainer = new LeaseSetMaintainer();
    private final Map<Hash, RemoteDestination> remotes = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<RemoteDestination> busy = new LinkedHashSet<>();
    private final Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    private final List<Lookup> lookups = new ArrayList<>();

    private DestinationOptions options;
    private RatchetSessions sessions;
    private X25519KeyPair keys;
    private LeaseSet2 leaseSet;
    private byte[] leaseSetBytes;
    private int waitingBytes;
    private boolean clientWaits;
    private Cancellable timer = () -> {};
    private long timerAt = TimerTable.NEVER;
    private boolean closed;

    /** A lookup of the client that waits for tunnels. */
    private record Lookup(Hash hash, long deadline, Consumer<Destination> answer) {}

    public LocalDestination(
            Lane lane,
            Entropy entropy,
            Destination destination,
            DestinationOptions options,
            Tunnels tunnels,
            NetDb netDb,
            DestinationClient client) {
        this.lane = lane;
        this.entropy = entropy;
        this.destination = destination;
        this.options = options;
        this.client = client;
        this.pool = tunnels.newPool(options.tunnels(), new Tunnel());
        this.view = netDb.newView(PoolRoute.ofClient(pool, entropy));
    }

    // --- 1: the lease set

    /** The client can be asked for lease sets from now on. */
    public void open() {
        maintainer.handleOpen(now());
        drain();
    }

    /** Other wishes from now on. */
    public void reconfigure(DestinationOptions newOptions) {
        options = newOptions;
        pool.reconfigure(newOptions.tunnels());
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
        useKeys(itsKeys);
        leaseSet = signed;
        ByteBuf out = Unpooled.buffer(1024);
        signed.encode(out);
        leaseSetBytes = new byte[out.readableBytes()];
        out.readBytes(leaseSetBytes);
        if (options.publish() && (signed.flags() & LeaseSet2.FLAG_UNPUBLISHED) == 0) {
            view.publish(signed);
        }
        maintainer.handleSigned(now());
        drain();
    }

    /** Sessions live as long as the keys stay the same. */
    private void useKeys(X25519KeyPair itsKeys) {
        if (keys != null && Arrays.equals(keys.publicKey(), itsKeys.publicKey())) {
            itsKeys.destroy();
            return;
        }
        endSessions();
        remotes.values().forEach(RemoteDestination::handleSessionLost);
        keys = itsKeys;
        sessions = new RatchetSessions(RatchetConfig.defaults(), keys, entropy);
    }

    private void endSessions() {
        if (sessions != null) {
            sessions.destroy();
            keys.destroy();
        }
    }

    private final class Tunnel implements PoolListener {

        @Override
        public void onInboundChanged() {
            maintainer.handleTunnels(pool.leases(), now(), nowMillis());
            drain();
        }

        @Override
        public void onMessage(I2npMessage message) {
            receive(message);
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
        long now = now();
        RemoteDestination remote = closed ? null : remote(to, now);
        int length = payload.readableBytes();
        RemoteDestination.Waiting message =
                new RemoteDestination.Waiting(payload, ticket, expiration(expirationMillis, nowMillis()));
        if (remote == null || waitingBytes + length > MAX_WAITING_BYTES || !remote.offer(message, now)) {
            payload.release();
            clientWaits = true;
            return Accepted.FULL;
        }
        waitingBytes += length;
        busy.add(remote);
        pump(remote);
        arm();
        if (remote.isCrowded() || waitingBytes > MAX_WAITING_BYTES / 2) {
            clientWaits = true;
            return Accepted.CROWDED;
        }
        return Accepted.TAKEN;
    }

    private static long expiration(long wished, long nowMillis) {
        long longest = nowMillis + LIFE_MILLIS;
        return wished == 0 ? longest : Math.max(nowMillis + LEAST_LIFE_MILLIS, Math.min(wished, longest));
    }

    private RemoteDestination remote(Hash hash, long now) {
        RemoteDestination known = remotes.get(hash);
        if (known != null) {
            return known;
        }
        if (remotes.size() >= MAX_REMOTES && !forgetOldest()) {
            return null;
        }
        RemoteDestination remote = new RemoteDestination(hash, entropy, now);
        remotes.put(hash, remote);
        return remote;
    }

    private boolean forgetOldest() {
        for (Iterator<RemoteDestination> all = remotes.values().iterator(); all.hasNext(); ) {
            if (!all.next().isBusy()) {
                all.remove();
                return true;
            }
        }
        return false;
    }

    /** Sends what waits, as far as it can go. */
    private void pump(RemoteDestination remote) {
        while (remote.peek() != null && sessions != null && !remote.isHeld(now())) {
            LeaseSet2 theirs = leaseSetOf(remote);
            RatchetPeer peer = theirs == null ? null : peerOf(remote, theirs);
            if (peer == null) {
                return;
            }
            List<OutboundTunnel> tunnels = pool.outbound();
            RoutePlanner.Route route = remote.planner().plan(tunnels, theirs, nowMillis());
            if (route == null) {
                if (!tunnels.isEmpty()) {
                    lookUp(remote);
                }
                return;
            }
            if (!transmit(remote, peer, route)) {
                return;
            }
        }
    }

    /** The other side's lease set; null while it is looked for. */
    private LeaseSet2 leaseSetOf(RemoteDestination remote) {
        LeaseSet known = view.find(remote.hash());
        if (known == null) {
            lookUp(remote);
            return null;
        }
        if (known.expiresMillis() < nowMillis() + REFRESH_MILLIS && remote.mayRefresh(now(), REFRESH_PAUSE_NANOS)) {
            view.refresh(remote.hash(), found -> {});
        }
        if (known instanceof LeaseSet2 second) {
            return second;
        }
        fail(remote, SendOutcome.UNSUPPORTED_ENCRYPTION);
        return null;
    }

    private RatchetPeer peerOf(RemoteDestination remote, LeaseSet2 theirs) {
        for (LeaseSet2.EncryptionKey key : theirs.keys()) {
            if (key.typeCode() == EncType.ECIES_X25519.code()) {
                return new RatchetPeer(remote.hash(), key.publicKey());
            }
        }
        fail(remote, SendOutcome.UNSUPPORTED_ENCRYPTION);
        return null;
    }

    private void lookUp(RemoteDestination remote) {
        if (remote.isLookingUp() || !canAsk()) {
            return;
        }
        remote.setLookingUp(true);
        view.refresh(remote.hash(), answer -> {
            remote.setLookingUp(false);
            if (closed) {
                return;
            }
            if (view.find(remote.hash()) == null) {
                fail(remote, SendOutcome.NO_LEASE_SET);
            } else {
                pump(remote);
            }
            arm();
        });
    }

    /** Whether there are tunnels both ways: before, a lookup would fail at once. */
    private boolean canAsk() {
        return !pool.outbound().isEmpty() && !pool.leases().isEmpty();
    }

    private void fail(RemoteDestination remote, SendOutcome outcome) {
        for (RemoteDestination.Waiting message; (message = take(remote)) != null; ) {
            message.payload().release();
            tell(message.ticket(), outcome);
        }
    }

    private RemoteDestination.Waiting take(RemoteDestination remote) {
        RemoteDestination.Waiting message = remote.poll();
        if (message != null) {
            waitingBytes -= message.payload().readableBytes();
        }
        return message;
    }

    /** On a turn of the lane of its own: clients are not called from within their own calls. */
    private void tell(long ticket, SendOutcome outcome) {
        if (ticket != 0) {
            lane.execute(() -> {
                if (!closed) {
                    client.onSent(ticket, outcome);
                }
            });
        }
    }

    /** Sends the first message that waits; false when it has to wait on. */
    private boolean transmit(RemoteDestination remote, RatchetPeer peer, RoutePlanner.Route route) {
        RatchetKind kind = sessions.nextKind(peer, now());
        if (kind == null) {
            remote.hold(sessions.sealableAt(peer));
            return false;
        }
        RemoteDestination.Waiting message = remote.peek();
        long published = bundled(remote, kind);
        boolean ask = published != 0 || message.ticket() != 0 || remote.wantsAsking(now());
        List<GarlicClove> cloves = new ArrayList<>(2);
        if (published != 0) {
            cloves.add(ourLeaseSet());
        }
        cloves.add(new GarlicClove(
                new CloveDelivery.ToDestination(remote.hash()),
                new DataMessage(message.payload().retain())
                        .toMessage(entropy.nonZeroInt(), nowMillis() + LIFE_MILLIS)));
        SealResult result = sessions.seal(peer, cloves, new SealOptions(ask), now(), nowMillis());
        if (result instanceof SealResult.Refused refused) {
            refused(remote, refused);
            return false;
        }
        SealResult.Sealed sealed = (SealResult.Sealed) result;
        take(remote).payload().release();
        boolean tracked = sealed.ackId() != SealResult.NO_ACK && message.ticket() != 0;
        if (sealed.ackId() != SealResult.NO_ACK) {
            tell(remote.handleAsked(sealed.ackId(), published, message.ticket(), now()), SendOutcome.SENT);
        }
        if (!tracked) {
            tell(message.ticket(), SendOutcome.SENT);
        }
        return put(remote, route, sealed.garlic());
    }

    /** The date of our lease set where it goes with the next message, else 0. Without it a first message cannot be answered. */
    private long bundled(RemoteDestination remote, RatchetKind kind) {
        long published = leaseSet.publishedSeconds();
        boolean wanted = kind == RatchetKind.NEW_SESSION || remote.wantsTelling(published);
        return options.bundle() && wanted ? published : 0;
    }

    private GarlicClove ourLeaseSet() {
        DatabaseStore store = new DatabaseStore(destination.hash(), leaseSet.storeType(), 0, 0, null, leaseSetBytes);
        return GarlicClove.local(store.toMessage(entropy.nonZeroInt(), nowMillis() + LIFE_MILLIS));
    }

    private void refused(RemoteDestination remote, SealResult.Refused refused) {
        switch (refused.reason()) {
            case TOO_SOON, TOO_MANY_SESSIONS -> remote.hold(Math.min(refused.retryAt(), now() + TICK_NANOS));
            case TOO_LARGE -> {
                RemoteDestination.Waiting message = take(remote);
                message.payload().release();
                tell(message.ticket(), SendOutcome.EXPIRED);
            }
            case BAD_KEY, DESTROYED -> fail(remote, SendOutcome.UNSUPPORTED_ENCRYPTION);
        }
    }

    /** Sends garlic; false when the first hop had better get no more now. */
    private boolean put(RemoteDestination remote, RoutePlanner.Route route, byte[] garlic) {
        I2npMessage message = new Garlic(garlic).toMessage(entropy.nonZeroInt(), nowMillis() + LIFE_MILLIS);
        TunnelDelivery delivery = new TunnelDelivery.ToTunnel(
                route.lease().gateway(), route.lease().tunnelId());
        boolean more = pool.send(route.tunnel(), delivery, message);
        if (!more) {
            remote.hold(now() + CROWDED_NANOS);
        }
        return more;
    }

    // --- 3: in

    private void receive(I2npMessage message) {
        try {
            switch (message.typeCode()) {
                case Garlic.TYPE -> onGarlic(Garlic.decode(message.body()));
                case DatabaseStore.TYPE -> view.onStore(DatabaseStore.decode(message.body()));
                case DatabaseSearchReply.TYPE -> view.onSearchReply(DatabaseSearchReply.decode(message.body()));
                case DeliveryStatus.TYPE -> view.onDeliveryStatus(DeliveryStatus.decode(message.body()));
                default -> drop(Drop.UNEXPECTED_TYPE);
            }
        } catch (WireException malformed) {
            drop(Drop.MALFORMED);
        } finally {
            message.release();
        }
        drain();
    }

    private void onGarlic(Garlic garlic) {
        if (view.onGarlic(garlic)) {
            return;
        }
        if (sessions == null) {
            drop(Drop.NO_KEYS);
            return;
        }
        if (sessions.open(garlic.data(), now(), nowMillis()) instanceof DecryptResult.Opened opened) {
            try {
                for (GarlicClove clove : opened.cloves()) {
                    onClove(clove, opened.senderKey());
                }
            } finally {
                opened.release();
            }
        } else {
            drop(Drop.NOT_FOR_US);
        }
    }

    private void onClove(GarlicClove clove, byte[] senderKey) {
        I2npMessage message = clove.message();
        try {
            if (clove.delivery() instanceof CloveDelivery.ToDestination to) {
                if (!to.destination().equals(destination.hash())) {
                    drop(Drop.CLOVE_NOT_FOR_US);
                } else if (message.typeCode() == DataMessage.TYPE) {
                    deliver(DataMessage.decode(message.body()));
                } else {
                    drop(Drop.UNEXPECTED_TYPE);
                }
            } else if (!(clove.delivery() instanceof CloveDelivery.Local)) {
                drop(Drop.CLOVE_NOT_FOR_US);
            } else if (message.typeCode() == DatabaseStore.TYPE) {
                onBundled(DatabaseStore.decode(message.body()), senderKey);
            } else if (message.typeCode() == DeliveryStatus.TYPE) {
                view.onDeliveryStatus(DeliveryStatus.decode(message.body()));
            } else {
                drop(Drop.UNEXPECTED_TYPE);
            }
        } catch (WireException malformed) {
            drop(Drop.MALFORMED);
        }
    }

    private void deliver(DataMessage data) {
        // what is delivered outlives the message that it came in
        if (!client.deliver(data.payload())) {
            drop(Drop.CLIENT_FULL);
        }
    }

    /** A lease set that came with a message: whoever sends has the key in it, or it is not theirs to tell. */
    private void onBundled(DatabaseStore store, byte[] senderKey) {
        if (senderKey == null || store.key().equals(destination.hash())) {
            return;
        }
        view.learn(store, found -> {
            boolean theirs = !closed
                    && found instanceof LeaseSet2 second
                    && second.keys().stream()
                            .anyMatch(key -> key.typeCode() == EncType.ECIES_X25519.code()
                                    && Arrays.equals(key.publicKey(), senderKey));
            if (theirs) {
                sessions.bind(senderKey, found.hash(), now());
                drain();
            }
        });
    }

    private void drop(Drop reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    // --- 4: keeping order

    /** Does what is due now, and sets the timer for what will be. */
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
        if (sessions != null) {
            for (RatchetEvent event; (event = sessions.pollEvent()) != null; ) {
                onEvent(event);
            }
        }
        arm();
    }

    private void onEvent(RatchetEvent event) {
        RemoteDestination remote = remotes.get(event.peer().destination());
        if (event instanceof RatchetEvent.OwesReply) {
            answer(event.peer());
        } else if (remote == null) {
            return;
        } else if (event instanceof RatchetEvent.Acknowledged acknowledged) {
            tell(remote.handleAcknowledged(acknowledged.ackId(), now()), SendOutcome.ACKNOWLEDGED);
        } else if (event instanceof RatchetEvent.Established) {
            remote.hold(Long.MIN_VALUE);
            pump(remote);
        } else if (event instanceof RatchetEvent.Failed) {
            remote.handleSessionLost();
        }
    }

    /** The other side waits for word that the client does not say. */
    private void answer(RatchetPeer peer) {
        RemoteDestination remote = remote(peer.destination(), now());
        if (remote == null) {
            return;
        }
        LeaseSet known = view.find(peer.destination());
        RoutePlanner.Route route =
                known instanceof LeaseSet2 second ? remote.planner().plan(pool.outbound(), second, nowMillis()) : null;
        if (route == null) {
            return;
        }
        RatchetKind kind = sessions.nextKind(peer, now());
        if (kind == null) {
            return;
        }
        long published = bundled(remote, kind);
        List<GarlicClove> cloves = published == 0 ? List.of() : List.of(ourLeaseSet());
        if (sessions.seal(peer, cloves, new SealOptions(published != 0), now(), nowMillis())
                instanceof SealResult.Sealed sealed) {
            if (sealed.ackId() != SealResult.NO_ACK) {
                tell(remote.handleAsked(sealed.ackId(), published, 0, now()), SendOutcome.SENT);
                busy.add(remote);
            }
            put(remote, route, sealed.garlic());
        }
    }

    private void arm() {
        if (closed) {
            return;
        }
        long next = maintainer.nextTimeout();
        if (sessions != null) {
            next = Math.min(next, sessions.nextTimeout());
        }
        if (!busy.isEmpty() || !lookups.isEmpty() || clientWaits) {
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
        if (sessions != null) {
            sessions.handleTimeout(now);
        }
        for (RemoteDestination remote : List.copyOf(busy)) {
            lookAfter(remote, now);
        }
        startLookups(now);
        remotes.values().removeIf(remote -> !remote.isBusy() && now - remote.usedAt() > REMOTE_IDLE_NANOS);
        if (clientWaits
                && waitingBytes <= MAX_WAITING_BYTES / 2
                && busy.stream().noneMatch(RemoteDestination::isCrowded)) {
            clientWaits = false;
            client.onWritable();
        }
        drain();
    }

    private void lookAfter(RemoteDestination remote, long now) {
        long nowMillis = nowMillis();
        for (RemoteDestination.Waiting late; (late = remote.pollExpired(nowMillis)) != null; ) {
            waitingBytes -= late.payload().readableBytes();
            late.payload().release();
            boolean ready = sessions != null && !pool.outbound().isEmpty();
            tell(late.ticket(), ready ? SendOutcome.EXPIRED : SendOutcome.NO_TUNNEL);
        }
        if (remote.isOverdue(now)) {
            tell(remote.endQuestion(), SendOutcome.SENT);
            if (view.find(remote.hash()) instanceof LeaseSet2 theirs) {
                remote.planner().avoid(pool.outbound(), theirs, nowMillis);
                if (remote.mayRefresh(now, REFRESH_PAUSE_NANOS)) {
                    view.refresh(remote.hash(), found -> {});
                }
            }
        }
        pump(remote);
        if (!remote.isBusy()) {
            busy.remove(remote);
        }
    }

    // --- lookups of the client

    /** Looks a destination up by this client's own ways; {@code answer} gets it, or null, once, later. */
    public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {
        lane.check();
        if (closed || lookups.size() >= MAX_LOOKUPS) {
            lane.execute(() -> answer.accept(null));
            return;
        }
        lookups.add(new Lookup(hash, now() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis), answer));
        startLookups(now());
        arm();
    }

    /** Lookups that wait for tunnels, or run. */
    private static final int MAX_LOOKUPS = 64;

    private void startLookups(long now) {
        boolean ready = canAsk();
        for (Lookup lookup : List.copyOf(lookups)) {
            if (ready) {
                lookups.remove(lookup);
                view.lookup(
                        lookup.hash,
                        found -> lookup.answer.accept(
                                found.valueOrNull() == null
                                        ? null
                                        : found.valueOrNull().destination()));
            } else if (now >= lookup.deadline) {
                lookups.remove(lookup);
                lane.execute(() -> lookup.answer.accept(null));
            }
        }
    }

    // --- the end

    /** Whether there is a way in and out, and others can find the way in: what a client's session waits for. */
    public boolean isReady() {
        return leaseSet != null && canAsk() && (!options.publish() || view.isPublished());
    }

    public Map<Drop, Long> drops() {
        return Map.copyOf(drops);
    }

    /** Ends all of it; the client is not called again. */
    public void close() {
        lane.check();
        if (closed) {
            return;
        }
        closed = true;
        timer.cancel();
        for (Lookup lookup : lookups) {
            lane.execute(() -> lookup.answer.accept(null));
        }
        lookups.clear();
        for (RemoteDestination remote : remotes.values()) {
            for (RemoteDestination.Waiting message; (message = take(remote)) != null; ) {
                message.payload().release();
            }
        }
        remotes.clear();
        busy.clear();
        view.close();
        pool.close();
        endSessions();
    }

    private long now() {
        return lane.clock().nanos();
    }

    private long nowMillis() {
        return lane.clock().epochMillis();
    }

    @Override
    public String toString() {
        return "[local destination]";
    }
}
