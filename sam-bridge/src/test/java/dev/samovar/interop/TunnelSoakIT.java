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
 * {@link TunnelIT} with the steps that take long: 20 MB through three hops both ways, and Java I2P's client called by ours. Only
 * {@code mvn -P soak verify} runs it.
 */
@Tag("soak")
final class TunnelSoakIT {
    private static final Duration LIMIT = Duration.ofMinutes(25);

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path folder;

    @RegisterExtension
    static final LogsOnFailure LOGS = new LogsOnFailure();

    @Test
    void longStreamsArriveAndJavaI2pIsReached(TestReporter reporter) throws Exception {
        try (I2pdCourse course = I2pdCourse.run(
                "tunnel soak", TunnelScenario.class, I2pdNetwork.Plan.MEMBERS, folder, LOGS, LIMIT, reporter, "soak")) {
            course.allPassed("java-called", "long-streams-3-hops", "stops");
        }
    }
}
