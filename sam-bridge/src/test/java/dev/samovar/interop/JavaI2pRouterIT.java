package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Samovar as the SAM bridge of a Java I2P 2.7.0 router, which it reaches by I2CP. */
@Timeout(180)
final class JavaI2pRouterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String OPTIONS = "SIGNATURE_TYPE=7 i2cp.leaseSetEncType=4 inbound.length=0 outbound.length=0"
            + " inbound.quantity=2 outbound.quantity=2 inbound.allowZeroHop=true outbound.allowZeroHop=true";
    private static final int MEGABYTE = 1 << 20;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static ExternalProgram router;
    private static Samovar samovar;

    @BeforeAll
    static void start() throws Exception {
        Path files = Files.createDirectory(folder.resolve("router"));
        router = ExternalProgram.start(
                "Java I2P router", ExternalProgram.javaCommand(256, JavaI2pRouter.class, files.toString()));
        LOGS.add("the router's log", files.resolve("router.log"));
        int port = JavaI2pRouter.awaitReady(router, PATIENCE);
        samovar = Samovar.before(port, Samovar.jar(), folder.resolve("samovar"));
        LOGS.add("samovar's output", samovar::output);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            if (samovar != null) {
                samovar.stop();
            }
        } finally {
            if (router != null) {
                router.close();
            }
        }
    }

    @Test
    void aStreamEchoesAMebibyte() throws Exception {
        try (SamSession server = session("STREAM", "server");
                SamSession client = session("STREAM", "client");
                SamSocket accepted = server.accept();
                SamSocket stream = client.connect(server.destination())) {
            assertEquals(
                    client.destination(), accepted.readLine().split(" ")[0], "the caller's destination comes first");
            CompletableFuture<Void> serving = Echo.start("echo server", () -> Echo.serve(accepted, MEGABYTE));
            Echo.run(stream, MEGABYTE, 90);
            Echo.join(serving, 30);
        }
    }

    @Test
    void repliableDatagramsGoBothWays() throws Exception {
        try (SamSession one = session("DATAGRAM", "repliable-1");
                SamSession other = session("DATAGRAM", "repliable-2")) {
            for (int size : new int[] {1, 1_000, 31_000}) {
                repliable(one, other, size);
                repliable(other, one, size);
            }
        }
    }

    @Test
    void rawDatagramsGoBothWays() throws Exception {
        try (SamSession one = session("RAW", "raw-1");
                SamSession other = session("RAW", "raw-2")) {
            for (int size : new int[] {1, 1_000, 32_000}) {
                raw(one, other, size);
                raw(other, one, size);
            }
        }
    }

    private static SamSession session(String style, String id) throws Exception {
        InetSocketAddress sam = samovar.sam();
        return new SamSession(sam, PATIENCE, id, style, OPTIONS);
    }

    private static void repliable(SamSession from, SamSession to, int size) throws Exception {
        byte[] payload = send(from, to, "DATAGRAM", size);
        String header = to.control().readLine();
        assertEquals("DATAGRAM RECEIVED", header.substring(0, 17));
        assertEquals(from.destination(), SamSocket.value(header, "DESTINATION"));
        assertEquals(Integer.toString(size), SamSocket.value(header, "SIZE"));
        assertArrayEquals(payload, to.control().read(size));
    }

    private static void raw(SamSession from, SamSession to, int size) throws Exception {
        byte[] payload = send(from, to, "RAW", size);
        String header = to.control().readLine();
        assertEquals("RAW RECEIVED", header.substring(0, 12));
        assertEquals(Integer.toString(size), SamSocket.value(header, "SIZE"));
        assertArrayEquals(payload, to.control().read(size));
    }

    private static byte[] send(SamSession from, SamSession to, String style, int size) throws Exception {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        from.control().send(style + " SEND DESTINATION=" + to.destination() + " SIZE=" + size, payload);
        return payload;
    }
}
