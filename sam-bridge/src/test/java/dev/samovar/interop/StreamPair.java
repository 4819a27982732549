package dev.samovar.interop;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Both ends of a stream between two SAM sessions. */
record StreamPair(SamSocket caller, SamSocket called, int tries) implements AutoCloseable {
    private static final int SMALL_BUFFER = 32 * 1024;
    private static final int SERVER_SECONDS = 30;

    /** Connects, again and again while there is no lease set of the one that is called. */
    static StreamPair connect(SamSession from, SamSession to, Duration patience) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        for (int tries = 1; ; tries++) {
            SamSocket accepting = to.accept(SMALL_BUFFER);
            try {
                SamSocket caller = from.connect(to.destination(), SMALL_BUFFER);
                String who = accepting.readLine().split(" ")[0];
                if (!who.equals(from.destination())) {
                    throw new AssertionError(to.id() + " was told of another caller than " + from.id());
                }
                return new StreamPair(caller, accepting, tries);
            } catch (IOException failed) {
                accepting.close();
                if (System.nanoTime() > deadline) {
                    throw new IOException(from.id() + " does not reach " + to.id(), failed);
                }
                // A refusal comes at once while there is no lease set.
                Thread.sleep(250);
            }
        }
    }

    /** Sends bytes there and has them sent back. */
    void echo(int bytes, int seconds) throws Exception {
        CompletableFuture<Void> serving = Echo.start("echo server", () -> Echo.serve(called, bytes));
        Echo.run(caller, bytes, seconds);
        Echo.join(serving, SERVER_SECONDS);
    }

    @Override
    public void close() throws IOException {
        caller.close();
        called.close();
    }
}
