package dev.samovar.i2cp.server;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.I2cpMessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket: frames in, frames out. Everything on the router's lane, whose loop the socket is registered with.
 * While the connection wants no input, the socket is not read and what was read already waits.
 */
final class I2cpServerHandler extends ByteToMessageDecoder implements I2cpServerConnection.Outlet {

    /** How long the last words may take to leave, and how long after them the client may take to hang up. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final Logger LOG = LoggerFactory.getLogger("i2cp");

    private final SocketChannel channel;
    private final Lane lane;
    private final I2cpServerConnection connection;
    private final I2cpMessageCodec codec = new I2cpMessageCodec();
    private final Runnable flush = this::flush;

    private boolean protocolByteSeen;
    private boolean flushScheduled;
    private boolean closing;

    I2cpServerHandler(
            SocketChannel channel, Lane lane, RouterPort port, Offload offload, Entropy entropy, QueueBudget budget) {
        this.channel = channel;
        this.lane = lane;
        this.connection = new I2cpServerConnection(lane, port, offload, entropy, budget, this);
    }

    void shutdown(String reason) {
        connection.onShutdown(reason);
    }

    // --- from the client ---

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection.open();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (closing || connection.isClosed()) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!protocolByteSeen) {
            protocolByteSeen = true;
            if (in.readUnsignedByte() != I2cpMessageCodec.PROTOCOL_BYTE) {
                // SPEC i2cp#connection: not one of ours; a word would mean nothing to it
                connection.onLost();
                channel.close();
            }
            return;
        }
        if (!connection.wantsInput()) {
            channel.config().setAutoRead(false);
            return;
        }
        try {
            I2cpMessage message = codec.decode(in);
            if (message != null) {
                connection.onMessage(message);
            }
        } catch (WireException malformed) {
            in.skipBytes(in.readableBytes());
            connection.onMalformed("malformed message: " + malformed.getMessage());
        }
    }

    @Override
    public void resumeReading() {
        lane.execute(() -> {
            if (!closing && channel.isActive()) {
                channel.config().setAutoRead(true);
                // what was read already comes first
                channel.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        closing = true;
        connection.onLost();
        super.channelInactive(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        // may be called from within write, and the core must not be
        lane.execute(() -> {
            if (channel.isWritable()) {
                connection.onOutletWritable();
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error(
                    "an I2CP connection failed and is closed: {}",
                    cause.getClass().getSimpleName());
            LOG.debug("the failure", cause);
        }
        closing = true;
        connection.onLost();
        channel.close();
    }

    // --- to the client ---

    @Override
    public void write(I2cpMessage message) {
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
        return channel.isWritable();
    }

    /**
     * Ends in the way that lets the client read the last words: our half first. A close with unread input would reset the
     * connection and take them away.
     */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        channel.config().setAutoRead(true);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener((ChannelFutureListener) sent -> channel.shutdownOutput());
        lane.schedule(lane.clock().nanos() + LINGER_NANOS, channel::close);
    }
}
