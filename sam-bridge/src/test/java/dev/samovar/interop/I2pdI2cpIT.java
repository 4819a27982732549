package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Samovar as the SAM bridge of an i2pd router, which it reaches by I2CP, in a private network of four of them. The
 * network lives in namespaces of its own, with nothing but a loopback device: no packet can leave the machine.
 */
@Timeout(600)
final class I2pdI2cpIT {
    private static final Duration LIMIT = Duration.ofSeconds(400);
    private static final int ALLOWED_KIBIBYTES = 32 * 1024;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    private static I2pdCourse course;

    @BeforeAll
    static void run(TestReporter reporter) throws Exception {
        course = I2pdCourse.run(
                "i2pd scenario", I2pdScenario.class, I2pdNetwork.Plan.CLIENTS, folder, LOGS, LIMIT, reporter);
    }

    @AfterAll
    static void end() {
        if (course != null) {
            course.close();
        }
    }

    @Test
    void sessionsOfBothSidesReachEachOther() {
        course.passed("sessions");
    }

    @Test
    void theirSessionIsFoundByItsBase32Name() {
        course.passed("lookup");
    }

    @Test
    void aStreamFromOursToTheirsEchoes() {
        course.passed("ours-to-theirs");
    }

    @Test
    void aStreamFromTheirsToOursEchoes() {
        course.passed("theirs-to-ours");
    }

    @Test
    void aReaderThatStopsAndGoesOnGetsEveryByteAndCostsLittleMemory() {
        String result = course.passed("stalled-reader");
        assertTrue(kibibytes(result, "MEMORY ") < ALLOWED_KIBIBYTES, result);
        assertTrue(kibibytes(result, "TAKEN ") < I2pdScenario.STALLED_BYTES / 1024, result);
    }

    @Test
    void samovarEndsInGoodOrder() {
        course.passed("stop");
    }

    private static int kibibytes(String result, String label) {
        Matcher found = Pattern.compile(label + "(\\d+) KiB").matcher(result);
        assertTrue(found.find(), result);
        return Integer.parseInt(found.group(1));
    }
}
