package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Clock;
import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DialFailure;
import dev.samovar.transport.DisconnectReason;
import dev.samovar.transport.PeerCheck;
import dev.samovar.transport.SendResult;
import dev.samovar.transport.TransportListener;
import dev.samovar.transport.TransportManager;
import dev.samovar.transport.TransportStatus;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our routers before each other, over sockets of the loopback. */
class Ntcp2TransportTest {

    private static final int SECONDS = 20;
    private static final int TUNNEL_DATA = 18;
    private static final int DATABASE_STORE = 1;
    private static final Ntcp2Config.Limits SHORT = new Ntcp2Config.Limits(100, 50, 8, 2000, 1500, 1000);

    private static CryptoPool crypto;

    private final List<Node> nodes = new ArrayList<>();

    @BeforeAll
    static void start() {
        crypto = new CryptoPool(2);
    }

    @AfterAll
    static void stop() {
        crypto.close();
    }

    @AfterEach
    void closeNodes() throws Exception {
        for (Node node : nodes) {
            node.close();
        }
    }

    private static void eventually(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    /** The machine's clock, so many milliseconds off. */
    private record OffClock(long millis) implements Clock {
        @Override
        public long nanos() {
            return SystemClock.INSTANCE.nanos();
        }

        @Override
        public long epochMillis() {
            return SystemClock.INSTANCE.epochMillis() + millis;
        }
    }

    /** A router that is nothing but its transport. */
    private static final class Node implements TransportListener {
        final EventLoopGroup routerLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        final EventLoopGroup net = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        final EventLoopLane lane;
        final Ntcp2TestRouter router = new Ntcp2TestRouter(SecureEntropy.INSTANCE);
        final List<Integer> received = new CopyOnWriteArrayList<>();
        final List<String> told = new CopyOnWriteArrayList<>();
        final List<PeerCheck.Misbehaviour> reports = new CopyOnWriteArrayList<>();
        final List<Hash> reported = new CopyOnWriteArrayList<>();
        final AtomicReference<byte[]> lastBody = new AtomicReference<>();
        final Clock clock;
        final TransportManager manager;
        Ntcp2Transport transport;
        PeerCheck.Verdict verdict = PeerCheck.Verdict.OK;

        Node(Ntcp2Config config, Clock clock) throws Exception {
            this.clock = clock;
            lane = new EventLoopLane(routerLoop.next(), clock);
            PeerCheck peers = new PeerCheck() {
                @Override
                public Verdict check(RouterInfo peer) {
                    lane.check();
                    return verdict;
                }

                @Override
                public boolean isBanned(byte[] ip) {
                    return false;
                }

                @Override
                public void report(Hash peer, byte[] ip, Misbehaviour what) {
                    if (peer != null) {
                        reported.add(peer);
                    }
                    reports.add(what);
                }
            };
            manager = new TransportManager(
                    lane,
                    List.of(listener -> transport = new Ntcp2Transport(
                            config,
                            router.keys,
                            router.hash(),
                            this::info,
                            lane,
                            net,
                            SecureEntropy.INSTANCE,
                            crypto,
                            peers,
                            listener)),
                    this);
            transport.start().get(SECONDS, TimeUnit.SECONDS);
        }

        private RouterInfo info() {
            return router.info(clock.epochMillis(), transport.addresses().toArray(RouterAddress[]::new));
        }

        <T> T on(Callable<T> work) {
            try {
                return lane.loop().submit(work).get(SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException failed) {
                throw new AssertionError(failed);
            }
        }

        RouterInfo published() {
            return on(this::info);
        }

        SendResult send(RouterInfo to, int id, int type, int length) {
            byte[] body = new byte[length];
            Arrays.fill(body, (byte) id);
            return on(() -> manager.send(
                    to, new I2npMessage(type, id, clock.epochMillis() + 60_000, Unpooled.wrappedBuffer(body))));
        }

        TransportStatus.OfTransport status() {
            return on(transport::status);
        }

        int sessions() {
            return status().inbound() + status().outbound();
        }

        InetSocketAddress address() {
            return on(transport::boundAddresses).get(0);
        }

        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {
            told.add(inbound ? "in" : "out");
        }

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
            told.add("info " + info.verify());
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            lane.check();
            byte[] body = new byte[message.body().readableBytes()];
            message.body().readBytes(body);
            lastBody.set(body);
            received.add(message.id());
            message.release();
        }

        @Override
        public void onDisconnected(Hash peer, DisconnectReason reason) {
            told.add("lost " + reason);
        }

        @Override
        public void onDialFailed(Hash peer, DialFailure reason) {
            told.add("failed " + reason);
        }

        @Override
        public void onClockSkew(Hash peer, long skewMillis) {
            told.add("skew " + Math.round(skewMillis / 10_000.0));
        }

        void close() throws Exception {
            on(manager::close).get(SECONDS, TimeUnit.SECONDS);
            net.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            routerLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static Ntcp2Config at(String host, Ntcp2Config.Limits limits) {
        return new Ntcp2Config(
                Ntcp2TestRouter.NETWORK,
                List.of(Ntcp2Config.Endpoint.at(new InetSocketAddress(host, 0))),
                true,
                null,
                limits,
                0,
                0);
    }

    private Node node(String host) throws Exception {
        return node(at(host, Ntcp2Config.Limits.DEFAULT), SystemClock.INSTANCE);
    }

    private Node node(Ntcp2Config config, Clock clock) throws Exception {
        Node node = new Node(config, clock);
        nodes.add(node);
        return node;
    }

    private void talk(Node alice, Node bob) {
        RouterInfo to = bob.published();
        for (int i = 1; i <= 200; i++) {
            assertTrue(alice.send(to, i, DATABASE_STORE, i * 7).accepted());
            if (i == 1) {
                eventually("the first message comes", () -> !bob.received.isEmpty());
            }
        }
        eventually("all messages come", () -> bob.received.size() == 200);
        for (int i = 1; i <= 200; i++) {
            assertEquals(i, bob.received.get(i - 1));
        }
        assertEquals(SendResult.SENT, bob.send(alice.published(), 7, DATABASE_STORE, I2npMessage.MAX_BODY));
        eventually("the answer comes", () -> alice.received.contains(7));
        assertEquals(I2npMessage.MAX_BODY, alice.lastBody.get().length);
        assertEquals((byte) 7, alice.lastBody.get()[100]);
        eventually("bob sends his RouterInfo", () -> alice.told.contains("info true"));
        assertEquals(1, bob.status().handshakesIn());
        assertEquals(1, alice.status().handshakesOut());
        assertEquals(200, alice.status().messagesOut());
        assertTrue(alice.told.contains("out") && bob.told.contains("in"));
        assertTrue(alice.told.contains("skew 0") && bob.told.contains("skew 0"));
    }

    @Test
    void messagesGoBothWaysOverIpv4() throws Exception {
        talk(node("127.0.0.1"), node("127.0.0.2"));
    }

    @Test
    void messagesGoBothWaysOverIpv6() throws Exception {
        Node bob = node("::1");
        RouterAddress published = bob.published().addresses().get(0);
        assertEquals("0:0:0:0:0:0:0:1", published.options().get("host"));
        talk(node("::1"), bob);
    }

    @Test
    void aRouterListensOnBothIpVersions() throws Exception {
        Node bob = node(
                Ntcp2Config.of(
                        Ntcp2TestRouter.NETWORK,
                        true,
                        Ntcp2Config.Endpoint.at(new InetSocketAddress("127.0.0.1", 0)),
                        Ntcp2Config.Endpoint.at(new InetSocketAddress("::1", 0))),
                SystemClock.INSTANCE);
        assertEquals(2, bob.published().addresses().size());
        Node four = node("127.0.0.2");
        Node six = node("::1");
        four.send(bob.published(), 4, DATABASE_STORE, 10);
        six.send(bob.published(), 6, DATABASE_STORE, 10);
        eventually("both come", () -> bob.received.containsAll(List.of(4, 6)));
    }

    @Test
    void anAddressThatDoesNotConnectIsFollowedByThatOfTheOtherIpVersion() throws Exception {
        Node bob = node("127.0.0.1");
        int free;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            free = closed.getLocalPort();
        }
        RouterInfo both = bob.router.info(
                SystemClock.INSTANCE.epochMillis(),
                bob.router.published("::1", free),
                bob.router.published("127.0.0.1", bob.address().getPort()));
        Node alice = node(
                Ntcp2Config.of(
                        Ntcp2TestRouter.NETWORK,
                        true,
                        Ntcp2Config.Endpoint.dialOnly(null, true),
                        Ntcp2Config.Endpoint.dialOnly(null, false)),
                SystemClock.INSTANCE);
        alice.send(both, 1, DATABASE_STORE, 10);
        eventually("it comes", () -> bob.received.contains(1));
        assertEquals(
                List.of(),
                alice.told.stream().filter(line -> line.startsWith("failed")).toList());
        eventually("nothing is left of the first", () -> alice.status().pending() == 0);

        RouterInfo neither = bob.router.info(SystemClock.INSTANCE.epochMillis() + 1, bob.router.published("::1", free));
        alice.on(() -> {
            alice.transport.disconnect(bob.router.hash(), DisconnectReason.IDLE);
            return null;
        });
        eventually("hung up", () -> alice.sessions() == 0);
        alice.send(neither, 2, DATABASE_STORE, 10);
        eventually("the dial fails once", () -> alice.told.contains("failed CONNECT_FAILED"));
    }

    @Test
    void ofAnIpVersionThatTheMachineHasNotNothingIsDialledOrPublished() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node(
                Ntcp2Config.of(
                        Ntcp2TestRouter.NETWORK,
                        true,
                        Ntcp2Config.Endpoint.dialOnly(null, false),
                        Ntcp2Config.Endpoint.dialOnly(null, true)),
                SystemClock.INSTANCE);
        assertEquals("46", alice.published().addresses().get(0).option("caps"));
        assertTrue(alice.on(() -> alice.manager.canReach(bob.info())));
        alice.on(() -> {
            alice.transport.dialOver(false, true);
            return null;
        });
        assertEquals("6", alice.published().addresses().get(0).option("caps"));
        assertFalse(alice.on(() -> alice.manager.canReach(bob.info())));
        assertEquals(SendResult.UNREACHABLE, alice.send(bob.published(), 1, DATABASE_STORE, 10));
    }

    @Test
    void aRouterThatCannotBeDialledPublishesItsKeyAndDials() throws Exception {
        Node alice = node(
                Ntcp2Config.of(Ntcp2TestRouter.NETWORK, true, Ntcp2Config.Endpoint.dialOnly(null, false)),
                SystemClock.INSTANCE);
        Node bob = node("127.0.0.1");
        RouterAddress address = alice.published().addresses().get(0);
        assertEquals("4", address.options().get("caps"));
        assertFalse(bob.on(() -> bob.manager.canReach(alice.info())));
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("it comes", () -> bob.received.contains(1));
        assertEquals(SendResult.SENT, bob.send(alice.published(), 2, DATABASE_STORE, 10));
        eventually("the answer comes", () -> alice.received.contains(2));
    }

    @Test
    void twoThatDialAtOnceEndWithOneSessionAndLoseNothing() throws Exception {
        for (int round = 0; round < 2; round++) {
            Node alice = node("127.0.0.1");
            Node bob = node("127.0.0.2");
            RouterInfo a = alice.published();
            RouterInfo b = bob.published();
            alice.lane.execute(() -> alice.manager.connect(b));
            bob.lane.execute(() -> bob.manager.connect(a));
            int sent = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (alice.sessions() != 1
                    || bob.sessions() != 1
                    || sent < 100
                    || alice.status().handshakesIn() + alice.status().handshakesOut()
                            != bob.status().handshakesIn() + bob.status().handshakesOut()) {
                sent++;
                assertTrue(alice.send(b, sent, DATABASE_STORE, 100).accepted());
                assertTrue(bob.send(a, sent, DATABASE_STORE, 100).accepted());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                assertTrue(System.nanoTime() < end, "still two sessions");
            }
            int all = sent;
            eventually("nothing is lost", () -> alice.received.size() == all && bob.received.size() == all);
            assertFalse(alice.told.stream().anyMatch(t -> t.startsWith("lost")), alice.told.toString());
            assertFalse(bob.told.stream().anyMatch(t -> t.startsWith("lost")), bob.told.toString());
        }
    }

    @Test
    void aNewSessionOfTheSamePeerReplacesTheOld() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node("127.0.0.2");
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("connected", () -> bob.received.contains(1));
        // alice forgets: as if she had crashed, her socket gone without a word
        alice.on(() -> {
            alice.manager.disconnect(bob.router.hash(), DisconnectReason.IDLE);
            return null;
        });
        eventually("alice is out", () -> alice.sessions() == 0);
        alice.send(bob.published(), 2, DATABASE_STORE, 10);
        eventually("connected again", () -> bob.received.contains(2));
        eventually("one session", () -> bob.sessions() == 1);
        assertEquals(2, bob.status().handshakesIn());
    }

    // --- probing ---

    private static byte[] messageOne(Node bob, int network) {
        Ntcp2TestRouter prober = new Ntcp2TestRouter(SecureEntropy.INSTANCE);
        Ntcp2Initiator alice = new Ntcp2Initiator(
                Ntcp2Address.of(bob.published()).get(0),
                bob.router.hash(),
                prober.keys,
                prober.info(System.currentTimeMillis(), prober.unpublished()).bytes(),
                network,
                () -> X25519KeyPair.generate(SecureEntropy.INSTANCE),
                SecureEntropy.INSTANCE);
        alice.start(System.currentTimeMillis());
        return alice.pollTransmit();
    }

    /** Sends these bytes; how the connection ends, and how many bytes came before. */
    private static String probe(Node bob, byte[] bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(bob.address());
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
            socket.getOutputStream().write(bytes);
            int count = 0;
            try {
                while (socket.getInputStream().read() >= 0) {
                    count++;
                }
                return count + " bytes, end";
            } catch (SocketTimeoutException never) {
                return "no end";
            } catch (SocketException reset) {
                return count + " bytes, reset";
            }
        }
    }

    @Test
    void aProberLearnsNothingWhateverItSends() throws Exception {
        Node bob = node(at("127.0.0.1", SHORT), SystemClock.INSTANCE);
        byte[] good = messageOne(bob, Ntcp2TestRouter.NETWORK);
        byte[] forged = good.clone();
        forged[50] ^= 1;
        byte[] surplus = Arrays.copyOf(messageOne(bob, Ntcp2TestRouter.NETWORK), good.length + 400);
        byte[][] probes = {
            new byte[64],
            SecureEntropy.INSTANCE.bytes(64),
            SecureEntropy.INSTANCE.bytes(5000),
            SecureEntropy.INSTANCE.bytes(63),
            forged,
            surplus,
            messageOne(bob, 92),
            "GET / HTTP/1.1\r\nHost: example\r\n\r\n".repeat(4).getBytes(java.nio.charset.StandardCharsets.US_ASCII)
        };
        for (byte[] bytes : probes) {
            assertEquals("0 bytes, reset", probe(bob, bytes));
        }
        TransportStatus.OfTransport status = bob.status();
        assertEquals(
                probes.length,
                status.rejected().values().stream().mapToLong(n -> n).sum(),
                status.toString());
        assertEquals(1, status.rejected().get("message_1_network"));
        assertEquals(1, status.rejected().get("timeout"));
        assertEquals(1, status.rejected().get("message_1_surplus"));
        assertTrue(bob.reports.contains(PeerCheck.Misbehaviour.WRONG_NETWORK));
        assertTrue(bob.reports.contains(PeerCheck.Misbehaviour.BAD_HANDSHAKE));
        eventually("nothing is left", () -> bob.status().pending() == 0);
    }

    @Test
    void aReplayedMessageGetsNoAnswer() throws Exception {
        Node bob = node(at("127.0.0.1", SHORT), SystemClock.INSTANCE);
        byte[] message = messageOne(bob, Ntcp2TestRouter.NETWORK);
        assertTrue(
                probe(bob, message).matches("(6[4-9]|[7-9][0-9]|[12][0-9][0-9]) bytes, reset"),
                "answered, then timed out");
        assertEquals("0 bytes, reset", probe(bob, message));
        assertEquals(1, bob.status().rejected().get("message_1_replayed"));
    }

    @Test
    void handshakesOfOneAddressAreBoundedAndTimeOut() throws Exception {
        Node bob = node(at("127.0.0.1", SHORT), SystemClock.INSTANCE);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < SHORT.pendingPerAddress() + 3; i++) {
            Socket socket = new Socket();
            socket.connect(bob.address());
            sockets.add(socket);
        }
        eventually("some are refused", () -> {
            Long refused = bob.status().rejected().get("too_many_pending_of_address");
            return refused != null && refused == 3;
        });
        assertEquals(SHORT.pendingPerAddress(), bob.status().pending());
        eventually("the others time out", () -> bob.status().pending() == 0);
        for (Socket socket : sockets) {
            socket.close();
        }
        Node alice = node("127.0.0.2");
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("others come through", () -> bob.received.contains(1));
    }

    @Test
    void aFloodOfHandshakesDoesNotStopSessions() throws Exception {
        Node bob = node(at("127.0.0.1", SHORT), SystemClock.INSTANCE);
        Node alice = node("127.0.0.2");
        RouterInfo to = bob.published();
        alice.send(to, 1, DATABASE_STORE, 10);
        eventually("connected", () -> bob.received.contains(1));
        List<Socket> flood = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Socket socket = new Socket();
            socket.connect(bob.address());
            flood.add(socket);
            try {
                socket.getOutputStream().write(SecureEntropy.INSTANCE.bytes(64));
            } catch (SocketException refused) {
                // beyond the limit
            }
            assertTrue(alice.send(to, 2 + i, DATABASE_STORE, 10).accepted());
        }
        eventually("all messages come", () -> bob.received.size() == 101);
        for (Socket socket : flood) {
            socket.close();
        }
    }

    @Test
    void whoeverDialsUsLeavesUsRoomToDial() throws Exception {
        Node bob = node(at("127.0.0.1", new Ntcp2Config.Limits(4, 2, 8, 2000, 1500, 1000)), SystemClock.INSTANCE);
        RouterInfo to = bob.published();
        for (int i = 2; i <= 4; i++) {
            Node alice = node("127.0.0." + i);
            alice.send(to, i, DATABASE_STORE, 10);
            int id = i;
            eventually("three come in", () -> bob.received.contains(id));
        }
        Node carol = node("127.0.0.5");
        carol.send(to, 5, DATABASE_STORE, 10);
        eventually("the fourth does not", () -> bob.status().rejected().containsKey("too_many_sessions"));
        eventually("and knows", () -> carol.told.stream().anyMatch(told -> told.startsWith("failed")));
        assertEquals(3, bob.sessions());
        bob.send(carol.published(), 6, DATABASE_STORE, 10);
        eventually("but can be dialled", () -> carol.received.contains(6));
    }

    @Test
    void handshakesThatComeInDoNotKeepUsFromDialling() throws Exception {
        Node bob = node(at("127.0.0.1", new Ntcp2Config.Limits(100, 2, 8, 2000, 10_000, 1000)), SystemClock.INSTANCE);
        Node alice = node("127.0.0.2");
        try (Socket first = new Socket();
                Socket second = new Socket()) {
            first.connect(bob.address());
            second.connect(bob.address());
            eventually("both are waited for", () -> bob.status().pending() == 2);
            bob.send(alice.published(), 1, DATABASE_STORE, 10);
            eventually("it comes", () -> alice.received.contains(1));
        }
    }

    // --- refusals ---

    @Test
    void clocksThatDifferTooMuchAreToldToBoth() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node(at("127.0.0.2", Ntcp2Config.Limits.DEFAULT), new OffClock(-90_000));
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("the dial fails", () -> alice.told.contains("failed CLOCK_SKEW"));
        assertTrue(alice.told.contains("skew 9"), alice.told.toString());
        eventually("bob counts it", () -> bob.reports.contains(PeerCheck.Misbehaviour.CLOCK_SKEW));
        assertEquals(1, bob.status().rejected().get("message_1_skew"));
        eventually("closed", () -> bob.status().pending() == 0);
    }

    @Test
    void aBannedRouterIsToldSo() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node("127.0.0.2");
        bob.on(() -> bob.verdict = PeerCheck.Verdict.BANNED);
        RouterInfo aliceInfo = alice.published();
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("alice is told", () -> alice.told.contains("lost PEER_TERMINATED"));
        assertEquals(1, bob.status().rejected().get("banned"));
        assertEquals(0, bob.sessions());
        assertTrue(bob.received.isEmpty());
        bob.on(() -> bob.manager.send(aliceInfo, message(bob, 3)));
        eventually("nor is it dialled", () -> bob.told.contains("failed BANNED"));
    }

    private static I2npMessage message(Node from, int id) {
        return new I2npMessage(DATABASE_STORE, id, from.clock.epochMillis() + 9000, Unpooled.EMPTY_BUFFER);
    }

    @Test
    void aPublishedAddressThatIsNotTheSourceIsRefused() throws Exception {
        Node bob = node("127.0.0.1");
        Ntcp2Config.Endpoint liar = new Ntcp2Config.Endpoint(
                new InetSocketAddress("127.0.0.3", 0), "127.0.0.4", 0, InetAddress.getByName("127.0.0.3"), false);
        Node alice = node(Ntcp2Config.of(Ntcp2TestRouter.NETWORK, true, liar), SystemClock.INSTANCE);
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("refused", () -> bob.reports.contains(PeerCheck.Misbehaviour.ADDRESS_MISMATCH));
        assertEquals(List.of(alice.router.hash()), bob.reported, "she has proven who she is");
        eventually("alice is told", () -> alice.told.contains("lost PEER_TERMINATED"));
    }

    @Test
    void nobodyThereIsAFailedDial() throws Exception {
        Node alice = node("127.0.0.1");
        Ntcp2TestRouter nobody = new Ntcp2TestRouter(SecureEntropy.INSTANCE);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.9"))) {
            port = free.getLocalPort();
        }
        alice.send(nobody.info(System.currentTimeMillis(), nobody.published("127.0.0.9", port)), 1, DATABASE_STORE, 1);
        eventually("it fails", () -> alice.told.contains("failed CONNECT_FAILED"));
        assertEquals(0, alice.status().pending());
    }

    @Test
    void aPeerThatSaysNothingIsGivenUp() throws Exception {
        Node alice = node(at("127.0.0.1", SHORT), SystemClock.INSTANCE);
        Ntcp2TestRouter mute = new Ntcp2TestRouter(SecureEntropy.INSTANCE);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.9"))) {
            RouterInfo info = mute.info(System.currentTimeMillis(), mute.published("127.0.0.9", silent.getLocalPort()));
            alice.send(info, 1, DATABASE_STORE, 1);
            eventually("it fails", () -> alice.told.contains("failed HANDSHAKE_TIMEOUT"));
        }
        eventually("closed", () -> alice.status().pending() == 0);
    }

    @Test
    void reservedAddressesAreLeftAloneUnlessAllowed() throws Exception {
        Node bob = node("127.0.0.1");
        Node strict = node(
                Ntcp2Config.of(
                        Ntcp2TestRouter.NETWORK, false, Ntcp2Config.Endpoint.at(new InetSocketAddress("127.0.0.2", 0))),
                SystemClock.INSTANCE);
        assertEquals(SendResult.UNREACHABLE, strict.send(bob.published(), 1, DATABASE_STORE, 1));
        bob.send(strict.published(), 1, DATABASE_STORE, 1);
        eventually("refused", () -> strict.status().rejected().containsKey("reserved_address"));
        eventually("and told by the closed socket", () -> bob.told.stream().anyMatch(t -> t.startsWith("failed")));
    }

    // --- flow ---

    @Test
    void aReceiverThatDoesNotKeepUpStopsTheSender() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node("127.0.0.2");
        RouterInfo to = bob.published();
        alice.send(to, 1, DATABASE_STORE, 10);
        eventually("connected", () -> bob.received.contains(1));
        CountDownLatch release = new CountDownLatch(1);
        bob.lane.execute(() -> {
            try {
                assertTrue(release.await(SECONDS, TimeUnit.SECONDS));
            } catch (InterruptedException ended) {
                throw new AssertionError(ended);
            }
        });
        int accepted = 1;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        int refusedInARow = 0;
        while (refusedInARow < 50) {
            if (alice.send(to, 2, TUNNEL_DATA, 1028) == SendResult.CONGESTED) {
                refusedInARow++;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            } else {
                accepted++;
                refusedInARow = 0;
            }
            assertTrue(System.nanoTime() < end, "it is never full");
        }
        assertTrue(accepted < 20_000, "more was taken than sockets and queues hold: " + accepted);
        assertTrue(alice.status().messagesDropped() >= 50);
        release.countDown();
        int all = accepted;
        eventually("what was taken arrives", () -> bob.received.size() == all);
    }

    @Test
    void theBandwidthIsKept() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node(
                new Ntcp2Config(
                        Ntcp2TestRouter.NETWORK,
                        List.of(Ntcp2Config.Endpoint.at(new InetSocketAddress("127.0.0.2", 0))),
                        true,
                        null,
                        Ntcp2Config.Limits.DEFAULT,
                        200_000,
                        200_000),
                SystemClock.INSTANCE);
        RouterInfo to = bob.published();
        long start = System.nanoTime();
        int accepted = 0;
        for (int i = 0; i < 300; i++) {
            if (alice.send(to, i, DATABASE_STORE, 1000).accepted()) {
                accepted++;
            }
            if (i == 0) {
                eventually("connected", () -> bob.received.size() == 1);
            }
        }
        // a queue that is full takes no more: how many it takes depends on how quick the sender is
        assertTrue(accepted > 200, accepted + " were taken");
        int all = accepted;
        eventually("what was taken comes", () -> bob.received.size() == all);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        long least = (accepted - 131L - 20) * 1000 / 200;
        assertTrue(millis > least, accepted + " kB, 131 kB of them at once, at 200 kB/s, took " + millis + " ms");
    }

    @Test
    void closingTellsThePeer() throws Exception {
        Node bob = node("127.0.0.1");
        Node alice = node("127.0.0.2");
        alice.send(bob.published(), 1, DATABASE_STORE, 10);
        eventually("connected", () -> bob.received.contains(1));
        assertNotNull(alice.on(alice.manager::close).get(SECONDS, TimeUnit.SECONDS) == null ? "" : null);
        eventually("bob is told", () -> bob.told.contains("lost PEER_TERMINATED"));
        assertEquals(SendResult.CLOSED, alice.send(bob.published(), 2, DATABASE_STORE, 10));
    }

    // --- proxy ---

    /** A SOCKS5 proxy for one connection (RFC 1928, CONNECT without authentication); says where it connected. */
    private static Thread proxy(ServerSocket listening, AtomicReference<String> target) {
        Thread thread = new Thread(() -> {
            try (Socket client = listening.accept()) {
                InputStream in = client.getInputStream();
                OutputStream out = client.getOutputStream();
                byte[] greeting = in.readNBytes(2);
                in.readNBytes(greeting[1]);
                out.write(new byte[] {5, 0});
                byte[] request = in.readNBytes(4);
                assertArrayEquals(new byte[] {5, 1, 0, 1}, request, "CONNECT to an IPv4 address");
                InetAddress host = InetAddress.getByAddress(in.readNBytes(4));
                byte[] port = in.readNBytes(2);
                int number = (port[0] & 0xff) << 8 | port[1] & 0xff;
                target.set(host.getHostAddress() + ":" + number);
                try (Socket server = new Socket(host, number)) {
                    out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
                    Thread back = new Thread(() -> {
                        try {
                            server.getInputStream().transferTo(out);
                        } catch (IOException closed) {
                            // the end
                        }
                    });
                    back.start();
                    in.transferTo(server.getOutputStream());
                }
            } catch (IOException closed) {
                // the end
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void aProxyCarriesWhatIsDialled() throws Exception {
        Node bob = node("127.0.0.1");
        AtomicReference<String> target = new AtomicReference<>();
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread proxy = proxy(listening, target);
            Node alice = node(
                    new Ntcp2Config(
                            Ntcp2TestRouter.NETWORK,
                            List.of(Ntcp2Config.Endpoint.dialOnly(null, false)),
                            true,
                            (InetSocketAddress) listening.getLocalSocketAddress(),
                            Ntcp2Config.Limits.DEFAULT,
                            0,
                            0),
                    SystemClock.INSTANCE);
            alice.send(bob.published(), 1, DATABASE_STORE, 500);
            eventually("it comes", () -> bob.received.contains(1));
            assertEquals("127.0.0.1:" + bob.address().getPort(), target.get());
            assertEquals(SendResult.SENT, bob.send(alice.published(), 2, DATABASE_STORE, 5000));
            eventually("the answer too", () -> alice.received.contains(2));
            alice.on(alice.manager::close).get(SECONDS, TimeUnit.SECONDS);
            proxy.join(TimeUnit.SECONDS.toMillis(SECONDS));
        }
    }

    @Test
    void aProxyThatIsNotThereIsAFailedDial() throws Exception {
        Node bob = node("127.0.0.1");
        InetSocketAddress nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.9"))) {
            nobody = (InetSocketAddress) free.getLocalSocketAddress();
        }
        Node alice = node(
                new Ntcp2Config(
                        Ntcp2TestRouter.NETWORK,
                        List.of(Ntcp2Config.Endpoint.dialOnly(null, false)),
                        true,
                        nobody,
                        Ntcp2Config.Limits.DEFAULT,
                        0,
                        0),
                SystemClock.INSTANCE);
        alice.send(bob.published(), 1, DATABASE_STORE, 500);
        eventually("it fails", () -> alice.told.contains("failed CONNECT_FAILED"));
        eventually("closed", () -> alice.status().pending() == 0);
    }
}
