package dev.samovar.interop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What {@link ClientsIT} has done, inside the namespace of the private network: programs and libraries that others wrote use
 * one Samovar among six i2pd routers, and find each other through tunnels. Each step ends with a line {@code PASS name ...} or
 * {@code FAIL name ...}, the last line is {@code DONE}.
 */
final class ClientsScenario {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final Duration LEASE_SETS = Duration.ofSeconds(60);
    private static final int TRIES = 3;
    private static final String HOST = "44.200.0.1";

    /** Debian's own interpreter: another one does not see Debian's packages. */
    static final String PYTHON = "/usr/bin/python3";

    /** Of the load. A pair is a session of ours and one of an i2pd router. */
    private static final int PAIRS = 4;

    private static final int JAVA_PEERS = 4;
    private static final int LARGE_BYTES = 512 * 1024;
    private static final int SHORT_STREAMS = 10;

    /** Half of it is the heap that it is given. */
    private static final long MOST_KIBIBYTES = 320 * 1024;

    private final Path folder;
    private final Path examples;
    private final I2pdNetwork network;
    private final Members members;
    private final List<SamSession> ours = new ArrayList<>();
    private final List<SamSession> theirs = new ArrayList<>();
    private Samovar samovar;

    private ClientsScenario(Path jar, Path folder, Path examples, I2pdNetwork network) throws IOException {
        this.folder = folder;
        this.examples = examples;
        this.network = network;
        members = new Members(jar, folder, network);
    }

    /** @param arguments i2pd, samovar.jar, a folder, and the folder with the example programs */
    public static void main(String[] arguments) throws Exception {
        Scenario.endWithTheTest();
        Path folder = Path.of(arguments[2]);
        try (I2pdNetwork network = I2pdNetwork.start(arguments[0], folder, I2pdNetwork.Plan.MEMBERS, START)) {
            System.out.println("NETWORK is up");
            new ClientsScenario(Path.of(arguments[1]), folder, Path.of(arguments[3]), network).run();
        }
    }

    private void run() throws Exception {
        if (Scenario.step("starts", this::starts)) {
            // Side by side, since i2pd looks at a new session only every 20 s.
            List<CompletableFuture<Void>> programs = List.of(
                    aside("txi2p", () -> program(PYTHON, "-B", "python/tests/txi2p_echo.py", address(samovar.sam()))),
                    aside("diva-streams", () -> program("node", "node/ping_pong.js", address(samovar.sam()))),
                    aside(
                            "diva-datagrams",
                            () -> program(
                                    "node",
                                    "node/datagrams.js",
                                    address(samovar.sam()),
                                    "" + samovar.samUdp().getPort())),
                    aside("python", () -> pingPong(samovar.sam(), samovar.sam())),
                    aside("python-to-i2pd", () -> withI2pd(() -> pingPong(network.sam(), samovar.sam()))),
                    aside("python-from-i2pd", () -> withI2pd(() -> pingPong(samovar.sam(), network.sam()))),
                    aside("peers", this::peers));
            for (CompletableFuture<Void> each : programs) {
                Echo.join(each, 4 * (int) LIMIT.toSeconds());
            }
            if (!Scenario.step("java-load", this::javaLoad)) {
                System.out.println(samovar.status());
            }
        }
        Scenario.step("stops", () -> {
            samovar.stop();
            return "exit code 0";
        });
        System.out.println("DONE");
    }

    private static CompletableFuture<Void> aside(String name, Scenario.Step step) {
        return Echo.start(name, () -> Scenario.step(name, step));
    }

    private String starts() throws Exception {
        samovar = members.start("samovar", HOST);
        samovar.awaitIntegrated();
        return "integrated";
    }

    private static String address(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Runs an example program; its last words. */
    private String program(String interpreter, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(interpreter));
        for (String word : words) {
            command.add(word.contains("/") ? examples.resolve(word).toString() : word);
        }
        try (ExternalProgram program = ExternalProgram.start(String.join(" ", words), command)) {
            program.expectExit(0, LIMIT);
            String output = program.output();
            return output.substring(output.lastIndexOf('\n') + 1);
        }
    }

    private String pingPong(InetSocketAddress called, InetSocketAddress caller) throws Exception {
        return program(PYTHON, "-B", "python/ping_pong.py", address(called), address(caller));
    }

    /** This i2pd sometimes leaves a lease set unpublished for minutes, and crashes now and then when a session ends. */
    private String withI2pd(Scenario.Step step) throws Exception {
        for (int number = 1; ; number++) {
            try {
                return step.run() + ", tried " + number + " time(s)";
            } catch (AssertionError failed) {
                if (number == TRIES) {
                    throw failed;
                }
                System.out.println("again: " + failed + "; crashed: " + network.revive(START));
            }
        }
    }

    /** Sessions of SAM clients: as many on Samovar as on i2pd routers that no program has used. */
    private String peers() throws Exception {
        List<CompletableFuture<String>> pairs = new ArrayList<>();
        for (int number = 0; number < PAIRS; number++) {
            InetSocketAddress far = network.sam(4 + number % 2);
            pairs.add(Echo.compute(
                    "pair",
                    () -> members.between(samovar.sam(), far, "STREAM", 1, "", (one, two) -> {
                        synchronized (ours) {
                            ours.add(one);
                            theirs.add(two);
                        }
                        return "found";
                    })));
        }
        List<String> told = new ArrayList<>();
        for (CompletableFuture<String> pair : pairs) {
            told.add(Echo.result(pair, 2 * (int) LIMIT.toSeconds()));
        }
        return String.join("; ", told);
    }

    private static void serve(SamSession session) {
        Echo.start("server of " + session.id(), () -> {
                    while (true) {
                        SamSocket stream = session.accept();
                        stream.readLine();
                        Echo.start("stream of " + session.id(), () -> {
                            try (stream) {
                                BothWays.answer(stream::readSome, stream::write, JavaI2pSwarm.SECONDS);
                            }
                        });
                    }
                })
                .whenComplete(
                        (nothing, failed) -> System.out.println("no more streams for " + session.id() + ": " + failed));
    }

    /**
     * A Java I2P program has a large stream to each of many peers and one from each, all at once, and short ones beside
     * them: sessions of its own, of SAM clients of this Samovar, and of i2pd routers.
     */
    private String javaLoad() throws Exception {
        if (ours.size() != PAIRS) {
            throw new AssertionError("only " + ours.size() + " pairs of peers");
        }
        List<SamSession> peers = new ArrayList<>(ours);
        peers.addAll(theirs);
        peers.forEach(ClientsScenario::serve);
        try (ExternalProgram swarm = ExternalProgram.start(
                "Java I2P swarm",
                ExternalProgram.javaCommand(
                        256,
                        JavaI2pSwarm.class,
                        "" + samovar.i2cp().getPort(),
                        folder.resolve("swarm").toString(),
                        "" + JAVA_PEERS,
                        "" + LARGE_BYTES,
                        "" + SHORT_STREAMS))) {
            String hub = swarm.awaitLine(line -> line.startsWith("HUB "), LIMIT).substring(4);
            long start = System.nanoTime();
            swarm.writeLine(
                    String.join(" ", peers.stream().map(SamSession::destination).toList()));
            AtomicLong most = new AtomicLong();
            CompletableFuture<Void> load = Echo.start("load", () -> passed(swarm, "load"));
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            for (SamSession peer : ours) {
                calls.add(Echo.start("call", () -> call(peer, hub)));
            }
            for (SamSession peer : theirs) {
                calls.add(Echo.start("call", () -> callFromI2pd(peer, hub)));
            }
            while (!load.isDone()) {
                most.accumulateAndGet(samovar.residentKibibytes(), Math::max);
                Thread.sleep(100);
            }
            Echo.join(load, 1);
            for (CompletableFuture<Void> call : calls) {
                Echo.join(call, JavaI2pSwarm.SECONDS);
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            if (most.get() > MOST_KIBIBYTES) {
                throw new AssertionError("memory " + most + " KiB");
            }
            swarm.writeLine("end");
            passed(swarm, "sessions");
            return "load for " + millis + " ms, memory at most " + most + " KiB";
        }
    }

    private static void call(SamSession from, String hub) throws Exception {
        try (SamSocket stream = from.connect(hub)) {
            BothWays.call(stream::readSome, stream::write, LARGE_BYTES, JavaI2pSwarm.SECONDS);
        } catch (IOException failed) {
            throw new IOException("the call of " + from.id(), failed);
        }
    }

    /**
     * This i2pd ends a stream whose first packet comes a fifth of a second behind others; and it refuses a call at once
     * while it has no lease set.
     */
    private static void callFromI2pd(SamSession from, String hub) throws Exception {
        long deadline = System.nanoTime() + LEASE_SETS.toNanos();
        while (true) {
            try {
                call(from, hub);
                return;
            } catch (IOException failed) {
                if (System.nanoTime() > deadline) {
                    throw failed;
                }
                System.out.println("again: " + failed.getCause());
                Thread.sleep(1_000);
            }
        }
    }

    private static String passed(ExternalProgram program, String step) throws Exception {
        String line =
                program.awaitLine(each -> each.startsWith("PASS " + step) || each.startsWith("FAIL " + step), LIMIT);
        if (line.startsWith("FAIL ")) {
            throw new IOException(line + "\n" + program.output());
        }
        return line;
    }
}
