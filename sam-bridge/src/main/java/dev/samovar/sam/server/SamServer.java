package dev.samovar.sam.server;

import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.sam.naming.HostsFile;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionFactory;
import dev.samovar.sam.session.SessionRegistry;
import dev.samovar.sam.session.StreamsFactory;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The SAM bridge: its TCP and UDP sockets, and what all connections share. Everything runs on one lane, the client lane;
 * {@link #start} and {@link #close} may be called from anywhere.
 */
public final class SamServer {

    /** Bytes waiting to be written to one socket, between which it stops and begins to take more. */
    static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final int MAX_READ = 64 * 1024;
    private static final int BACKLOG = 1024;

    /** Sockets beyond a limit that are open for the moment their answer takes; who comes then is closed without one. */
    static final int MAX_TURNED_AWAY = 256;

    private static final long CLOSING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int UDP_BUFFER = 1024 * 1024;

    private final SamConfig config;
    private final EventLoopLane lane;
    private final SessionRegistry registry;
    private final SamUdpHandler udp;
    private final SessionCommands sessionCommands;
    private final StreamCommands streamCommands;
    private final NameCommands nameCommands;
    private final DatagramCommands datagramCommands;
    private final Set<SamConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<SamConnection> turnedAway = Collections.newSetFromMap(new IdentityHashMap<>());
    private int unGreeted;
    private long refused;
    private Channel tcpChannel;
    private Channel udpChannel;

    /** Where the bridge listens. */
    public record Bound(InetSocketAddress tcp, InetSocketAddress udp) {}

    /**
     * What the bridge holds at a moment.
     *
     * @param connections open sockets
     * @param sessions sessions that stand
     * @param streams open streams of all sessions
     * @param refusedConnections sockets beyond a limit, since the start
     * @param droppedUdp packets that the UDP port dropped, since the start
     */
    public record Status(int connections, int sessions, int streams, long refusedConnections, long droppedUdp) {}

    /**
     * @param client the way to the router
     * @param lane the client lane
     * @param streams makes the streams of a session
     * @param offload for keys and signatures
     * @param hostLookups for host names of FORWARD and HOST, which may block for long
     */
    public SamServer(
            SamConfig config,
            I2cpClient client,
            EventLoopLane lane,
            StreamsFactory streams,
            Entropy entropy,
            Offload offload,
            Offload hostLookups) {
        this.config = config;
        this.lane = lane;
        registry = new SessionRegistry(lane.clock(), config.limits().sessions());
        NameResolver names = new NameResolver(lane, client, new HostsFile(config.hostsFile()));
        ForwardTargets targets = new ForwardTargets(lane, hostLookups);
        udp = new SamUdpHandler(registry, names);
        sessionCommands = new SessionCommands(
                new SessionFactory(lane, client, registry, streams, entropy, offload), targets, udp);
        streamCommands = new StreamCommands(
                registry, names, targets, lane, config.limits().pendingAccepts());
        nameCommands = new NameCommands(names, lane, entropy, offload);
        datagramCommands = new DatagramCommands(names);
    }

    /** Listens. Fails with the {@link java.net.BindException} of a port that is taken; nothing listens then. */
    public Future<Bound> start() {
        Promise<Bound> started = lane.newPromise();
        ChannelFuture tcp = new ServerBootstrap()
                .group(lane.loop(), lane.loop())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, newReceiveBuffers())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SamConnection(SamServer.this));
                    }
                })
                .bind(config.tcp());
        tcp.addListener(done -> {
            if (done.isSuccess()) {
                tcpChannel = tcp.channel();
                startUdp(started);
            } else {
                started.tryFailure(done.cause());
            }
        });
        return started;
    }

    private void startUdp(Promise<Bound> started) {
        ChannelFuture bound = new Bootstrap()
                .group(lane.loop())
                .channel(NioDatagramChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_READ))
                .option(ChannelOption.SO_RCVBUF, UDP_BUFFER)
                .option(ChannelOption.SO_SNDBUF, UDP_BUFFER)
                .handler(udp)
                .bind(config.udp());
        bound.addListener(done -> {
            if (done.isSuccess()) {
                udpChannel = bound.channel();
                started.trySuccess(new Bound(
                        (InetSocketAddress) tcpChannel.localAddress(), (InetSocketAddress) udpChannel.localAddress()));
            } else {
                tcpChannel.close();
                started.tryFailure(done.cause());
            }
        });
    }

    /** One read of a socket: grows to {@value #MAX_READ} bytes while a client keeps it full. */
    static RecvByteBufAllocator newReceiveBuffers() {
        return new AdaptiveRecvByteBufAllocator(512, 4096, MAX_READ);
    }

    /** Ends every session, telling its client, and stops listening. */
    public Future<Void> close() {
        Promise<Void> closed = lane.newPromise();
        lane.run(() -> {
            if (tcpChannel != null) {
                tcpChannel.close();
            }
            for (SamSession session : registry.all()) {
                session.end("Samovar is shutting down");
            }
            for (SamConnection connection : new ArrayList<>(connections)) {
                connection.shutDown();
            }
            if (udpChannel != null) {
                udpChannel.close();
            }
            // by then last lines are written, sessions' farewells on their way, and the selector, which alone frees a
            // listening port, has had its turn
            lane.schedule(lane.clock().nanos() + CLOSING_NANOS, () -> closed.trySuccess(null));
        });
        return closed;
    }

    /** What is going on; on the lane. */
    public Status status() {
        int streams = 0;
        for (SamSession session : registry.all()) {
            streams += session.streams() == null ? 0 : session.streams().openStreams();
        }
        return new Status(connections.size() + turnedAway.size(), registry.size(), streams, refused, udp.dropped());
    }

    /** A new socket: null when it may stay, else why not; then {@link #turnAway} comes next. */
    String admit(SamConnection connection) {
        if (connections.size() >= config.limits().connections()) {
            return "Too many connections";
        }
        if (unGreeted >= config.limits().unGreeted()) {
            return "Too many connections without HELLO";
        }
        connections.add(connection);
        unGreeted++;
        return null;
    }

    /** A socket that may not stay: true when it may hear why, false when too many do at this moment. */
    boolean turnAway(SamConnection connection) {
        refused++;
        return turnedAway.size() < MAX_TURNED_AWAY && turnedAway.add(connection);
    }

    /** A socket that was admitted no longer counts among those without HELLO. */
    void greeted() {
        unGreeted--;
    }

    /** A socket is closed. */
    void forget(SamConnection connection) {
        connections.remove(connection);
        turnedAway.remove(connection);
    }

    Lane lane() {
        return lane;
    }

    long helloNanos() {
        return TimeUnit.SECONDS.toNanos(config.limits().helloSeconds());
    }

    SessionCommands sessionCommands() {
        return sessionCommands;
    }

    StreamCommands streamCommands() {
        return streamCommands;
    }

    NameCommands nameCommands() {
        return nameCommands;
    }

    DatagramCommands datagramCommands() {
        return datagramCommands;
    }
}
