package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Destination;
import dev.samovar.testkit.LeakCheck;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Repliable and raw datagrams, on the control socket and through the UDP port. */
@ExtendWith(LeakCheck.class)
class DatagramTest {

    private TestBridge bridge;

    @BeforeEach
    void start() throws Exception {
        bridge = new TestBridge();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        bridge.clear();
        bridge.close();
    }

    private void sendUdp(DatagramSocket from, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        from.send(new DatagramPacket(bytes, bytes.length, bridge.bound.udp()));
    }

    private static DatagramSocket newSocket() throws Exception {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String receive(DatagramSocket socket) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void repliableDatagramsGoBothWaysOnControlSockets() throws Exception {
        SamClient a = bridge.session("a", "DATAGRAM", "");
        SamClient b = bridge.session("b", "DATAGRAM", "");
        a.send("DATAGRAM SEND DESTINATION=" + b.destination + " SIZE=6\nhello\nDATAGRAM SEND DESTINATION="
                + b.destination + " SIZE=1\n2");
        assertEquals("DATAGRAM RECEIVED DESTINATION=" + a.destination + " SIZE=6", b.readLine());
        assertEquals("hello\n", b.readText(6));
        assertEquals("DATAGRAM RECEIVED DESTINATION=" + a.destination + " SIZE=1", b.readLine());
        assertEquals("2", b.readText(1));
        b.send("datagram  send SIZE=3 DESTINATION=" + a.destination + " \r\nend");
        assertEquals("DATAGRAM RECEIVED DESTINATION=" + b.destination + " SIZE=3", a.readLine());
        assertEquals("end", a.readText(3));
        // commands go on behind the payloads, and nothing was answered in between
        assertEquals("NAMING REPLY RESULT=OK NAME=ME VALUE=" + a.destination, a.ask("NAMING LOOKUP NAME=ME"));
    }

    @Test
    void rawDatagramsNameNobody() throws Exception {
        SamClient a = bridge.session("a", "RAW", "");
        SamClient b = bridge.session("b", "RAW", "");
        String address = Destination.fromBase64(b.destination).toBase32() + ".b32.i2p";
        a.send("RAW SEND DESTINATION=" + address + " SIZE=3\nraw");
        assertEquals("RAW RECEIVED SIZE=3", b.readLine());
        assertEquals("raw", b.readText(3));
    }

    @Test
    void theLargestSizesPass() throws Exception {
        SamClient a = bridge.session("a", "DATAGRAM", "");
        SamClient b = bridge.session("b", "DATAGRAM", "");
        a.send("DATAGRAM SEND DESTINATION=" + b.destination + " SIZE=31744\n" + "x".repeat(31_744));
        assertEquals("DATAGRAM RECEIVED DESTINATION=" + a.destination + " SIZE=31744", b.readLine());
        assertEquals("x".repeat(31_744), b.readText(31_744));
        SamClient c = bridge.session("c", "RAW", "");
        SamClient d = bridge.session("d", "RAW", "");
        c.send("RAW SEND DESTINATION=" + d.destination + " SIZE=32768\n" + "y".repeat(32_768));
        assertEquals("RAW RECEIVED SIZE=32768", d.readLine());
        assertEquals("y".repeat(32_768), d.readText(32_768));
    }

    @Test
    void aSendThatCannotBeReadEndsTheSocketWithAWord() throws Exception {
        for (String line : new String[] {
            "DATAGRAM SEND DESTINATION=x SIZE=0",
            "DATAGRAM SEND DESTINATION=x SIZE=31745",
            "DATAGRAM SEND DESTINATION=x",
            "DATAGRAM SEND SIZE=3",
            "RAW SEND DESTINATION=x SIZE=3"
        }) {
            SamClient session = bridge.session("s", "DATAGRAM", "");
            session.line(line);
            String reply = session.readLine();
            assertTrue(reply.matches("(DATAGRAM|RAW) STATUS RESULT=I2P_ERROR MESSAGE=\".*\""), reply);
            session.expectClosed();
            bridge.until("the session is over", () -> bridge.server.status().sessions() == 0);
        }
        SamClient quoted = bridge.session("s", "DATAGRAM", "");
        // the payload reads like commands, and must not be taken for any
        quoted.send("DATAGRAM SEND SIZE=12 DESTINATION=\"" + quoted.destination + "\nPING 1\nPING 2\n");
        assertEquals("DATAGRAM STATUS RESULT=I2P_ERROR MESSAGE=\"Unterminated quote\"\n", quoted.readAll());
        bridge.until("the session is over", () -> bridge.server.status().sessions() == 0);
        SamClient stream = bridge.session("s");
        stream.expect(
                "RAW SEND DESTINATION=x SIZE=3",
                "RAW STATUS RESULT=I2P_ERROR MESSAGE=\"No RAW session on this socket\"");
        stream.expectClosed();
    }

    @Test
    void aDestinationThatIsNoneCostsTheDatagramOnly() throws Exception {
        SamClient a = bridge.session("a", "RAW", "");
        for (String to : new String[] {"nonsense", "nobody.i2p", "x".repeat(600), "a".repeat(52) + ".b32.i2p"}) {
            a.send("RAW SEND DESTINATION=" + to + " SIZE=3\nraw");
        }
        a.send("RAW SEND DESTINATION=" + a.destination + " SIZE=2\nme");
        assertEquals("RAW RECEIVED SIZE=2", a.readLine());
        assertEquals("me", a.readText(2));
    }

    @Test
    void datagramsGoThroughTheUdpPortBothWays() throws Exception {
        try (DatagramSocket one = newSocket();
                DatagramSocket two = newSocket()) {
            SamClient a = bridge.session("a", "DATAGRAM", " PORT=" + one.getLocalPort());
            SamClient b = bridge.session("b", "DATAGRAM", " HOST=127.0.0.1 PORT=" + two.getLocalPort());
            Files.writeString(bridge.hostsFile, "friend.i2p=" + b.destination + "\n");
            String address = Destination.fromBase64(b.destination).toBase32() + ".b32.i2p";
            for (String to : new String[] {b.destination, address, "friend.i2p"}) {
                for (String header : new String[] {"3.0 a " + to, "3.1 a " + to + " FROM_PORT=3 SEND_TAGS=1 X \r"}) {
                    sendUdp(one, header + "\nhello\n\u00ff");
                    assertEquals(a.destination + "\nhello\n\u00ff", receive(two));
                }
            }
            sendUdp(two, "3.0 b " + a.destination + "\nback");
            assertEquals(b.destination + "\nback", receive(one));
        }
    }

    @Test
    void rawDatagramsAreForwardedAsTheyAre() throws Exception {
        try (DatagramSocket socket = newSocket()) {
            SamClient a = bridge.session("a", "RAW", " HOST=localhost PORT=" + socket.getLocalPort());
            sendUdp(socket, "3.0 a " + a.destination + "\nto myself");
            assertEquals("to myself", receive(socket));
            sendUdp(socket, "3.2 a " + a.destination + " PROTOCOL=200\nother protocol");
            assertEquals("other protocol", receive(socket));
        }
    }

    @Test
    void badPacketsAreDroppedAndCounted() throws Exception {
        try (DatagramSocket socket = newSocket()) {
            SamClient a = bridge.session("a", "RAW", " PORT=" + socket.getLocalPort());
            bridge.session("stream");
            String[] bad = {
                "",
                "\n",
                "no line feed",
                "3.0 a\nx",
                "2.0 a " + a.destination + "\nx",
                "3.0 nobody " + a.destination + "\nx",
                "3.0 stream " + a.destination + "\nx",
                "3.0 a " + a.destination + " TO_PORT=x\nx",
                "3.0 a nonsense\nx",
                "3.0 a nobody.i2p\nx",
                "3.0 a " + "x".repeat(5000) + "\nx"
            };
            for (String packet : bad) {
                sendUdp(socket, packet);
            }
            bridge.until("all are counted", () -> bridge.server.status().droppedUdp() == bad.length);
            for (int protocol : new int[] {6, 17, 19, 20}) {
                sendUdp(socket, "3.2 a " + a.destination + " PROTOCOL=" + protocol + "\nforged");
            }
            sendUdp(socket, "3.0 a " + a.destination + "\nlast");
            assertEquals("last", receive(socket));
        }
    }

    @Test
    void aClientThatDoesNotReadLosesDatagramsAndHarmsNobody() throws Exception {
        SamClient slow = bridge.session("slow", "RAW", "");
        SamClient fast = bridge.session("fast", "RAW", "");
        SamClient from = bridge.session("from", "RAW", "");
        byte[] one = ("RAW SEND DESTINATION=" + slow.destination + " SIZE=30000\n" + "z".repeat(30_000))
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 700; i++) {
            from.send(one);
        }
        from.send("RAW SEND DESTINATION=" + fast.destination + " SIZE=4\nlast");
        assertEquals("RAW RECEIVED SIZE=4", fast.readLine());
        assertEquals("last", fast.readText(4));
        from.close();
        fast.close();
        bridge.until("the others are gone", () -> bridge.server.status().sessions() == 1);
        int received = 0;
        slow.line("PING the end");
        for (String line = slow.readLine(); !line.equals("PONG the end"); line = slow.readLine()) {
            assertEquals("RAW RECEIVED SIZE=30000", line);
            assertEquals("z".repeat(30_000), slow.readText(30_000));
            received++;
        }
        assertTrue(received > 0 && received < 700, "received " + received);
    }
}
