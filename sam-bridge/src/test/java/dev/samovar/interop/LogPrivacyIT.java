package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.DestinationKeys;
import dev.samovar.testkit.Traces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that the packaged program writes in a full run at the level debug: with its own router, whose I2CP port a second one
 * uses by TCP. No line of either may help anybody to link a person to a destination.
 */
@Timeout(120)
final class LogPrivacyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** IDs, names and payloads of this run. */
    private static final String MARK = "sesame";

    @TempDir(cleanup = CleanupMode.ALWAYS)
    Path folder;

    private final List<String> keys = new ArrayList<>();

    @Test
    void nothingOfAPersonIsWrittenAtAnyLevel() throws Exception {
        String output;
        try (Samovar router = Samovar.local(folder.resolve("router"), "--log-level", "debug");
                Samovar bridge = Samovar.before(
                        router.i2cp().getPort(), Samovar.jar(), folder.resolve("bridge"), "--log-level", "debug")) {
            run(router, bridge);
            run(bridge, router);
            bridge.stop();
            router.stop();
            for (Samovar each : List.of(router, bridge)) {
                String all = each.output();
                assertTrue(all.contains("sam#1 STREAM session stands"), "its first lines are lost");
                assertTrue(all.contains("sam#1/s1 stands"), "it does not say all");
                assertTrue(all.contains("ended"), "its last lines are lost");
            }
            output = router.output() + "\n" + bridge.output();
        }
        assertEquals(12, keys.size());
        assertNull(Traces.find(output, keys, MARK));
    }

    /** The session's destination. */
    private String session(Samovar bridge, List<SamSocket> open, String style, String more) throws IOException {
        SamSocket control = new SamSocket(bridge.sam(), PATIENCE);
        open.add(control);
        String id = MARK + "-" + style.toLowerCase(java.util.Locale.ROOT);
        String reply = control.good(
                "SESSION CREATE STYLE=" + style + " ID=" + id + " DESTINATION=TRANSIENT SIGNATURE_TYPE=7" + more);
        keys.add(SamSocket.value(reply, "DESTINATION"));
        return SamSocket.value(control.good("NAMING LOOKUP NAME=ME"), "VALUE");
    }

    private void run(Samovar from, Samovar to) throws Exception {
        List<SamSocket> open = new ArrayList<>();
        try (DatagramSocket udp = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
                ServerSocket target = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            udp.setSoTimeout((int) PATIENCE.toMillis());
            String server = session(to, open, "STREAM", "");
            session(from, open, "STREAM", "");
            String datagrams = session(to, open, "DATAGRAM", " PORT=" + udp.getLocalPort());
            session(from, open, "DATAGRAM", "");
            String raw = session(from, open, "RAW", "");
            SamSocket rawControl = open.get(open.size() - 1);

            SamSocket accept = socket(to, open);
            accept.good("STREAM ACCEPT ID=" + MARK + "-stream");
            SamSocket connect = socket(from, open);
            connect.good("STREAM CONNECT ID=" + MARK + "-stream DESTINATION=" + server);
            accept.readLine();
            connect.write(bytes(MARK));
            accept.read(MARK.length());
            connect.close();

            SamSocket forward = socket(to, open);
            forward.good("STREAM FORWARD ID=" + MARK + "-stream PORT=" + target.getLocalPort());
            SamSocket through = socket(from, open);
            through.good("STREAM CONNECT ID=" + MARK + "-stream DESTINATION=" + server);
            through.write(bytes(MARK));
            try (Socket forwarded = target.accept()) {
                forwarded.getInputStream().readNBytes(server.length());
            }

            byte[] packet = bytes("3.0 " + MARK + "-datagram " + datagrams + "\n" + MARK);
            udp.send(new DatagramPacket(packet, packet.length, from.samUdp()));
            udp.receive(new DatagramPacket(new byte[2048], 2048));
            byte[] bad = bytes("3.0 " + MARK + " " + MARK + ".i2p\n" + MARK);
            udp.send(new DatagramPacket(bad, bad.length, from.samUdp()));
            rawControl.send("RAW SEND SIZE=" + MARK.length() + " DESTINATION=" + raw, bytes(MARK));
            rawControl.readLine();
            rawControl.read(MARK.length());

            SamSocket client = socket(from, open);
            String generated = SamSocket.value(client.ask("DEST GENERATE SIGNATURE_TYPE=7"), "PRIV");
            keys.add(generated);
            client.ask("SESSION CREATE STYLE=STREAM ID=" + MARK + "-stream DESTINATION=TRANSIENT");
            client.ask("SESSION CREATE STYLE=STREAM ID=" + MARK + " DESTINATION=" + keys.get(keys.size() - 5));
            client.ask("SESSION CREATE STYLE=STREAM ID=" + MARK + " DESTINATION=" + MARK);
            client.ask("SESSION CREATE STYLE=STREAM ID=\"" + MARK);
            client.ask("NAMING LOOKUP NAME=" + MARK + ".i2p");
            client.ask(MARK + " " + MARK);
            client.ask("STREAM CONNECT ID=" + MARK + "-stream DESTINATION="
                    + DestinationKeys.fromBase64(generated).destination().toBase64());
        } finally {
            for (SamSocket socket : open) {
                socket.close();
            }
        }
    }

    private static SamSocket socket(Samovar bridge, List<SamSocket> open) throws IOException {
        SamSocket socket = new SamSocket(bridge.sam(), PATIENCE);
        open.add(socket);
        return socket;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
