package dev.samovar.interop;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs on Samovar and on other routers reach each other through tunnels: six i2pd routers, a Java I2P router and two of
 * ours, in a namespace of its own.
 */
@Timeout(1200)
final class TunnelIT {
    private static final Duration LIMIT = Duration.ofSeconds(900);

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static I2pdCourse course;

    @BeforeAll
    static void run(TestReporter reporter) throws Exception {
        course = I2pdCourse.run(
                "tunnel scenario", TunnelScenario.class, I2pdNetwork.Plan.MEMBERS, folder, LOGS, LIMIT, reporter);
    }

    @AfterAll
    static void end() {
        if (course != null) {
            course.close();
        }
    }

    @Test
    void ourRoutersJoin() {
        course.passed("starts");
    }

    @Test
    void streamsGoBothWaysThroughOneHop() {
        course.passed("streams-1-hop");
    }

    @Test
    void streamsGoBothWaysThroughTwoHops() {
        course.passed("streams-2-hops");
    }

    @Test
    void datagramsOfBothKindsGoBothWays() {
        course.passed("datagrams");
    }

    @Test
    void twoOfOursReachEachOtherThroughRoutersOfOthers() {
        course.passed("ours-to-ours");
    }

    @Test
    void clientsOfOthersReachEachOtherThroughOurRouters() {
        course.passed("transit");
    }

    @Test
    void aClientOfJavaI2pReachesOurs() {
        course.passed("java");
    }

    @Test
    void afterACrashTheSameDestinationIsReachedAgain() {
        course.passed("restart");
    }

    @Test
    void aStreamGoesOnWhenAHopDies() {
        course.passed("hop-killed");
    }

    @Test
    void samovarEndsInGoodOrder() {
        course.passed("stops");
    }
}
