package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.DestinationKeys;
import dev.samovar.testkit.Traces;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A full run with everything logged: no line of the log may help anybody to link a person to a destination. */
class LogPrivacyTest {

    /** IDs, names and payloads of this run. */
    private static final String MARK = "sesame";

    @Test
    void noKeyDestinationIdNameOrPayloadIsLoggedAtAnyLevel() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            List<String> keys = run();
            String all = log.all();
            assertTrue(all.contains("sam#1 STREAM session stands"), "the log was not captured");
            assertTrue(all.contains("sam#1/s1 stands"), "the log was not captured at every level");
            assertNull(Traces.find(all, keys, MARK));
        }
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
