package dev.samovar.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program in another process, with its output (both kinds, as one) line by line. */
final class ExternalProgram implements AutoCloseable {
    private static final String END = new String("end of output");

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final StringBuffer output = new StringBuffer();

    private ExternalProgram(List<String> command, Process process) {
        this.name = String.join(" ", command);
        this.process = process;
        Thread reader = new Thread(this::read, "output of " + command.get(0));
        reader.setDaemon(true);
        reader.start();
    }

    static ExternalProgram start(Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (folder != null) {
            builder.directory(folder.toFile());
        }
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new ExternalProgram(command, process);
    }

    /** Runs a program to its end and returns what it wrote; any exit code but 0 fails the test. */
    static String run(Duration limit, Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        try (ExternalProgram program = start(folder, environment, command)) {
            program.expectExit(0, limit);
            return program.output();
        }
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = in.readLine()) != null; ) {
                output.append(line).append('\n');
                lines.add(line);
            }
        } catch (IOException ended) {
            output.append("(output broke off)\n");
        }
        lines.add(END);
    }

    /** The next line that the condition holds for; those before it are passed over. */
    @SuppressWarnings("ReferenceEquality") // END is this object, not this text.
    String awaitLine(Predicate<String> condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            String line = lines.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (line == null || line == END) {
                throw new AssertionError(
                        name + (line == null ? " did not say it in time:\n" : " ended before:\n") + output());
            }
            if (condition.test(line)) {
                return line;
            }
        }
    }

    /** Asks the program to end, as a terminal or a service manager does. */
    void terminate() {
        process.destroy();
    }

    void expectExit(int code, Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " does not end:\n" + output());
        }
        while (!lines.take().equals(END)) {}
        if (process.exitValue() != code) {
            throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + output());
        }
    }

    String output() {
        return output.toString();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
