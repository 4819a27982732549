package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.session.SamSession;
import dev.samovar.streaming.StreamSocket;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A FORWARD: every stream that comes for the session gets a connection of its own to a server of the user's, with the
 * peer's destination as the first line unless silent. A server that does not take it costs that stream, not the forward.
 * Owner: the client lane.
 */
final class StreamForwarder {

    private static final int CONNECT_MILLIS = 3_000;

    private final SamSession session;
    private final InetSocketAddress target;
    private final boolean silent;
    private final EventLoop loop;
    private final Lane lane;
    private Cancellable waiting = () -> {};
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
        stopped = true;
        waiting.cancel();
        session.forwarding(false);
    }

    private void next() {
        waiting = session.streams().accept(stream -> {
            // on a later turn: streams that wait already must not deepen the stack
            lane.execute(() -> {
                if (!stopped) {
                    next();
                }
            });
            connect(stream);
        });
    }

    private void connect(StreamSocket stream) {
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, SamServer.WATER_MARKS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // the pump joins once connected
                    }
                })
                .connect(target);
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                stream.reset();
                return;
            }
            Channel channel = connecting.channel();
            StreamPump pump = new StreamPump(channel, stream, lane, () -> {});
            channel.pipeline().addLast(new PumpHandler(pump));
            if (!silent) {
                String line = SamReply.peer(stream.peer().toBase64());
                channel.writeAndFlush(channel.alloc().buffer().writeBytes(line.getBytes(StandardCharsets.US_ASCII)));
            }
            pump.start(null);
        });
    }
}
