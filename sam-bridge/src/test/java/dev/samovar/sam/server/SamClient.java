package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A SAM client that waits for what it expects, at most some seconds. */
final class SamClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    final Socket socket = new Socket();
    private final InputStream in;

    /** Set by those who make a session. */
    String privateKey;

    String destination;

    SamClient(InetSocketAddress bridge) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(bridge);
        in = socket.getInputStream();
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends a line. */
    void line(String text) throws IOException {
        send(text + "\n");
    }

    /** Sends a line and reads a line. */
    String ask(String text) throws IOException {
        line(text);
        return readLine();
    }

    void expect(String command, String reply) throws IOException {
        assertEquals(reply, ask(command));
    }

    /** One line without its LF; null at the end. */
    String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        int next;
        while ((next = read()) >= 0) {
            if (next == '\n') {
                return line.toString();
            }
            line.append((char) next);
        }
        return line.isEmpty() ? null : line.toString();
    }

    private int read() throws IOException {
        try {
            return in.read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    /** What one read returns, as impatient clients use it. */
    String readOnce() throws IOException {
        byte[] buffer = new byte[64 * 1024];
        int length = in.read(buffer);
        return length < 0 ? null : new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        assertEquals(length, bytes.length, "bytes before the end");
        return bytes;
    }

    String readText(int length) throws IOException {
        return new String(read(length), StandardCharsets.UTF_8);
    }

    /** Reads until the bridge closes. */
    String readAll() throws IOException {
        StringBuilder all = new StringBuilder();
        int next;
        while ((next = read()) >= 0) {
            all.append((char) next);
        }
        return all.toString();
    }

    void expectClosed() throws IOException {
        assertEquals("", readAll());
    }

    /** Whether there is nothing to read now. */
    boolean isQuiet() throws IOException {
        return in.available() == 0;
    }

    /** Closes with a RESET in place of an orderly end. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
