package dev.samovar.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the command {@code status}: whoever connects to the Unix socket gets one JSON document, then the end. Nothing is
 * read. The socket's file is its owner's alone (mode 0600, in a folder of mode 0700), so only who may read the data
 * directory anyway can ask.
 *
 * <p>Owner: the lane; {@link #start} and {@link #close} may be called from anywhere.
 */
final class StatusServer {

    /** Where the statuses come from; called on the lane, answers on it, perhaps later. */
    interface Source {
        void status(Consumer<GatewayStatus> then);
    }

    static final String SOCKET_FILE = "status.sock";

    private static final Logger log = LoggerFactory.getLogger(StatusServer.class);

    /** Who comes beyond is closed at once. */
    static final int MAX_CONNECTIONS = 8;

    /** From connect to close, whatever the client or the source does. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EventLoopLane lane;
    private final Offload offload;
    private final Path socket;
    private final Source source;
    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private Channel listening;
    private int connections;

    /**
     * @param socket the file to make, in a folder that is its owner's alone
     * @param offload where the documents are written: the first one costs a tenth of a second
     */
    StatusServer(EventLoopLane lane, Offload offload, Path socket, Source source) {
        this.lane = lane;
        this.offload = offload;
        this.socket = socket;
        this.source = source;
    }

    /** Listens. A file that is in the way is replaced: the caller holds the data directory, so nobody answers there. */
    Future<Void> start() {
        Promise<Void> started = lane.newPromise();
        lane.run(() -> {
            try {
                Files.deleteIfExists(socket);
                bind(started);
            } catch (IOException failed) {
                started.setFailure(failed);
            }
        });
        return started;
    }

    private void bind(Promise<Void> started) {
        ChannelFuture binding = new ServerBootstrap()
                .group(lane.loop(), lane.loop())
                .channel(NioServerDomainSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Answer());
                    }
                })
                .bind(UnixDomainSocketAddress.of(socket));
        binding.addListener(done -> {
            if (!done.isSuccess()) {
                started.setFailure(done.cause());
                return;
            }
            listening = binding.channel();
            try {
                if (socket.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
                }
                started.setSuccess(null);
            } catch (IOException failed) {
                close();
                started.setFailure(failed);
            }
        });
    }

    /** Stops listening and removes the file. */
    void close() {
        lane.run(() -> {
            if (listening == null) {
                return;
            }
            listening.close();
            listening = null;
            try {
                Files.deleteIfExists(socket);
            } catch (IOException left) {
                log.debug("the status socket stays behind", left);
            }
        });
    }

    private byte[] encode(GatewayStatus status) {
        try {
            return (json.writeValueAsString(status) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(bug);
        }
    }

    /** One connection. */
    private final class Answer extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            Channel channel = context.channel();
            connections++;
            if (connections > MAX_CONNECTIONS) {
                channel.close();
                return;
            }
            lane.schedule(lane.clock().nanos() + ANSWER_NANOS, channel::close);
            source.status(status -> offload.submit(
                    lane,
                    () -> encode(status),
                    document -> channel.writeAndFlush(Unpooled.wrappedBuffer(document))
                            .addListener(ChannelFutureListener.CLOSE)));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connections--;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            context.close();
        }
    }
}
