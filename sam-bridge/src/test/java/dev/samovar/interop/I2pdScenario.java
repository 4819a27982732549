package dev.samovar.interop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What {@link I2pdI2cpIT} has done, inside the namespace of the private network: starts the i2pd routers and Samovar
 * before one of them, has a SAM client on ours talk to one on theirs. Each step ends with a line {@code PASS name ...}
 * or {@code FAIL name ...}, the last line is {@code DONE}. It ends with its standard input, and as the first process of
 * its process namespace takes every other with it.
 */
final class I2pdScenario {
    private static final Duration START = Duration.ofSeconds(120);
    /** i2pd looks at a new SAM session every 20 s only, and gives a lookup up after 40 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(75);

    private static final Duration LEASE_SETS = Duration.ofSeconds(60);
    private static final int SESSION_TRIES = 3;
    private static final int ECHO_BYTES = 256 * 1024;
    static final int STALLED_BYTES = 4 * 1024 * 1024;
    private static final String OPTIONS = "SIGNATURE_TYPE=7 i2cp.leaseSetEncType=4 inbound.length=1 outbound.length=1"
            + " inbound.quantity=5 outbound.quantity=5";

    private final Samovar samovar;
    private final InetSocketAddress theirSam;
    private SamSession ours;
    private SamSession theirs;

    private I2pdScenario(Samovar samovar, InetSocketAddress theirSam) {
        this.samovar = samovar;
        this.theirSam = theirSam;
    }

    /** @param arguments i2pd, samovar.jar, a folder */
    public static void main(String[] arguments) throws Exception {
        Scenario.endWithTheTest();
        Path folder = Path.of(arguments[2]);
        try (I2pdNetwork network = I2pdNetwork.start(arguments[0], folder, I2pdNetwork.Plan.CLIENTS, START);
                Samovar samovar =
                        Samovar.before(network.i2cpPort(), Path.of(arguments[1]), folder.resolve("samovar"))) {
            System.out.println("NETWORK is up");
            new I2pdScenario(samovar, network.sam()).run();
        }
    }

    private void run() throws Exception {
        if (Scenario.step("sessions", this::sessions)) {
            Scenario.step("lookup", this::lookup);
            Scenario.step("ours-to-theirs", () -> echo(ours, theirs));
            Scenario.step("theirs-to-ours", () -> echo(theirs, ours));
            Scenario.step("stalled-reader", this::stalledReader);
        }
        Scenario.step("stop", () -> {
            samovar.stop();
            return "exit code 0";
        });
        System.out.println("DONE");
    }

    /**
     * A session on both sides that the other can reach. This i2pd sometimes leaves a lease set unpublished for minutes
     * if its outbound tunnels were late; the remedy is a new session.
     */
    private String sessions() throws Exception {
        for (int number = 1; ; number++) {
            String suffix = Integer.toString(number);
            CompletableFuture<Void> making = Echo.start(
                    "their session",
                    () -> theirs = new SamSession(theirSam, PATIENCE, "theirs" + suffix, "STREAM", OPTIONS));
            ours = new SamSession(samovar.sam(), PATIENCE, "ours" + suffix, "STREAM", OPTIONS);
            Echo.join(making, (int) PATIENCE.toSeconds());
            try {
                try (StreamPair forth = StreamPair.connect(ours, theirs, LEASE_SETS);
                        StreamPair back = StreamPair.connect(theirs, ours, LEASE_SETS)) {
                    return "made " + number + " time(s), connected after " + forth.tries() + " and " + back.tries()
                            + " tries";
                }
            } catch (IOException unreachable) {
                if (number == SESSION_TRIES) {
                    throw unreachable;
                }
                System.out.println("again: " + unreachable);
                ours.close();
                theirs.close();
            }
        }
    }

    private String lookup() throws Exception {
        try (SamSocket socket = ours.socket()) {
            I2pdNetwork.await("lookup of their .b32.i2p name", LEASE_SETS, () -> {
                String reply = socket.ask("NAMING LOOKUP NAME=" + base32(theirs.destination()));
                return theirs.destination().equals(SamSocket.value(reply, "VALUE"));
            });
        }
        return "found";
    }

    private static String base32(String destination) throws IOException {
        byte[] bytes = Base64.getDecoder().decode(destination.replace('-', '+').replace('~', '/'));
        byte[] hash;
        try {
            hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IOException(impossible);
        }
        StringBuilder text = new StringBuilder();
        int bits = 0;
        int pending = 0;
        for (byte octet : hash) {
            pending = pending << 8 | octet & 0xff;
            for (bits += 8; bits >= 5; bits -= 5) {
                text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(pending >> (bits - 5) & 31));
            }
            pending &= (1 << bits) - 1;
        }
        return text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(pending << (5 - bits) & 31)) + ".b32.i2p";
    }

    private static String echo(SamSession from, SamSession to) throws Exception {
        try (StreamPair pair = StreamPair.connect(from, to, LEASE_SETS)) {
            pair.echo(ECHO_BYTES, 90);
            return "connected after " + pair.tries() + " tries";
        }
    }

    /**
     * Our client stops reading while theirs sends: what it does not take may not pile up here. This i2pd does not know
     * what choking is; it stops when it has too much unacknowledged. Read on, and everything is there.
     */
    private String stalledReader() throws Exception {
        long seed = System.nanoTime();
        try (StreamPair pair = StreamPair.connect(ours, theirs, LEASE_SETS)) {
            long before = samovar.residentKibibytes();
            AtomicLong sent = new AtomicLong();
            CompletableFuture<Void> sending = Echo.start(
                    "their sender",
                    () -> Echo.send(
                            (bytes, from, length) -> {
                                pair.called().write(bytes, from, length);
                                sent.addAndGet(length);
                            },
                            STALLED_BYTES,
                            seed));
            long most = before;
            long last = -1;
            // Until it gets no further for three seconds.
            for (int still = 0; still < 30 && !sending.isDone(); ) {
                Thread.sleep(100);
                still = sent.get() == last ? still + 1 : 0;
                last = sent.get();
                most = Math.max(most, samovar.residentKibibytes());
            }
            long taken = sent.get();
            Echo.join(Echo.start("our reader", () -> Echo.verify(pair.caller()::readSome, STALLED_BYTES, seed)), 120);
            Echo.join(sending, 10);
            return "MEMORY " + (most - before) + " KiB above " + before + "; TAKEN " + taken / 1024 + " KiB";
        }
    }
}
