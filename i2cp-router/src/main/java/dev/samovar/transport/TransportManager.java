package dev.samovar.transport;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Reaches routers: by the session there is, else by a new one, for which messages wait a while. Owned by the router lane;
 * calls from elsewhere throw.
 *
 * <ol>
 *   <li>{@link #send}: a connected router gets the message at once. Another is dialled by the first transport that can, in
 *       turn, so many at a time; one that could not be reached a short while ago is not.
 *   <li>Connected: what waited is sent in order. Failed: it is dropped, and the router left alone for longer and longer.
 *   <li>Everything else is passed on to the router.
 * </ol>
 */
public final class TransportManager {

    /** Routers dialled at a time. */
    public static final int MOST_DIALS = 64;

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Lane lane;
    private final TransportListener listener;
    private final List<Transport> transports = new ArrayList<>();
    private final DialQueue queue = new DialQueue();
    private final BackOff backOff = new BackOff();
    private final Tally<DialFailure> dialFailures = new Tally<>(DialFailure.class);
    private final Tally<SendResult> dropped = new Tally<>(SendResult.class);
    private Cancellable tick;
    private boolean closed;

    /**
     * @param transports each made with the listener that it has to tell; in order of preference
     * @param listener told of all transports
     */
    public TransportManager(
            Lane lane, List<Function<TransportListener, Transport>> transports, TransportListener listener) {
        this.lane = lane;
        this.listener = listener;
        TransportListener mine = new Listener();
        for (Function<TransportListener, Transport> transport : transports) {
            this.transports.add(transport.apply(mine));
        }
    }

    /** Sends, or keeps for a while, or drops; takes the message over in any case. */
    public SendResult send(RouterInfo peer, I2npMessage message) {
        lane.check();
        SendResult result = trySend(peer, message);
        if (!result.accepted()) {
            dropped.add(result);
        }
        return result;
    }

    // 1
    private SendResult trySend(RouterInfo peer, I2npMessage message) {
        Hash hash = peer.hash();
        for (Transport transport : transports) {
            if (transport.isConnected(hash)) {
                return transport.send(hash, message);
            }
        }
        SendResult refusal = null;
        if (closed) {
            refusal = SendResult.CLOSED;
        } else if (message.expirationMillis() < lane.clock().epochMillis()) {
            refusal = SendResult.EXPIRED;
        } else if (!queue.contains(hash)) {
            refusal = mayDial(peer);
        }
        if (refusal == null && !queue.add(peer, message)) {
            refusal = SendResult.CONGESTED;
        }
        if (refusal != null) {
            message.release();
            return refusal;
        }
        dialNext();
        return SendResult.QUEUED;
    }

    /** Connects without a message to send. */
    public SendResult connect(RouterInfo peer) {
        lane.check();
        Hash hash = peer.hash();
        if (isConnected(hash)) {
            return SendResult.SENT;
        }
        SendResult refusal = closed ? SendResult.CLOSED : queue.contains(hash) ? null : mayDial(peer);
        if (refusal != null) {
            return refusal;
        }
        queue.want(peer);
        dialNext();
        return SendResult.QUEUED;
    }

    /** Null when it may. */
    private SendResult mayDial(RouterInfo peer) {
        if (!backOff.mayDial(peer.hash(), lane.clock().nanos())) {
            return SendResult.BACKING_OFF;
        }
        return transportFor(peer) == null ? SendResult.UNREACHABLE : null;
    }

    private Transport transportFor(RouterInfo peer) {
        for (Transport transport : transports) {
            if (transport.canDial(peer)) {
                return transport;
            }
        }
        return null;
    }

    private void dialNext() {
        while (queue.dialling() < MOST_DIALS) {
            RouterInfo next = queue.nextToDial();
            if (next == null) {
                break;
            }
            Transport transport = transportFor(next);
            if (transport == null) {
                lane.execute(() -> onFailed(next.hash(), DialFailure.NO_ADDRESS));
            } else {
                transport.dial(next);
            }
        }
        if (tick == null && !queue.isEmpty()) {
            tick = lane.schedule(lane.clock().nanos() + TICK_NANOS, this::onTick);
        }
    }

    private void onTick() {
        tick = null;
        if (!closed) {
            queue.expire(lane.clock().epochMillis());
            dialNext();
        }
    }

    // 2
    private void onReached(Hash peer) {
        backOff.reached(peer);
        for (I2npMessage message : queue.remove(peer)) {
            sendConnected(peer, message);
        }
        dialNext();
    }

    /** Sends over a session that is there; takes the message over in any case. */
    public SendResult sendConnected(Hash peer, I2npMessage message) {
        lane.check();
        SendResult result = SendResult.UNREACHABLE;
        for (Transport transport : transports) {
            if (transport.isConnected(peer)) {
                result = transport.send(peer, message);
                message = null;
                break;
            }
        }
        if (message != null) {
            message.release();
        }
        if (!result.accepted()) {
            dropped.add(result);
        }
        return result;
    }

    private void onFailed(Hash peer, DialFailure reason) {
        if (isConnected(peer)) {
            // the peer dialled us meanwhile
            onReached(peer);
            return;
        }
        dialFailures.add(reason);
        if (reason != DialFailure.LIMIT && reason != DialFailure.CLOSED) {
            boolean unconnected = reason == DialFailure.CONNECT_FAILED || reason == DialFailure.CONNECT_TIMEOUT;
            backOff.failed(
                    peer, unconnected && connected().isEmpty(), lane.clock().nanos());
        }
        for (I2npMessage message : queue.remove(peer)) {
            message.release();
            dropped.add(SendResult.UNREACHABLE);
        }
        listener.onDialFailed(peer, reason);
        if (!closed) {
            dialNext();
        }
    }

    // 3
    private final class Listener implements TransportListener {

        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {
            onReached(peer.hash());
            listener.onConnected(peer, inbound);
        }

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
            listener.onRouterInfo(from, info, flood);
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            listener.onMessage(from, message);
        }

        @Override
        public void onDisconnected(Hash peer, DisconnectReason reason) {
            if (!isConnected(peer)) {
                listener.onDisconnected(peer, reason);
            }
        }

        @Override
        public void onDialFailed(Hash peer, DialFailure reason) {
            onFailed(peer, reason);
        }

        @Override
        public void onClockSkew(Hash peer, long skewMillis) {
            listener.onClockSkew(peer, skewMillis);
        }
    }

    public boolean isConnected(Hash peer) {
        lane.check();
        for (Transport transport : transports) {
            if (transport.isConnected(peer)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a message for this router would be carried or wait, as far as can be told now. */
    public boolean canReach(RouterInfo peer) {
        lane.check();
        return isConnected(peer.hash()) || !closed && mayDial(peer) == null;
    }

    /**
     * Whether so many cells of tunnels for this router would find room now, in its session or to wait for that. None do while it
     * is left alone after it could not be reached.
     */
    public boolean hasRoom(Hash peer, int cells) {
        lane.check();
        for (Transport transport : transports) {
            if (transport.isConnected(peer)) {
                return transport.hasRoom(peer, cells);
            }
        }
        boolean mayWait =
                queue.contains(peer) || backOff.mayDial(peer, lane.clock().nanos());
        return !closed && mayWait && queue.hasRoom(peer, cells);
    }

    /** The routers with a session. A copy. */
    public Set<Hash> connected() {
        lane.check();
        Set<Hash> connected = new HashSet<>();
        for (Transport transport : transports) {
            connected.addAll(transport.connected());
        }
        return connected;
    }

    /** What to publish at this moment. */
    public List<RouterAddress> addresses() {
        lane.check();
        List<RouterAddress> addresses = new ArrayList<>();
        for (Transport transport : transports) {
            addresses.addAll(transport.addresses());
        }
        return addresses;
    }

    /** Ends the sessions with this router. */
    public void disconnect(Hash peer, DisconnectReason reason) {
        lane.check();
        for (Transport transport : transports) {
            transport.disconnect(peer, reason);
        }
    }

    public TransportStatus status() {
        lane.check();
        List<TransportStatus.OfTransport> each = new ArrayList<>();
        for (Transport transport : transports) {
            each.add(transport.status());
        }
        Map<String, Long> drops = new TreeMap<>(dropped.toMap());
        if (queue.expired() > 0) {
            drops.merge("expired", queue.expired(), Long::sum);
        }
        return new TransportStatus(
                List.copyOf(each),
                queue.dialling(),
                queue.messages(),
                backOff.size(lane.clock().nanos()),
                dialFailures.toMap(),
                drops);
    }

    /** Drops what waits and closes the transports; the future completes when their sockets are closed. */
    public Future<Void> close() {
        lane.check();
        Promise<Void> done = lane.newPromise();
        closed = true;
        if (tick != null) {
            tick.cancel();
        }
        queue.clear();
        List<Future<Void>> closing = new ArrayList<>();
        for (Transport transport : transports) {
            closing.add(transport.close());
        }
        completeAfter(closing, 0, done);
        return done;
    }

    private static void completeAfter(List<Future<Void>> futures, int index, Promise<Void> done) {
        if (index == futures.size()) {
            done.trySuccess(null);
        } else {
            futures.get(index).addListener(finished -> completeAfter(futures, index + 1, done));
        }
    }
}
