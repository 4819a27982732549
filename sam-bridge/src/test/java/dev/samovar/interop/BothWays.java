package dev.samovar.interop;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Seeded random bytes both ways through a stream at once, and neither end ever stops reading, as programs do that share
 * files. Who calls says how many, and is told at the end that they came.
 */
final class BothWays {
    private static final long THERE = 1;
    private static final long BACK = 2;

    private BothWays() {}

    /** The caller's part; all of it is done, at both ends, when this returns. */
    static void call(Echo.Source from, Echo.Sink to, int bytes, int seconds) throws Exception {
        to.write(ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array(), 0, Integer.BYTES);
        transfer(from, to, bytes, THERE, BACK, seconds);
        read(from, 1);
    }

    /** The part of who is called. */
    static void answer(Echo.Source from, Echo.Sink to, int seconds) throws Exception {
        transfer(from, to, ByteBuffer.wrap(read(from, Integer.BYTES)).getInt(), BACK, THERE, seconds);
        to.write(new byte[1], 0, 1);
        if (from.read(new byte[1]) >= 0) {
            throw new IOException("more than was announced");
        }
    }

    private static void transfer(Echo.Source from, Echo.Sink to, int bytes, long ours, long theirs, int seconds)
            throws Exception {
        CompletableFuture<Void> sending = Echo.start("sender", () -> Echo.send(to, bytes, ours));
        Echo.join(Echo.start("verifier", () -> Echo.verify(from, bytes, theirs)), seconds);
        Echo.join(sending, seconds);
    }

    private static byte[] read(Echo.Source from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        byte[] one = new byte[1];
        while (bytes.hasRemaining()) {
            if (from.read(one) < 0) {
                throw new EOFException("the stream ended early");
            }
            bytes.put(one);
        }
        return bytes.array();
    }
}
