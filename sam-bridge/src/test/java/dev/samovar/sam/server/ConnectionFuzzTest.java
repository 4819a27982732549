package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.samovar.base.SecureEntropy;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.testkit.LeakCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random clients that say anything in any order, in pieces, and leave when they like. */
@ExtendWith(LeakCheck.class)
class ConnectionFuzzTest {

    private static final int CLIENTS = 600;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whateverClientsDoNothingBreaksAndNothingIsLeft(boolean realStreams) throws Exception {
        long seed = new Random().nextLong();
        try (CapturedLog log = new CapturedLog();
                TestBridge bridge = realStreams ? TestBridge.overStreaming() : new TestBridge()) {
            try {
                run(bridge, new Random(seed));
                bridge.clear();
                for (int i = 0; i < 3; i++) {
                    // leaked buffers are reported at the next allocation after a collection
                    System.gc();
                    ByteBuf any = PooledByteBufAllocator.DEFAULT.buffer(64);
                    any.release();
                }
                assertEquals("", log.errors(), "seed " + seed);
            } catch (AssertionError | IOException failed) {
                throw new AssertionError("seed " + seed, failed);
            }
        }
    }

    private static void run(TestBridge bridge, Random random) throws Exception {
        List<String> keys = new ArrayList<>();
        List<String> destinations = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            DestinationKeys made = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE);
            keys.add(made.toBase64());
            destinations.add(made.destination().toBase64());
        }
        List<SamClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            if (i % 20 == 0) {
                // so that there are sessions to use, as a rule
                int who = random.nextInt(keys.size());
                SamClient owner = bridge.client();
                owner.ask("SESSION CREATE STYLE=STREAM ID=s" + who + " DESTINATION=" + keys.get(who));
                clients.add(owner);
            }
            SamClient client = bridge.raw();
            clients.add(client);
            try {
                if (random.nextInt(10) > 0) {
                    client.send("HELLO VERSION\n");
                }
                for (int n = random.nextInt(6); n >= 0; n--) {
                    say(client, command(random, keys, destinations), random);
                }
            } catch (IOException closed) {
                // the bridge may close whenever it has reason to
            }
            for (int n = random.nextInt(3); n > 0 && random.nextInt(3) == 0; n--) {
                leave(clients.get(random.nextInt(clients.size())), random);
            }
        }
    }

    private static void leave(SamClient client, Random random) {
        try {
            switch (random.nextInt(3)) {
                case 0 -> client.close();
                case 1 -> client.abort();
                default -> client.socket.shutdownOutput();
            }
        } catch (IOException gone) {
            // it has left before
        }
    }

    private static void say(SamClient client, String text, Random random) throws IOException {
        int at = 0;
        while (at < text.length()) {
            int next = random.nextInt(4) > 0 ? text.length() : Math.min(text.length(), at + 1 + random.nextInt(40));
            client.send(text.substring(at, next));
            at = next;
        }
    }

    private static String command(Random random, List<String> keys, List<String> destinations) {
        int who = random.nextInt(keys.size());
        String id = " ID=s" + random.nextInt(5);
        String to = " DESTINATION=" + destinations.get(random.nextInt(destinations.size()));
        String silent = random.nextInt(3) == 0 ? " SILENT=true" : "";
        return switch (random.nextInt(20)) {
            case 0 -> "SESSION CREATE STYLE=STREAM ID=s" + who + " DESTINATION=" + keys.get(who) + "\n";
            case 1 -> "SESSION CREATE STYLE=DATAGRAM DESTINATION=TRANSIENT SIGNATURE_TYPE=7" + id + "\n";
            case 2 -> "SESSION CREATE STYLE=RAW DESTINATION=TRANSIENT SIGNATURE_TYPE=7 PORT=9" + id + "\n";
            case 3, 4, 5, 6, 7, 8 ->
                "STREAM CONNECT" + id + to + silent + "\n" + "payload".repeat(random.nextInt(2000));
            case 9, 10, 11 -> "STREAM ACCEPT" + id + silent + "\n" + (random.nextInt(4) == 0 ? "early bytes" : "");
            case 12 -> "STREAM FORWARD" + id + " PORT=" + (1 + random.nextInt(3)) + silent + "\n";
            case 13 -> "NAMING LOOKUP NAME=" + (random.nextBoolean() ? "ME" : "a".repeat(52) + ".b32.i2p") + "\n";
            case 14 -> "DEST GENERATE SIGNATURE_TYPE=" + random.nextInt(9) + "\n";
            case 15 -> "DATAGRAM SEND" + to + " SIZE=5\nhello";
            case 16 -> "RAW SEND" + to + " SIZE=" + random.nextInt(10) + "\nhello";
            case 17 -> "PING " + random.nextInt() + "\r\n\n";
            case 18 -> random.nextInt(5) == 0 ? "x".repeat(40_000) : "QUIT\n";
            default -> {
                StringBuilder noise = new StringBuilder();
                for (int i = random.nextInt(60); i > 0; i--) {
                    noise.append((char) random.nextInt(128));
                }
                yield noise.append('\n').toString();
            }
        };
    }
}
