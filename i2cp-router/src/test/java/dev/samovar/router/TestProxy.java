package dev.samovar.router;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A SOCKS5 or HTTP proxy on the loopback that brings everything to one port, whatever name it is asked for. */
final class TestProxy implements AutoCloseable {

    /** What was asked for, NAME:PORT; an address that was asked for instead of a name has no letters. */
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    private final ServerSocket listening;
    private final boolean socks;
    private final int target;

    /** @param target the port, or 0 to refuse */
    TestProxy(boolean socks, int target) throws IOException {
        this.socks = socks;
        this.target = target;
        listening = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
        TestTlsServer.start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                boolean granted = socks ? socks(in, out) : http(in, out);
                if (granted) {
                    Socket onward = new Socket(InetAddress.getLoopbackAddress(), target);
                    TestTlsServer.pipe(in, onward.getOutputStream());
                    TestTlsServer.pipe(onward.getInputStream(), out);
                } else {
                    socket.close();
                }
            } catch (IOException closed) {
                if (!listening.isClosed()) {
                    throw new UncheckedIOException(closed);
                }
            }
        }
    }

    /** RFC 1928. */
    private boolean socks(DataInputStream in, OutputStream out) throws IOException {
        in.readByte();
        in.readFully(new byte[in.readUnsignedByte()]);
        out.write(new byte[] {5, 0});
        in.readFully(new byte[3]);
        boolean name = in.readByte() == 3;
        byte[] host = new byte[name ? in.readUnsignedByte() : 4];
        in.readFully(host);
        String text = name
                ? new String(host, StandardCharsets.US_ASCII)
                : InetAddress.getByAddress(host).getHostAddress();
        asked.add(text + ":" + in.readUnsignedShort());
        out.write(new byte[] {5, (byte) (target == 0 ? 4 : 0), 0, 1, 0, 0, 0, 0, 0, 0});
        return target != 0;
    }

    private boolean http(DataInputStream in, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        asked.add(head.toString().split(" ", 3)[1]);
        out.write(TestTlsServer.head(target == 0 ? "502 Bad Gateway" : "200 Connection established"));
        return target != 0;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
