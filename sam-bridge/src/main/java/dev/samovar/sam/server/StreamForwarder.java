package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.session.SamSession;
import dev.samovar.streaming.StreamSocket;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A FORWARD: every stream that comes for the session gets a connection of its own to a server of the user's, with the
 * peer's destination as the first line unless silent. A server that does not take it costs that stream, not the forward.
 * While {@value #MAX_CONNECTING} connections are being made, further streams wait in the session's queue, which is bounded.
 *
 * <p>Owner: the client lane.
 */
final class StreamForwarder {

    static final int MAX_CONNECTING = 128;

    private static final int CONNECT_MILLIS = 3_000;

    private final SamSession session;
    private final InetSocketAddress target;
    private final boolean silent;
    private final EventLoop loop;
    private final Lane lane;
    private Cancellable waiting;
    private int connecting;
    private boolean stopped;

    StreamForwarder(SamSession session, InetSocketAddress target, boolean silent, EventLoop loop, Lane lane) {
        this.session = session;
        this.target = target;
        this.silent = silent;
        this.loop = loop;
        this.lane = lane;
    }

    void start() {
        session.forwarding(true);
        next();
    }

    /** No more streams; those that were forwarded go on. */
    void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        session.forwarding(false);
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
    }

    private void next() {
        if (stopped || waiting != null || connecting >= MAX_CONNECTING) {
            return;
        }
        boolean[] atOnce = new boolean[1];
        Cancellable wait = session.streams().accept(stream -> {
            atOnce[0] = true;
            waiting = null;
            connect(stream);
            // on a later turn: streams that wait already must not deepen the stack
            lane.execute(this::next);
        });
        if (!atOnce[0]) {
            waiting = wait;
        }
    }

    private void connect(StreamSocket stream) {
        if (stopped) {
            stream.reset();
            return;
        }
        connecting++;
        ChannelFuture connect = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, SamServer.WATER_MARKS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, SamServer.newReceiveBuffers())
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target);
        connect.addListener(done -> {
            connecting--;
            if (done.isSuccess()) {
                begin(connect.channel(), stream);
            } else {
                stream.reset();
            }
            next();
        });
    }

    private void begin(Channel channel, StreamSocket stream) {
        StreamPump pump = new StreamPump(channel, stream, lane);
        channel.pipeline().addLast(new PumpHandler(pump));
        if (!silent) {
            String line = SamReply.peer(stream.peer().toBase64());
            ByteBuf out = channel.alloc().directBuffer(line.length());
            out.writeCharSequence(line, StandardCharsets.US_ASCII);
            channel.writeAndFlush(out);
        }
        pump.start(null, silent ? 0 : StreamCommands.PEER_PAUSE_NANOS);
    }
}
