package dev.samovar.interop;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.i2p.I2PAppContext;
import net.i2p.client.I2PClientFactory;
import net.i2p.client.I2PSession;
import net.i2p.client.I2PSessionException;
import net.i2p.client.I2PSessionMuxedListener;
import net.i2p.client.datagram.I2PDatagramDissector;
import net.i2p.client.datagram.I2PDatagramMaker;
import net.i2p.client.streaming.I2PServerSocket;
import net.i2p.client.streaming.I2PSocket;
import net.i2p.client.streaming.I2PSocketManager;
import net.i2p.client.streaming.I2PSocketManagerFactory;
import net.i2p.client.streaming.I2PSocketOptions;
import net.i2p.crypto.SigType;
import net.i2p.data.Destination;
import net.i2p.data.Hash;

/**
 * A program that uses Java I2P's own client and streaming libraries against an I2CP port, in a JVM of its own. It takes
 * commands from standard input and answers each with {@code PASS ...} or {@code FAIL ...}; it ends with its input.
 *
 * <p>It has two sessions, a server and a client; {@code open} makes them.
 */
final class JavaI2pClient {
    private static final int STREAM_BYTES = 1 << 20;
    private static final int STREAM_SECONDS = 60;
    /**
     * How long a lookup may take. The library sends a question and only then begins to wait, without looking whether the
     * answer is there: an answer that is faster than that it finds only when this time is over.
     */
    private static final int LOOKUP_MILLIS = 1_000;

    private static final int LOOKUP_TRIES = 30;
    private static final int SERVER_PORT = 4711;
    private static final int CLIENT_PORT = 4712;

    private final int i2cpPort;
    private Node server;
    private Node client;
    private I2PSocket stream;
    private CompletableFuture<Void> sending;
    private final AtomicLong sent = new AtomicLong();

    private JavaI2pClient(int i2cpPort) {
        this.i2cpPort = i2cpPort;
    }

    /** @param arguments the I2CP port on 127.0.0.1 and a folder for the library's files */
    public static void main(String[] arguments) throws Exception {
        useFolder(Path.of(arguments[1]));
        JavaI2pClient program = new JavaI2pClient(Integer.parseInt(arguments[0]));
        System.out.println("READY");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command; (command = commands.readLine()) != null; ) {
            String[] words = command.split(" ");
            try {
                System.out.println("PASS " + program.run(words));
            } catch (Exception failed) {
                failed.printStackTrace(System.out);
                System.out.println("FAIL " + words[0] + ": " + failed);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Has the libraries keep their files there; their log is {@code client.log}. */
    static void useFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("logger.config"),
                "logger.defaultLevel=WARN\nlogger.displayOnScreen=false\nlogger.logFileName=client.log\n");
        Properties environment = new Properties();
        for (String kind : new String[] {"base", "config", "router", "app", "log", "pid", "temp"}) {
            environment.setProperty("i2p.dir." + kind, folder.toString());
        }
        // The first context made is the one that the libraries use; else they write to the user's home.
        new I2PAppContext(environment);
    }

    private String run(String[] words) throws Exception {
        return switch (words[0]) {
            case "open" -> open(words[1], words[2], words[3], words.length > 4 ? words[4] : "0");
            case "destination" -> server.destination().toBase64();
            case "serve" -> serve(Integer.parseInt(words[1]));
            case "echo" -> echo(server.destination(), STREAM_BYTES);
            case "connect" ->
                echo(new Destination(words[1]), words.length > 2 ? Integer.parseInt(words[2]) : STREAM_BYTES);
            case "datagrams" -> datagrams();
            case "lookup-hash" -> lookupHash(new Destination(words[1]));
            case "lookup-b32" -> lookupBase32(new Destination(words[1]));
            case "lookup-unknown" -> lookupUnknown();
            case "limits" -> limits();
            case "reconfigure" -> reconfigure();
            case "duplicate" -> duplicate();
            case "accept" -> accept();
            case "verify" -> verify(Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "send" -> send(new Destination(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
            case "sent" -> Long.toString(sent.get());
            case "finish" -> finish();
            case "close" -> close();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private String open(String signatureType, String encryptionTypes, String fastReceive, String hops)
            throws Exception {
        Properties options = tunnels(hops, 2);
        if (!encryptionTypes.equals("default")) {
            options.setProperty("i2cp.leaseSetEncType", encryptionTypes);
        }
        options.setProperty("i2cp.fastReceive", fastReceive);
        SigType type = SigType.parseSigType(signatureType);
        server = new Node(i2cpPort, newKeys(type), options);
        client = new Node(i2cpPort, newKeys(type), options);
        check(server.destination().getSigningPublicKey().getType() == type, "another signature type");
        return server.destination().toBase64();
    }

    /** Options for so many tunnels each way of so many hops. */
    static Properties tunnels(String hops, int quantity) {
        Properties options = new Properties();
        for (String direction : new String[] {"inbound", "outbound"}) {
            options.setProperty(direction + ".length", hops);
            options.setProperty(direction + ".lengthVariance", "0");
            options.setProperty(direction + ".quantity", "" + quantity);
            options.setProperty(direction + ".allowZeroHop", hops.equals("0") ? "true" : "false");
        }
        return options;
    }

    private static byte[] newKeys(SigType type) throws Exception {
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        I2PClientFactory.createClient().createDestination(keys, type);
        return keys.toByteArray();
    }

    /** Accepts that many streams and sends back what comes on each. */
    private String serve(int streams) {
        I2PServerSocket listening = server.manager.getServerSocket();
        Echo.start("acceptor", () -> {
            for (int number = 0; number < streams; number++) {
                I2PSocket stream = listening.accept();
                // Not on this thread: the library refuses a stream that is not accepted within some seconds.
                Echo.start("server", () -> serve(stream));
            }
        });
        return "listening";
    }

    private static void serve(I2PSocket stream) throws IOException {
        try (stream) {
            Echo.serve(Echo.source(stream.getInputStream()), Echo.sink(stream.getOutputStream()), STREAM_BYTES);
            // The other side closes when it has everything.
            if (stream.getInputStream().read() >= 0) {
                throw new IOException("more than was sent");
            }
        }
    }

    private String echo(Destination to, int bytes) throws Exception {
        I2PSocketOptions options = client.manager.buildOptions(new Properties());
        options.setConnectTimeout(30_000);
        long start = System.nanoTime();
        try (I2PSocket stream = client.manager.connect(to, options)) {
            stream.setReadTimeout(STREAM_SECONDS * 1_000L);
            Echo.run(Echo.source(stream.getInputStream()), Echo.sink(stream.getOutputStream()), bytes, STREAM_SECONDS);
        }
        return (System.nanoTime() - start) / 1_000_000 + " ms";
    }

    /** Takes one stream of the server's, and reads nothing of it until {@code verify}. */
    private String accept() throws Exception {
        stream = server.manager.getServerSocket().accept();
        return "accepted";
    }

    private String verify(long bytes, long seed) throws IOException {
        stream.setReadTimeout(STREAM_SECONDS * 1_000L);
        Echo.verify(Echo.source(stream.getInputStream()), bytes, seed);
        return "verified";
    }

    /** Begins to send to a destination; {@code sent} tells how far it is, {@code finish} waits for the end. */
    private String send(Destination to, long bytes, long seed) throws Exception {
        I2PSocketOptions options = client.manager.buildOptions(new Properties());
        options.setConnectTimeout(30_000);
        stream = client.manager.connect(to, options);
        sent.set(0);
        OutputStream out = stream.getOutputStream();
        sending = Echo.start(
                "sender",
                () -> Echo.send(
                        (buffer, from, length) -> {
                            out.write(buffer, from, length);
                            sent.addAndGet(length);
                        },
                        bytes,
                        seed));
        return "connected";
    }

    private String finish() throws Exception {
        if (sending != null) {
            Echo.join(sending, STREAM_SECONDS);
            sending = null;
        }
        stream.close();
        return "closed";
    }

    /** Repliable datagrams to the server, which answers each with a raw one to the sender it found in it. */
    private String datagrams() throws Exception {
        for (int size : new int[] {1, 1_000, 30_000}) {
            byte[] payload = new byte[size];
            new Random(size).nextBytes(payload);
            byte[] signed = new I2PDatagramMaker(client.session).makeI2PDatagram(payload);
            check(signed != null, "the library made no datagram");
            client.send(server.destination(), signed, I2PSession.PROTO_DATAGRAM, CLIENT_PORT, SERVER_PORT);
            Received request = server.take();
            check(
                    request.protocol == I2PSession.PROTO_DATAGRAM
                            && request.fromPort == CLIENT_PORT
                            && request.toPort == SERVER_PORT,
                    "wrong protocol or ports");
            I2PDatagramDissector dissector = new I2PDatagramDissector();
            dissector.loadI2PDatagram(request.payload);
            Destination sender = dissector.getSender();
            check(sender.equals(client.destination()), "wrong sender");
            check(Arrays.equals(dissector.getPayload(), payload), "wrong payload");

            server.send(sender, payload, I2PSession.PROTO_DATAGRAM_RAW, request.toPort, request.fromPort);
            Received answer = client.take();
            check(
                    answer.protocol == I2PSession.PROTO_DATAGRAM_RAW && Arrays.equals(answer.payload, payload),
                    "wrong answer");
        }
        return "three sizes";
    }

    // The library answers lookups of what it has seen from a cache of the whole process: the destinations asked for
    // here must be new to it.

    private String lookupHash(Destination expected) throws Exception {
        Destination found = client.session.lookupDest(expected.calculateHash(), LOOKUP_MILLIS);
        check(expected.equals(found), "found " + (found == null ? "nothing" : "another"));
        return "found";
    }

    private String lookupBase32(Destination expected) throws Exception {
        Destination found = client.session.lookupDest(expected.toBase32(), LOOKUP_MILLIS);
        check(expected.equals(found), "found " + (found == null ? "nothing" : "another"));
        return "found";
    }

    /** Has to be told that there is none, and not just to have waited in vain, at least once for each kind of name. */
    private String lookupUnknown() throws Exception {
        int tries = 0;
        do {
            check(tries++ < LOOKUP_TRIES, "no answer about a random hash");
        } while (!answered(() -> {
            byte[] hash = new byte[Hash.HASH_LENGTH];
            new Random().nextBytes(hash);
            return client.session.lookupDest(Hash.create(hash), LOOKUP_MILLIS);
        }));
        tries = 0;
        do {
            check(tries++ < LOOKUP_TRIES, "no answer about a made-up name");
        } while (!answered(() -> client.session.lookupDest("no-such-name.i2p", LOOKUP_MILLIS)));
        return "not found";
    }

    private static boolean answered(Callable<Destination> lookup) throws Exception {
        long start = System.nanoTime();
        check(lookup.call() == null, "found what is not there");
        return System.nanoTime() - start < (LOOKUP_MILLIS - 100) * 1_000_000L;
    }

    private String limits() throws I2PSessionException {
        int[] limits = client.session.bandwidthLimits();
        check(limits != null && limits[0] > 0 && limits[1] > 0, "limits: " + Arrays.toString(limits));
        return Arrays.toString(limits);
    }

    private String reconfigure() throws Exception {
        Properties options = new Properties();
        options.setProperty("inbound.quantity", "3");
        client.session.updateOptions(options);
        // Answers come in the order of the questions: with this one, that of the reconfiguration is here, too.
        client.session.lookupDest("no-such-name.i2p", LOOKUP_MILLIS);
        check(!client.session.isClosed(), "the session was closed");
        return "still open";
    }

    private String duplicate() throws Exception {
        Properties options = new Properties();
        Node second = new Node(server.keys);
        try {
            second.connect(i2cpPort, options);
        } catch (I2PSessionException refused) {
            check(!server.session.isClosed(), "the first session was closed");
            return "refused: " + refused.getMessage();
        }
        throw new IOException("a second session of the same destination was let in");
    }

    private String close() {
        server.manager.destroySocketManager();
        client.manager.destroySocketManager();
        check(server.session.isClosed() && client.session.isClosed(), "still open");
        return "closed";
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException(what);
        }
    }

    private record Received(int protocol, int fromPort, int toPort, byte[] payload) {}

    /** One destination with its session, its streams and the datagrams that came. */
    private static final class Node implements I2PSessionMuxedListener {
        private final byte[] keys;
        private final BlockingQueue<Received> datagrams = new LinkedBlockingQueue<>();
        private I2PSocketManager manager;
        private I2PSession session;

        Node(byte[] keys) {
            this.keys = keys;
        }

        Node(int i2cpPort, byte[] keys, Properties options) throws I2PSessionException {
            this(keys);
            connect(i2cpPort, options);
        }

        void connect(int i2cpPort, Properties options) throws I2PSessionException {
            manager = I2PSocketManagerFactory.createDisconnectedManager(
                    new ByteArrayInputStream(keys), "127.0.0.1", i2cpPort, options);
            session = manager.getSession();
            session.addMuxedSessionListener(this, I2PSession.PROTO_DATAGRAM, I2PSession.PORT_ANY);
            session.addMuxedSessionListener(this, I2PSession.PROTO_DATAGRAM_RAW, I2PSession.PORT_ANY);
            session.connect();
        }

        Destination destination() {
            return session.getMyDestination();
        }

        void send(Destination to, byte[] payload, int protocol, int fromPort, int toPort) throws I2PSessionException {
            check(
                    session.sendMessage(to, payload, 0, payload.length, null, null, protocol, fromPort, toPort),
                    "the library refused to send");
        }

        Received take() throws InterruptedException, IOException {
            Received datagram = datagrams.poll(20, TimeUnit.SECONDS);
            if (datagram == null) {
                throw new IOException("no datagram came");
            }
            return datagram;
        }

        @Override
        public void messageAvailable(I2PSession from, int id, long size) {}

        @Override
        public void messageAvailable(I2PSession from, int id, long size, int protocol, int fromPort, int toPort) {
            try {
                byte[] payload = from.receiveMessage(id);
                if (payload != null) {
                    datagrams.add(new Received(protocol, fromPort, toPort, payload));
                }
            } catch (I2PSessionException lost) {
                datagrams.add(new Received(-1, 0, 0, new byte[0]));
            }
        }

        @Override
        public void reportAbuse(I2PSession from, int severity) {}

        @Override
        public void disconnected(I2PSession from) {}

        @Override
        public void errorOccurred(I2PSession from, String message, Throwable error) {}
    }
}
