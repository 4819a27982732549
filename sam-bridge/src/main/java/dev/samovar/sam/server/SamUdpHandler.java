package dev.samovar.sam.server;

import dev.samovar.data.Destination;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamDatagramHeader;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.session.DatagramSink;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The UDP port: clients send datagrams through it, and forwarded datagrams leave from it, since clients drop those that
 * come from elsewhere. A packet is a {@linkplain SamDatagramHeader header line}, then the payload. Whatever is wrong with
 * one, it is dropped and counted.
 *
 * <p>Owner: the client lane.
 */
final class SamUdpHandler extends SimpleChannelInboundHandler<DatagramPacket> {

    /** A header longer than this is none. */
    private static final int MAX_HEADER = 4_096;

    /** Destinations that were written out lately, by their text. */
    private static final int REMEMBERED = 64;

    /**
     * Name lookups of datagrams under way; each holds its datagram. A session's own lookups are bounded far below by its
     * link, so that one session's names do not keep another's waiting.
     */
    private static final int MAX_LOOKUPS = 1_024;

    private final SessionRegistry registry;
    private final NameResolver names;
    private final Map<String, Destination> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Destination> eldest) {
            return size() > REMEMBERED;
        }
    };
    private Channel channel;
    private boolean flushScheduled;
    private int lookups;
    private long dropped;

    SamUdpHandler(SessionRegistry registry, NameResolver names) {
        this.registry = registry;
        this.names = names;
    }

    /** Packets that were dropped here, in either direction. */
    long dropped() {
        return dropped;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        ByteBuf in = packet.content();
        int end = in.bytesBefore(Math.min(MAX_HEADER, in.readableBytes()), (byte) '\n');
        SamDatagramHeader header = null;
        if (end >= 0) {
            header = SamDatagramHeader.parse(
                    in.readCharSequence(end, StandardCharsets.UTF_8).toString());
            in.skipBytes(1);
        }
        SamSession session = header == null ? null : registry.find(header.id());
        if (session == null || session.datagrams() == null) {
            dropped++;
            return;
        }
        Destination known = remembered.get(header.destination());
        if (known == null) {
            // a lookup may take long: the datagram alone waits, not the whole receive buffer
            resolve(session, header, in.copy());
        } else {
            send(session, known, header, in.retain());
        }
    }

    private void resolve(SamSession session, SamDatagramHeader header, ByteBuf payload) {
        if (lookups >= MAX_LOOKUPS) {
            dropped++;
            payload.release();
            return;
        }
        lookups++;
        names.resolve(header.destination(), session.i2cp(), answer -> {
            lookups--;
            if (answer instanceof NameResolver.Answer.Found found && !session.hasEnded()) {
                if (NameResolver.isWrittenOut(header.destination())) {
                    remembered.put(header.destination(), found.destination());
                }
                send(session, found.destination(), header, payload);
            } else {
                dropped++;
                payload.release();
            }
        });
    }

    private static void send(SamSession session, Destination to, SamDatagramHeader header, ByteBuf payload) {
        DatagramCommands.send(
                session,
                to,
                StreamCommands.orElse(header.protocol(), session.request().protocol()),
                StreamCommands.orElse(header.fromPort(), session.request().fromPort()),
                StreamCommands.orElse(header.toPort(), session.request().toPort()),
                payload);
    }

    /** A sink that forwards to this address from the UDP port. */
    DatagramSink forwardTo(InetSocketAddress target) {
        SenderText senders = new SenderText();
        return new DatagramSink() {
            @Override
            public void repliable(Destination from, ByteBuf payload) {
                String line = SamReply.peer(senders.of(from));
                ByteBuf packet = channel.alloc().directBuffer(line.length() + payload.readableBytes());
                packet.writeCharSequence(line, StandardCharsets.US_ASCII);
                packet.writeBytes(payload);
                payload.release();
                forward(packet, target);
            }

            @Override
            public void raw(ByteBuf payload) {
                forward(payload, target);
            }
        };
    }

    private void forward(ByteBuf packet, InetSocketAddress target) {
        if (!channel.isWritable()) {
            dropped++;
            packet.release();
            return;
        }
        channel.write(new DatagramPacket(packet, target)).addListener(done -> {
            if (!done.isSuccess()) {
                dropped++;
            }
        });
        if (!flushScheduled) {
            flushScheduled = true;
            channel.eventLoop().execute(() -> {
                flushScheduled = false;
                channel.flush();
            });
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // an unreachable forward target reports itself here: the port stays open for everybody else
        dropped++;
    }
}
