package dev.samovar.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assertions;

/** A SAM client of a few lines: what the other end of an example needs. */
final class SamSocket implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket = new Socket();

    SamSocket(InetSocketAddress bridge) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(bridge, TIMEOUT_MILLIS);
        ask("HELLO VERSION MIN=3.1 MAX=3.1");
    }

    /** Sends a command and returns the reply, which has to be a good one. */
    String ask(String command) throws IOException {
        send(command + "\n");
        String reply = readLine();
        Assertions.assertFalse(
                reply.contains("RESULT=") && !reply.contains("RESULT=OK"), () -> command.split(" ")[0] + ": " + reply);
        return reply;
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next line, without its line feed. Byte by byte, for what follows may be another's. */
    String readLine() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet; (octet = in.read()) != '\n'; ) {
            if (octet < 0) {
                throw new IOException("the bridge closed the connection");
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Waits until the bridge closes its side; whatever else comes fails the test. */
    void awaitEnd() throws IOException {
        Assertions.assertEquals(-1, socket.getInputStream().read());
    }

    /** Closes it before its time. */
    void hangUp() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
