package dev.samovar.interop;

import dev.samovar.base.Encodings;
import dev.samovar.data.Hash;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Samovars that join a network of i2pd routers, and SAM sessions on both kinds of router that reach each other. */
final class Members {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LEASE_SETS = Duration.ofSeconds(60);
    private static final int SESSION_TRIES = 3;
    private static final int ECHO_SECONDS = 120;

    private final Path jar;
    private final Path folder;
    private final I2pdNetwork network;
    private final Path seed;
    private final List<SamSession> open = new ArrayList<>();
    private final AtomicInteger sessions = new AtomicInteger();

    /** @param folder where the data directories of Samovars come to be */
    Members(Path jar, Path folder, I2pdNetwork network) throws IOException {
        this.jar = jar;
        this.folder = folder;
        this.network = network;
        seed = folder.resolve("seed");
        for (Path routerInfo : network.routerInfos()) {
            RouterFile.read(routerInfo).store(seed);
        }
    }

    /** Starts a Samovar that knows the i2pd routers; one of the same name has the keys of the one before. */
    Samovar start(String name, String host) throws Exception {
        return Samovar.member(
                jar,
                folder.resolve(name),
                List.of(
                        "--net-id",
                        "" + I2pdNetwork.NETWORK,
                        "--seed",
                        seed.toString(),
                        "--host",
                        host,
                        // the share of others is a hard limit, which these tests would reach
                        "--bandwidth",
                        "100000"));
    }

    /** A session of three tunnels each way on any router. */
    SamSession session(InetSocketAddress sam, String style, int hops, String more) throws IOException {
        return new SamSession(
                sam,
                PATIENCE,
                style.toLowerCase(Locale.ROOT) + "-" + sessions.incrementAndGet(),
                style,
                "SIGNATURE_TYPE=7 i2cp.leaseSetEncType=4 inbound.length=" + hops + " outbound.length=" + hops
                        + " inbound.quantity=3 outbound.quantity=3 " + more);
    }

    interface Use {
        String with(SamSession ours, SamSession theirs) throws Exception;
    }

    /**
     * Has a session on both sides, and again when they do not reach each other: this i2pd sometimes leaves a lease set
     * unpublished for minutes if its outbound tunnels were late, and it crashes now and then when a session ends. So the
     * sessions of i2pd routers stay open, and a router that is gone is started again.
     */
    String between(InetSocketAddress one, InetSocketAddress two, String style, int hops, String more, Use use)
            throws Exception {
        for (int number = 1; ; number++) {
            try {
                CompletableFuture<SamSession> second =
                        Echo.compute("second session", () -> open(two, style, hops, more));
                SamSession first = open(one, style, hops, more);
                SamSession far = Echo.result(second, (int) PATIENCE.toSeconds());
                awaitFound(first, far);
                awaitFound(far, first);
                return use.with(first, far) + ", sessions made " + number + " time(s)";
            } catch (IOException | AssertionError failed) {
                if (number == SESSION_TRIES) {
                    throw failed;
                }
                System.out.println("again: " + failed + "; crashed: " + network.revive(START));
            }
        }
    }

    private SamSession open(InetSocketAddress sam, String style, int hops, String more) throws IOException {
        SamSession session = session(sam, style, hops, more);
        synchronized (open) {
            open.add(session);
        }
        return session;
    }

    private static void awaitFound(SamSession asker, SamSession wanted) throws Exception {
        try (SamSocket socket = asker.socket()) {
            String name = Hash.of(Encodings.fromBase64(wanted.destination())).toBase32();
            I2pdNetwork.await("lease set of " + wanted.id(), LEASE_SETS, () -> {
                String reply = socket.ask("NAMING LOOKUP NAME=" + name + ".b32.i2p");
                return wanted.destination().equals(SamSocket.value(reply, "VALUE"));
            });
        }
    }

    static String echoBothWays(SamSession ours, SamSession theirs, int bytes) throws Exception {
        return echo(ours, theirs, bytes) + " there, " + echo(theirs, ours, bytes) + " back";
    }

    static String echo(SamSession from, SamSession to, int bytes) throws Exception {
        try (StreamPair pair = StreamPair.connect(from, to, LEASE_SETS)) {
            long start = System.nanoTime();
            pair.echo(bytes, ECHO_SECONDS);
            return (System.nanoTime() - start) / 1_000_000 + " ms";
        }
    }
}
