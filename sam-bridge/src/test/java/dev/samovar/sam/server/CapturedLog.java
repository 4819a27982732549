package dev.samovar.sam.server;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** Everything that is logged at any level while this is open, exceptions with their stack traces included. */
final class CapturedLog implements AutoCloseable {

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Capture appender = new Capture();
    private final Map<String, Appender> usual;
    private final Level oldRoot = LogManager.getRootLogger().getLevel();
    private final Level oldOurs = LogManager.getLogger("dev.samovar").getLevel();

    private final class Capture extends AbstractAppender {
        Capture() {
            super("captured", null, null, false, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            StringBuilder line = new StringBuilder();
            line.append(event.getThreadName()).append(' ');
            line.append(event.getLevel())
                    .append(' ')
                    .append(event.getLoggerName())
                    .append(' ');
            line.append(event.getMessage().getFormattedMessage());
            for (Throwable cause = event.getThrown(); cause != null; cause = cause.getCause()) {
                line.append('\n').append(cause);
                for (StackTraceElement frame : cause.getStackTrace()) {
                    line.append("\n  ").append(frame);
                }
            }
            lines.add(line.toString());
            // Netty only warns of what is a mistake of ours: messages and exceptions that no handler took
            Level least = event.getLoggerName().startsWith("io.netty.") ? Level.WARN : Level.ERROR;
            if (event.getLevel().isMoreSpecificThan(least)) {
                errors.add(line.toString());
            }
        }
    }

    CapturedLog() {
        appender.start();
        LoggerConfig root = LoggerContext.getContext(false).getConfiguration().getRootLogger();
        usual = Map.copyOf(root.getAppenders());
        usual.keySet().forEach(root::removeAppender);
        root.addAppender(appender, Level.ALL, null);
        Configurator.setRootLevel(Level.TRACE);
        Configurator.setLevel("dev.samovar", Level.TRACE);
    }

    /** All lines so far. */
    String all() {
        return String.join("\n", lines);
    }

    /** What was logged as an error, and what Netty warned of, reports of leaked buffers included. */
    String errors() {
        return String.join("\n", errors);
    }

    @Override
    public void close() {
        LoggerConfig root = LoggerContext.getContext(false).getConfiguration().getRootLogger();
        root.removeAppender(appender.getName());
        usual.values().forEach(console -> root.addAppender(console, null, null));
        Configurator.setRootLevel(oldRoot);
        Configurator.setLevel("dev.samovar", oldOurs);
        appender.stop();
    }
}
