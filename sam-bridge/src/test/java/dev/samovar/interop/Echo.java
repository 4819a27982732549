package dev.samovar.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends seeded random bytes one way, gets them back, compares every one. */
final class Echo {
    private static final int CHUNK = 16 * 1024;

    private Echo() {}

    /** Reads from, writes to: what both kinds of stream of these tests have in common. */
    interface Source {
        int read(byte[] buffer) throws IOException;
    }

    interface Sink {
        void write(byte[] bytes, int from, int length) throws IOException;
    }

    /** Work on a thread of its own; the result or its failure comes with {@link #join}. */
    interface Work {
        void run() throws Exception;
    }

    static CompletableFuture<Void> start(String name, Work work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (Throwable failed) {
                        done.completeExceptionally(failed);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    /** The same with a result, for {@link #result}. */
    static <T> CompletableFuture<T> compute(String name, Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        start(name, () -> {
            try {
                done.complete(work.call());
            } catch (Throwable failed) {
                done.completeExceptionally(failed);
            }
        });
        return done;
    }

    static void join(CompletableFuture<Void> work, int seconds) throws Exception {
        result(work, seconds);
    }

    static <T> T result(CompletableFuture<T> work, int seconds) throws Exception {
        try {
            return work.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        } catch (TimeoutException late) {
            throw new IOException("not done after " + seconds + " s", late);
        }
    }

    /** Sends back what comes, until {@code bytes} came. */
    static void serve(Source from, Sink to, long bytes) throws IOException {
        byte[] buffer = new byte[CHUNK];
        for (long left = bytes; left > 0; ) {
            int count = from.read(buffer);
            if (count < 0) {
                throw new IOException("the stream ended, " + left + " bytes early");
            }
            to.write(buffer, 0, count);
            left -= count;
        }
    }

    /** Sends the bytes of the seed. */
    static void send(Sink to, long bytes, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] buffer = new byte[CHUNK];
        for (long left = bytes; left > 0; ) {
            random.nextBytes(buffer);
            int count = (int) Math.min(left, CHUNK);
            to.write(buffer, 0, count);
            left -= count;
        }
    }

    /** Reads the bytes of the seed, and none behind them, and compares each. */
    static void verify(Source from, long bytes, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] expected = new byte[CHUNK];
        byte[] buffer = new byte[CHUNK];
        int offset = CHUNK;
        for (long got = 0; got < bytes; ) {
            if (buffer.length > bytes - got) {
                buffer = new byte[(int) (bytes - got)];
            }
            int count = from.read(buffer);
            if (count <= 0) {
                throw new IOException("the stream ended after " + got + " of " + bytes + " bytes, seed " + seed);
            }
            for (int done = 0; done < count; ) {
                if (offset == CHUNK) {
                    random.nextBytes(expected);
                    offset = 0;
                }
                int length = Math.min(count - done, CHUNK - offset);
                if (!Arrays.equals(buffer, done, done + length, expected, offset, offset + length)) {
                    throw new IOException("wrong bytes after " + (got + done) + ", seed " + seed);
                }
                done += length;
                offset += length;
            }
            got += count;
        }
    }

    /** Sends and verifies at once, against somebody who serves. */
    static void run(Source from, Sink to, long bytes, int seconds) throws Exception {
        long seed = new Random().nextLong();
        CompletableFuture<Void> sender = start("echo sender", () -> send(to, bytes, seed));
        join(start("echo verifier", () -> verify(from, bytes, seed)), seconds);
        join(sender, seconds);
    }

    static void run(SamSocket stream, long bytes, int seconds) throws Exception {
        run(stream::readSome, stream::write, bytes, seconds);
    }

    static void serve(SamSocket stream, long bytes) throws IOException {
        serve(stream::readSome, stream::write, bytes);
    }

    static Source source(InputStream in) {
        return in::read;
    }

    /** Flushes after every piece: Java I2P's streams hold small ones back otherwise. */
    static Sink sink(OutputStream out) {
        return (bytes, from, length) -> {
            out.write(bytes, from, length);
            out.flush();
        };
    }
}
