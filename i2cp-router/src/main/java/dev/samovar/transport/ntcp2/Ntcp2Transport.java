package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DialFailure;
import dev.samovar.transport.DisconnectReason;
import dev.samovar.transport.PeerCheck;
import dev.samovar.transport.ReservedAddresses;
import dev.samovar.transport.SendResult;
import dev.samovar.transport.Tally;
import dev.samovar.transport.Transport;
import dev.samovar.transport.TransportListener;
import dev.samovar.transport.TransportStatus;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * NTCP2: sessions over TCP (NTCP2 specification). Everything here lives on the router lane, listening sockets included, so
 * that who may connect is decided in one place; the sockets of sessions are spread over the event loops of {@code net}.
 */
public final class Ntcp2Transport implements Transport {

    /** SPEC ntcp2#termination */
    private static final int CODE_NORMAL = 0;

    private static final int CODE_IDLE = 2;
    private static final int CODE_SHUTDOWN = 3;
    private static final int CODE_CLOCK_SKEW = 7;
    private static final int CODE_BANNED = 17;

    /** How long two sessions that were dialled at the same time stay before the loser is closed, and before that is forced. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final int BACKLOG = 512;
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(32 * 1024, 128 * 1024);

    /** Sessions that one host may have dialled. Reserved addresses, which test networks alone let in, have no such limit. */
    private static final int MOST_SESSIONS_OF_HOST = 16;

    private static final Logger LOG = LoggerFactory.getLogger("ntcp2");

    /** A listening socket. */
    private record Listening(Ntcp2Config.Endpoint endpoint, Channel channel) {}

    private final Ntcp2Shared shared;
    private final EventLoopLane lane;
    private final EventLoopGroup net;
    private final Supplier<RouterInfo> self;
    private final PeerCheck peers;
    private final TransportListener listener;
    private final Ntcp2Ways ways;
    private final LinkTable<Ntcp2Link> links;
    private final LinkWakes wakes;
    private final List<Listening> listening = new ArrayList<>();
    /** Every connection until its socket is closed. */
    private final Set<Ntcp2ChannelHandler> connections = new HashSet<>();
    /** Connections that are no session yet. */
    private final Set<Ntcp2ChannelHandler> pending = new HashSet<>();

    private final Map<Hash, Ntcp2ChannelHandler> dialling = new HashMap<>();
    /** Those of them that came in, by host. */
    private final HostCounts pendingOfHost = new HostCounts();

    /** Connections that came in and became sessions, until their sockets are closed; and the same by host. */
    private final Set<Ntcp2ChannelHandler> admitted = new HashSet<>();

    private final HostCounts admittedOfHost = new HostCounts();
    private final Tally<Ntcp2Failure> rejected = new Tally<>(Ntcp2Failure.class);
    private final Tally<DisconnectReason> ended = new Tally<>(DisconnectReason.class);
    private final Promise<Void> allClosed;

    private int pendingIn;
    private long handshakesIn;
    private long handshakesOut;
    private boolean closed;

    /**
     * @param lane the router lane
     * @param net where the sockets of sessions live
     * @param selfHash our router hash
     * @param self our RouterInfo at the moment of asking; asked on the router lane, never before {@link #start} is done
     */
    public Ntcp2Transport(
            Ntcp2Config config,
            Ntcp2Keys keys,
            Hash selfHash,
            Supplier<RouterInfo> self,
            EventLoopLane lane,
            EventLoopGroup net,
            Entropy entropy,
            Offload offload,
            PeerCheck peers,
            TransportListener listener) {
        this.shared = new Ntcp2Shared(config, keys, selfHash, lane, entropy, offload);
        this.lane = lane;
        this.net = net;
        this.self = self;
        this.peers = peers;
        this.listener = listener;
        this.ways = new Ntcp2Ways(config);
        this.links = new LinkTable<>(selfHash);
        this.wakes = new LinkWakes(lane);
        this.allClosed = lane.newPromise();
    }

    /** Binds all endpoints that listen. Fails with the first that cannot be bound. From any thread. */
    public Future<Void> start() {
        Promise<Void> started = lane.newPromise();
        lane.run(() -> {
            shared.ephemerals.refill();
            bindNext(0, started);
        });
        return started;
    }

    private void bindNext(int index, Promise<Void> started) {
        if (index == shared.config.endpoints().size()) {
            started.setSuccess(null);
            return;
        }
        Ntcp2Config.Endpoint endpoint = shared.config.endpoints().get(index);
        if (endpoint.listen() == null) {
            bindNext(index + 1, started);
            return;
        }
        ChannelFuture bound = new ServerBootstrap()
                .group(lane.loop(), net)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .handler(new Acceptor())
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                })
                .bind(endpoint.listen());
        bound.addListener((ChannelFutureListener) done -> lane.run(() -> {
            if (!done.isSuccess()) {
                started.setFailure(done.cause());
            } else if (closed) {
                done.channel().close();
                started.setFailure(new IllegalStateException("closed"));
            } else {
                listening.add(new Listening(endpoint, done.channel()));
                bindNext(index + 1, started);
            }
        }));
    }

    /** The addresses that are listened on, in the order of the endpoints. */
    public List<InetSocketAddress> boundAddresses() {
        return listening.stream()
                .map(socket -> (InetSocketAddress) socket.channel.localAddress())
                .toList();
    }

    // --- the contract ---

    @Override
    public String style() {
        return Ntcp2Address.STYLE;
    }

    @Override
    public List<RouterAddress> addresses() {
        List<RouterAddress> addresses = new ArrayList<>();
        boolean unpublished4 = false;
        boolean unpublished6 = false;
        for (Ntcp2Config.Endpoint endpoint : shared.config.endpoints()) {
            RouterAddress published = published(endpoint);
            if (published != null) {
                addresses.add(published);
            } else if (ways.has(endpoint)) {
                unpublished4 |= !endpoint.ipv6();
                unpublished6 |= endpoint.ipv6();
            }
        }
        if (unpublished4 || unpublished6) {
            addresses.add(Ntcp2Address.unpublished(shared.keys, unpublished4, unpublished6));
        }
        return addresses;
    }

    private RouterAddress published(Ntcp2Config.Endpoint endpoint) {
        if (endpoint.published() == null) {
            return null;
        }
        for (Listening socket : listening) {
            if (socket.endpoint == endpoint) {
                int bound = ((InetSocketAddress) socket.channel.localAddress()).getPort();
                int port = endpoint.publishedPort() == 0 ? bound : endpoint.publishedPort();
                return Ntcp2Address.published(shared.keys, endpoint.published(), port);
            }
        }
        return null;
    }

    @Override
    public boolean canDial(RouterInfo peer) {
        return !ways.to(peer).isEmpty();
    }

    /**
     * Which IP versions the machine has now, for the endpoints that only dial; both when nobody tells. What is to be published
     * may have changed then.
     */
    public void dialOver(boolean ipv4, boolean ipv6) {
        lane.check();
        ways.dialOver(ipv4, ipv6);
    }

    @Override
    public void dial(RouterInfo peer) {
        lane.check();
        Hash hash = peer.hash();
        List<Ntcp2Address> addresses = ways.to(peer);
        if (dialling.containsKey(hash)) {
            return;
        }
        if (closed) {
            failLater(hash, DialFailure.CLOSED);
        } else if (addresses.isEmpty()) {
            failLater(hash, DialFailure.NO_ADDRESS);
        } else if (isFull()) {
            failLater(hash, DialFailure.LIMIT);
        } else if (hash.equals(shared.router.self())
                || addresses.stream().anyMatch(address -> peers.isBanned(address.ip()))
                || peers.check(peer) != PeerCheck.Verdict.OK) {
            failLater(hash, DialFailure.BANNED);
        } else {
            connect(peer, addresses);
        }
    }

    private void failLater(Hash peer, DialFailure reason) {
        lane.execute(() -> listener.onDialFailed(peer, reason));
    }

    /** @param addresses to try the first of; when it does not connect, the others */
    private void connect(RouterInfo peer, List<Ntcp2Address> addresses) {
        Ntcp2Address address = addresses.get(0);
        InetSocketAddress proxy = shared.config.socks5();
        Ntcp2ChannelHandler handler = new Ntcp2ChannelHandler(
                shared, this, peer, address, proxy == null ? address.ip() : null, ownRouterInfo());
        Bootstrap bootstrap = new Bootstrap()
                .group(net)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        shared.config.limits().connectMillis())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (proxy != null) {
                            Socks5ProxyHandler socks = new Socks5ProxyHandler(proxy);
                            socks.setConnectTimeoutMillis(shared.config.limits().connectMillis());
                            channel.pipeline().addLast("socks5", socks);
                        }
                        channel.pipeline().addLast("ntcp2", handler);
                    }
                });
        InetAddress from = ways.endpointFor(address).dialFrom();
        if (from != null && proxy == null) {
            bootstrap.localAddress(new InetSocketAddress(from, 0));
        }
        dialling.put(peer.hash(), handler);
        pending.add(handler);
        connections.add(handler);
        ChannelFuture connected = bootstrap.connect(new InetSocketAddress(inet(address.ip()), address.port()));
        handler.attach(connected.channel());
        connected.addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                handler.begin();
                lane.execute(() -> ways.tried(address, true));
                return;
            }
            boolean late = done.cause() instanceof ConnectTimeoutException;
            lane.execute(() -> {
                ways.tried(address, false);
                onUnconnected(
                        handler,
                        addresses.subList(1, addresses.size()),
                        late ? DialFailure.CONNECT_TIMEOUT : DialFailure.CONNECT_FAILED);
            });
        });
    }

    private void onUnconnected(Ntcp2ChannelHandler handler, List<Ntcp2Address> others, DialFailure reason) {
        RouterInfo peer = handler.dialled();
        boolean wanted = !closed && links.get(peer.hash()) == null && dialling.get(peer.hash()) == handler;
        List<Ntcp2Address> left =
                others.stream().filter(other -> ways.endpointFor(other) != null).toList();
        if (wanted && !left.isEmpty()) {
            connect(peer, left);
        } else {
            onDialEnded(handler, reason);
        }
        onGone(handler);
    }

    private static InetAddress inet(byte[] ip) {
        try {
            return InetAddress.getByAddress(ip);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException("an IP address has 4 or 16 bytes", impossible);
        }
    }

    @Override
    public boolean isConnected(Hash peer) {
        return links.get(peer) != null;
    }

    @Override
    public Set<Hash> connected() {
        return links.peers();
    }

    @Override
    public SendResult send(Hash peer, I2npMessage message) {
        lane.check();
        Ntcp2Link link = links.get(peer);
        if (link == null) {
            message.release();
            return SendResult.UNREACHABLE;
        }
        SendResult result = link.offer(message);
        if (result == SendResult.SENT) {
            wakes.onOffered(link);
        } else {
            shared.messagesDropped.increment();
        }
        return result;
    }

    @Override
    public boolean hasRoom(Hash peer, int cells) {
        lane.check();
        Ntcp2Link link = links.get(peer);
        return link != null && link.hasRoom(cells);
    }

    @Override
    public void disconnect(Hash peer, DisconnectReason reason) {
        lane.check();
        for (Ntcp2Link link : links.links()) {
            if (link.peer().hash().equals(peer)) {
                link.handler().end(reason, code(reason));
            }
        }
    }

    private static int code(DisconnectReason reason) {
        return switch (reason) {
            case IDLE -> CODE_IDLE;
            case SHUTDOWN -> CODE_SHUTDOWN;
            case CLOCK_SKEW -> CODE_CLOCK_SKEW;
            case BANNED -> CODE_BANNED;
            default -> CODE_NORMAL;
        };
    }

    @Override
    public TransportStatus.OfTransport status() {
        return new TransportStatus.OfTransport(
                style(),
                listening.size(),
                links.inbound(),
                links.outbound(),
                pending.size(),
                handshakesIn,
                handshakesOut,
                shared.bytesIn.sum(),
                shared.bytesOut.sum(),
                shared.messagesIn.sum(),
                shared.messagesOut.sum(),
                shared.messagesDropped.sum(),
                rejected.toMap(),
                ended.toMap());
    }

    @Override
    public Future<Void> close() {
        lane.run(() -> {
            if (closed) {
                return;
            }
            closed = true;
            for (Listening socket : listening) {
                socket.channel.close();
            }
            listening.clear();
            for (Ntcp2Link link : links.links()) {
                link.handler().end(DisconnectReason.SHUTDOWN, CODE_SHUTDOWN);
            }
            for (Ntcp2ChannelHandler handler : pending) {
                handler.socket().close();
            }
            completeClose();
        });
        return allClosed;
    }

    private void completeClose() {
        if (closed && connections.isEmpty()) {
            allClosed.trySuccess(null);
        }
    }

    // --- connections that come in ---

    /** Decides, on the router lane, which connections are taken at all. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            SocketChannel socket = (SocketChannel) message;
            InetSocketAddress remote = socket.remoteAddress();
            byte[] ip = remote == null ? null : remote.getAddress().getAddress();
            Ntcp2Failure refusal = ip == null ? Ntcp2Failure.LOST : refusal(ip);
            if (refusal != null) {
                rejected.add(refusal);
                ((AbstractChannel) socket).unsafe().closeForcibly();
                return;
            }
            Ntcp2ChannelHandler handler = new Ntcp2ChannelHandler(shared, Ntcp2Transport.this, ip);
            handler.attach(socket);
            connections.add(handler);
            pending.add(handler);
            pendingIn++;
            pendingOfHost.add(ip);
            socket.pipeline().addLast("ntcp2", handler);
            // a socket that dies before its loop has it never becomes inactive
            socket.closeFuture().addListener(done -> lane.execute(() -> onGone(handler)));
            context.fireChannelRead(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.warn("a connection could not be accepted: {}", cause.getClass().getSimpleName());
            LOG.debug("the failure", cause);
        }
    }

    private Ntcp2Failure refusal(byte[] ip) {
        if (closed) {
            return Ntcp2Failure.CLOSING;
        }
        if (!shared.config.allowReservedAddresses() && ReservedAddresses.isReserved(ip)) {
            return Ntcp2Failure.RESERVED_ADDRESS;
        }
        if (peers.isBanned(ip)) {
            return Ntcp2Failure.BANNED_ADDRESS;
        }
        if (isFullInbound()) {
            return Ntcp2Failure.TOO_MANY_SESSIONS;
        }
        if (pendingIn >= shared.config.limits().pending()) {
            return Ntcp2Failure.TOO_MANY_PENDING;
        }
        if (pendingOfHost.of(ip) >= shared.config.limits().pendingPerAddress()) {
            return Ntcp2Failure.TOO_MANY_PENDING_OF_ADDRESS;
        }
        return null;
    }

    private boolean isFull() {
        return links.inbound() + links.outbound() >= shared.config.limits().sessions();
    }

    /** A quarter of the sessions is left for dialling: else whoever dials us decides whom we can reach. */
    private boolean isFullInbound() {
        int sessions = shared.config.limits().sessions();
        return isFull() || links.inbound() >= sessions - sessions / 4;
    }

    // --- from the connections, on the router lane ---

    void onLane(Runnable task) {
        lane.execute(task);
    }

    byte[] ownRouterInfo() {
        return self.get().bytes();
    }

    /** A handshake is complete. */
    void onEstablished(Ntcp2ChannelHandler handler, RouterInfo peer, long skewMillis) {
        Hash hash = peer.hash();
        if (!pending.contains(handler)) {
            return;
        }
        if (handler.inbound()) {
            handshakesIn++;
        } else {
            handshakesOut++;
        }
        Ntcp2Failure refusal = refusal(handler, peer);
        if (refusal != null) {
            handler.refuse(refusal);
            onFailed(handler, refusal, skewMillis, true);
            return;
        }
        noLongerPending(handler);
        long now = shared.clock.nanos();
        Lane sessionLane = new EventLoopLane(handler.socket().eventLoop(), shared.clock);
        Ntcp2Link link = new Ntcp2Link(peer, handler.inbound(), now, sessionLane, handler);
        LinkTable.Added<Ntcp2Link> added = links.add(hash, link, now);
        switch (added.outcome()) {
            case FIRST -> listener.onConnected(peer, handler.inbound());
            case REPLACED -> added.displaced().handler().end(DisconnectReason.REPLACED, CODE_NORMAL);
            case BOTH -> {
                lane.schedule(now + SETTLE_NANOS, () -> settle(hash, false));
                lane.schedule(now + 2 * SETTLE_NANOS, () -> settle(hash, true));
            }
            case REFUSED -> {
                rejected.add(Ntcp2Failure.DUPLICATE);
                dialling.remove(hash, handler);
                handler.refuse(Ntcp2Failure.DUPLICATE);
                return;
            }
        }
        dialling.remove(hash, handler);
        if (handler.inbound()) {
            admitted.add(handler);
            admittedOfHost.add(handler.ip());
        }
        listener.onClockSkew(hash, skewMillis);
        handler.admit(link, handler.inbound() ? ownRouterInfo() : null);
    }

    private Ntcp2Failure refusal(Ntcp2ChannelHandler handler, RouterInfo peer) {
        if (closed) {
            return Ntcp2Failure.CLOSING;
        }
        PeerCheck.Verdict verdict = peers.check(peer);
        if (verdict != PeerCheck.Verdict.OK) {
            return verdict == PeerCheck.Verdict.BANNED ? Ntcp2Failure.BANNED : Ntcp2Failure.UNACCEPTABLE;
        }
        if (links.get(peer.hash()) != null) {
            // one of the two goes
            return null;
        }
        if (handler.inbound() ? isFullInbound() : isFull()) {
            return Ntcp2Failure.TOO_MANY_SESSIONS;
        }
        boolean crowded = handler.inbound()
                && admittedOfHost.of(handler.ip()) >= MOST_SESSIONS_OF_HOST
                && !ReservedAddresses.isReserved(handler.ip());
        return crowded ? Ntcp2Failure.TOO_MANY_SESSIONS_OF_ADDRESS : null;
    }

    private void settle(Hash peer, boolean last) {
        Ntcp2Link loser = links.settle(peer, last);
        if (loser != null) {
            loser.handler().end(DisconnectReason.REPLACED, CODE_NORMAL);
        }
    }

    /** A handshake failed, or its result was refused. The socket may live on for a while. */
    void onFailed(Ntcp2ChannelHandler handler, Ntcp2Failure failure, long skewMillis, boolean skewKnown) {
        if (!pending.contains(handler)) {
            return;
        }
        Hash peer = handler.dialled() == null ? null : handler.dialled().hash();
        if (peer == null || dialling.get(peer) == handler) {
            rejected.add(failure);
            if (failure.misbehaviour() != null) {
                peers.report(peer != null ? peer : handler.provenPeer(failure), handler.ip(), failure.misbehaviour());
            }
            if (peer != null && skewKnown) {
                listener.onClockSkew(peer, skewMillis);
            }
        }
        onDialEnded(handler, dialFailure(failure));
    }

    private static DialFailure dialFailure(Ntcp2Failure failure) {
        return switch (failure) {
            case TIMEOUT -> DialFailure.HANDSHAKE_TIMEOUT;
            case LOST -> DialFailure.HANDSHAKE_LOST;
            case MESSAGE_2_SKEW -> DialFailure.CLOCK_SKEW;
            case TOO_MANY_SESSIONS -> DialFailure.LIMIT;
            case BANNED, UNACCEPTABLE -> DialFailure.BANNED;
            case CLOSING -> DialFailure.CLOSED;
            default -> DialFailure.HANDSHAKE_REJECTED;
        };
    }

    /** Once for a dial. */
    private void onDialEnded(Ntcp2ChannelHandler handler, DialFailure reason) {
        RouterInfo peer = handler.dialled();
        if (peer != null && dialling.remove(peer.hash(), handler)) {
            listener.onDialFailed(peer.hash(), reason);
        }
    }

    private void noLongerPending(Ntcp2ChannelHandler handler) {
        if (pending.remove(handler) && handler.inbound()) {
            pendingIn--;
            pendingOfHost.remove(handler.ip());
        }
    }

    /** The socket is closed. */
    void onGone(Ntcp2ChannelHandler handler) {
        onDialEnded(handler, DialFailure.HANDSHAKE_LOST);
        noLongerPending(handler);
        if (admitted.remove(handler)) {
            admittedOfHost.remove(handler.ip());
        }
        connections.remove(handler);
        completeClose();
    }

    /** A session is over; its handler does not touch the ring any more. */
    void onLinkLost(Ntcp2Link link, DisconnectReason reason) {
        Hash peer = link.peer().hash();
        link.markClosed();
        boolean known = links.remove(peer, link);
        // what it did not send goes by another session with the same router if there is one
        for (I2npMessage unsent = link.takeBack(); unsent != null; unsent = link.takeBack()) {
            send(peer, unsent);
        }
        ended.add(reason);
        reportSession(link, reason);
        if (known && links.get(peer) == null) {
            listener.onDisconnected(peer, reason);
        }
    }

    private void reportSession(Ntcp2Link link, DisconnectReason reason) {
        PeerCheck.Misbehaviour misbehaviour = switch (reason) {
            case DECRYPT_FAILED -> PeerCheck.Misbehaviour.BAD_FRAME;
            case MALFORMED -> PeerCheck.Misbehaviour.MALFORMED;
            case CLOCK_SKEW -> PeerCheck.Misbehaviour.CLOCK_SKEW;
            default -> null;
        };
        if (misbehaviour != null) {
            peers.report(link.peer().hash(), link.handler().ip(), misbehaviour);
        }
    }

    void onMessages(Hash from, List<I2npMessage> messages) {
        for (I2npMessage message : messages) {
            listener.onMessage(from, message);
        }
    }

    void onPeerInfo(Hash from, RouterInfo info, boolean flood) {
        listener.onRouterInfo(from, info, flood);
    }

    void onSkew(Hash from, long millis) {
        listener.onClockSkew(from, millis);
    }
}
