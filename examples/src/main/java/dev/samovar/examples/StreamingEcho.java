package dev.samovar.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import net.i2p.I2PException;
import net.i2p.client.streaming.I2PServerSocket;
import net.i2p.client.streaming.I2PSocket;
import net.i2p.client.streaming.I2PSocketManager;
import net.i2p.client.streaming.I2PSocketManagerFactory;

/**
 * An echo over Java I2P's own streaming library, with an I2CP port of ours behind it: a server destination and a client
 * destination, each a session of its own.
 *
 * <pre>
 *   StreamingEcho [HOST:PORT [HOPS [BYTES]]]        default 127.0.0.1:7654, the router's hops, 1,000,000 bytes
 * </pre>
 *
 * Needs {@code net.i2p:i2p}, {@code net.i2p.client:streaming} and {@code net.i2p.client:mstreaming} on the class path.
 * The library starts threads that outlive their sessions, so the program leaves by {@link System#exit}.
 */
public final class StreamingEcho {
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final int CONNECT_ATTEMPTS = 10;
    private static final int BUFFER_SIZE = 32_768;

    private StreamingEcho() {}

    /** Exit code 0 if every byte came back, else 1. */
    public static void main(String[] arguments) {
        String[] hostAndPort = (arguments.length > 0 ? arguments[0] : "127.0.0.1:7654").split(":");
        Properties options = new Properties();
        options.setProperty("i2cp.destination.sigType", "EdDSA_SHA512_Ed25519");
        options.setProperty("i2cp.leaseSetEncType", "4");
        if (arguments.length > 1) {
            for (String direction : new String[] {"inbound", "outbound"}) {
                options.setProperty(direction + ".length", arguments[1]);
                options.setProperty(direction + ".allowZeroHop", "true");
            }
        }
        int size = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1_000_000;
        int code = 1;
        try {
            code = run(hostAndPort[0], Integer.parseInt(hostAndPort[1]), options, size) ? 0 : 1;
        } catch (IOException | I2PException | InterruptedException failure) {
            System.err.println("StreamingEcho: " + failure);
        }
        System.exit(code);
    }

    private static boolean run(String host, int port, Properties options, int size)
            throws IOException, I2PException, InterruptedException {
        I2PSocketManager server = session("server", host, port, options);
        I2PSocketManager client = session("client", host, port, options);
        try {
            I2PServerSocket listener = server.getServerSocket();
            Thread serving = new Thread(() -> serve(listener), "echo server");
            serving.setDaemon(true);
            serving.start();
            try (I2PSocket socket = connect(client, server)) {
                socket.setReadTimeout(TIMEOUT_MILLIS);
                return echo(socket, "hello over I2P\n".getBytes(StandardCharsets.UTF_8)) && echo(socket, pattern(size));
            }
        } finally {
            client.destroySocketManager();
            server.destroySocketManager();
        }
    }

    /** A session whose lease set is there: a new destination, in memory only. */
    private static I2PSocketManager session(String name, String host, int port, Properties options)
            throws I2PException {
        Properties own = new Properties();
        own.putAll(options);
        own.setProperty("outbound.nickname", "StreamingEcho " + name);
        I2PSocketManager manager = I2PSocketManagerFactory.createManager(host, port, own);
        if (manager == null) {
            throw new I2PException("no " + name + " session at " + host + ":" + port);
        }
        System.out.println(name + ": session is up");
        return manager;
    }

    /** A lease set takes a while to be found: tries again. */
    private static I2PSocket connect(I2PSocketManager from, I2PSocketManager to)
            throws IOException, I2PException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                long started = System.nanoTime();
                I2PSocket socket = from.connect(to.getSession().getMyDestination());
                System.out.printf("client: connected after %d ms%n", (System.nanoTime() - started) / 1_000_000);
                return socket;
            } catch (I2PException | IOException failure) {
                if (attempt == CONNECT_ATTEMPTS) {
                    throw failure;
                }
                System.out.println("client: not connected, trying again");
                Thread.sleep(2000);
            }
        }
    }

    /** One stream after the other, until the session ends. */
    private static void serve(I2PServerSocket listener) {
        while (true) {
            I2PSocket accepted;
            try {
                accepted = listener.accept();
            } catch (I2PException | IOException end) {
                return;
            }
            try (I2PSocket socket = accepted) {
                System.out.println("server: a stream has come");
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                byte[] buffer = new byte[BUFFER_SIZE];
                for (int count; (count = in.read(buffer)) >= 0; ) {
                    out.write(buffer, 0, count);
                    if (in.available() == 0) {
                        out.flush();
                    }
                }
            } catch (IOException lost) {
                System.out.println("server: the stream broke off");
            }
        }
    }

    /** Writes on a thread of its own while it reads: an echo that is not read would fill both ways and stop. */
    private static boolean echo(I2PSocket socket, byte[] sent) throws IOException, InterruptedException {
        long started = System.nanoTime();
        OutputStream out = socket.getOutputStream();
        Thread writer = new Thread(
                () -> {
                    try {
                        out.write(sent);
                        out.flush();
                    } catch (IOException closed) {
                        // The reader notices: the bytes that are missing never come back.
                    }
                },
                "echo writer");
        writer.setDaemon(true);
        writer.start();
        byte[] received = new byte[sent.length];
        InputStream in = socket.getInputStream();
        int length = 0;
        while (length < received.length) {
            int count = in.read(received, length, received.length - length);
            if (count <= 0) {
                break;
            }
            length += count;
        }
        writer.join(TIMEOUT_MILLIS);
        boolean same = length == sent.length && Arrays.equals(sent, received);
        System.out.printf(
                "client: %d of %d bytes came back after %d ms, %s%n",
                length, sent.length, (System.nanoTime() - started) / 1_000_000, same ? "the same" : "not the same");
        return same;
    }

    /** Bytes that do not repeat soon, so that a lost or doubled packet shows. */
    private static byte[] pattern(int size) {
        byte[] bytes = new byte[size];
        int state = 1;
        for (int i = 0; i < size; i++) {
            state = state * 1_103_515_245 + 12_345;
            bytes[i] = (byte) (state >>> 16);
        }
        return bytes;
    }
}
