package dev.samovar.i2cp.client;

import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Lane;
import dev.samovar.base.WireException;
import dev.samovar.i2cp.client.CloseReason.Kind;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.I2cpMessageCodec;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP connection to a router: one byte 0x2a, then frames (I2CP specification, "Connection"). What waits to be written is
 * bounded by the channel's water marks; what comes is handled at once. The socket lives on the session's own event loop
 * where its lane is one, so that nothing is handed from thread to thread.
 */
final class TcpI2cpLink implements I2cpLink {

    static final int CONNECT_MILLIS = 10_000;

    /** Bytes waiting in the channel: not writable above the second, writable again below the first. */
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(128 * 1024, 512 * 1024);

    /** How long what was sent before {@link #close} may take to leave. */
    private static final long LINGER_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger("i2cp");

    private final Lane lane;
    private final Receiver receiver;
    private final String router;
    private final Runnable flush = this::flush;

    private Channel channel;
    private boolean flushScheduled;
    private boolean closed;

    /** @param router how the user calls it, for reasons */
    TcpI2cpLink(Lane lane, Receiver receiver, String router) {
        this.lane = lane;
        this.receiver = receiver;
        this.router = router;
    }

    /** Begins to connect; a name that does not resolve is told like any other failure. */
    void connect(EventLoopGroup group, InetSocketAddress address) {
        if (closed) {
            return;
        }
        if (address.isUnresolved()) {
            lose(Kind.LINK_LOST, "unknown host: " + router);
            return;
        }
        ChannelFuture connecting = new Bootstrap()
                .group(lane instanceof EventLoopLane here ? here.loop() : group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                // a router whose machine is gone says nothing, and a session may have nothing to say for hours
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .handler(new Decoder())
                .connect(address);
        channel = connecting.channel();
        connecting.addListener((ChannelFutureListener) done -> lane.run(() -> onConnected(done)));
    }

    private void onConnected(ChannelFuture done) {
        if (closed) {
            channel.close();
        } else if (done.isSuccess()) {
            channel.write(Unpooled.wrappedBuffer(new byte[] {I2cpMessageCodec.PROTOCOL_BYTE}));
            receiver.onOpen();
        } else {
            lose(Kind.LINK_LOST, "cannot connect to the I2CP router at " + router + ": " + why(done.cause()));
        }
    }

    private static String why(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "no answer within " + CONNECT_MILLIS / 1000 + " s";
        }
        return cause instanceof ConnectException ? "connection refused" : "not reachable";
    }

    @Override
    public void send(I2cpMessage message) {
        if (closed) {
            message.release();
            return;
        }
        ByteBuf frame = channel.alloc().ioBuffer(I2cpMessageCodec.sizeHint(message));
        I2cpMessageCodec.encode(message, frame);
        message.release();
        channel.write(frame, channel.voidPromise());
        if (!flushScheduled) {
            flushScheduled = true;
            lane.execute(flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel != null && channel.isWritable();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (channel == null) {
            return;
        }
        if (!channel.isActive()) {
            channel.close();
            return;
        }
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        lane.schedule(lane.clock().nanos() + TimeUnit.SECONDS.toNanos(LINGER_SECONDS), channel::close);
    }

    private void lose(Kind kind, String detail) {
        if (!closed) {
            closed = true;
            if (channel != null) {
                channel.close();
            }
            receiver.onLost(new CloseReason(kind, detail));
        }
    }

    private void onWritable() {
        if (!closed && channel.isWritable()) {
            receiver.onWritable();
        }
    }

    private void onMessage(I2cpMessage message) {
        if (closed) {
            message.release();
            return;
        }
        try {
            receiver.onMessage(message);
        } catch (RuntimeException bug) {
            LOG.error("a session failed and is closed: {}", bug.getClass().getSimpleName());
            LOG.debug("the failure", bug);
            lose(Kind.LINK_LOST, "the session failed");
        }
    }

    /** The channel's side, on its event loop. */
    private final class Decoder extends ByteToMessageDecoder {

        private final I2cpMessageCodec codec = new I2cpMessageCodec();

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            try {
                I2cpMessage message = codec.decode(in);
                if (message == null) {
                    return;
                }
                if (lane.inLane()) {
                    onMessage(message);
                } else {
                    lane.execute(() -> onMessage(message));
                }
            } catch (WireException malformed) {
                in.skipBytes(in.readableBytes());
                lane.run(() -> lose(Kind.PROTOCOL_VIOLATION, "the router sent a malformed message"));
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            // may be called from within send, and owners are never called back from there
            lane.execute(TcpI2cpLink.this::onWritable);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            super.channelInactive(context);
            lane.run(() -> lose(Kind.LINK_LOST, "the router closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lane.run(() -> lose(Kind.LINK_LOST, "the connection to the router broke"));
        }
    }
}
