package dev.samovar.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Passes bytes on between clients and one address, and counts them: what really goes over an I2CP connection. */
final class CountingProxy implements AutoCloseable {
    private final InetSocketAddress target;
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new ArrayList<>();
    private final AtomicLong toTarget = new AtomicLong();
    private final AtomicLong fromTarget = new AtomicLong();

    CountingProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        Echo.start("proxy", () -> {
            while (true) {
                Socket client = keep(listening.accept());
                Socket server = keep(new Socket(target.getAddress(), target.getPort()));
                pass(client, server, toTarget);
                pass(server, client, fromTarget);
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    long toTarget() {
        return toTarget.get();
    }

    long fromTarget() {
        return fromTarget.get();
    }

    private Socket keep(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        synchronized (sockets) {
            sockets.add(socket);
        }
        return socket;
    }

    private static void pass(Socket from, Socket to, AtomicLong count) {
        Echo.start("proxy", () -> {
            byte[] buffer = new byte[64 * 1024];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length; (length = in.read(buffer)) >= 0; ) {
                    count.addAndGet(length);
                    out.write(buffer, 0, length);
                }
            }
        });
    }

    @Override
    public void close() throws IOException {
        listening.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
