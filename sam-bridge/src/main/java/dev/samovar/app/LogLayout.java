package dev.samovar.app;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;

/**
 * One event as one line: local time, level, subsystem (the package below ours, or the class of third parties), message,
 * and, behind it, what was thrown. Line breaks in a message become blanks, so that no text from outside can look like an
 * event. Stack traces are for developers: only with {@code debug}.
 */
final class LogLayout extends AbstractStringLayout {

    /** The loggers of this program. */
    static final String OURS = "dev.samovar";

    /** Causes may form a circle. */
    private static final int MAX_CAUSES = 8;

    private final DateTimeFormatter time =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private final boolean traces;

    LogLayout(boolean traces) {
        super(StandardCharsets.UTF_8);
        this.traces = traces;
    }

    @Override
    public String toSerializable(LogEvent event) {
        StringBuilder line = new StringBuilder(128);
        time.formatTo(Instant.ofEpochMilli(event.getTimeMillis()), line);
        line.append(' ').append(event.getLevel().name());
        while (line.length() < "yyyy-MM-dd HH:mm:ss.SSS LEVEL".length()) {
            line.append(' ');
        }
        line.append(' ').append(subsystem(event.getLoggerName())).append(": ");
        appendOnOneLine(line, event.getMessage().getFormattedMessage());
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            line.append(" (");
            appendOnOneLine(line, thrown.toString());
            line.append(')');
        }
        line.append(System.lineSeparator());
        if (traces) {
            appendTraces(line, thrown);
        }
        return line.toString();
    }

    private static void appendTraces(StringBuilder line, Throwable thrown) {
        int depth = 0;
        for (Throwable cause = thrown; cause != null && depth < MAX_CAUSES; cause = cause.getCause()) {
            if (depth++ > 0) {
                line.append("caused by ");
                appendOnOneLine(line, cause.toString());
                line.append(System.lineSeparator());
            }
            for (StackTraceElement frame : cause.getStackTrace()) {
                line.append("\tat ").append(frame).append(System.lineSeparator());
            }
        }
    }

    /** {@code sam.session} of {@code dev.samovar.sam.session.SamSession}; the last name of any other logger. */
    static String subsystem(String logger) {
        if (!logger.startsWith(OURS + ".")) {
            return logger.substring(logger.lastIndexOf('.') + 1);
        }
        int end = logger.length();
        int last = logger.lastIndexOf('.');
        if (Character.isUpperCase(logger.charAt(last + 1))) {
            end = last;
        }
        return end <= OURS.length() ? logger : logger.substring(OURS.length() + 1, end);
    }

    private static void appendOnOneLine(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
    }
}
