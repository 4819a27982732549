package dev.samovar.interop;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Has a Java I2P router look for destinations that do not exist: an I2CP client without a session that asks for random
 * hashes and reads no answers. So the router goes from floodfill to floodfill.
 */
final class JavaI2pLookups implements AutoCloseable {
    private static final int GET_DATE = 32;
    private static final int HOST_LOOKUP = 38;
    private static final int NO_SESSION = 0xffff;
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Socket socket;
    private final DataOutputStream out;
    private final Random random = new Random();
    private int requests;
    private long last;

    JavaI2pLookups(int i2cpPort) throws IOException {
        socket = new Socket("127.0.0.1", i2cpPort);
        out = new DataOutputStream(socket.getOutputStream());
        byte[] version = "0.9.64".getBytes(StandardCharsets.US_ASCII);
        out.write(0x2a);
        out.writeInt(1 + version.length);
        out.write(GET_DATE);
        out.write(version.length);
        out.write(version);
    }

    /** Asks for one more, unless it asked a moment ago. */
    void ask() throws IOException {
        if (requests > 0 && System.nanoTime() - last < PAUSE_NANOS) {
            return;
        }
        last = System.nanoTime();
        byte[] hash = new byte[32];
        random.nextBytes(hash);
        out.writeInt(2 + 4 + 4 + 1 + hash.length);
        out.write(HOST_LOOKUP);
        out.writeShort(NO_SESSION);
        out.writeInt(++requests);
        out.writeInt(TIMEOUT_MILLIS);
        out.write(0);
        out.write(hash);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
