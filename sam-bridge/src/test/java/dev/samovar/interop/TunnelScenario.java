package dev.samovar.interop;

import dev.samovar.base.Encodings;
import dev.samovar.data.RouterInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * What {@link TunnelIT} has done, inside the namespace of the private network: two Samovars with routers of their own among six
 * i2pd routers and a Java I2P router; programs reach each other through tunnels. Each step ends with a line {@code PASS name
 * ...} or {@code FAIL name ...}, the last line is {@code DONE}.
 */
final class TunnelScenario {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LEASE_SETS = Duration.ofSeconds(60);
    private static final int MEGABYTE = 1 << 20;
    private static final int LONG_STREAM = 20 << 20;
    private static final int QUARTER_MEGABYTE = 256 * 1024;
    private static final int ECHO_SECONDS = 120;

    private static final String HOST = "44.200.0.1";
    private static final String OTHER_HOST = "44.201.0.1";
    private static final String JAVA_HOST = "44.0.0.1";

    /** Java I2P takes 90 s before it is a hop; the tests of it come last. */
    private static final int JAVA_TRIES = 3;

    private final Path folder;
    private final I2pdNetwork network;
    private final Members members;
    private Samovar samovar;
    private Samovar other;
    private ExternalProgram java;
    private int javaI2cp;

    private TunnelScenario(Path jar, Path folder, I2pdNetwork network) throws IOException {
        this.folder = folder;
        this.network = network;
        members = new Members(jar, folder, network);
    }

    /** @param arguments i2pd, samovar.jar, a folder, and {@code soak} for the steps that take long too */
    public static void main(String[] arguments) throws Exception {
        Scenario.endWithTheTest();
        Path folder = Path.of(arguments[2]);
        try (I2pdNetwork network = I2pdNetwork.start(arguments[0], folder, I2pdNetwork.Plan.MEMBERS, START)) {
            System.out.println("NETWORK is up");
            new TunnelScenario(Path.of(arguments[1]), folder, network).run(arguments.length > 3);
        }
    }

    private void run(boolean soak) throws Exception {
        Scenario.step("starts", this::starts);
        Scenario.step("streams-1-hop", () -> streams(1, MEGABYTE));
        Scenario.step("streams-2-hops", () -> streams(2, MEGABYTE));
        Scenario.step("datagrams", this::datagrams);
        Scenario.step("ours-to-ours", this::oursToOurs);
        Scenario.step("transit", this::transit);
        Scenario.step("java", this::java);
        if (soak) {
            Scenario.step("java-called", this::javaCalled);
            Scenario.step("long-streams-3-hops", () -> streams(3, LONG_STREAM));
        }
        Scenario.step("restart", this::restart);
        Scenario.step("hop-killed", this::hopKilled);
        Scenario.step("stops", this::stops);
        System.out.println("DONE");
    }

    /** Starts ours, and Java I2P early: it takes its time until it is of use. It knows ours from the start. */
    private String starts() throws Exception {
        samovar = members.start("samovar", HOST);
        other = members.start("other", OTHER_HOST);
        samovar.awaitIntegrated();
        other.awaitIntegrated();
        List<Path> known = new ArrayList<>(network.routerInfos());
        known.add(samovar.routerInfoFile());
        known.add(other.routerInfoFile());
        Path files = Files.createDirectories(folder.resolve("java"));
        java = ExternalProgram.start(
                "Java I2P router", JavaI2pRouter.memberCommand(files, I2pdNetwork.NETWORK, JAVA_HOST, known));
        javaI2cp = JavaI2pRouter.awaitReady(java, PATIENCE);
        return "integrated";
    }

    private String streams(int hops, int bytes) throws Exception {
        return members.between(
                samovar.sam(),
                network.sam(),
                "STREAM",
                hops,
                "",
                (ours, theirs) -> Members.echoBothWays(ours, theirs, bytes));
    }

    private String datagrams() throws Exception {
        String repliable = members.between(samovar.sam(), network.sam(), "DATAGRAM", 1, "", (ours, theirs) -> {
            for (int size : new int[] {1, 1_000, 2_000}) {
                exchange("DATAGRAM", ours, theirs, size);
                exchange("DATAGRAM", theirs, ours, size);
            }
            return "repliable";
        });
        String raw = members.between(samovar.sam(), network.sam(), "RAW", 1, "", (ours, theirs) -> {
            for (int size : new int[] {1, 1_000, 2_000}) {
                exchange("RAW", ours, theirs, size);
                exchange("RAW", theirs, ours, size);
            }
            return "raw";
        });
        return repliable + "; " + raw;
    }

    /** Datagrams may be lost: again until one comes. This i2pd takes none of 8 kB, not even from its like. */
    private static void exchange(String style, SamSession from, SamSession to, int size) throws Exception {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        CompletableFuture<Void> received = Echo.start("receiver", () -> {
            String header;
            do {
                header = to.control().readLine();
                byte[] got = to.control().read(Integer.parseInt(SamSocket.value(header, "SIZE")));
                if (got.length == size && !Arrays.equals(got, payload)) {
                    throw new AssertionError("wrong bytes");
                }
                if (got.length == size) {
                    break;
                }
            } while (true);
            if (style.equals("DATAGRAM") && !from.destination().equals(SamSocket.value(header, "DESTINATION"))) {
                throw new AssertionError("wrong sender");
            }
        });
        for (int tries = 0; !received.isDone() && tries < 40; tries++) {
            from.control().send(style + " SEND DESTINATION=" + to.destination() + " SIZE=" + size, payload);
            for (int i = 0; i < 20 && !received.isDone(); i++) {
                Thread.sleep(50);
            }
        }
        Echo.join(received, 1);
    }

    /** Two of ours reach each other with nobody but i2pd routers between. */
    private String oursToOurs() throws Exception {
        String hops = "explicitPeers=" + hash(3) + "," + hash(4) + "," + hash(5);
        return members.between(
                samovar.sam(),
                other.sam(),
                "STREAM",
                2,
                hops,
                (ours, theirs) -> Members.echoBothWays(ours, theirs, MEGABYTE));
    }

    /** Clients of i2pd routers whose only hops are our routers. */
    private String transit() throws Exception {
        String ours = "explicitPeers=" + base64(samovar) + "," + base64(other);
        return members.between(
                network.sam(4),
                network.sam(5),
                "STREAM",
                2,
                ours,
                (one, two) -> Members.echoBothWays(one, two, QUARTER_MEGABYTE));
    }

    private String hash(int router) throws Exception {
        return Encodings.base64(RouterInfo.fromBytes(Files.readAllBytes(network.routerInfo(router)))
                .hash()
                .toBytes());
    }

    private static String base64(Samovar samovar) throws Exception {
        return Encodings.base64(samovar.routerInfo().hash().toBytes());
    }

    /** A client of a Java I2P router calls one of ours, in the direction in which that router is steady. */
    private String java() throws Exception {
        return withJavaClient((client, ours) -> {
            try (SamSocket accepting = ours.accept()) {
                CompletableFuture<Void> serving = Echo.start("echo server", () -> {
                    accepting.readLine();
                    Echo.serve(accepting, QUARTER_MEGABYTE);
                });
                String took = command(client, "connect " + ours.destination() + " " + QUARTER_MEGABYTE);
                Echo.join(serving, 30);
                return took;
            }
        });
    }

    /** The other direction, with what a server of that client's echoes. */
    private String javaCalled() throws Exception {
        return withJavaClient((client, ours) -> {
            String server = command(client, "destination");
            command(client, "serve 1");
            long start = System.nanoTime();
            try (SamSocket calling = ours.connect(server)) {
                Echo.run(calling, MEGABYTE, ECHO_SECONDS);
            }
            return (System.nanoTime() - start) / 1_000_000 + " ms";
        });
    }

    private interface JavaUse {
        String with(ExternalProgram client, SamSession ours) throws Exception;
    }

    /** Has a client of the Java I2P router's, and a session of ours, and again when they do not reach each other. */
    private String withJavaClient(JavaUse use) throws Exception {
        ExternalProgram client = ExternalProgram.start(
                "Java I2P client",
                ExternalProgram.javaCommand(
                        128,
                        JavaI2pClient.class,
                        "" + javaI2cp,
                        folder.resolve("java-client").toString()));
        try (SamSession ours = members.session(samovar.sam(), "STREAM", 1, "")) {
            client.awaitLine("READY"::equals, PATIENCE);
            command(client, "open EdDSA_SHA512_Ed25519 4 true 1");
            for (int tries = 1; ; tries++) {
                try {
                    return use.with(client, ours) + ", tries " + tries;
                } catch (IOException failed) {
                    if (tries == JAVA_TRIES) {
                        throw failed;
                    }
                    System.out.println("again: " + failed);
                }
            }
        } finally {
            client.close();
        }
    }

    private static String command(ExternalProgram client, String command) throws Exception {
        client.writeLine(command);
        String answer =
                client.awaitLine(line -> line.startsWith("PASS ") || line.startsWith("FAIL "), Duration.ofSeconds(150));
        if (answer.startsWith("FAIL ")) {
            throw new IOException(answer);
        }
        return answer.substring(5);
    }

    /**
     * Ours crashes and comes back with the same keys, for router and destination: who looks it up reaches it again. Who had
     * looked before goes on with what it found for up to ten minutes, here as with a router of i2pd's that comes back.
     */
    private String restart() throws Exception {
        String keys;
        try (SamSocket socket = new SamSocket(samovar.sam(), PATIENCE)) {
            keys = SamSocket.value(socket.ask("DEST GENERATE SIGNATURE_TYPE=7"), "PRIV");
        }
        String options = "i2cp.leaseSetEncType=4 inbound.length=1 outbound.length=1";
        try (SamSession before = SamSession.of(samovar.sam(), PATIENCE, "before", "STREAM", keys, options);
                SamSession theirs = members.session(network.sam(), "STREAM", 1, "")) {
            Members.echo(theirs, before, QUARTER_MEGABYTE);
            samovar.kill();
        }
        long start = System.nanoTime();
        samovar = members.start("samovar", HOST);
        try (SamSession after = SamSession.of(samovar.sam(), PATIENCE, "after", "STREAM", keys, options)) {
            long created = System.nanoTime();
            try (SamSession theirs = members.session(network.sam(), "STREAM", 1, "");
                    StreamPair pair = StreamPair.connect(theirs, after, LEASE_SETS)) {
                long reached = System.nanoTime();
                pair.echo(QUARTER_MEGABYTE, ECHO_SECONDS);
                return "a session after " + (created - start) / 1_000_000 + " ms, reached again after "
                        + (reached - start) / 1_000_000 + " ms";
            }
        }
    }

    /** One of two hops dies in the middle of a stream. */
    private String hopKilled() throws Exception {
        String hops = "explicitPeers=" + hash(4) + "," + hash(5);
        return members.between(samovar.sam(), other.sam(), "STREAM", 1, hops, (ours, theirs) -> {
            try (StreamPair pair = StreamPair.connect(ours, theirs, LEASE_SETS)) {
                CompletableFuture<Void> echo = Echo.start("echo", () -> pair.echo(2 * MEGABYTE, ECHO_SECONDS));
                Thread.sleep(500);
                network.kill(5);
                long start = System.nanoTime();
                Echo.join(echo, ECHO_SECONDS);
                return "went on for " + (System.nanoTime() - start) / 1_000_000 + " ms";
            }
        });
    }

    private String stops() throws Exception {
        java.close();
        other.stop();
        samovar.stop();
        return "exit code 0";
    }
}
