package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program asked how it is, as its operator does. */
class StatusIT {

    @TempDir
    Path folder;

    private record Ended(int code, String said) {}

    private static Ended run(String... words) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(ExternalProgram.java(), "-jar", Samovar.jar().toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return new Ended(process.exitValue(), said);
    }

    private Ended status(String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("status", "--data-dir", folder.toString()));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    @Test
    void aRunningProgramTellsHowItIsAndHasItsDataDirectoryAlone() throws Exception {
        Ended before = status();
        assertEquals(1, before.code, before.said);
        assertEquals(1, before.said.lines().count(), before.said);
        try (Samovar samovar = Samovar.local(folder)) {
            Ended text = status();
            assertEquals(0, text.code, text.said);
            assertTrue(text.said.contains("network    local, integrated\n"), text.said);
            Ended json = status("--json");
            JsonNode answer = new ObjectMapper().readTree(json.said);
            assertEquals("local", answer.at("/router/network").textValue());
            assertTrue(
                    answer.at("/sam").textValue().endsWith(":" + samovar.sam().getPort()));
            Ended second = run("--network=local", "--sam=127.0.0.1:0", "--sam-udp=127.0.0.1:0", "--data-dir=" + folder);
            assertEquals(1, second.code, second.said);
            assertTrue(second.said.contains("another samovar runs"), second.said);
            assertEquals(1, second.said.lines().count(), second.said);
            assertEquals(0, status().code);
            samovar.stop();
        }
        assertFalse(Files.exists(folder.resolve("status.sock")));
        assertEquals(1, status().code);
    }

    @Test
    void aProgramThatWasKilledLeavesNothingInTheWay() throws Exception {
        try (Samovar samovar = Samovar.local(folder)) {
            ProcessHandle.of(samovar.pid()).orElseThrow().destroyForcibly();
            ProcessHandle.of(samovar.pid())
                    .ifPresent(process -> process.onExit().join());
        }
        assertEquals(1, status().code);
        try (Samovar samovar = Samovar.local(folder)) {
            assertEquals(0, status().code);
            samovar.stop();
        }
    }
}
