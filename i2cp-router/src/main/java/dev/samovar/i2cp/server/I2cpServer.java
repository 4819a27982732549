package dev.samovar.i2cp.server;

import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The router's I2CP port (I2CP specification, "Connection"). Connections live on the router's lane. The methods are for
 * any thread.
 */
public final class I2cpServer {

    /** Connections at a time; more are refused with a word. */
    public static final int MAX_CONNECTIONS = 512;

    /** Refused connections that are still reading their word at a time; more are closed without. */
    static final int MAX_REFUSED = 64;

    /** Bytes of messages that wait for all clients together. */
    private static final long QUEUE_BYTES = 64L * 1024 * 1024;

    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(64 * 1024, 256 * 1024);
    private static final int BACKLOG = 128;
    private static final Logger LOG = LoggerFactory.getLogger("i2cp");

    private final EventLoopGroup acceptors;
    private final EventLoopLane lane;
    private final RouterPort port;
    private final Entropy entropy;
    private final Offload offload;
    private final QueueBudget budget = new QueueBudget(QUEUE_BYTES);
    private final ChannelGroup listening;
    private final ChannelGroup connections;
    private int refused;

    /**
     * @param acceptors where listening sockets live
     * @param lane the router's lane
     */
    public I2cpServer(EventLoopGroup acceptors, EventLoopLane lane, RouterPort port, Entropy entropy, Offload offload) {
        this.acceptors = acceptors;
        this.lane = lane;
        this.port = port;
        this.entropy = entropy;
        this.offload = offload;
        this.listening = new DefaultChannelGroup(lane.loop());
        this.connections = new DefaultChannelGroup(lane.loop());
    }

    /** Listens; the future's channel knows the address, for port 0. */
    public ChannelFuture bind(InetSocketAddress address) {
        ChannelFuture bound = new ServerBootstrap()
                .group(acceptors, lane.loop())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(address);
        listening.add(bound.channel());
        return bound;
    }

    private void accept(SocketChannel channel) {
        if (connections.size() >= MAX_CONNECTIONS) {
            LOG.warn("an I2CP connection was refused: {} are open", MAX_CONNECTIONS);
            refuse(channel);
            return;
        }
        connections.add(channel);
        channel.pipeline().addLast("i2cp", new I2cpServerHandler(channel, lane, port, offload, entropy, budget));
    }

    private void refuse(SocketChannel channel) {
        if (refused >= MAX_REFUSED) {
            channel.close();
            return;
        }
        refused++;
        channel.closeFuture().addListener(closed -> refused--);
        channel.pipeline().addLast(new I2cpServerRefusal(channel, "too many connections"));
    }

    /** Stops listening and ends all connections, telling the clients; the future completes when all are closed. */
    public Future<Void> close() {
        Future<Void> closed = connections.newCloseFuture();
        listening.close();
        lane.run(() -> {
            for (Channel channel : connections) {
                ((I2cpServerHandler) channel.pipeline().get("i2cp")).shutdown("the router is closing");
            }
        });
        return closed;
    }

    /** Connections open at this moment. */
    public int openConnections() {
        return connections.size();
    }
}
