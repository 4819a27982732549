package dev.samovar.interop;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program in another process, with its output (both kinds, as one) line by line. Its standard input stays open as
 * long as this JVM lives and {@link #close} was not called: programs of these tests end when it does.
 */
final class ExternalProgram implements AutoCloseable {
    private static final String END = new String("end of output");
    private static final int KEPT_LINES = 2_000;

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Deque<String> output = new ArrayDeque<>();

    private ExternalProgram(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    static ExternalProgram start(String name, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new ExternalProgram(name, process);
    }

    /** The command for a main class of these tests, in a JVM of its own with this JVM's class path. */
    static List<String> javaCommand(int heapMegabytes, Class<?> main, String... arguments) {
        return javaCommand(heapMegabytes, List.of(), main, arguments);
    }

    /** The same with folders in front of the class path. */
    static List<String> javaCommand(int heapMegabytes, List<Path> inFront, Class<?> main, String... arguments) {
        StringBuilder path = new StringBuilder();
        inFront.forEach(folder -> path.append(folder).append(File.pathSeparator));
        List<String> command = new java.util.ArrayList<>(List.of(
                java(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                path + classPath(),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Surefire and failsafe start their JVM with a jar that only names the class path; the property has it in full. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = in.readLine()) != null; ) {
                keep(line);
                lines.add(line);
            }
        } catch (IOException ended) {
            keep("(output broke off)");
        }
        lines.add(END);
    }

    private void keep(String line) {
        synchronized (output) {
            output.add(line);
            if (output.size() > KEPT_LINES) {
                output.remove();
            }
        }
    }

    /** Writes a line to its standard input. */
    void writeLine(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
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

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks the program to end, as a terminal or a service manager does. */
    void terminate() {
        process.destroy();
    }

    void expectExit(int code, Duration limit) throws InterruptedException {
        int found = awaitExit(limit);
        if (found != code) {
            throw new AssertionError(name + " ended with " + found + ":\n" + output());
        }
    }

    /** Waits for the end of a program; its exit code. */
    int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " does not end:\n" + output());
        }
        while (!lines.take().equals(END)) {}
        return process.exitValue();
    }

    /** What the program wrote, or the last part of it. */
    String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyClosed) {
            // It ended by itself.
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
