package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Java I2P 2.7.0's own client and streaming libraries against the I2CP port of our router. */
@Timeout(180)
final class JavaI2pClientIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEBIBYTE = 1 << 20;
    private static final int STREAMS = 2;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static Samovar samovar;
    private static ExternalProgram client;

    @BeforeAll
    static void start() throws Exception {
        samovar = Samovar.local(folder.resolve("samovar"));
        LOGS.add("samovar's output", samovar::output);
        Path files = folder.resolve("client");
        client = ExternalProgram.start(
                "Java I2P client",
                ExternalProgram.javaCommand(
                        256,
                        JavaI2pClient.class,
                        Integer.toString(samovar.i2cp().getPort()),
                        files.toString()));
        LOGS.add("the client's output", client::output);
        LOGS.add("the client library's log", files.resolve("client.log"));
        client.awaitLine("READY"::equals, PATIENCE);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            if (client != null) {
                client.close();
            }
        } finally {
            if (samovar != null) {
                samovar.stop();
            }
        }
    }

    /** Signature type; encryption types, in the library's own way of naming them; whether messages are pushed. */
    @ParameterizedTest(name = "signature type {0}, encryption type {1}, fast receive {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "7; default; true",
                "7; default; false",
                "7; 4;       false",
                "7; 4,0;     true",
                "0; default; false",
                "0; 4;       true",
                "0; 4,0;     false",
                "1; default; true",
                "1; 4;       false",
                "1; 4,0;     true",
            })
    void aSessionLivesItsWholeLife(String signatureType, String encryptionTypes, String fastReceive) throws Exception {
        String javaDestination = ask("open " + signatureType + " " + encryptionTypes + " " + fastReceive);
        try (SamSession samSession = session("life")) {
            ask("serve " + STREAMS);
            ask("echo");
            try (SamSocket stream = samSession.connect(javaDestination)) {
                Echo.run(stream, MEBIBYTE, 60);
            }
            try (SamSocket accepted = samSession.accept()) {
                CompletableFuture<Void> serving = Echo.start("SAM server", () -> {
                    accepted.readLine();
                    Echo.serve(accepted, MEBIBYTE);
                });
                ask("connect " + samSession.destination());
                Echo.join(serving, 30);
            }
            ask("datagrams");
            ask("reconfigure");
            ask("duplicate");
            ask("datagrams");
        }
        ask("close");
    }

    @Test
    void lookupsAreAnswered() throws Exception {
        ask("open 7 4 true");
        try (SamSession first = session("first");
                SamSession second = session("second")) {
            ask("lookup-hash " + first.destination());
            ask("lookup-b32 " + second.destination());
            ask("lookup-unknown");
        }
        ask("limits");
        ask("close");
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
