package dev.samovar.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SystemClock;
import dev.samovar.router.RouterStatus;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusTest {

    private static final RouterStatus ROUTER = new RouterStatus(
            "private",
            17,
            RouterStatus.State.WAITING,
            List.of("floodfills: 1 of 2 are known"),
            "Ab3x",
            200,
            new RouterStatus.Peers(3, 7, 1),
            2,
            List.of(new RouterStatus.Transport("NTCP2", "44.1.2.3:9999", null, 1, 2)),
            1234,
            56_789_000,
            1,
            Map.of("BAD_SIGNATURE", 4L),
            -1500L,
            new RouterStatus.Reseed("waiting", 1, 77, Map.of("CONNECT", 3L), 40L),
            new RouterStatus.Tunnels(
                    new RouterStatus.Tunnels.Way(2, 2, 0),
                    new RouterStatus.Tunnels.Way(0, 2, 1),
                    120,
                    3,
                    14,
                    new TreeMap<>(Map.of("timed_out", 2L, "refused", 1L))),
            new RouterStatus.Sessions(3, 1, new TreeMap<>(Map.of("exploratory tunnels", 2))),
            new RouterStatus.Transit(true, 1, 12, 0, 34, 128, 40, 3));

    private static final GatewayStatus STATUS = new GatewayStatus(
            "1.0",
            3725,
            "127.0.0.1:7656",
            "127.0.0.1:7655",
            "127.0.0.1:7654",
            new GatewayStatus.Clients(1, 2, 3, 0, 0, 5),
            ROUTER);

    @TempDir
    Path folder;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopLane lane = new EventLoopLane(loops.next(), SystemClock.INSTANCE);
    private final CryptoPool pool = new CryptoPool(1);
    private StatusServer server;

    @BeforeEach
    void prepare() throws StartException {
        DataDirectory.prepare(folder);
    }

    @AfterEach
    void end() throws InterruptedException {
        if (server != null) {
            server.close();
        }
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        pool.close();
    }

    private void serve(StatusServer.Source source) throws Exception {
        server = new StatusServer(lane, pool, socket(), source);
        server.start().get(10, TimeUnit.SECONDS);
    }

    private Path socket() {
        return folder.resolve(StatusServer.SOCKET_FILE);
    }

    private String ask(boolean json) throws StartException {
        return StatusCommand.run(folder, json, SystemClock.INSTANCE);
    }

    @Test
    void theRunningProgramTellsHowItIs() throws Exception {
        serve(then -> then.accept(STATUS));
        assertEquals("""
                samovar    1.0, up 1 h 2 min
                listens    SAM 127.0.0.1:7656, SAM UDP 127.0.0.1:7655, I2CP 127.0.0.1:7654
                clients    2 SAM sessions, 3 streams, 1 SAM connection, 0 I2CP connections, 5 datagrams dropped
                network    private 17, not yet integrated
                waits for  floodfills: 1 of 2 are known
                router     Ab3x..., up 3 min 20 s
                peers      3 connected, 1 shut out
                netDb      7 routers, 1 floodfill among them, 2 lease sets
                transport  NTCP2, listens on 44.1.2.3:9999, not published, 1 in, 2 out
                tunnels    exploratory 2 of 2 in, 0 of 2, 1 without hops, out, 120 ms there and back; \
                14 builds accepted, 3 failed (1 refused, 2 timed out), 3 under way
                sessions   3, 1 ready; waiting: 2 for exploratory tunnels
                transit    1 gateway, 12 participants, 0 endpoints, 34 of 128 kB/s; 40 requests accepted, 3 refused
                traffic    1.2 kB in, 56.8 MB out
                clock      1.5 s ahead of the peers'
                reseed     waiting 40 s, 77 routers from 1 host; failed: 3 connect
                refused    4 bad signature
                """, ask(false));
    }

    @Test
    void jsonHoldsTheSame() throws Exception {
        serve(then -> then.accept(STATUS));
        JsonNode answer = new ObjectMapper().readTree(ask(true));
        assertEquals(17, answer.at("/router/netId").intValue());
        assertEquals("WAITING", answer.at("/router/state").textValue());
        assertEquals(-1500, answer.at("/router/clockSkewMillis").intValue());
        assertEquals(2, answer.at("/router/transports/0/outbound").intValue());
        assertEquals(2, answer.at("/clients/samSessions").intValue());
        assertEquals(2, answer.at("/router/tunnels/inbound/ready").intValue());
        assertEquals(2, answer.at("/router/tunnels/outbound/wanted").intValue());
        assertEquals(2, answer.at("/router/tunnels/buildsFailed/timed_out").intValue());
        assertEquals(1, answer.at("/router/sessions/ready").intValue());
        assertEquals(12, answer.at("/router/transit/participants").intValue());
        assertTrue(answer.at("/router/transit/on").booleanValue());
    }

    @Test
    void aRouterThatCarriesNothingForOthersSaysSo() throws Exception {
        RouterStatus local = RouterStatus.ofNoNetwork("local", RouterStatus.State.INTEGRATED, List.of(), 5);
        RouterStatus off = new RouterStatus(
                "live",
                2,
                RouterStatus.State.INTEGRATED,
                List.of(),
                "Ab3x",
                200,
                local.peers(),
                0,
                List.of(),
                0,
                0,
                0,
                Map.of(),
                null,
                null,
                null,
                new RouterStatus.Sessions(1, 1, Map.of()),
                new RouterStatus.Transit(false, 0, 0, 0, 0, 128, 0, 1));
        serve(then -> then.accept(
                new GatewayStatus("1.0", 5, "a:1", "b:2", null, new GatewayStatus.Clients(0, 1, 0, 0, 2, 0), off)));
        String text = ask(false);
        assertTrue(text.contains("\nnetwork    live 2, integrated\n"), text);
        assertTrue(text.contains("\nsessions   1, 1 ready\ntransit    off, 1 request refused\n"), text);
        assertFalse(text.contains("tunnels"), text);
    }

    @Test
    void aRouterWithoutANetworkHasLittleToSay() throws Exception {
        RouterStatus local = RouterStatus.ofNoNetwork("local", RouterStatus.State.INTEGRATED, List.of(), 5);
        serve(then -> then.accept(
                new GatewayStatus("1.0", 5, "a:1", "b:2", null, new GatewayStatus.Clients(0, 1, 0, 0, 2, 0), local)));
        assertEquals("""
                samovar    1.0, up 5 s
                listens    SAM a:1, SAM UDP b:2
                clients    1 SAM session, 0 streams, 0 SAM connections, 0 I2CP connections, 2 refused
                network    local, integrated
                """, ask(false));
    }

    @Test
    void theSocketIsItsOwnersAloneReplacesAStaleOneAndGoesWithTheProgram() throws Exception {
        Files.writeString(socket(), "left behind");
        serve(then -> then.accept(STATUS));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
        ask(true);
        server.close();
        lane.loop().submit(() -> {}).get(10, TimeUnit.SECONDS);
        assertFalse(Files.exists(socket()));
    }

    @Test
    void withoutAProgramOneLineSaysSo() throws Exception {
        assertTrue(assertThrows(StartException.class, () -> ask(false))
                .getMessage()
                .contains("no samovar answers"));
        Files.writeString(socket(), "no socket");
        assertThrows(StartException.class, () -> ask(false));
        assertEquals(1, Main.run(new String[] {"status", "--data-dir", folder.toString()}, Map.of()));
    }

    @Test
    void whoeverComesBeyondTheLimitIsClosedAtOnceAndTheOthersAreServed() throws Exception {
        List<Consumer<GatewayStatus>> waiting = new ArrayList<>();
        serve(waiting::add);
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i <= StatusServer.MAX_CONNECTIONS; i++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket()));
            open.add(channel);
        }
        assertEquals(-1, open.get(StatusServer.MAX_CONNECTIONS).read(ByteBuffer.allocate(1)));
        lane.loop().submit(() -> waiting.forEach(then -> then.accept(STATUS))).get(10, TimeUnit.SECONDS);
        assertEquals(StatusServer.MAX_CONNECTIONS, waiting.size());
        for (SocketChannel channel : open.subList(0, StatusServer.MAX_CONNECTIONS)) {
            assertEquals(1, channel.read(ByteBuffer.allocate(1)));
        }
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    @Test
    void aPathThatIsTooLongForASocketFailsAndHarmsNothing() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("x".repeat(120)));
        server = new StatusServer(lane, pool, deep.resolve("s"), then -> then.accept(STATUS));
        assertThrows(ExecutionException.class, () -> server.start().get(10, TimeUnit.SECONDS));
    }

    @Test
    void aDataDirectoryIsForOneProgramAtATime() throws Exception {
        DataDirectory.Hold hold = DataDirectory.lock(folder);
        assertTrue(assertThrows(StartException.class, () -> DataDirectory.lock(folder))
                .getMessage()
                .contains("another samovar runs"));
        hold.close();
        DataDirectory.lock(folder).close();
    }
}
