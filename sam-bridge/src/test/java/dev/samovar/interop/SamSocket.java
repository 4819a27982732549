package dev.samovar.interop;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** One socket of a SAM 3.1 client. Replies are checked by who asks. */
final class SamSocket implements AutoCloseable {
    private final Socket socket = new Socket();

    SamSocket(InetSocketAddress bridge, Duration patience) throws IOException {
        this(bridge, patience, 0);
    }

    /** @param buffers bytes that the kernel may hold here in each direction; 0 leaves it to the system */
    SamSocket(InetSocketAddress bridge, Duration patience, int buffers) throws IOException {
        if (buffers > 0) {
            socket.setReceiveBufferSize(buffers);
            socket.setSendBufferSize(buffers);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) patience.toMillis());
        socket.connect(bridge, 10_000);
        good("HELLO VERSION MIN=3.1 MAX=3.1");
    }

    /** Sends a command and returns the reply, whatever it says. */
    String ask(String command) throws IOException {
        begin(command);
        return readLine();
    }

    /** Sends a command and waits for nothing. */
    void begin(String command) throws IOException {
        write((command + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends a command and returns the reply; anything but RESULT=OK is an error. */
    String good(String command) throws IOException {
        String reply = ask(command);
        if (!reply.contains(" RESULT=OK")) {
            throw new IOException(String.join(" ", firstWords(command)) + " was answered: " + reply);
        }
        return reply;
    }

    private static String[] firstWords(String line) {
        String[] words = line.split(" ", 3);
        return Arrays.copyOf(words, Math.min(2, words.length));
    }

    /** The value of NAME=value in a reply; null if it is not there. */
    static String value(String reply, String name) {
        for (String word : reply.split(" ")) {
            if (word.startsWith(name + "=")) {
                return word.substring(name.length() + 1);
            }
        }
        return null;
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void write(byte[] bytes, int from, int length) throws IOException {
        socket.getOutputStream().write(bytes, from, length);
    }

    /** Sends a header line and the payload behind it in one piece, as datagram commands want it. */
    void send(String header, byte[] payload) throws IOException {
        byte[] line = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(line, line.length + payload.length);
        System.arraycopy(payload, 0, all, line.length, payload.length);
        write(all);
    }

    /** The next line, without its line feed. Byte by byte, for what follows may be payload. */
    String readLine() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet; (octet = in.read()) != '\n'; ) {
            if (octet < 0) {
                throw new EOFException("the bridge closed the connection");
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Exactly that many bytes of payload. */
    byte[] read(int length) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the stream ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    /** Some bytes into the buffer: their number, or -1 at the end. */
    int readSome(byte[] buffer) throws IOException {
        return socket.getInputStream().read(buffer);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
