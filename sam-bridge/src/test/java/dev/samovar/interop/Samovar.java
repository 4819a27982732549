package dev.samovar.interop;

import dev.samovar.base.WireException;
import dev.samovar.data.RouterInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Samovar as users start it: the packaged jar in a process of its own, on free ports. */
final class Samovar implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration INTEGRATION = Duration.ofSeconds(90);

    private final ExternalProgram program;
    private final Path jar;
    private final Path dataDirectory;
    private final Map<String, String> addresses = new HashMap<>();

    private Samovar(Path jar, Path dataDirectory, List<String> flags) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(ExternalProgram.java(), "-Xmx128m", "-jar", jar.toString(), "run"));
        command.addAll(
                List.of("--sam", "127.0.0.1:0", "--sam-udp", "127.0.0.1:0", "--data-dir", dataDirectory.toString()));
        command.addAll(flags);
        this.jar = jar;
        this.dataDirectory = dataDirectory;
        program = ExternalProgram.start("samovar", command);
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

    /** With its own router, network local. */
    static Samovar local(Path dataDirectory, String... more) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(List.of("--network", "local", "--i2cp", "127.0.0.1:0"));
        flags.addAll(List.of(more));
        return new Samovar(jar(), dataDirectory, flags);
    }

    /** In front of the router that has its I2CP port there. */
    static Samovar before(int i2cpPort, Path jar, Path dataDirectory, String... more)
            throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(List.of("--router", "i2cp://127.0.0.1:" + i2cpPort));
        flags.addAll(List.of(more));
        return new Samovar(jar, dataDirectory, flags);
    }

    /** With its own router as a member of a private network. */
    static Samovar member(Path jar, Path dataDirectory, List<String> flags) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--network", "private", "--i2cp", "127.0.0.1:0"));
        all.addAll(flags);
        return new Samovar(jar, dataDirectory, all);
    }

    /** What the command {@code status} prints about it. */
    SamovarStatus status() throws IOException {
        Process asking = new ProcessBuilder(
                        ExternalProgram.java(),
                        "-XX:TieredStopAtLevel=1",
                        // Its file would be that of a process outside of the namespace that has the same number, and a
                        // warning of that would be in the answer.
                        "-XX:-UsePerfData",
                        "-jar",
                        jar.toString(),
                        "status",
                        "--json",
                        "--data-dir",
                        dataDirectory.toString())
                .start();
        String answer = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (answer.isEmpty()) {
            throw new IOException(new String(asking.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        return SamovarStatus.of(answer);
    }

    /** Waits until its router is a member of its network; what it says then. */
    SamovarStatus awaitIntegrated() throws Exception {
        SamovarStatus[] last = new SamovarStatus[1];
        try {
            I2pdNetwork.await("the program to be integrated", INTEGRATION, () -> {
                last[0] = status();
                return last[0].state().equals("INTEGRATED");
            });
        } catch (AssertionError late) {
            throw new AssertionError("not integrated: " + last[0], late);
        }
        return last[0];
    }

    /** What its router publishes. */
    RouterInfo routerInfo() throws IOException, WireException {
        return RouterInfo.fromBytes(Files.readAllBytes(routerInfoFile()));
    }

    Path routerInfoFile() {
        return dataDirectory.resolve("router/router.info");
    }

    /** The jar that this build packaged. */
    static Path jar() throws IOException {
        Path jar = Path.of("target", "samovar.jar").toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IOException("no " + jar + "; package first");
        }
        return jar;
    }

    InetSocketAddress sam() {
        return address("sam");
    }

    InetSocketAddress samUdp() {
        return address("sam-udp");
    }

    InetSocketAddress i2cp() {
        return address("i2cp");
    }

    private InetSocketAddress address(String name) {
        String text = addresses.get(name);
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    long pid() {
        return program.pid();
    }

    String output() {
        return program.output();
    }

    /** Memory that the process holds at this moment, as the kernel counts it. */
    long residentKibibytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS");
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

    /** Ends it as a crash does. */
    void kill() {
        program.close();
    }

    @Override
    public void close() {
        program.close();
    }
}
