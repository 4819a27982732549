package dev.samovar.router;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** An HTTPS server on the loopback: every request is written down and answered by the same bytes, or by a program. */
final class TestTlsServer implements AutoCloseable {

    /** Writes an answer; the connection is closed afterwards. */
    interface Answer {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    /** The lines of each request. */
    final List<List<String>> requests = Collections.synchronizedList(new ArrayList<>());

    private final ServerSocket listening;
    private final Answer answer;

    TestTlsServer(TestSigner host, Answer answer) {
        this(host, 0, answer);
    }

    TestTlsServer(TestSigner host, int port, Answer answer) {
        this.answer = answer;
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(host.store(), TestSigner.PASSWORD);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), null, null);
            listening = tls.getServerSocketFactory().createServerSocket(port, 20, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
        start(this::accept);
    }

    /** A plain 200 with this body. */
    static Answer file(byte[] body) {
        return out -> {
            out.write(head("200 OK", "Content-Length: " + body.length));
            out.write(body);
        };
    }

    static byte[] head(String status, String... headers) {
        return ("HTTP/1.1 " + status + "\r\n" + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n")
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** As a line of hosts.txt. */
    URI host() {
        return URI.create("https://localhost:" + port() + "/");
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            List<String> lines = new ArrayList<>();
            for (String line; (line = in.readLine()) != null && !line.isEmpty(); ) {
                lines.add(line);
            }
            if (!lines.isEmpty()) {
                requests.add(lines);
                OutputStream out = socket.getOutputStream();
                answer.write(out);
                out.flush();
            }
        } catch (SocketException | SSLException gone) {
            // the other side may leave when it likes
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    static void start(Runnable work) {
        Thread thread = new Thread(work, "test server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Copies until the end of one side, then ends the other. */
    static void pipe(InputStream in, OutputStream out) {
        start(() -> {
            try (in;
                    out) {
                in.transferTo(out);
            } catch (IOException gone) {
                // the other direction has ended
            }
        });
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
