package dev.samovar.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.i2p.client.I2PClient;
import net.i2p.client.streaming.I2PSocketManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java programs, each in a JVM of its own, against the I2CP port of the program that users start. */
class JavaExamplesIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static Bridge bridge;

    @BeforeAll
    static void startSamovar(@TempDir Path data) throws Exception {
        bridge = new Bridge(data);
    }

    @AfterAll
    static void stopSamovar() throws Exception {
        if (bridge != null) {
            bridge.stop();
        }
    }

    @Test
    void rawI2cpExchangesDatagrams() throws Exception {
        // The source file itself: that it needs nothing but a JDK is part of what it shows.
        Path source = Path.of("src/main/java/dev/samovar/examples/RawI2cp.java");

        String output =
                ExternalProgram.run(LIMIT, null, Map.of(), List.of(Bridge.java(), source.toString(), bridge.i2cp()));

        assertTrue(output.contains("alice: found bob by his hash"), output);
        assertTrue(output.contains("both messages arrived"), output);
    }

    @Test
    void streamingEchoesOverJavaI2psLibrary(@TempDir Path folder) throws Exception {
        List<String> command = new ArrayList<>(List.of(Bridge.java(), "-Di2p.dir.base=" + folder));
        command.addAll(List.of("-Di2p.dir.config=" + folder, "-cp", classPath(), StreamingEcho.class.getName()));
        command.addAll(List.of(bridge.i2cp(), "0", "2000000"));

        String output = ExternalProgram.run(LIMIT, folder, Map.of(), command);

        assertTrue(output.contains("2000000 of 2000000 bytes came back"), output);
    }

    private static String classPath() throws ClassNotFoundException {
        return Stream.of(
                        StreamingEcho.class,
                        I2PClient.class,
                        I2PSocketManager.class,
                        Class.forName("net.i2p.client.streaming.impl.I2PSocketManagerFull"))
                .map(type -> Path.of(java.net.URI.create(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }
}
