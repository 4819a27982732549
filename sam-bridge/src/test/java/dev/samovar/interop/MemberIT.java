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
 * Samovar's own router as a member of a private network of six i2pd routers and a Java I2P router, in a namespace of its
 * own.
 */
@Timeout(1200)
final class MemberIT {
    private static final Duration LIMIT = Duration.ofSeconds(900);

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static I2pdCourse course;

    @BeforeAll
    static void run(TestReporter reporter) throws Exception {
        course = I2pdCourse.run(
                "member scenario", MemberScenario.class, I2pdNetwork.Plan.MEMBERS, folder, LOGS, LIMIT, reporter, "0");
    }

    @AfterAll
    static void end() {
        if (course != null) {
            course.close();
        }
    }

    @Test
    void theProgramJoinsAndSaysThatItIsIntegrated() {
        course.passed("joins");
    }

    @Test
    void ourRouterInfoIsFoundAtTheirsAndTheirsByOurs() {
        course.passed("found");
    }

    @Test
    void aSamClientFindsADestinationOfTheirs() {
        course.passed("lease-set");
    }

    @Test
    void weDialEachOfThem() {
        course.passed("reaches-each");
    }

    @Test
    void eachOfThemDialsUs() {
        course.passed("reached-by-each");
    }

    @Test
    void theyPublishAtOurFloodfillAndAskIt() {
        course.passed("serves-as-floodfill");
    }

    @Test
    void itIsTheSameRouterAfterARestart() {
        course.passed("restarts");
    }

    @Test
    void nothingOfOursWasRefused() {
        course.passed("no-refusals");
    }

    @Test
    void samovarEndsInGoodOrder() {
        course.passed("stops");
    }
}
