package dev.samovar.sam.server;

import dev.samovar.data.Destination;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamNumbers;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.protocol.SamSyntaxException;
import dev.samovar.sam.session.DatagramSink;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionRegistry;
import dev.samovar.sam.session.SessionStyle;
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
 * come from elsewhere. A packet is a header line {@code 3.x ID DESTINATION[ KEY=VALUE]...}, then the payload (SAM
 * specification, "Sending datagrams through the UDP port"). Whatever is wrong with a packet, it is dropped and counted.
 *
 * <p>Owner: the client lane.
 */
final class SamUdp extends SimpleChannelInboundHandler<DatagramPacket> {

    /** A header longer than this is none. */
    private static final int MAX_HEADER = 4_096;

    /** Destinations that were written out lately, by their text. */
    private static final int REMEMBERED = 64;

    /** Name lookups of datagrams under way. */
    private static final int MAX_LOOKUPS = 64;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_PROTOCOL = 255;

    private final SessionRegistry registry;
    private final NameResolver names;
    private final Map<String, Destination> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Destination> eldest) {
            return size() > REMEMBERED;
        }
    };
    private Channel channel;
    private boolean flushPending;
    private int lookups;
    private long dropped;

    SamUdp(SessionRegistry registry, NameResolver names) {
        this.registry = registry;
        this.names = names;
    }

    /** Packets that were dropped here. */
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
        if (end < 0) {
            dropped++;
            return;
        }
        String header = in.readCharSequence(end, StandardCharsets.UTF_8).toString();
        in.skipBytes(1);
        String[] words = header.trim().split("[ \t\r]+");
        SamSession session = words.length < 3 || !words[0].startsWith("3") ? null : registry.find(words[1]);
        if (session == null || session.datagrams() == null) {
            dropped++;
            return;
        }
        int fromPort = session.request().fromPort();
        int toPort = session.request().toPort();
        int protocol = session.request().protocol();
        try {
            for (int i = 3; i < words.length; i++) {
                int equals = words[i].indexOf('=');
                String key = equals < 0 ? words[i] : words[i].substring(0, equals);
                String value = equals < 0 ? "" : words[i].substring(equals + 1);
                switch (key) {
                    case "FROM_PORT" -> fromPort = SamNumbers.parse(key, value, fromPort, 0, MAX_PORT);
                    case "TO_PORT" -> toPort = SamNumbers.parse(key, value, toPort, 0, MAX_PORT);
                    case "PROTOCOL" -> protocol = SamNumbers.parse(key, value, protocol, 0, MAX_PROTOCOL);
                    default -> {
                        // options of later versions are no reason to lose a datagram
                    }
                }
            }
        } catch (SamSyntaxException malformed) {
            dropped++;
            return;
        }
        Destination known = remembered.get(words[2]);
        if (known != null) {
            send(session, known, protocol, fromPort, toPort, in.retain());
            return;
        }
        resolve(session, words[2], protocol, fromPort, toPort, in.retain());
    }

    private void resolve(SamSession session, String to, int protocol, int fromPort, int toPort, ByteBuf payload) {
        if (lookups >= MAX_LOOKUPS) {
            dropped++;
            payload.release();
            return;
        }
        lookups++;
        names.resolve(to, session.i2cp(), answer -> {
            lookups--;
            if (answer instanceof NameResolver.Answer.Found found && !session.hasEnded()) {
                if (to.length() > Destination.KEYS_LENGTH) {
                    remembered.put(to, found.destination());
                }
                send(session, found.destination(), protocol, fromPort, toPort, payload);
            } else {
                dropped++;
                payload.release();
            }
        });
    }

    private static void send(
            SamSession session, Destination to, int protocol, int fromPort, int toPort, ByteBuf payload) {
        if (session.style() == SessionStyle.DATAGRAM) {
            session.datagrams().sendRepliable(to, fromPort, toPort, payload);
        } else {
            session.datagrams().sendRaw(to, protocol, fromPort, toPort, payload);
        }
    }

    /** A sink that forwards to this address from the UDP port. */
    DatagramSink forwardTo(InetSocketAddress target) {
        return new DatagramSink() {
            @Override
            public void repliable(Destination from, ByteBuf payload) {
                byte[] header = SamReply.peer(from.toBase64()).getBytes(StandardCharsets.US_ASCII);
                ByteBuf packet = channel.alloc().directBuffer(header.length + payload.readableBytes());
                packet.writeBytes(header).writeBytes(payload);
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
        if (!flushPending) {
            flushPending = true;
            channel.eventLoop().execute(() -> {
                flushPending = false;
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
