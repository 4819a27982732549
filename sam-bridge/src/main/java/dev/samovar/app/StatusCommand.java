package dev.samovar.app;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.samovar.base.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The command {@code status}: asks the program that runs on a data directory ({@link StatusServer}) how it is. */
final class StatusCommand {

    private static final long PATIENCE_MILLIS = 10_000;
    private static final int MAX_ANSWER = 1024 * 1024;

    private StatusCommand() {}

    /** The text to print; a {@link StartException} when nobody answers. */
    static String run(Path dataDir, boolean json, Clock clock) throws StartException {
        byte[] answer;
        try {
            answer = ask(dataDir.resolve(StatusServer.SOCKET_FILE), clock);
        } catch (IOException | UnsupportedOperationException nobody) {
            throw new StartException("no samovar answers on the data directory " + dataDir
                    + ": start one there, or name another with " + ConfigKey.DATA_DIR.flag());
        }
        if (json) {
            return new String(answer, StandardCharsets.UTF_8);
        }
        try {
            return StatusText.of(new ObjectMapper()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .readValue(answer, GatewayStatus.class));
        } catch (IOException another) {
            throw new StartException(
                    "the samovar on " + dataDir + " is of another version; ask it with its own jar, or with --json");
        }
    }

    private static byte[] ask(Path socket, Clock clock) throws IOException {
        long deadline = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            // connecting to a Unix socket does not wait for the other side
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (true) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - clock.nanos());
                if (millis <= 0) {
                    throw new IOException("no answer in time");
                }
                selector.select(millis);
                selector.selectedKeys().clear();
                int read = channel.read(buffer.clear());
                if (read < 0) {
                    break;
                }
                answer.write(buffer.array(), 0, read);
                if (answer.size() > MAX_ANSWER) {
                    throw new IOException("an answer without end");
                }
            }
        }
        if (answer.size() == 0) {
            throw new IOException("no answer");
        }
        return answer.toByteArray();
    }
}
