package dev.samovar.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Shows with a failed test what the programs it talked to had to say. */
final class LogsOnFailure implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
    private static final int LINES = 60;

    private final Map<String, Supplier<String>> logs = new LinkedHashMap<>();

    void add(String name, Supplier<String> log) {
        logs.put(name, log);
    }

    void add(String name, Path file) {
        add(name, () -> {
            try {
                return Files.readString(file);
            } catch (IOException unreadable) {
                return "(" + unreadable + ")";
            }
        });
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw withLogs(failure);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw withLogs(failure);
    }

    private Throwable withLogs(Throwable failure) {
        // A skip is a throwable as well; it needs no logs.
        if (!(failure instanceof org.opentest4j.TestAbortedException)) {
            logs.forEach((name, log) -> {
                List<String> lines = log.get().lines().toList();
                AssertionError shown = new AssertionError("the last of " + name + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size())));
                shown.setStackTrace(new StackTraceElement[0]);
                failure.addSuppressed(shown);
            });
        }
        return failure;
    }
}
