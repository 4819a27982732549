package dev.samovar.interop;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.TestReporter;

/** A test's course inside a namespace, told to the test outside line by line. */
final class Scenario {
    private Scenario() {}

    /** Waits for the end of a scenario; the line of each step by its name. */
    static Map<String, String> results(ExternalProgram scenario, Duration limit, TestReporter reporter)
            throws InterruptedException {
        Map<String, String> results = new HashMap<>();
        String line;
        do {
            line = scenario.awaitLine(
                    each -> each.startsWith("PASS ") || each.startsWith("FAIL ") || each.equals("DONE"), limit);
            int colon = line.indexOf(':');
            if (colon > 0) {
                results.put(line.substring(5, colon), line);
                reporter.publishEntry(line.substring(5, colon), line);
            }
        } while (!line.equals("DONE"));
        return results;
    }

    /** Has a scenario end with its standard input, at whatever it is. */
    static void endWithTheTest() {
        Echo.start("end with the test", () -> {
            while (System.in.read() >= 0) {}
            Runtime.getRuntime().halt(1);
        });
    }

    interface Step {
        /** What to tell of it. */
        String run() throws Exception;
    }

    /** Runs a step and prints {@code PASS name: ...} or {@code FAIL name: ...}; whether it passed. */
    static boolean step(String name, Step step) {
        long start = System.nanoTime();
        try {
            String detail = step.run();
            System.out.println("PASS " + name + ": " + detail + ", " + (System.nanoTime() - start) / 1_000_000 + " ms");
            return true;
        } catch (Exception | AssertionError failed) {
            failed.printStackTrace(System.out);
            System.out.println("FAIL " + name + ": " + failed);
            return false;
        }
    }
}
