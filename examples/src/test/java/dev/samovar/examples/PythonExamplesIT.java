package dev.samovar.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Python programs, on both Pythons that are promised, against the program that users start. */
class PythonExamplesIT {
    private static final Path PYTHON = Path.of("python").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static Bridge bridge;

    enum Interpreter {
        CPYTHON("/usr/bin/python3", "python3"),
        /** Python 3.9: the last one that i2plib itself ran on. */
        PYPY("pypy3");

        private final String[] names;

        Interpreter(String... names) {
            this.names = names;
        }

        String command() {
            return Peer.program(names);
        }
    }

    @BeforeAll
    static void startSamovar(@TempDir Path data) throws Exception {
        bridge = new Bridge(data);
    }

    @AfterAll
    static void stopSamovar() throws Exception {
        if (bridge != null) {
            bridge.stop();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theClientModulePassesItsOwnTests(Interpreter python) throws Exception {
        String output = ExternalProgram.run(
                LIMIT,
                PYTHON,
                Map.of(),
                List.of(python.command(), "-W", "ignore::ResourceWarning", "-m", "unittest", "discover", "tests"));

        assertTrue(output.contains("\nOK"), output);
    }

    @ParameterizedTest
    @EnumSource
    void theTutorialRunsAsItIsWritten(Interpreter python) throws Exception {
        String output = ExternalProgram.run(
                LIMIT,
                PYTHON.resolve("tests"),
                Map.of("I2P_SAM_ADDRESS", bridge.sam()),
                List.of(python.command(), "-W", "ignore::ResourceWarning", "-m", "unittest", "-v", "test_tutorial"));

        assertTrue(output.contains("\nOK"), output);
    }

    @ParameterizedTest
    @EnumSource
    void ourClientHoldsTheConversationOfI2plib(Interpreter python) throws Exception {
        String output = ExternalProgram.run(
                LIMIT,
                PYTHON.resolve("tests"),
                Map.of("I2P_SAM_ADDRESS", bridge.sam()),
                List.of(python.command(), "-W", "ignore::ResourceWarning", "-m", "unittest", "-v", "test_transcript"));

        assertTrue(output.contains("\nOK"), output);
    }

    @ParameterizedTest
    @EnumSource
    void twoProgramsPlayPingPong(Interpreter python) throws Exception {
        String output =
                ExternalProgram.run(LIMIT, PYTHON, Map.of(), List.of(python.command(), "ping_pong.py", bridge.sam()));

        assertTrue(output.contains("received 'PING'") && output.contains("received 'PONG'"), output);
    }

    @ParameterizedTest
    @EnumSource
    void pingPongWithoutABridgeSaysSoAndFails(Interpreter python) throws Exception {
        String nobody;
        try (java.net.ServerSocket free = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + free.getLocalPort();
        }
        try (ExternalProgram program =
                ExternalProgram.start(PYTHON, Map.of(), List.of(python.command(), "ping_pong.py", nobody))) {
            program.expectExit(1, LIMIT);
            assertTrue(program.output().contains("ConnectionRefusedError"), program.output());
        }
    }

    @Test
    void theEchoServerEchoesAndKeepsItsAddress(@TempDir Path folder) throws Exception {
        Path key = folder.resolve("echo.key");
        List<String> command =
                List.of(Interpreter.CPYTHON.command(), "echo_server.py", "--key", key.toString(), bridge.sam());
        String first = echoed(command);
        String second = echoed(command);

        assertEquals(first, second);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    }

    /** Starts the echo server, talks to it, ends it, and returns the address it had. */
    private static String echoed(List<String> command) throws Exception {
        try (ExternalProgram server = ExternalProgram.start(PYTHON, Map.of(), command);
                SamSocket session = new SamSocket(bridge.samAddress());
                SamSocket stream = new SamSocket(bridge.samAddress())) {
            String line = server.awaitLine(text -> text.startsWith("echo server at "), LIMIT);
            String address = line.substring(line.lastIndexOf(' ') + 1);
            session.ask("SESSION CREATE STYLE=STREAM ID=echoed DESTINATION=TRANSIENT SIGNATURE_TYPE=7");
            stream.ask("STREAM CONNECT ID=echoed DESTINATION=" + address + " SILENT=false");
            stream.send("line one\nline two\n");
            assertEquals("line one", stream.readLine());
            assertEquals("line two", stream.readLine());
            server.terminate();
            server.expectExit(0, LIMIT);
            return address;
        }
    }

    @Test
    void httpGetFetchesAPageOfAnI2pSite() throws Exception {
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String page = "a page of an I2P site\n".repeat(5000);
        site.createContext("/found", exchange -> {
            byte[] body = page.getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        site.start();
        try (SamSocket keys = new SamSocket(bridge.samAddress());
                SamSocket session = new SamSocket(bridge.samAddress());
                SamSocket forward = new SamSocket(bridge.samAddress())) {
            String reply = keys.ask("DEST GENERATE SIGNATURE_TYPE=7");
            String key = reply.substring(reply.indexOf("PRIV=") + 5);
            String host = Transcript.base32OfHash(reply.substring(reply.indexOf("PUB=") + 4, reply.indexOf(" PRIV=")))
                    + ".b32.i2p";
            session.ask("SESSION CREATE STYLE=STREAM ID=site DESTINATION=" + key);
            forward.ask("STREAM FORWARD ID=site SILENT=true PORT="
                    + site.getAddress().getPort());

            assertEquals(page, httpGet(0, "http://" + host + "/found"));
            assertTrue(httpGet(1, "http://" + host + "/lost").contains("status 404"));
            assertTrue(httpGet(1, "http://" + "a".repeat(52) + ".b32.i2p/").contains("KEY_NOT_FOUND"));
            assertTrue(httpGet(1, "https://" + host + "/found").contains("only http://"));
        } finally {
            site.stop(0);
        }
    }

    private static String httpGet(int expectedExit, String url) throws IOException, InterruptedException {
        List<String> command = List.of(Interpreter.CPYTHON.command(), "http_get.py", "--sam", bridge.sam(), url);
        try (ExternalProgram program = ExternalProgram.start(PYTHON, Map.of(), command)) {
            program.expectExit(expectedExit, LIMIT);
            return program.output();
        }
    }
}
