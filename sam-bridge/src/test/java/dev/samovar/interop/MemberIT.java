package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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

    private static final Map<String, String> RESULTS = new HashMap<>();

    private static ExternalProgram scenario;

    @BeforeAll
    static void run(TestReporter reporter) throws Exception {
        String i2pd = Peer.program("i2pd", "/usr/sbin/i2pd");
        for (Path router : I2pdNetwork.folders(folder, I2pdNetwork.Plan.MEMBERS)) {
            LOGS.add("i2pd.log of " + router.getFileName(), router.resolve("i2pd.log"));
        }
        scenario = Namespace.start(
                "member scenario", MemberScenario.class, i2pd, Samovar.jar().toString(), folder.toString(), "0");
        LOGS.add("the scenario's output", scenario::output);
        RESULTS.putAll(Scenario.results(scenario, LIMIT, reporter));
    }

    @AfterAll
    static void end() {
        if (scenario != null) {
            scenario.close();
        }
    }

    @Test
    void theProgramJoinsAndSaysThatItIsIntegrated() {
        passed("joins");
    }

    @Test
    void ourRouterInfoIsFoundAtTheirsAndTheirsByOurs() {
        passed("found");
    }

    @Test
    void aSamClientFindsADestinationOfTheirs() {
        passed("lease-set");
    }

    @Test
    void weDialEachOfThem() {
        passed("reaches-each");
    }

    @Test
    void eachOfThemDialsUs() {
        passed("reached-by-each");
    }

    @Test
    void theyPublishAtOurFloodfillAndAskIt() {
        passed("serves-as-floodfill");
    }

    @Test
    void itIsTheSameRouterAfterARestart() {
        passed("restarts");
    }

    @Test
    void nothingOfOursWasRefused() {
        passed("no-refusals");
    }

    @Test
    void samovarEndsInGoodOrder() {
        passed("stops");
    }

    private static void passed(String step) {
        String result = RESULTS.getOrDefault(step, "was not reached");
        assertTrue(result.startsWith("PASS "), () -> step + ": " + result);
    }
}
