package dev.samovar.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Client software that others wrote, and the examples, on Samovar's own router: through tunnels of a private network of six
 * i2pd routers, in a namespace of its own.
 */
@Timeout(1200)
final class ClientsIT {
    private static final Duration LIMIT = Duration.ofSeconds(900);
    private static final Path EXAMPLES =
            Path.of("..", "examples").toAbsolutePath().normalize();

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static I2pdCourse course;

    @BeforeAll
    static void run(TestReporter reporter) throws Exception {
        LOGS.add("the Java client library's log", folder.resolve("swarm/client.log"));
        course = I2pdCourse.run(
                "clients scenario",
                ClientsScenario.class,
                I2pdNetwork.Plan.MEMBERS,
                folder,
                LOGS,
                LIMIT,
                reporter,
                EXAMPLES.toString());
    }

    @AfterAll
    static void end() {
        if (course != null) {
            course.close();
        }
    }

    @Test
    void ourRouterJoins() {
        course.passed("starts");
    }

    @Test
    void txi2pEndpointsEcho() throws Exception {
        Peer.require(succeeds(Peer.program(ClientsScenario.PYTHON), "-c", "import txi2p"), "python3-txi2p-tahoe");
        course.passed("txi2p");
    }

    @Test
    void divaI2pSamPlaysPingPong() {
        requireDiva();
        course.passed("diva-streams");
    }

    @Test
    void divaI2pSamExchangesDatagrams() {
        requireDiva();
        course.passed("diva-datagrams");
    }

    @Test
    void ourPythonClientReachesAnotherOnTheSameSamovar() {
        Peer.program(ClientsScenario.PYTHON);
        course.passed("python");
    }

    @Test
    void ourPythonClientReachesOneOnI2pd() {
        Peer.program(ClientsScenario.PYTHON);
        course.passed("python-to-i2pd");
    }

    @Test
    void ourPythonClientIsReachedByOneOnI2pd() {
        Peer.program(ClientsScenario.PYTHON);
        course.passed("python-from-i2pd");
    }

    /**
     * Not in the ordinary build yet: one run in ten stood still for minutes while sessions went on that the other side could not
     * read any more, and too few runs since the end of that have shown that there was nothing else.
     */
    @Tag("soak")
    @Test
    void javaI2psStreamingCarriesLargeStreamsOfManyPeersAtOnce() {
        course.passed("java-load");
    }

    @Test
    void samovarEndsInGoodOrder() {
        course.passed("stops");
    }

    private static void requireDiva() {
        Peer.program("node");
        Peer.require(
                Files.isDirectory(EXAMPLES.resolve("node/node_modules/@diva.exchange/i2p-sam")),
                "@diva.exchange/i2p-sam (npm ci --ignore-scripts in examples/node)");
    }

    private static boolean succeeds(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }
}
