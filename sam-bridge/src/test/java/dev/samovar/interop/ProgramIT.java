package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.samovar.data.RouterInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program at the command line: its exit codes, its READY line, its words on standard error. */
@Timeout(120)
final class ProgramIT {
    private static final long LIMIT_SECONDS = 60;

    /** Two seconds are promised; this machine may be busy. */
    private static final long READY_MILLIS = 6_000;

    private static final String NOTICE = "NO ANONYMITY";

    @TempDir(cleanup = CleanupMode.ALWAYS)
    Path folder;

    private record Outcome(int code, String out, String err) {

        /** One line and nothing else, on standard error. */
        void expectOneLine(int expected, String beginning) {
            assertEquals(expected, code, this::toString);
            assertEquals("", out);
            assertTrue(err.startsWith("samovar: " + beginning), err);
            assertEquals(1, err.lines().count(), err);
        }
    }

    private ProcessBuilder samovar(String... words) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(ExternalProgram.java(), "-jar", Samovar.jar().toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SAMOVAR_"));
        builder.environment().put("HOME", folder.toString());
        builder.environment().remove("XDG_DATA_HOME");
        builder.redirectError(folder.resolve("err").toFile());
        return builder;
    }

    private Outcome run(String... words) throws Exception {
        return outcome(samovar(words), folder.resolve("err"));
    }

    /** While another runs, whose words stay as they are. */
    private Outcome runBeside(String... words) throws Exception {
        Path err = folder.resolve("err-beside");
        return outcome(samovar(words).redirectError(err.toFile()), err);
    }

    private Outcome outcome(ProcessBuilder builder, Path err) throws Exception {
        Process process = builder.redirectOutput(folder.resolve("out").toFile()).start();
        try {
            assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it does not end");
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readString(folder.resolve("out")), Files.readString(err));
    }

    /** With ports of its own, but for those that are named. */
    private Outcome runOnFreePorts(String flag, int port) throws Exception {
        List<String> words = new ArrayList<>(List.of("run", "--network", "local"));
        for (String listener : new String[] {"--sam", "--sam-udp", "--i2cp"}) {
            words.add(listener + "=127.0.0.1:" + (listener.equals(flag) ? port : 0));
        }
        return run(words.toArray(String[]::new));
    }

    @Test
    void helpAndVersionAreToldAndAllIsWell() throws Exception {
        Outcome help = run("--help");
        assertEquals(0, help.code);
        assertTrue(help.out.startsWith("Samovar, an I2P gateway"), help.out);
        assertEquals("", help.err);
        Outcome version = run("--version");
        assertEquals(0, version.code);
        assertTrue(version.out.matches("samovar \\d+\\.\\d+\\.\\d+\\S*\\R"), version.out);
        assertEquals("", version.err);
        assertFalse(Files.exists(folder.resolve(".local")), "nothing is to be made for that");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "walk",
                "--nonsense 1",
                "--sam",
                "--sam 0.0.0.0:7656",
                "--network live --net-id 17",
                "--network local --transit off",
                "--network moon",
                "--log-level loud",
                "--config /none/there",
                "--router i2cp://127.0.0.1:7654 --i2cp 127.0.0.1:0"
            })
    void wrongUsageIsOneLineAndCodeTwo(String words) throws Exception {
        run(words.split(" ")).expectOneLine(2, "");
    }

    @Test
    void aTakenPortIsOneLineAndCodeOne() throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket taken = new ServerSocket(0, 1, loopback)) {
            runOnFreePorts("--sam", taken.getLocalPort()).expectOneLine(1, "cannot listen for SAM ");
            runOnFreePorts("--i2cp", taken.getLocalPort()).expectOneLine(1, "cannot listen for I2CP ");
        }
        try (DatagramSocket taken = new DatagramSocket(0, loopback)) {
            runOnFreePorts("--sam-udp", taken.getLocalPort()).expectOneLine(1, "cannot listen for SAM ");
        }
    }

    @Test
    void aDataDirectoryOfOthersIsOneLineAndCodeOne() throws Exception {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        run("--network=local", "--sam=127.0.0.1:0", "--sam-udp=127.0.0.1:0", "--i2cp=127.0.0.1:0", "--data-dir=" + open)
                .expectOneLine(1, "the data directory ");
        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(open)));
    }

    /** A program that is ready. */
    private final class Running implements AutoCloseable {
        final Process process;
        final String ready;
        final long millis;

        Running(String... words) throws Exception {
            long start = System.nanoTime();
            process = samovar(words).start();
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            ready = String.valueOf(out.readLine());
            millis = (System.nanoTime() - start) / 1_000_000;
        }

        String err() throws IOException {
            return Files.readString(folder.resolve("err"));
        }

        /** The TCP ports at which this process listens, by what the kernel says. */
        Set<Integer> listening() throws IOException {
            Set<String> inodes = new HashSet<>();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/fd"))) {
                for (Path file : files) {
                    String target = Files.readSymbolicLink(file).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring(8, target.length() - 1));
                    }
                }
            }
            Set<Integer> ports = new HashSet<>();
            for (String table : new String[] {"tcp", "tcp6"}) {
                for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/net/" + table))) {
                    String[] columns = line.trim().split("\\s+");
                    if (columns[3].equals("0A") && inodes.contains(columns[9])) {
                        ports.add(Integer.parseInt(columns[1].substring(columns[1].lastIndexOf(':') + 1), 16));
                    }
                }
            }
            return ports;
        }

        int port(String name) {
            String address = ready.replaceAll("^.* " + name + "=(\\S+).*$", "$1");
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        }

        void end() throws Exception {
            process.destroy();
            assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it does not end");
            assertEquals(0, process.exitValue());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void withItsOwnRouterItSaysWhereItListensAndThatThereIsNoAnonymity() throws Exception {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            try (Running running = new Running(
                    "--network=local",
                    "--sam=127.0.0.1:0",
                    "--sam-udp=127.0.0.1:0",
                    "--i2cp=127.0.0.1:0",
                    "--log-level=error")) {
                assertTrue(
                        running.ready.matches("READY sam=127\\.0\\.0\\.1:\\d+ sam-udp=127\\.0\\.0\\.1:\\d+"
                                + " i2cp=127\\.0\\.0\\.1:\\d+ network=local router=embedded"),
                        running.ready);
                assertTrue(running.err().contains(NOTICE), running.err());
                assertEquals(1, running.err().lines().count(), running.err());
                assertEquals(Set.of(running.port("sam"), running.port("i2cp")), running.listening());
                new SamSocket(new InetSocketAddress("127.0.0.1", running.port("sam")), Duration.ofSeconds(10)).close();
                best = Math.min(best, running.millis);
                running.end();
            }
        }
        assertTrue(best < READY_MILLIS, "ready after " + best + " ms");
    }

    /** The public network, as far as it goes with a reseed host of the test's own that is not there: nothing is dialled out. */
    @Test
    void onTheLiveNetworkItIsReadyAtOnceAndSaysWhatItWaitsFor() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = free.getLocalPort();
        }
        Path data = Files.createDirectory(
                folder.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path reseed = Files.createDirectories(data.resolve("router/reseed"));
        Files.writeString(reseed.resolve("hosts.txt"), "https://127.0.0.1:" + nobody + "/\n");
        try (Running running = new Running(
                "--network=live",
                "--sam=127.0.0.1:0",
                "--sam-udp=127.0.0.1:0",
                "--i2cp=127.0.0.1:0",
                "--transit=off",
                "--data-dir=" + data)) {
            assertTrue(running.ready.endsWith(" network=live router=embedded"), running.ready);
            assertFalse(running.err().contains(NOTICE), running.err());
            assertEquals(Set.of(running.port("sam"), running.port("i2cp")), running.listening());
            JsonNode router = awaitReseeding(data);
            assertEquals("live", router.at("/network").textValue());
            assertEquals(2, router.at("/netId").intValue());
            assertEquals("WAITING", router.at("/state").textValue());
            List<String> waits = new ArrayList<>();
            router.at("/waitingFor").forEach(missing -> waits.add(missing.textValue()));
            assertTrue(waits.contains("no other router is known: waiting for the reseed hosts"), waits.toString());
            running.end();
        }
        RouterInfo published = RouterInfo.fromBytes(Files.readAllBytes(data.resolve("router/router.info")));
        assertEquals(2, published.netId());
        assertEquals("OUG", published.capabilities().text());
    }

    /** What the router says of itself once it has asked the host that is not there. */
    private JsonNode awaitReseeding(Path data) throws Exception {
        for (int i = 0; i < 20; i++) {
            Outcome status = runBeside("status", "--json", "--data-dir", data.toString());
            assertEquals(0, status.code, status::toString);
            JsonNode router = new ObjectMapper().readTree(status.out).get("router");
            if (router.at("/reseed/failures/UNREACHABLE").asInt() > 0) {
                assertEquals("waiting", router.at("/reseed/state").textValue());
                return router;
            }
        }
        throw new AssertionError("it does not ask the reseed host");
    }

    @Test
    void withAnotherRouterThereIsNoI2cpListener() throws Exception {
        int router;
        try (ServerSocket free = new ServerSocket(0)) {
            router = free.getLocalPort();
        }
        try (Running running = new Running(
                "run", "--router", "i2cp://127.0.0.1:" + router, "--sam=127.0.0.1:0", "--sam-udp=127.0.0.1:0")) {
            assertTrue(
                    running.ready.matches("READY sam=127\\.0\\.0\\.1:\\d+ sam-udp=127\\.0\\.0\\.1:\\d+"
                            + " i2cp=none network=external router=i2cp://127\\.0\\.0\\.1:" + router),
                    running.ready);
            assertFalse(running.err().contains(NOTICE), running.err());
            assertEquals(Set.of(running.port("sam")), running.listening());
            running.end();
        }
    }
}
