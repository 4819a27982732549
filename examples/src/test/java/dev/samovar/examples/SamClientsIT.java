package dev.samovar.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SAM clients that others wrote, against the program that users start. */
class SamClientsIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static Bridge bridge;

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

    @Test
    void i2plibReadsWhatItExpects() throws Exception {
        Transcript.load("i2plib-0.0.14.txt").playAgainst(bridge.samAddress());
    }

    @Test
    void i2plibFindsItsNamesFreeAgainAtOnce() throws Exception {
        Transcript transcript = Transcript.load("i2plib-0.0.14.txt");
        transcript.playAgainst(bridge.samAddress());
        transcript.playAgainst(bridge.samAddress());
    }

    /** As programs do that end: the stream's socket, and right behind it the session's. */
    @Test
    void thePeerSeesTheEndOfAStreamWhoseSessionEndsWithIt() throws Exception {
        for (int round = 0; round < 20; round++) {
            try (SamSocket keys = new SamSocket(bridge.samAddress());
                    SamSocket server = new SamSocket(bridge.samAddress());
                    SamSocket accept = new SamSocket(bridge.samAddress());
                    SamSocket client = new SamSocket(bridge.samAddress());
                    SamSocket connect = new SamSocket(bridge.samAddress())) {
                String reply = keys.ask("DEST GENERATE SIGNATURE_TYPE=7");
                String address = reply.substring(reply.indexOf("PUB=") + 4, reply.indexOf(" PRIV="));
                server.ask("SESSION CREATE STYLE=STREAM ID=ending-server DESTINATION="
                        + reply.substring(reply.indexOf("PRIV=") + 5));
                accept.ask("STREAM ACCEPT ID=ending-server SILENT=false");
                client.ask("SESSION CREATE STYLE=STREAM ID=ending-client DESTINATION=TRANSIENT");
                connect.ask("STREAM CONNECT ID=ending-client DESTINATION=" + address + " SILENT=false");
                connect.send("hello\n");
                accept.readLine();
                assertEquals("hello", accept.readLine());

                connect.hangUp();
                client.hangUp();

                assertTimeout(Duration.ofSeconds(5), accept::awaitEnd);
            }
        }
    }

    @Test
    void txi2pEndpointsEcho() throws Exception {
        String output = ExternalProgram.run(LIMIT, txi2pFolder(), Map.of(), txi2p(bridge.sam()));

        assertTrue(output.endsWith("done\n"), output);
    }

    @Test
    void txi2pKeepsItsSessionsAliveByPing() throws Exception {
        String output = ExternalProgram.run(LIMIT, txi2pFolder(), Map.of(), txi2p("--pinging", bridge.sam()));

        assertTrue(output.contains("PINGs answered on each session"), output);
    }

    @Test
    void divaI2pSamPlaysPingPong() throws Exception {
        String output = diva("ping_pong.js", bridge.sam());

        assertTrue(output.contains("received 'PING'") && output.contains("received 'PONG'"), output);
    }

    @Test
    void divaI2pSamExchangesDatagrams() throws Exception {
        String output = diva("datagrams.js", bridge.sam(), bridge.samUdpPort());

        assertTrue(output.contains("10000 bytes came back"), output);
    }

    private static String diva(String... words) throws Exception {
        Path folder = Path.of("node").toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(Peer.program("node")));
        Peer.require(
                Files.isDirectory(folder.resolve("node_modules/@diva.exchange/i2p-sam")),
                "@diva.exchange/i2p-sam (npm ci --ignore-scripts in examples/node)");
        command.addAll(List.of(words));
        return ExternalProgram.run(LIMIT, folder, Map.of(), command);
    }

    private static Path txi2pFolder() {
        return Path.of("python", "tests").toAbsolutePath();
    }

    private static List<String> txi2p(String... arguments) throws Exception {
        // Debian's own interpreter: another one does not see Debian's packages.
        String python = Peer.program("/usr/bin/python3");
        try (ExternalProgram probe = ExternalProgram.start(
                null, Map.of(), List.of(python, "-c", "import txi2p.sam.endpoints; print('yes')"))) {
            Peer.require(hasSaidYes(probe), "python3-txi2p-tahoe");
        }
        List<String> command = new ArrayList<>(List.of(python, "txi2p_echo.py"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean hasSaidYes(ExternalProgram probe) throws InterruptedException {
        try {
            probe.awaitLine("yes"::equals, LIMIT);
            return true;
        } catch (AssertionError notThere) {
            return false;
        }
    }
}
