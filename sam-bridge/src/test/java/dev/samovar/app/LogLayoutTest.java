package dev.samovar.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

class LogLayoutTest {

    private static LogEvent event(String logger, String message, Throwable thrown) {
        return Log4jLogEvent.newBuilder()
                .setLoggerName(logger)
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage(message))
                .setThrown(thrown)
                .setTimeMillis(0)
                .build();
    }

    private static String line(boolean traces, LogEvent event) {
        return new LogLayout(traces).toSerializable(event);
    }

    @Test
    void aSubsystemIsThePackageOfOursOrTheClassOfOthers() {
        assertEquals("sam.session", LogLayout.subsystem("dev.samovar.sam.session.SamSession"));
        assertEquals("app", LogLayout.subsystem("dev.samovar.app"));
        assertEquals("app", LogLayout.subsystem("dev.samovar.app.Gateway"));
        assertEquals("dev.samovar.Odd", LogLayout.subsystem("dev.samovar.Odd"));
        assertEquals("NioEventLoop", LogLayout.subsystem("io.netty.channel.nio.NioEventLoop"));
        assertEquals("", LogLayout.subsystem(""));
    }

    @Test
    void anEventIsOneLineWhateverStandsInIt() {
        String line =
                line(false, event("dev.samovar.app.Gateway", "one\r\ntwo", new IllegalStateException("three\nfour")));
        assertTrue(
                line.endsWith(
                        " WARN  app: one  two (java.lang.IllegalStateException: three four)" + System.lineSeparator()),
                line);
        assertEquals(1, line.lines().count());
    }

    @Test
    void aCauseIsOneLineToo() {
        Exception thrown = new IllegalStateException("outer", new IllegalStateException("in\r\n2026-01-01 00:00:00"));
        String text = line(true, event("dev.samovar.app.Gateway", "message", thrown));
        assertTrue(text.contains("caused by java.lang.IllegalStateException: in  2026"), text);
        assertEquals(
                1,
                text.lines()
                        .filter(line -> line.startsWith("20") || line.startsWith("19"))
                        .count(),
                text);
    }

    @Test
    void onlyDebugShowsStackTraces() {
        LogEvent event = event("dev.samovar.app", "message", new IllegalStateException("reason"));
        assertFalse(line(false, event).contains("\tat "));
        assertTrue(line(true, event).contains("\tat "));
    }
}
