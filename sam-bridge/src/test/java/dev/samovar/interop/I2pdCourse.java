package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.TestReporter;

/** A scenario among i2pd routers in a namespace of its own, run to its end, and what became of each of its steps. */
final class I2pdCourse implements AutoCloseable {

    private final ExternalProgram scenario;
    private final Map<String, String> results;

    private I2pdCourse(ExternalProgram scenario, Map<String, String> results) {
        this.scenario = scenario;
        this.results = results;
    }

    /**
     * Runs it; skips the test where i2pd or the right to a namespace is missing.
     *
     * @param program its main class, which is told i2pd's path, samovar.jar, the folder and {@code more}
     * @param logs shows its output and the routers' logs with a failure
     */
    static I2pdCourse run(
            String name,
            Class<?> program,
            I2pdNetwork.Plan plan,
            Path folder,
            LogsOnFailure logs,
            Duration limit,
            TestReporter reporter,
            String... more)
            throws Exception {
        String i2pd = Peer.program("i2pd", "/usr/sbin/i2pd");
        for (Path router : I2pdNetwork.folders(folder, plan)) {
            logs.add("i2pd.log of " + router.getFileName(), router.resolve("i2pd.log"));
        }
        String[] arguments = new String[3 + more.length];
        arguments[0] = i2pd;
        arguments[1] = Samovar.jar().toString();
        arguments[2] = folder.toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        ExternalProgram scenario = Namespace.start(name, program, arguments);
        logs.add("the scenario's output", scenario::output);
        try {
            return new I2pdCourse(scenario, Scenario.results(scenario, limit, reporter));
        } catch (AssertionError | Exception unfinished) {
            scenario.close();
            throw unfinished;
        }
    }

    /** The line of a step, which has to have passed. */
    String passed(String step) {
        String result = results.getOrDefault(step, "was not reached");
        assertTrue(result.startsWith("PASS "), () -> step + ": " + result);
        return result;
    }

    /** All steps that were reached, these among them, have to have passed. */
    void allPassed(String... reached) {
        results.keySet().forEach(this::passed);
        List.of(reached).forEach(this::passed);
    }

    @Override
    public void close() {
        scenario.close();
    }
}
