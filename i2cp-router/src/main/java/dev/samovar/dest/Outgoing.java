package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.TimerTable;
import dev.samovar.crypto.EncType;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RatchetEvent;
import dev.samovar.garlic.RatchetKind;
import dev.samovar.garlic.RatchetPeer;
import dev.samovar.garlic.RatchetSessions;
import dev.samovar.garlic.SealOptions;
import dev.samovar.garlic.SealResult;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.Answer;
import dev.samovar.netdb.ClientView;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.TunnelDelivery;
import dev.samovar.tunnel.TunnelPool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;

/**
 * What goes out of a destination:
 *
 * <ol>
 *   <li>A message waits for the lease set of the other side, for a tunnel, and for ours ({@link RemoteDestination}).
 *   <li>It becomes a clove, with our lease set beside it where the other side may not have that, is sealed, and goes by the way
 *       that {@link RoutePlanner} keeps.
 *   <li>Where no word of arrival comes, another way is taken and the other side's lease set is looked for anew; where that says
 *       that the other side was gone meanwhile, a new session is begun.
 *   <li>What arrived is acknowledged, and sessions are kept in order, even while the client says nothing.
 * </ol>
 *
 * On the router lane.
 */
final class Outgoing {

    /** Other destinations that are remembered. */
    private static final int MAX_REMOTES = 4096;

    private static final long REMOTE_IDLE_NANOS = TimeUnit.MINUTES.toNanos(15);
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Bytes that wait for all of them together. */
    static final int MAX_WAITING_BYTES = 4 * 1024 * 1024;

    /** What goes with a payload at most: a lease set of ours, and all else. */
    private static final int LEASE_SET_BYTES = 3 * 1024;

    private static final int OVERHEAD_BYTES = 1024;

    /** What is left of a garlic message beside a lease set of any size. */
    static final int MAX_PAYLOAD = RatchetSessions.MAX_CLOVE_BYTES - LEASE_SET_BYTES;

    /** How long what goes out is worth carrying. */
    private static final long LIFE_MILLIS = TimeUnit.SECONDS.toMillis(60);

    /** A lease set that ends sooner is looked for anew while it still serves. */
    private static final long REFRESH_MILLIS = TimeUnit.SECONDS.toMillis(90);

    private static final long REFRESH_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Lookups at a time; leaves the client some of those that its view allows. */
    static final int MAX_LOOKUPS = 40;

    /** After a lookup that brought nothing, or nothing new. */
    private static final long LOOKUP_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** After the first hop had no room. */
    private static final long CROWDED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** When the first hop had no room so often in a row, another way is taken. */
    static final int MOST_HOLDS = 20;

    /** How often those are looked after who need it. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long NEVER = TimerTable.NEVER;

    private final Lane lane;
    private final Entropy entropy;
    private final OwnSide own;
    private final ClientView view;
    private final TunnelPool pool;
    private final ObjLongConsumer<SendOutcome> told;
    private final Map<Hash, RemoteDestination> remotes = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<RemoteDestination> busy = new LinkedHashSet<>();
    /** Whose lease sets came and are being looked at, and how many; the view bounds them. */
    private final Map<Hash, Integer> learning = new HashMap<>();

    private boolean bundle;
    private int waitingBytes;
    private int lookups;
    private long wakeAt = NEVER;
    private long tickAt = NEVER;
    private long forgetAt = NEVER;
    private boolean closed;

    /**
     * @param bundle whether those who are written to are told our lease set
     * @param told gets what became of a message, and its ticket, on a turn of the lane of its own
     */
    Outgoing(
            Lane lane,
            Entropy entropy,
            OwnSide own,
            ClientView view,
            TunnelPool pool,
            boolean bundle,
            ObjLongConsumer<SendOutcome> told) {
        this.lane = lane;
        this.entropy = entropy;
        this.own = own;
        this.view = view;
        this.pool = pool;
        this.bundle = bundle;
        this.told = told;
    }

    void bundle(boolean newBundle) {
        bundle = newBundle;
    }

    // --- 1: what waits

    /** Takes a message over; false when there is no room for it, and it stays the caller's. */
    boolean offer(Hash to, RemoteDestination.Waiting message) {
        RemoteDestination remote = remote(to);
        int length = message.payload().readableBytes();
        if (remote == null || waitingBytes + length > MAX_WAITING_BYTES || !remote.offer(message, now())) {
            return false;
        }
        waitingBytes += length;
        busy.add(remote);
        pump(remote);
        return true;
    }

    /** Whether better no more is sent to it now. */
    boolean isCrowded(Hash to) {
        RemoteDestination remote = remotes.get(to);
        return remote != null && remote.isCrowded() || waitingBytes > MAX_WAITING_BYTES / 2;
    }

    /** The same, to any. */
    boolean isCrowded() {
        return waitingBytes > MAX_WAITING_BYTES / 2 || busy.stream().anyMatch(RemoteDestination::isCrowded);
    }

    /** Bytes that wait. */
    int waitingBytes() {
        return waitingBytes;
    }

    /** Others that are remembered. */
    int remotes() {
        return remotes.size();
    }

    private RemoteDestination remote(Hash hash) {
        RemoteDestination known = remotes.get(hash);
        if (known != null) {
            return known;
        }
        if (remotes.size() >= MAX_REMOTES && !forgetOldest()) {
            return null;
        }
        RemoteDestination remote = new RemoteDestination(hash, entropy, now());
        remotes.put(hash, remote);
        if (forgetAt == NEVER) {
            forgetAt = now() + FORGET_NANOS;
        }
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

    private RemoteDestination.Waiting take(RemoteDestination remote) {
        RemoteDestination.Waiting message = remote.poll();
        if (message != null) {
            waitingBytes -= message.payload().readableBytes();
        }
        return message;
    }

    private void fail(RemoteDestination remote, SendOutcome outcome) {
        for (RemoteDestination.Waiting message; (message = take(remote)) != null; ) {
            message.payload().release();
            tell(message.ticket(), outcome);
        }
    }

    private void tell(long ticket, SendOutcome outcome) {
        if (ticket != 0) {
            told.accept(outcome, ticket);
        }
    }

    // --- 2: on its way

    /** Sends what waits, as far as it can go. */
    private void pump(RemoteDestination remote) {
        while (remote.peek() != null
                && own.sessions() != null
                && !remote.isHeld(now())
                && !learning.containsKey(remote.hash())) {
            LeaseSet2 theirs = leaseSetOf(remote);
            RatchetPeer peer = theirs == null ? null : peerOf(remote, theirs);
            if (peer == null) {
                remote.stuck(true);
                return;
            }
            List<OutboundTunnel> tunnels = pool.outbound();
            RoutePlanner.Route route =
                    remote.planner().plan(tunnels, theirs, lane.clock().epochMillis());
            remote.stuck(route == null);
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
        if (known.expiresMillis() < lane.clock().epochMillis() + REFRESH_MILLIS) {
            refresh(remote);
        }
        if (known instanceof LeaseSet2 second) {
            return second;
        }
        fail(remote, SendOutcome.UNSUPPORTED_ENCRYPTION);
        return null;
    }

    private RatchetPeer peerOf(RemoteDestination remote, LeaseSet2 theirs) {
        RatchetPeer peer = peer(remote.hash(), theirs);
        if (peer == null) {
            fail(remote, SendOutcome.UNSUPPORTED_ENCRYPTION);
        } else if (remote.isReborn(theirs)) {
            own.sessions().giveUp(peer, now());
            handleSessionLost(remote);
        }
        return peer;
    }

    private static RatchetPeer peer(Hash hash, LeaseSet2 leaseSet) {
        for (LeaseSet2.EncryptionKey key : leaseSet.keys()) {
            if (key.typeCode() == EncType.ECIES_X25519.code()) {
                return new RatchetPeer(hash, key.publicKey());
            }
        }
        return null;
    }

    private void lookUp(RemoteDestination remote) {
        if (!remote.mayLookUp(now()) || lookups >= MAX_LOOKUPS || !canAsk()) {
            return;
        }
        lookups++;
        remote.handleLookUp();
        view.refresh(remote.hash(), answer -> {
            lookups--;
            if (!closed) {
                onLookedUp(remote, answer);
            }
        });
    }

    private void onLookedUp(RemoteDestination remote, Answer<LeaseSet> answer) {
        remote.handleLookedUp(now() + LOOKUP_PAUSE_NANOS);
        boolean unknown = answer instanceof Answer.Missing<LeaseSet> none && none.reason() == Answer.Reason.NOT_FOUND;
        if (unknown && view.find(remote.hash()) == null && remote.isMissedAgain()) {
            fail(remote, SendOutcome.NO_LEASE_SET);
        } else {
            // it may just be on its way to the floodfills, and those who were silent may answer yet: messages wait
            pump(remote);
        }
    }

    /** Looks for the lease set of today while the one of yesterday serves. */
    private void refresh(RemoteDestination remote) {
        if (remote.mayRefresh(now(), REFRESH_PAUSE_NANOS)) {
            view.refresh(remote.hash(), found -> {
                if (!closed) {
                    pump(remote);
                }
            });
        }
    }

    /** Whether there are tunnels both ways: before, a lookup would fail at once. */
    boolean canAsk() {
        return !pool.outbound().isEmpty() && !pool.leases().isEmpty();
    }

    /** Sends the first message that waits; false when it has to wait on. */
    private boolean transmit(RemoteDestination remote, RatchetPeer peer, RoutePlanner.Route route) {
        RatchetKind kind = own.sessions().nextKind(peer, now());
        if (kind == null) {
            awaitSession(remote, own.sessions().sealableAt(peer));
            return false;
        }
        RemoteDestination.Waiting message = remote.peek();
        if (message.payload().readableBytes() > MAX_PAYLOAD) {
            dropTooLarge(remote);
            return true;
        }
        long nowMillis = lane.clock().epochMillis();
        long published = bundled(remote, kind);
        int bytes = message.payload().readableBytes() + OVERHEAD_BYTES + (published == 0 ? 0 : LEASE_SET_BYTES);
        if (!pool.hasRoom(route.tunnel(), bytes)) {
            hold(remote);
            return false;
        }
        Questions questions = remote.questions();
        boolean ask = published != 0 || message.ticket() != 0 && questions.hasRoom() || questions.wantsAsking(now());
        List<GarlicClove> cloves = new ArrayList<>(2);
        if (published != 0) {
            cloves.add(own.clove(nowMillis + LIFE_MILLIS));
        }
        cloves.add(new GarlicClove(
                new CloveDelivery.ToDestination(remote.hash()),
                new DataMessage(message.payload().retain()).toMessage(entropy.nonZeroInt(), nowMillis + LIFE_MILLIS)));
        SealResult result = own.sessions().seal(peer, cloves, new SealOptions(ask), now(), nowMillis);
        if (result instanceof SealResult.Refused refused) {
            return goesOnAfter(remote, refused);
        }
        SealResult.Sealed sealed = (SealResult.Sealed) result;
        take(remote).payload().release();
        if (!put(route, sealed.garlic())) {
            tell(message.ticket(), SendOutcome.NO_TUNNEL);
            takeAnotherWay(remote);
            hold(remote);
            return false;
        }
        remote.handleRoom();
        if (sealed.ackId() == SealResult.NO_ACK) {
            tell(message.ticket(), SendOutcome.SENT);
        } else {
            asked(remote, sealed.ackId(), published, message.ticket());
        }
        return true;
    }

    /** The way is full: what waits goes on waiting, so that the client hears of it, and in the end by another. */
    private void hold(RemoteDestination remote) {
        long until = now() + CROWDED_NANOS;
        if (remote.hold(until) % MOST_HOLDS == 0) {
            takeAnotherWay(remote);
        }
        wake(until);
    }

    /** Returns the one that was taken until now, or null. */
    private RoutePlanner.Route takeAnotherWay(RemoteDestination remote) {
        return view.find(remote.hash()) instanceof LeaseSet2 theirs
                ? remote.planner().avoid(pool.outbound(), theirs, lane.clock().epochMillis())
                : null;
    }

    private void asked(RemoteDestination remote, long ackId, long published, long ticket) {
        int way = remote.planner().number();
        tell(remote.questions().handleAsked(ackId, published, ticket, way, now()), SendOutcome.SENT);
        busy.add(remote);
    }

    /** The date of our lease set where it goes with the next message, else 0. Without it a first message cannot be answered. */
    private long bundled(RemoteDestination remote, RatchetKind kind) {
        long published = own.leaseSet().publishedSeconds();
        boolean wanted = kind == RatchetKind.NEW_SESSION || remote.questions().wantsTelling(published);
        return bundle && wanted ? published : 0;
    }

    /** The first message could not be sealed. Returns whether the next may be tried. */
    private boolean goesOnAfter(RemoteDestination remote, SealResult.Refused refused) {
        switch (refused.reason()) {
            case TOO_SOON, TOO_MANY_SESSIONS -> {
                awaitSession(remote, Math.min(refused.retryAt(), now() + TICK_NANOS));
                return false;
            }
            case TOO_LARGE -> {
                dropTooLarge(remote);
                return true;
            }
            default -> {
                fail(remote, SendOutcome.UNSUPPORTED_ENCRYPTION);
                return false;
            }
        }
    }

    private void dropTooLarge(RemoteDestination remote) {
        RemoteDestination.Waiting message = take(remote);
        message.payload().release();
        tell(message.ticket(), SendOutcome.TOO_LARGE);
    }

    private void awaitSession(RemoteDestination remote, long until) {
        remote.awaitSession(until);
        wake(until);
    }

    private void wake(long at) {
        if (at > now()) {
            wakeAt = Math.min(wakeAt, at);
        }
    }

    /** Sends garlic; false when the way did not take it. */
    private boolean put(RoutePlanner.Route route, byte[] garlic) {
        I2npMessage message =
                new Garlic(garlic).toMessage(entropy.nonZeroInt(), lane.clock().epochMillis() + LIFE_MILLIS);
        TunnelDelivery delivery = new TunnelDelivery.ToTunnel(
                route.lease().gateway(), route.lease().tunnelId());
        return pool.send(route.tunnel(), delivery, message);
    }

    // --- 3 and 4: what comes back, and what does not

    /**
     * A lease set of this destination came and is being looked at, or was: until then nothing is sent to it, as the one that
     * is known may be of another life, and none need be looked for where there is one.
     */
    void handleLearning(Hash from, boolean begins) {
        if (begins) {
            learning.merge(from, 1, Integer::sum);
        } else {
            learning.computeIfPresent(from, (hash, count) -> count == 1 ? null : count - 1);
            RemoteDestination remote = remotes.get(from);
            if (remote != null) {
                pump(remote);
            }
        }
    }

    /** This destination said something. */
    void handleHeard(Hash from) {
        RemoteDestination remote = remotes.get(from);
        if (remote != null) {
            remote.handleHeard();
            pump(remote);
        }
    }

    void handleEvent(RatchetEvent event) {
        RemoteDestination remote = remotes.get(event.peer().destination());
        if (event instanceof RatchetEvent.OwesReply) {
            answer(event.peer());
        } else if (remote == null) {
            return;
        } else if (event instanceof RatchetEvent.Acknowledged acknowledged) {
            tell(remote.questions().handleAnswer(acknowledged.ackId(), now()), SendOutcome.ACKNOWLEDGED);
        } else if (event instanceof RatchetEvent.Established) {
            remote.handleHeard();
            pump(remote);
        } else if (event instanceof RatchetEvent.Failed) {
            handleSessionLost(remote);
        }
    }

    private void handleSessionLost(RemoteDestination remote) {
        remote.handleSessionLost().forEach(ticket -> tell(ticket, SendOutcome.SENT));
    }

    /** All sessions ended, as our keys are others now. */
    void handleNewKeys() {
        remotes.values().forEach(this::handleSessionLost);
    }

    /** The other side waits for word that the client does not say. */
    private void answer(RatchetPeer peer) {
        RemoteDestination remote = remote(peer.destination());
        if (remote == null) {
            return;
        }
        LeaseSet known = view.find(peer.destination());
        if (known == null) {
            // it asks again, and then gets its answer
            lookUp(remote);
        }
        RoutePlanner.Route route = known instanceof LeaseSet2 second
                ? remote.planner().plan(pool.outbound(), second, lane.clock().epochMillis())
                : null;
        RatchetKind kind = route == null ? null : own.sessions().nextKind(peer, now());
        if (kind == null || kind == RatchetKind.NEW_SESSION) {
            return;
        }
        long published = bundled(remote, kind);
        long nowMillis = lane.clock().epochMillis();
        List<GarlicClove> cloves = published == 0 ? List.of() : List.of(own.clove(nowMillis + LIFE_MILLIS));
        if (own.sessions().seal(peer, cloves, new SealOptions(published != 0), now(), nowMillis)
                instanceof SealResult.Sealed sealed) {
            if (put(route, sealed.garlic()) && sealed.ackId() != SealResult.NO_ACK) {
                asked(remote, sealed.ackId(), published, 0);
            }
        }
    }

    private void lookAfter(RemoteDestination remote, long now) {
        long nowMillis = lane.clock().epochMillis();
        for (RemoteDestination.Waiting late; (late = remote.pollExpired(nowMillis)) != null; ) {
            waitingBytes -= late.payload().readableBytes();
            late.payload().release();
            tell(late.ticket(), whyLate(remote));
        }
        int way = remote.planner().number();
        boolean blamed = false;
        for (Questions.Overdue overdue; (overdue = remote.questions().pollOverdue(way, now)) != null; ) {
            tell(overdue.ticket(), SendOutcome.SENT);
            blamed |= overdue.blamesWay();
        }
        if (blamed) {
            RoutePlanner.Route bad = takeAnotherWay(remote);
            if (bad != null) {
                pool.doubt(bad.tunnel());
            }
            refresh(remote);
        }
        pump(remote);
        if (!remote.isBusy()) {
            busy.remove(remote);
        }
    }

    private SendOutcome whyLate(RemoteDestination remote) {
        if (own.sessions() == null || !canAsk()) {
            return SendOutcome.NO_TUNNEL;
        }
        return view.find(remote.hash()) == null ? SendOutcome.NO_LEASE_SET : SendOutcome.EXPIRED;
    }

    // --- time

    long nextTimeout() {
        if (busy.isEmpty()) {
            tickAt = NEVER;
        } else if (tickAt == NEVER) {
            tickAt = now() + TICK_NANOS;
        }
        return Math.min(forgetAt, busy.isEmpty() ? NEVER : Math.min(wakeAt, tickAt));
    }

    void handleTimeout() {
        long now = now();
        if (now >= wakeAt || now >= tickAt) {
            wakeAt = NEVER;
            tickAt = NEVER;
            for (RemoteDestination remote : List.copyOf(busy)) {
                lookAfter(remote, now);
            }
        }
        if (now >= forgetAt) {
            remotes.values().removeIf(remote -> !remote.isBusy() && now - remote.usedAt() > REMOTE_IDLE_NANOS);
            forgetAt = remotes.isEmpty() ? NEVER : now + FORGET_NANOS;
        }
    }

    /** Drops all that waits. */
    void close() {
        closed = true;
        for (RemoteDestination remote : remotes.values()) {
            for (RemoteDestination.Waiting message; (message = take(remote)) != null; ) {
                message.payload().release();
            }
        }
        remotes.clear();
        busy.clear();
    }

    private long now() {
        return lane.clock().nanos();
    }
}
