package dev.samovar.i2cp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.message.BandwidthLimits;
import dev.samovar.i2cp.message.ClientPayload;
import dev.samovar.i2cp.message.CreateSession;
import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.GetBandwidthLimits;
import dev.samovar.i2cp.message.GetDate;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.I2cpMessageCodec;
import dev.samovar.i2cp.message.MessagePayload;
import dev.samovar.i2cp.message.MessageStatus;
import dev.samovar.i2cp.message.RequestVariableLeaseSet;
import dev.samovar.i2cp.message.SendMessage;
import dev.samovar.i2cp.message.SessionConfig;
import dev.samovar.i2cp.message.SessionStatus;
import dev.samovar.i2cp.message.SetDate;
import dev.samovar.router.LocalRouter;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What our server does with clients, played by hand over sockets, that are slow or speak badly. */
@Timeout(60)
class I2cpServerTest {

    private static final Map<String, String> PUSH =
            Map.of("i2cp.fastReceive", "true", "i2cp.messageReliability", "none");

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopLane lane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
    private final LocalRouter router = new LocalRouter(lane, SecureEntropy.INSTANCE, Offload.inline());
    private final I2cpServer server =
            new I2cpServer(group, lane, router.port(), SecureEntropy.INSTANCE, Offload.inline());
    private final SeededEntropy entropy = new SeededEntropy(3);
    private InetSocketAddress address;

    @BeforeEach
    void listen() {
        address = (InetSocketAddress) server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel()
                .localAddress();
    }

    @AfterEach
    void end() {
        server.close().syncUninterruptibly();
        router.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A client of blocking calls. */
    private final class Client implements AutoCloseable {
        final Socket socket = new Socket();
        final DataInputStream in;
        final I2cpMessageCodec codec = new I2cpMessageCodec();
        Destination destination;
        int sessionId;

        Client() throws IOException {
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(address);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        }

        void write(byte... bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void write(I2cpMessage message) throws IOException {
            ByteBuf out = Unpooled.buffer();
            I2cpMessageCodec.encode(message, out);
            message.release();
            write(ByteBufUtil.getBytes(out));
        }

        I2cpMessage read() throws IOException, WireException {
            int length = in.readInt();
            int type = in.readUnsignedByte();
            byte[] body = new byte[length];
            in.readFully(body);
            return codec.decodeBody(type, Unpooled.wrappedBuffer(body));
        }

        void session(Map<String, String> options) throws IOException, WireException {
            DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
            destination = keys.destination();
            write((byte) 0x2a);
            write(new GetDate("0.9.66", Mapping.EMPTY));
            assertInstanceOf(SetDate.class, read());
            write(new CreateSession(
                    SessionConfig.sign(keys, SessionConfig.optionsFor(keys, options), System.currentTimeMillis())));
            sessionId = ((SessionStatus) read()).sessionId();
            assertInstanceOf(RequestVariableLeaseSet.class, read());
        }

        void assertEnd() throws IOException {
            assertEquals(-1, in.read());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static ByteBuf framed(int length) {
        return ClientPayload.frame(Unpooled.buffer().writeZero(length), 18, 0, 0);
    }

    @Test
    void anotherProtocolIsHungUpOnWithoutAWord() throws Exception {
        try (Client client = new Client()) {
            client.write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            try {
                client.assertEnd();
            } catch (IOException reset) {
                // as good
            }
        }
    }

    @Test
    void aFrameTooLongIsRefusedAtOnceAndTheReasonArrives() throws Exception {
        try (Client client = new Client()) {
            client.write((byte) 0x2a);
            client.write((byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 5);
            client.write(new byte[100_000]);
            assertEquals(new Disconnect("malformed message: TOO_LARGE: message length"), client.read());
            client.assertEnd();
        }
    }

    @Test
    void aBodyThatDoesNotFollowItsLayoutIsRefusedWithAReason() throws Exception {
        try (Client client = new Client()) {
            client.write((byte) 0x2a);
            client.write((byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 1, (byte) 9);
            assertInstanceOf(Disconnect.class, client.read());
            client.assertEnd();
        }
    }

    @Test
    void framesMayComeByteByByte() throws Exception {
        try (Client client = new Client()) {
            for (byte b : new byte[] {0x2a, 0, 0, 0, 0, 8, 0, 0, 0, 0, 8}) {
                client.write(b);
                client.socket.getOutputStream().flush();
            }
            assertInstanceOf(BandwidthLimits.class, client.read());
            assertInstanceOf(BandwidthLimits.class, client.read());
        }
    }

    @Test
    void aClientThatDoesNotReadLosesMessagesAndNobodyElseSuffers() throws Exception {
        try (Client slow = new Client();
                Client sender = new Client();
                Client third = new Client()) {
            slow.session(PUSH);
            sender.session(PUSH);
            third.session(PUSH);
            int messages = 2000;
            int overflows = 0;
            int delivered = 0;
            for (int i = 1; i <= messages; i++) {
                sender.write(new SendMessage(sender.sessionId, slow.destination, framed(8000), i));
                MessageStatus status = (MessageStatus) sender.read();
                assertEquals(i, status.nonce());
                if (status.status() == MessageStatus.OVERFLOW) {
                    overflows++;
                    if (overflows == 3) {
                        break;
                    }
                } else {
                    delivered++;
                }
            }
            assertEquals(3, overflows, "16 MB never overflowed: something keeps them all");
            third.write(new SendMessage(third.sessionId, sender.destination, framed(10), 1));
            assertEquals(MessageStatus.LOCAL_SUCCESS, ((MessageStatus) third.read()).status());
            for (int i = 0; i < delivered; i++) {
                MessagePayload payload = (MessagePayload) slow.read();
                payload.release();
            }
        }
    }

    @Test
    void aClientThatFloodsWithoutReadingIsNotReadForEver() throws Exception {
        try (Client client = new Client()) {
            client.write((byte) 0x2a);
            client.socket.setSoTimeout(20_000);
            byte[] ask = new byte[5 * 1000];
            for (int i = 0; i < 1000; i++) {
                ask[i * 5 + 4] = 8;
            }
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        client.write(ask);
                    }
                } catch (IOException closed) {
                    // the test has ended
                }
            });
            writer.start();
            for (int i = 0; i < 100_000; i++) {
                assertInstanceOf(BandwidthLimits.class, client.read());
            }
            writer.join();
        }
    }

    @Test
    void closingTheServerTellsTheClients() throws Exception {
        try (Client client = new Client()) {
            client.session(PUSH);
            server.close();
            assertEquals(new Disconnect("the router is closing"), client.read());
            client.assertEnd();
        }
    }

    @Test
    void tooManyConnectionsAreRefusedWithAWord() throws Exception {
        Client[] clients = new Client[I2cpServer.MAX_CONNECTIONS];
        try {
            for (int i = 0; i < clients.length; i++) {
                clients[i] = new Client();
            }
            // the last of them is served once it was accepted
            clients[clients.length - 1].write((byte) 0x2a);
            clients[clients.length - 1].write(new GetBandwidthLimits());
            assertInstanceOf(BandwidthLimits.class, clients[clients.length - 1].read());
            try (Client refused = new Client()) {
                assertEquals(new Disconnect("too many connections"), refused.read());
                refused.assertEnd();
            }
        } finally {
            for (Client client : clients) {
                if (client != null) {
                    client.close();
                }
            }
        }
    }

    @Test
    void noStreamOfBytesHarmsAnotherSession() throws Exception {
        long seed = 31;
        Random random = new Random(seed);
        Vectors vectors = Vectors.load("i2cp");
        List<String> names = List.of(
                "get_date",
                "create_session",
                "create_leaseset2",
                "send_message",
                "host_lookup_name",
                "destroy_session");
        try (Client good = new Client();
                Client other = new Client()) {
            good.session(PUSH);
            other.session(PUSH);
            for (int i = 0; i < 300; i++) {
                try (Client bad = new Client()) {
                    bad.write((byte) 0x2a);
                    for (int j = 0; j < 4; j++) {
                        bad.write(Fuzz.mutate(vectors.bytes(names.get(random.nextInt(names.size()))), random));
                    }
                } catch (IOException hungUp) {
                    // as it may
                }
            }
            good.write(new SendMessage(good.sessionId, other.destination, framed(100), 1));
            MessagePayload arrived = (MessagePayload) other.read();
            arrived.release();
            assertEquals(1, ((MessageStatus) good.read()).nonce());
        } catch (EOFException ended) {
            throw new AssertionError("seed " + seed, ended);
        }
        assertTrue(server.openConnections() <= I2cpServer.MAX_CONNECTIONS);
    }
}
