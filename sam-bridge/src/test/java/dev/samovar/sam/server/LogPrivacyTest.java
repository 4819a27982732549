package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A full run with everything logged: no line of the log may help anybody to link a person to a destination. */
class LogPrivacyTest {

    private static final int PIECE = 16;

    /** IDs, names and payloads of this run. */
    private static final String MARK = "sesame";

    @Test
    void noKeyDestinationIdNameOrPayloadIsLoggedAtAnyLevel() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            List<String> keys = run();
            String all = log.all();
            assertTrue(all.contains("sam#1 STREAM session stands"), "the log was not captured");
            assertTrue(all.contains("sam#1/s1 stands"), "the log was not captured at every level");
            assertFalse(all.toLowerCase(Locale.ROOT).contains(MARK), () -> lineWith(all, MARK));
            for (String key : keys) {
                for (String form : forms(key)) {
                    for (int at = 0; at + PIECE <= form.length(); at += PIECE) {
                        String piece = form.substring(at, at + PIECE);
                        assertFalse(all.contains(piece), () -> lineWith(all, piece));
                    }
                }
            }
        }
    }

    private static String lineWith(String all, String piece) {
        return all.lines().filter(line -> line.contains(piece)).findFirst().orElse("");
    }

    /** As text, as address, as bytes in the usual notations. */
    private static List<String> forms(String privateKey) throws Exception {
        byte[] bytes = DestinationKeys.fromBase64(privateKey).toBytes();
        Destination destination = DestinationKeys.fromBase64(privateKey).destination();
        String array = Arrays.toString(destination.hash().toBytes());
        return List.of(
                privateKey,
                destination.toBase32(),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().formatHex(destination.hash().toBytes()),
                array.substring(1, array.length() - 1));
    }

    private static List<String> run() throws Exception {
        List<String> keys = new ArrayList<>();
        try (TestBridge bridge = TestBridge.overStreaming();
                ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            udp.setSoTimeout(10_000);
            SamClient server = bridge.session(MARK + "-server");
            SamClient dialer = bridge.session(MARK + "-dialer");
            SamClient datagrams = bridge.session(MARK + "-datagrams", "DATAGRAM", " PORT=" + udp.getLocalPort());
            SamClient raw = bridge.session(MARK + "-raw", "RAW", "");
            for (SamClient session : List.of(server, dialer, datagrams, raw)) {
                keys.add(session.privateKey);
            }
            SamClient client = bridge.client();
            String generated = client.ask("DEST GENERATE SIGNATURE_TYPE=7").replaceAll("^.* PRIV=", "");
            keys.add(generated);
            String absent = DestinationKeys.fromBase64(generated).destination().toBase64();

            SamClient accept = bridge.client();
            accept.ask("STREAM ACCEPT ID=" + MARK + "-server");
            SamClient connect = bridge.client();
            connect.expect(
                    "STREAM CONNECT ID=" + MARK + "-dialer DESTINATION=" + server.destination,
                    "STREAM STATUS RESULT=OK");
            accept.readLine();
            connect.send(MARK + " payload");
            assertEquals(MARK + " payload", accept.readText(MARK.length() + 8));
            connect.abort();
            accept.readAll();

            SamClient forward = bridge.client();
            forward.ask("STREAM FORWARD ID=" + MARK + "-server PORT=" + target.getLocalPort());
            SamClient through = bridge.client();
            through.ask("STREAM CONNECT ID=" + MARK + "-dialer DESTINATION=" + server.destination);
            through.send(MARK);
            try (Socket forwarded = target.accept()) {
                forwarded.getInputStream().readNBytes(server.destination.length());
            }

            byte[] packet = ("3.0 " + MARK + "-datagrams " + datagrams.destination + "\n" + MARK)
                    .getBytes(StandardCharsets.US_ASCII);
            udp.send(new DatagramPacket(packet, packet.length, bridge.bound.udp()));
            udp.receive(new DatagramPacket(new byte[2048], 2048));
            byte[] bad = ("3.0 " + MARK + " " + MARK + ".i2p\n" + MARK).getBytes(StandardCharsets.US_ASCII);
            udp.send(new DatagramPacket(bad, bad.length, bridge.bound.udp()));
            raw.send("RAW SEND SIZE=6 DESTINATION=" + raw.destination + "\n" + MARK);
            raw.readLine();
            raw.readText(MARK.length());

            client.ask("SESSION CREATE STYLE=STREAM ID=" + MARK + "-server DESTINATION=TRANSIENT");
            client.ask("SESSION CREATE STYLE=STREAM ID=" + MARK + " DESTINATION=" + server.privateKey);
            client.ask("SESSION CREATE STYLE=STREAM ID=" + MARK + " DESTINATION=" + MARK);
            client.ask("SESSION CREATE STYLE=STREAM ID=\"" + MARK);
            client.ask("NAMING LOOKUP NAME=" + MARK + ".i2p");
            client.ask("NAMING LOOKUP NAME=" + MARK);
            client.ask(MARK + " " + MARK);
            client.ask("STREAM CONNECT ID=" + MARK + "-dialer DESTINATION=" + absent);
            bridge.raw().ask("GET /" + MARK + " HTTP/1.1");
            SamClient broken = bridge.client();
            broken.send("SESSION CREATE STYLE=STREAM ID=" + MARK);
            broken.abort();
            server.ask("QUIT");
            dialer.abort();
            bridge.until("sessions end", () -> bridge.server.status().sessions() == 2);
        }
        return keys;
    }
}
