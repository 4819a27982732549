package dev.samovar.interop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A SAM session with its control socket and what a peer has to know of it. */
final class SamSession implements AutoCloseable {
    private final InetSocketAddress bridge;
    private final Duration patience;
    private final String id;
    private final SamSocket control;
    private final String destination;

    /**
     * Creates the session and asks for its destination.
     *
     * @param style STREAM, DATAGRAM or RAW
     * @param options what follows DESTINATION=TRANSIENT in the command
     */
    SamSession(InetSocketAddress bridge, Duration patience, String id, String style, String options)
            throws IOException {
        this(bridge, patience, id, style, "TRANSIENT", options);
    }

    /** The same with keys that were made before. */
    static SamSession of(
            InetSocketAddress bridge, Duration patience, String id, String style, String keys, String options)
            throws IOException {
        return new SamSession(bridge, patience, id, style, keys, options);
    }

    private SamSession(
            InetSocketAddress bridge, Duration patience, String id, String style, String keys, String options)
            throws IOException {
        this.bridge = bridge;
        this.patience = patience;
        this.id = id;
        control = new SamSocket(bridge, patience);
        try {
            control.good("SESSION CREATE STYLE=" + style + " ID=" + id + " DESTINATION=" + keys + " " + options);
            destination = SamSocket.value(control.good("NAMING LOOKUP NAME=ME"), "VALUE");
        } catch (IOException | RuntimeException failed) {
            control.close();
            throw failed;
        }
    }

    String id() {
        return id;
    }

    String destination() {
        return destination;
    }

    SamSocket control() {
        return control;
    }

    /** A new socket to the bridge that has said hello. */
    SamSocket socket() throws IOException {
        return new SamSocket(bridge, patience);
    }

    /** A stream to the destination. */
    SamSocket connect(String to) throws IOException {
        return connect(to, 0);
    }

    /** The same, on a socket with buffers of that size; 0 leaves it to the system. */
    SamSocket connect(String to, int buffers) throws IOException {
        SamSocket stream = new SamSocket(bridge, patience, buffers);
        try {
            stream.good("STREAM CONNECT ID=" + id + " DESTINATION=" + to + " SILENT=false");
            return stream;
        } catch (IOException | RuntimeException failed) {
            stream.close();
            throw failed;
        }
    }

    /** A socket that waits for a stream: its next line is the caller's destination, then come its bytes. */
    SamSocket accept() throws IOException {
        return accept(0);
    }

    /** The same, on a socket with buffers of that size; 0 leaves it to the system. */
    SamSocket accept(int buffers) throws IOException {
        SamSocket stream = new SamSocket(bridge, patience, buffers);
        try {
            stream.good("STREAM ACCEPT ID=" + id + " SILENT=false");
            return stream;
        } catch (IOException | RuntimeException failed) {
            stream.close();
            throw failed;
        }
    }

    @Override
    public void close() throws IOException {
        control.close();
    }
}
