package dev.samovar.examples;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Samovar itself, as users start it: the packaged jar in a process of its own, on free ports, network local. */
final class Bridge {
    private static final Duration START = Duration.ofSeconds(60);

    private final ExternalProgram program;
    private final Map<String, String> addresses = new HashMap<>();

    Bridge(Path dataDirectory) throws IOException, InterruptedException {
        Path jar = Path.of("..", "sam-bridge", "target", "samovar.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IOException("no " + jar.toAbsolutePath().normalize() + "; package first");
        }
        program = ExternalProgram.start(
                null,
                Map.of(),
                List.of(
                        java(),
                        "-jar",
                        jar.toString(),
                        "run",
                        "--network",
                        "local",
                        "--sam",
                        "127.0.0.1:0",
                        "--sam-udp",
                        "127.0.0.1:0",
                        "--i2cp",
                        "127.0.0.1:0",
                        "--data-dir",
                        dataDirectory.toString()));
        try {
            for (String word :
                    program.awaitLine(line -> line.startsWith("READY "), START).split(" ")) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    addresses.put(word.substring(0, equals), word.substring(equals + 1));
                }
            }
        } catch (AssertionError notReady) {
            program.close();
            throw notReady;
        }
    }

    /** The command that runs this JVM's Java. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** HOST:PORT of the SAM bridge. */
    String sam() {
        return addresses.get("sam");
    }

    /** The port for SAM's datagrams. */
    String samUdpPort() {
        String address = addresses.get("sam-udp");
        return address.substring(address.lastIndexOf(':') + 1);
    }

    /** HOST:PORT of the I2CP port. */
    String i2cp() {
        return addresses.get("i2cp");
    }

    InetSocketAddress samAddress() {
        int colon = sam().lastIndexOf(':');
        return new InetSocketAddress(sam().substring(0, colon), Integer.parseInt(sam().substring(colon + 1)));
    }

    /** Ends it as Ctrl-C does; it has to leave with exit code 0. */
    void stop() throws InterruptedException {
        program.terminate();
        try {
            program.expectExit(0, Duration.ofSeconds(20));
        } finally {
            program.close();
        }
    }
}
