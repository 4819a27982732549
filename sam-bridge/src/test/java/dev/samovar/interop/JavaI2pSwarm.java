package dev.samovar.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.i2p.I2PException;
import net.i2p.client.streaming.I2PServerSocket;
import net.i2p.client.streaming.I2PSocket;
import net.i2p.client.streaming.I2PSocketManager;
import net.i2p.client.streaming.I2PSocketManagerFactory;
import net.i2p.client.streaming.I2PSocketOptions;
import net.i2p.data.Destination;

/**
 * A program with many peers at once, as I2PSnark is one, that uses Java I2P's own client and streaming libraries against an
 * I2CP port, in a JVM of its own. One destination, the hub, has large and short streams with each of the others: those of
 * this JVM, and those that a line of standard input names. It says {@code HUB} and its destination, then after that line
 * {@code PASS ...} or {@code FAIL ...}, and serves whoever calls until the next line; then it tells whether its sessions are
 * still there.
 */
final class JavaI2pSwarm {
    private static final int SHORT_BYTES = 1_000;
    private static final int CONNECT_TRIES = 4;
    private static final int CONNECT_MILLIS = 20_000;
    static final int SECONDS = 120;

    private final int bytes;
    private final int shortStreams;
    private final I2PSocketManager hub;
    private final List<I2PSocketManager> peers = new ArrayList<>();
    private final AtomicBoolean disconnected = new AtomicBoolean();
    private final AtomicInteger again = new AtomicInteger();

    private JavaI2pSwarm(int i2cpPort, int peers, int bytes, int shortStreams) throws IOException {
        this.bytes = bytes;
        this.shortStreams = shortStreams;
        hub = session(i2cpPort);
        for (int number = 0; number < peers; number++) {
            this.peers.add(session(i2cpPort));
        }
    }

    /**
     * @param arguments the I2CP port on 127.0.0.1, a folder for the library's files, how many peers there are in this JVM,
     *     bytes of a large stream, and how many short streams a peer gets beside it
     */
    public static void main(String[] arguments) throws Exception {
        JavaI2pClient.useFolder(Path.of(arguments[1]));
        JavaI2pSwarm swarm = new JavaI2pSwarm(
                Integer.parseInt(arguments[0]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("HUB " + swarm.hub.getSession().getMyDestination().toBase64());
        String others = commands.readLine();
        Scenario.step("load", () -> swarm.load(others.split(" ")));
        commands.readLine();
        Scenario.step("sessions", swarm::sessions);
        commands.readLine();
        Runtime.getRuntime().halt(0);
    }

    private I2PSocketManager session(int i2cpPort) throws IOException {
        Properties options = JavaI2pClient.tunnels("1", 3);
        options.setProperty("i2cp.destination.sigType", "EdDSA_SHA512_Ed25519");
        options.setProperty("i2cp.leaseSetEncType", "4");
        I2PSocketManager manager = I2PSocketManagerFactory.createManager("127.0.0.1", i2cpPort, options);
        if (manager == null) {
            throw new IOException("no session");
        }
        manager.addDisconnectListener(() -> disconnected.set(true));
        I2PServerSocket listening = manager.getServerSocket();
        Echo.start("acceptor", () -> {
            while (true) {
                I2PSocket stream = listening.accept();
                Echo.start("server", () -> {
                    try (stream) {
                        BothWays.answer(
                                Echo.source(stream.getInputStream()), Echo.sink(stream.getOutputStream()), SECONDS);
                    }
                });
            }
        });
        return manager;
    }

    private String load(String[] others) throws Exception {
        List<Destination> called = new ArrayList<>();
        for (String other : others) {
            called.add(new Destination(other));
        }
        Map<String, CompletableFuture<Void>> calls = new LinkedHashMap<>();
        for (I2PSocketManager peer : peers) {
            called.add(peer.getSession().getMyDestination());
            String name = "stream from " + called.size();
            calls.put(name, Echo.start(name, () -> call(peer, hub.getSession().getMyDestination(), bytes)));
        }
        for (Destination each : called) {
            String name = "stream to " + (called.indexOf(each) + 1);
            calls.put(name, Echo.start(name, () -> call(hub, each, bytes)));
            calls.put("short " + name, Echo.start("short " + name, () -> {
                for (int number = 0; number < shortStreams; number++) {
                    call(hub, each, SHORT_BYTES);
                }
            }));
        }
        List<String> failures = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (Map.Entry<String, CompletableFuture<Void>> call : calls.entrySet()) {
            try {
                Echo.join(call.getValue(), (int)
                        TimeUnit.NANOSECONDS.toSeconds(Math.max(0, deadline - System.nanoTime())));
            } catch (IOException | I2PException failed) {
                failures.add(call.getKey() + ": " + failed);
            }
        }
        if (!failures.isEmpty()) {
            throw new IOException(String.join("; ", failures));
        }
        return called.size() + " peers called, " + again + " calls made again";
    }

    private void call(I2PSocketManager from, Destination to, int length) throws Exception {
        try (I2PSocket stream = connect(from, to)) {
            BothWays.call(Echo.source(stream.getInputStream()), Echo.sink(stream.getOutputStream()), length, SECONDS);
        }
    }

    private I2PSocket connect(I2PSocketManager from, Destination to) throws Exception {
        I2PSocketOptions options = from.buildOptions(new Properties());
        options.setConnectTimeout(CONNECT_MILLIS);
        for (int tries = 1; ; tries++) {
            try {
                return from.connect(to, options);
            } catch (I2PException | IOException failed) {
                if (tries == CONNECT_TRIES) {
                    throw failed;
                }
                again.incrementAndGet();
            }
        }
    }

    private String sessions() throws IOException {
        if (disconnected.get() || hub.getSession().isClosed()) {
            throw new IOException("a session was dropped");
        }
        peers.forEach(I2PSocketManager::destroySocketManager);
        hub.destroySocketManager();
        return "kept to the end";
    }
}
