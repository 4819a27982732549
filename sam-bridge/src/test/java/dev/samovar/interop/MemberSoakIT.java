package dev.samovar.interop;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link MemberIT} with a long stay in the middle, so that everything that has a period in these networks comes round:
 * RouterInfos are renewed and expire, sessions fall idle, keys of filters rotate. Only {@code mvn -P soak verify} runs it.
 */
@Tag("soak")
final class MemberSoakIT {
    private static final Duration LIMIT = Duration.ofMinutes(100);

    /** More than the hour after which routers forget one of whom they do not hear. */
    private static final String MINUTES = System.getProperty("samovar.soak.minutes", "70");

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    @Test
    void aMemberStaysOneForLongerThanTheNetworkRemembers(TestReporter reporter) throws Exception {
        try (I2pdCourse course = I2pdCourse.run(
                "member soak",
                MemberScenario.class,
                I2pdNetwork.Plan.MEMBERS,
                folder,
                LOGS,
                LIMIT,
                reporter,
                MINUTES)) {
            System.out.println(course.passed("stays"));
            course.allPassed("stays", "stops");
        }
    }
}
