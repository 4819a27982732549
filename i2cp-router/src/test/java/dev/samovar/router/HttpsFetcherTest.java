package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SystemClock;
import dev.samovar.router.HttpsFetcher.Limits;
import dev.samovar.router.HttpsFetcher.Proxy;
import dev.samovar.router.HttpsFetcher.ProxyKind;
import dev.samovar.router.ReseedFetcher.Fetched;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against servers of the test's own on the loopback. */
class HttpsFetcherTest {

    private static final byte[] BODY = "some routers".getBytes(StandardCharsets.US_ASCII);
    private static final Limits LIMITS = new Limits(2_000, 2_000, 10_000, 100_000);
    private static final Limits IMPATIENT = new Limits(500, 500, 500, 100_000);

    private static final MultiThreadIoEventLoopGroup LOOPS =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private static final EventLoopLane LANE = new EventLoopLane(LOOPS.next(), SystemClock.INSTANCE);
    private static final CryptoPool POOL = new CryptoPool(2);

    private static TestSigner localhost;

    @BeforeAll
    static void makeAHost() {
        localhost = TestSigner.make("localhost", 2048, "-ext", "san=dns:localhost");
    }

    @AfterAll
    static void end() throws InterruptedException {
        LOOPS.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        POOL.close();
    }

    private static Fetched fetch(Limits limits, List<X509Certificate> trusted, Proxy proxy, URI host)
            throws InterruptedException {
        BlockingQueue<Fetched> answers = new LinkedBlockingQueue<>();
        HttpsFetcher fetcher = new HttpsFetcher(LANE, POOL, trusted, proxy, limits);
        LANE.execute(() -> fetcher.fetch(host.resolve("i2pseeds.su3?netid=17"), answers::add));
        Fetched fetched = answers.poll(20, TimeUnit.SECONDS);
        assertNotNull(fetched, "no answer");
        return fetched;
    }

    private static Fetched fetch(TestTlsServer.Answer answer) throws Exception {
        try (TestTlsServer server = new TestTlsServer(localhost, answer)) {
            return fetch(LIMITS, List.of(localhost.certificate()), null, server.host());
        }
    }

    private static SeedFault fault(TestTlsServer.Answer answer) throws Exception {
        return fetch(answer).fault();
    }

    @Test
    void aFileIsFetchedAsWgetWouldAsk() throws Exception {
        try (TestTlsServer server = new TestTlsServer(localhost, TestTlsServer.file(BODY))) {
            assertArrayEquals(
                    BODY,
                    fetch(LIMITS, List.of(localhost.certificate()), null, server.host())
                            .body());
            List<String> request = server.requests.get(0);
            assertEquals("GET /i2pseeds.su3?netid=17 HTTP/1.1", request.get(0));
            assertTrue(request.contains("user-agent: Wget/1.11.4"), request.toString());
            assertTrue(request.contains("host: localhost:" + server.port()), request.toString());
        }
    }

    @Test
    void aBodyMayComeInChunksOrEndWithTheConnection() throws Exception {
        assertArrayEquals(
                BODY,
                fetch(out -> {
                            out.write(TestTlsServer.head("200 OK", "Transfer-Encoding: chunked"));
                            out.write("4\r\nsome\r\n8\r\n routers\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        })
                        .body());
        assertArrayEquals(
                BODY,
                fetch(out -> {
                            out.write(TestTlsServer.head("200 OK"));
                            out.write(BODY);
                        })
                        .body());
    }

    @Test
    void anythingButAPlain200IsRefused() throws Exception {
        assertEquals(
                SeedFault.REDIRECT,
                fault(out -> out.write(
                        TestTlsServer.head("302 Found", "Location: https://localhost/", "Content-Length: 0"))));
        assertEquals(SeedFault.HTTP_STATUS, fault(out -> out.write(TestTlsServer.head("404 Not Found"))));
        assertEquals(SeedFault.HTTP_STATUS, fault(out -> out.write(TestTlsServer.head("503 Busy"))));
        assertEquals(SeedFault.HTTP_STATUS, fault(out -> out.write(TestTlsServer.head("206 Partial Content"))));
        assertEquals(
                SeedFault.MALFORMED, fault(out -> out.write("nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void whatEndsEarlyIsTruncated() throws Exception {
        assertEquals(SeedFault.TRUNCATED, fault(out -> {}));
        assertEquals(SeedFault.TRUNCATED, fault(out -> {
            out.write(TestTlsServer.head("200 OK", "Content-Length: 1000"));
            out.write(BODY);
        }));
        assertEquals(SeedFault.TRUNCATED, fault(out -> {
            out.write(TestTlsServer.head("200 OK", "Transfer-Encoding: chunked"));
            out.write("4\r\nsome\r\n".getBytes(StandardCharsets.US_ASCII));
        }));
    }

    @Test
    void moreThanAnyFileHasIsRefusedAtOnce() throws Exception {
        assertEquals(SeedFault.TOO_LARGE, fault(out -> {
            out.write(TestTlsServer.head("200 OK", "Content-Length: 100001"));
            out.flush();
            TimeUnit.SECONDS.sleep(30);
        }));
        assertEquals(SeedFault.TOO_LARGE, fault(out -> {
            out.write(TestTlsServer.head("200 OK"));
            for (byte[] piece = new byte[10_000]; ; ) {
                out.write(piece);
            }
        }));
        assertEquals(
                SeedFault.MALFORMED,
                fault(out -> out.write(TestTlsServer.head("200 OK", "X-Long: " + "x".repeat(20_000)))));
    }

    @Test
    void aSlowServerIsLeft() throws Exception {
        TestTlsServer.Answer drip = out -> {
            out.write(TestTlsServer.head("200 OK", "Content-Length: 1000"));
            for (int i = 0; i < 1000; i++) {
                out.write(0);
                out.flush();
                TimeUnit.MILLISECONDS.sleep(50);
            }
        };
        try (TestTlsServer server = new TestTlsServer(localhost, drip)) {
            assertEquals(
                    SeedFault.TIMED_OUT,
                    fetch(IMPATIENT, List.of(localhost.certificate()), null, server.host())
                            .fault());
        }
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(
                    SeedFault.TIMED_OUT,
                    fetch(IMPATIENT, List.of(), null, URI.create("https://localhost:" + silent.getLocalPort() + "/"))
                            .fault());
        }
    }

    @Test
    void onlyAHostThatSomeoneTrustedHasCertifiedIsSpokenTo() throws Exception {
        TestSigner otherName = TestSigner.make("example.org", 2048, "-ext", "san=dns:example.org");
        TestSigner outdated =
                TestSigner.make("localhost", 2048, "-ext", "san=dns:localhost", "-startdate", "-3d", "-validity", "1");
        try (TestTlsServer unknown = new TestTlsServer(localhost, TestTlsServer.file(BODY));
                TestTlsServer named = new TestTlsServer(otherName, TestTlsServer.file(BODY));
                TestTlsServer old = new TestTlsServer(outdated, TestTlsServer.file(BODY))) {
            assertEquals(
                    SeedFault.UNTRUSTED_HOST,
                    fetch(LIMITS, List.of(), null, unknown.host()).fault());
            assertEquals(
                    SeedFault.UNTRUSTED_HOST,
                    fetch(LIMITS, List.of(otherName.certificate()), null, named.host())
                            .fault());
            assertEquals(
                    SeedFault.UNTRUSTED_HOST,
                    fetch(LIMITS, List.of(outdated.certificate()), null, old.host())
                            .fault());
            assertEquals(List.of(), unknown.requests);
            assertEquals(List.of(), named.requests);
            assertEquals(List.of(), old.requests);
        }
    }

    @Test
    void aServerThatSpeaksNoTlsIsRefused() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TestTlsServer.start(() -> {
                try {
                    var socket = plain.accept();
                    socket.getOutputStream().write(TestTlsServer.head("400 Bad Request"));
                    socket.close();
                } catch (IOException closed) {
                    // the test is over
                }
            });
            assertEquals(
                    SeedFault.UNTRUSTED_HOST,
                    fetch(LIMITS, List.of(), null, URI.create("https://localhost:" + plain.getLocalPort() + "/"))
                            .fault());
        }
    }

    @Test
    void nobodyThereAndNoSuchNameAreToldApart() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertEquals(
                SeedFault.UNREACHABLE,
                fetch(LIMITS, List.of(), null, URI.create("https://localhost:" + free + "/"))
                        .fault());
        assertEquals(
                SeedFault.UNRESOLVED,
                fetch(LIMITS, List.of(), null, URI.create("https://nothing.invalid/"))
                        .fault());
    }

    @Test
    void aProxyIsGivenTheNameAndNobodyElse() throws Exception {
        TestSigner host = TestSigner.make("reseed.invalid", 2048, "-ext", "san=dns:reseed.invalid");
        for (ProxyKind kind : ProxyKind.values()) {
            try (TestTlsServer server = new TestTlsServer(host, TestTlsServer.file(BODY));
                    TestProxy proxy = new TestProxy(kind == ProxyKind.SOCKS5, server.port())) {
                // a name that cannot be resolved here: whoever tried would fail
                Fetched fetched = fetch(
                        LIMITS,
                        List.of(host.certificate()),
                        new Proxy(kind, "127.0.0.1", proxy.port()),
                        URI.create("https://reseed.invalid/"));
                assertArrayEquals(BODY, fetched.body(), kind + " " + fetched.fault());
                assertEquals(List.of("reseed.invalid:443"), proxy.asked);
            }
        }
    }

    @Test
    void aProxyThatRefusesOrIsNotThereIsTold() throws Exception {
        for (ProxyKind kind : ProxyKind.values()) {
            int port;
            try (TestProxy proxy = new TestProxy(kind == ProxyKind.SOCKS5, 0)) {
                port = proxy.port();
                assertEquals(
                        SeedFault.PROXY_REFUSED,
                        fetch(
                                        LIMITS,
                                        List.of(),
                                        new Proxy(kind, "127.0.0.1", port),
                                        URI.create("https://reseed.invalid/"))
                                .fault());
            }
            assertEquals(
                    SeedFault.UNREACHABLE,
                    fetch(LIMITS, List.of(), new Proxy(kind, "127.0.0.1", port), URI.create("https://reseed.invalid/"))
                            .fault());
        }
        assertEquals(
                SeedFault.UNRESOLVED,
                fetch(
                                LIMITS,
                                List.of(),
                                new Proxy(ProxyKind.SOCKS5, "proxy.invalid", 1080),
                                URI.create("https://localhost/"))
                        .fault());
    }

    @Test
    void aCancelledFetchIsNotAnswered() throws Exception {
        BlockingQueue<Fetched> answers = new LinkedBlockingQueue<>();
        try (TestTlsServer server = new TestTlsServer(localhost, TestTlsServer.file(BODY))) {
            HttpsFetcher fetcher = new HttpsFetcher(LANE, POOL, List.of(localhost.certificate()), null, LIMITS);
            LANE.execute(() -> {
                fetcher.fetch(server.host(), fetched -> answers.add(new Fetched(null, SeedFault.MALFORMED)));
                fetcher.cancel();
                fetcher.fetch(server.host(), answers::add);
            });
            assertArrayEquals(BODY, answers.poll(20, TimeUnit.SECONDS).body());
            assertTrue(answers.isEmpty());
        }
    }
}
