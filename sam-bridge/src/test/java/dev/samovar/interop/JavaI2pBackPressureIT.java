package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Java I2P's own streaming library against our SAM side, one of them not reading for a while: the other has to stop, what
 * waits between has to stay small, and once it is read, every byte has to be there.
 */
@Timeout(180)
final class JavaI2pBackPressureIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long TOTAL = 48L << 20;

    /** What may be between two programs: kernel buffers of three sockets at some MiB each, and both ends' windows. */
    private static final long MOST_BETWEEN = 24L << 20;

    private static final long MOST_MEMORY_KIB = 64 * 1024;

    /** Of a stream that stands still: probes, and acknowledgements of them. */
    private static final long MOST_WHILE_STILL = 256 * 1024;

    private static final long STILL_MILLIS = 6_000;
    private static final int SMALL_BUFFER = 64 * 1024;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static Samovar samovar;
    private static CountingProxy i2cp;
    private static ExternalProgram client;

    @BeforeAll
    static void start() throws Exception {
        samovar = Samovar.local(folder.resolve("samovar"));
        LOGS.add("samovar's output", samovar::output);
        i2cp = new CountingProxy(samovar.i2cp());
        Path files = folder.resolve("client");
        client = ExternalProgram.start(
                "Java I2P client",
                ExternalProgram.javaCommand(256, JavaI2pClient.class, Integer.toString(i2cp.port()), files.toString()));
        LOGS.add("the client's output", client::output);
        LOGS.add("the client library's log", files.resolve("client.log"));
        client.awaitLine("READY"::equals, PATIENCE);
    }

    @AfterAll
    static void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (i2cp != null) {
            i2cp.close();
        }
        if (samovar != null) {
            samovar.stop();
        }
    }

    @Test
    void aJavaReaderThatStallsStopsOurSender() throws Exception {
        long seed = new Random().nextLong();
        String to = ask("open 7 4 true");
        try (SamSession session = session("sending")) {
            CompletableFuture<Void> accepting = Echo.start("accepting", () -> ask("accept"));
            try (SamSocket stream = session.connect(to, SMALL_BUFFER)) {
                AtomicLong sent = new AtomicLong();
                CompletableFuture<Void> sending = Echo.start(
                        "our sender",
                        () -> Echo.send(
                                (bytes, from, length) -> {
                                    stream.write(bytes, from, length);
                                    sent.addAndGet(length);
                                },
                                TOTAL,
                                seed));
                Echo.join(accepting, 30);
                standsStill(sent::get, i2cp::fromTarget);
                ask("verify " + TOTAL + " " + seed);
                Echo.join(sending, 10);
                ask("finish");
            }
        }
        ask("close");
    }

    @Test
    void aReaderOfOursThatStallsStopsAJavaSender() throws Exception {
        long seed = new Random().nextLong();
        ask("open 7 4 true");
        try (SamSession session = session("reading");
                SamSocket stream = session.accept(SMALL_BUFFER)) {
            ask("send " + session.destination() + " " + TOTAL + " " + seed);
            stream.readLine();
            standsStill(() -> Long.parseLong(ask("sent")), i2cp::toTarget);
            Echo.join(Echo.start("our reader", () -> Echo.verify(stream::readSome, TOTAL, seed)), 90);
            ask("finish");
        }
        ask("close");
    }

    /** Waits until the sender gets no further, then looks at what goes on all the same. */
    private static void standsStill(Callable<Long> sent, Callable<Long> onTheWire) throws Exception {
        long before = samovar.residentKibibytes();
        long last = -1;
        for (int still = 0; still < 20; ) {
            Thread.sleep(100);
            long now = sent.call();
            still = now == last ? still + 1 : 0;
            last = now;
            assertTrue(now <= MOST_BETWEEN, "the sender was not stopped within " + now + " bytes");
        }
        long wire = onTheWire.call();
        Thread.sleep(STILL_MILLIS);
        long whileStill = onTheWire.call() - wire;
        long more = sent.call() - last;
        long memory = samovar.residentKibibytes() - before;
        System.out.printf(
                "stalled after %,d bytes; while still %,d bytes more, %,d on the wire; memory %+,d KiB%n",
                last, more, whileStill, memory);
        assertTrue(more <= SMALL_BUFFER, "the sender went on: " + more + " bytes");
        assertTrue(whileStill <= MOST_WHILE_STILL, "sent while the reader stood still: " + whileStill + " bytes");
        assertTrue(memory <= MOST_MEMORY_KIB, "memory grew by " + memory + " KiB");
    }

    private static SamSession session(String id) throws Exception {
        return new SamSession(samovar.sam(), PATIENCE, id, "STREAM", "SIGNATURE_TYPE=7");
    }

    /** Has the client do something and returns what it says after PASS. */
    private static String ask(String command) throws Exception {
        client.writeLine(command);
        String answer = client.awaitLine(line -> line.startsWith("PASS ") || line.startsWith("FAIL "), PATIENCE);
        assertTrue(answer.startsWith("PASS "), () -> command.split(" ")[0] + ": " + answer);
        return answer.substring(5);
    }
}
