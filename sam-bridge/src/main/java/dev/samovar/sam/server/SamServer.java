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
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The SAM bridge: its TCP and UDP sockets, and what all connections share. Everything runs on one lane, the client lane.
 * {@link #start} and {@link #close} may be called from anywhere.
 */
public final class SamServer {

    /** Bytes waiting to be written to one socket, between which it stops and begins to take more. */
    static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final int MAX_READ = 64 * 1024;
    private static final int BACKLOG = 1024;
    private static final int UDP_BUFFER = 1024 * 1024;

    private final SamConfig config;
    private final EventLoopLane lane;
    private final Entropy entropy;
    private final Offload offload;
    private final Offload hostLookups;
    private final SessionRegistry registry;
    private final NameResolver names;
    private final SessionFactory factory;
    private final SamUdp udp;
    private final Set<SamConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private Channel tcpChannel;
    private Channel udpChannel;

    /** Where the bridge listens. */
    public record Bound(InetSocketAddress tcp, InetSocketAddress udp) {}

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
        this.entropy = entropy;
        this.offload = offload;
        this.hostLookups = hostLookups;
        registry = new SessionRegistry(config.limits().sessions());
        names = new NameResolver(lane, client, new HostsFile(config.hostsFile()));
        factory = new SessionFactory(lane, client, registry, streams, entropy, offload);
        udp = new SamUdp(registry, names);
    }

    /** Listens. Fails with the {@link java.net.BindException} of a port that is taken; nothing listens then. */
    public Future<Bound> start() {
        Promise<Bound> started = lane.newPromise();
        ChannelFuture tcp = new ServerBootstrap()
                .group(lane.loop(), lane.loop())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(512, 2048, MAX_READ))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SamConnection(SamServer.this));
                    }
                })
                .bind(config.tcp());
        tcp.addListener(tcpDone -> {
            if (!tcpDone.isSuccess()) {
                started.tryFailure(tcpDone.cause());
                return;
            }
            tcpChannel = tcp.channel();
            ChannelFuture bound = new Bootstrap()
                    .group(lane.loop())
                    .channel(NioDatagramChannel.class)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_READ))
                    .option(ChannelOption.SO_RCVBUF, UDP_BUFFER)
                    .option(ChannelOption.SO_SNDBUF, UDP_BUFFER)
                    .handler(udp)
                    .bind(config.udp());
            bound.addListener(udpDone -> {
                if (!udpDone.isSuccess()) {
                    tcpChannel.close();
                    started.tryFailure(udpDone.cause());
                    return;
                }
                udpChannel = bound.channel();
                started.trySuccess(new Bound(
                        (InetSocketAddress) tcpChannel.localAddress(), (InetSocketAddress) udpChannel.localAddress()));
            });
        });
        return started;
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
            // last lines are written and sessions' farewells are on their way after the turns that are queued now
            lane.execute(() -> lane.execute(() -> closed.trySuccess(null)));
        });
        return closed;
    }

    /** Sessions that stand at this moment; on the lane. */
    public int sessions() {
        return registry.size();
    }

    boolean admit(SamConnection connection) {
        connections.add(connection);
        return connections.size() <= config.limits().connections();
    }

    void forget(SamConnection connection) {
        connections.remove(connection);
    }

    /** Finds the address of a host, and tells {@code then} on the lane; null when there is none. */
    void resolveHost(String host, Consumer<InetAddress> then) {
        hostLookups.submit(
                lane,
                () -> {
                    try {
                        return new InetAddress[] {InetAddress.getByName(host)};
                    } catch (UnknownHostException unknown) {
                        return new InetAddress[1];
                    }
                },
                found -> then.accept(found[0]));
    }

    Lane lane() {
        return lane;
    }

    long helloNanos() {
        return TimeUnit.SECONDS.toNanos(config.limits().helloSeconds());
    }

    SessionRegistry registry() {
        return registry;
    }

    SessionFactory factory() {
        return factory;
    }

    NameResolver names() {
        return names;
    }

    SamUdp udp() {
        return udp;
    }

    Offload offload() {
        return offload;
    }

    Entropy entropy() {
        return entropy;
    }
}
