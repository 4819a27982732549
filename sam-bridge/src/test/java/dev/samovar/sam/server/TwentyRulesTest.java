package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.SecureEntropy;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.testkit.LeakCheck;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The habits of real SAM clients, each of which broke on some bridge; one test for each. */
@ExtendWith(LeakCheck.class)
class TwentyRulesTest {

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

    private static String keys() {
        return DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE)
                .toBase64();
    }

    @Test
    void rule01aReplyIsOneReadOfOneWholeLine() throws Exception {
        SamClient client = bridge.raw();
        for (String command : new String[] {
            "HELLO VERSION",
            "DEST GENERATE",
            "NAMING LOOKUP NAME=nobody.i2p",
            "SESSION CREATE STYLE=STREAM ID=one DESTINATION=TRANSIENT SIGNATURE_TYPE=7",
            "NAMING LOOKUP NAME=ME",
            "HELP",
            "WHAT IS=this"
        }) {
            client.line(command);
            String reply = client.readOnce();
            assertTrue(reply.endsWith("\n"), command);
            assertEquals(reply.length() - 1, reply.indexOf('\n'), command);
            assertEquals(-1, reply.indexOf('\r'), command);
        }
    }

    @Test
    void rule02ResultIsTheFirstKey() throws Exception {
        SamClient client = bridge.client();
        for (String command : new String[] {
            "SESSION CREATE STYLE=NOTHING ID=two DESTINATION=TRANSIENT",
            "SESSION CREATE STYLE=STREAM ID=two DESTINATION=TRANSIENT SIGNATURE_TYPE=99",
            "SESSION CREATE STYLE=STREAM ID=two DESTINATION=nonsense",
            "NAMING LOOKUP NAME=nobody.i2p",
            "NAMING LOOKUP",
            "DEST GENERATE SIGNATURE_TYPE=nonsense",
            "NO COMMAND",
            "SESSION CREATE STYLE=STREAM ID=two DESTINATION=TRANSIENT SIGNATURE_TYPE=7",
            "STREAM CONNECT ID=two"
        }) {
            String reply = client.ask(command);
            assertTrue(reply.split(" ")[2].startsWith("RESULT="), reply);
        }
    }

    @Test
    void rule03theSessionReplyEndsRightBehindTheClientsOwnKey() throws Exception {
        String keys = keys();
        bridge.client()
                .expect(
                        "SESSION CREATE STYLE=STREAM ID=three DESTINATION=" + keys,
                        "SESSION STATUS RESULT=OK DESTINATION=" + keys);
        String unpadded = keys().replaceAll("=+$", "");
        bridge.client()
                .expect(
                        "SESSION CREATE STYLE=STREAM ID=three-unpadded DESTINATION=" + unpadded,
                        "SESSION STATUS RESULT=OK DESTINATION=" + unpadded);
    }

    @Test
    void rule04sessionErrorsHaveNoMessageButI2pErrorHas() throws Exception {
        String keys = keys();
        bridge.client().ask("SESSION CREATE STYLE=STREAM ID=four DESTINATION=" + keys);
        SamClient client = bridge.client();
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=four DESTINATION=TRANSIENT", "SESSION STATUS RESULT=DUPLICATED_ID");
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=other DESTINATION=" + keys, "SESSION STATUS RESULT=DUPLICATED_DEST");
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=other DESTINATION=" + keys.substring(0, 800),
                "SESSION STATUS RESULT=INVALID_KEY");
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=other DESTINATION=TRANSIENT SIGNATURE_TYPE=RSA_SHA256_2048",
                "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"SIGNATURE_TYPE RSA_SHA256_2048 unsupported\"");
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=other DESTINATION=TRANSIENT i2cp.leaseSetEncType=0",
                "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"i2cp.leaseSetEncType must name 4 (ECIES-X25519), the only type"
                        + " of this bridge, alone or among others\"");
        assertTrue(client.ask("SESSION CREATE STYLE=STREAM ID=other DESTINATION=TRANSIENT i2cp.leaseSetEncType=6,4")
                .startsWith("SESSION STATUS RESULT=OK DESTINATION="));
    }

    @Test
    void rule05theGeneratedKeyIsTwoWordsAndNothingElse() throws Exception {
        SamClient client = bridge.client();
        for (String type : new String[] {"", " SIGNATURE_TYPE=7", " SIGNATURE_TYPE=ecdsa_sha512_p521"}) {
            assertTrue(client.ask("DEST GENERATE" + type)
                    .matches("DEST REPLY PUB=[A-Za-z0-9~-]+={0,2} PRIV=[A-Za-z0-9~-]+={0,2}"));
        }
    }

    @Test
    void rule06base64IsI2psAndPadded() throws Exception {
        String reply = bridge.client().ask("DEST GENERATE SIGNATURE_TYPE=7");
        String publicKey = reply.replaceAll("^.* PUB=| PRIV=.*$", "");
        assertEquals(524, publicKey.length());
        assertTrue(publicKey.endsWith("=="));
        assertEquals(908, reply.replaceAll("^.* PRIV=", "").length());
    }

    @Test
    void rule07theNamingReplyHasItsKeysInOrder() throws Exception {
        SamClient session = bridge.session("seven");
        assertEquals(
                "NAMING REPLY RESULT=OK NAME=ME VALUE=" + session.destination, session.ask("NAMING LOOKUP NAME=ME"));
        session.expect(
                "NAMING LOOKUP NAME=" + session.destination,
                "NAMING REPLY RESULT=OK NAME=" + session.destination + " VALUE=" + session.destination);
    }

    @Test
    void rule08acceptIsAnsweredAtOnce() throws Exception {
        bridge.session("eight");
        bridge.client().expect("STREAM ACCEPT ID=eight", "STREAM STATUS RESULT=OK");
    }

    @Test
    void rule09thePeerLineHasNoPortsBelow32() throws Exception {
        SamClient server = bridge.session("nine");
        SamClient from = bridge.session("nine-from");
        for (String versions : new String[] {"MIN=3.0 MAX=3.0", "MIN=3.1 MAX=3.1", "MIN=3.0 MAX=3.3", ""}) {
            SamClient accept = bridge.raw();
            accept.ask("HELLO VERSION " + versions);
            accept.expect("STREAM ACCEPT ID=nine", "STREAM STATUS RESULT=OK");
            SamClient connect = bridge.client();
            connect.expect(
                    "STREAM CONNECT ID=nine-from DESTINATION=" + server.destination + " FROM_PORT=5 TO_PORT=6",
                    "STREAM STATUS RESULT=OK");
            assertEquals(from.destination, accept.readLine(), versions);
        }
    }

    @Test
    void rule10thePeerLineIsOneRead() throws Exception {
        SamClient server = bridge.session("ten");
        SamClient accept = bridge.client();
        accept.expect("STREAM ACCEPT ID=ten", "STREAM STATUS RESULT=OK");
        SamClient connect = bridge.client();
        connect.line("STREAM CONNECT ID=ten DESTINATION=" + server.destination + " SILENT=true");
        connect.send("at once");
        String first = accept.readOnce();
        assertTrue(first.startsWith(server.destination + "\n"));
        String rest = first.substring(server.destination.length() + 1);
        assertEquals("at once", rest + accept.readText("at once".length() - rest.length()));
    }

    @Test
    void rule11and12anIdleSocketIsNeitherClosedNorPinged() throws Exception {
        bridge.clear();
        bridge.close();
        // a time-out that has passed before any test reply is read
        bridge = new TestBridge(new SamConfig.Limits(100, 100, 100, 100, 1));
        SamClient session = bridge.session("eleven");
        SamClient accept = bridge.client();
        accept.expect("STREAM ACCEPT ID=eleven", "STREAM STATUS RESULT=OK");
        SamClient lookups = bridge.client();
        lookups.ask("NAMING LOOKUP NAME=ME");
        SamClient mute = bridge.raw();
        assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Timeout waiting for HELLO VERSION\"", mute.readLine());
        SamClient idle = bridge.client();
        assertEquals("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"command timeout, bye\"", idle.readLine());
        idle.expectClosed();
        assertTrue(session.isQuiet() && accept.isQuiet() && lookups.isQuiet());
        assertTrue(session.ask("NAMING LOOKUP NAME=ME").startsWith("NAMING REPLY RESULT=OK"));
        lookups.expect("NAMING LOOKUP NAME=ME", "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=ME");
    }

    @Test
    void rule13pingIsAnsweredAndTheSocketStaysOpen() throws Exception {
        SamClient session = bridge.session("thirteen");
        session.expect("PING 1754922.25", "PONG 1754922.25");
        session.expect("PING", "PONG");
        session.expect("ping  two  blanks \t", "PONG  two  blanks \t");
        session.line("PONG nobody asked");
        assertTrue(session.ask("NAMING LOOKUP NAME=ME").startsWith("NAMING REPLY RESULT=OK"));
    }

    @Test
    void rule14blanksAndCarriageReturnsDoNotMatter() throws Exception {
        SamClient client = bridge.raw();
        client.send("HELLO  VERSION   MIN=3.0 MAX=3.1 \r\n");
        assertEquals("HELLO REPLY RESULT=OK VERSION=3.1", client.readLine());
        client.send("SESSION CREATE   STYLE=STREAM  ID=fourteen DESTINATION=TRANSIENT SIGNATURE_TYPE=7   \r\n");
        assertTrue(client.readLine().startsWith("SESSION STATUS RESULT=OK"));
        client.send("NAMING LOOKUP NAME=ME\r\n");
        assertTrue(client.readLine().startsWith("NAMING REPLY RESULT=OK NAME=ME VALUE="));
    }

    @Test
    void rule15linesCountNotPackets() throws Exception {
        SamClient client = bridge.raw();
        for (byte b : "HELLO VERSION MIN=3.1 MAX=3.1\n".getBytes(StandardCharsets.US_ASCII)) {
            client.send(new byte[] {b});
        }
        assertEquals("HELLO REPLY RESULT=OK VERSION=3.1", client.readLine());
        client.send("PING a\nSESSION CREATE STYLE=STREAM ID=fifteen DESTINATION=TRANSIENT SIGNATURE_TYPE=7\n"
                + "NAMING LOOKUP NAME=ME\nPING b\n");
        assertEquals("PONG a", client.readLine());
        assertTrue(client.readLine().startsWith("SESSION STATUS RESULT=OK"));
        assertTrue(client.readLine().startsWith("NAMING REPLY RESULT=OK NAME=ME"));
        assertEquals("PONG b", client.readLine());
    }

    @Test
    void rule16anUnknownIdIsInvalidIdThenClosed() throws Exception {
        for (String command : new String[] {
            "STREAM CONNECT ID=nobody DESTINATION=" + "A".repeat(516),
            "STREAM ACCEPT ID=nobody",
            "STREAM FORWARD ID=nobody PORT=1"
        }) {
            SamClient client = bridge.client();
            client.expect(command, "STREAM STATUS RESULT=INVALID_ID");
            client.expectClosed();
        }
    }

    @Test
    void rule17aPeerThatIsNotThereIsCantReachPeer() throws Exception {
        bridge.session("seventeen");
        String absent = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE)
                .destination()
                .toBase64();
        String absentAddress = "a".repeat(52) + ".b32.i2p";
        for (String peer : new String[] {absent, absentAddress}) {
            SamClient client = bridge.client();
            client.expect("STREAM CONNECT ID=seventeen DESTINATION=" + peer, "STREAM STATUS RESULT=CANT_REACH_PEER");
            client.expectClosed();
        }
        SamClient refusing = bridge.session("seventeen-refusing");
        SamClient client = bridge.client();
        client.expect(
                "STREAM CONNECT ID=seventeen DESTINATION=" + refusing.destination,
                "STREAM STATUS RESULT=CANT_REACH_PEER");
        client.expectClosed();
    }

    @Test
    void rule18forwardedDatagramsComeFromTheSamPort() throws Exception {
        try (DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            udp.setSoTimeout(10_000);
            SamClient to = bridge.session("eighteen", "DATAGRAM", " PORT=" + udp.getLocalPort());
            SamClient from = bridge.session("eighteen-from", "DATAGRAM", "");
            from.send("DATAGRAM SEND DESTINATION=" + to.destination + " SIZE=5\nhello");
            DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
            udp.receive(packet);
            assertEquals(bridge.bound.udp().getPort(), packet.getPort());
            assertEquals(
                    from.destination + "\nhello",
                    new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void rule19closingTheControlSocketEndsAllAndFreesIdAndDestinationAtOnce() throws Exception {
        String keys = keys();
        SamClient peer = bridge.session("nineteen-peer");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            for (int round = 0; round < 3; round++) {
                SamClient control = bridge.client();
                control.expect(
                        "SESSION CREATE STYLE=STREAM ID=nineteen DESTINATION=" + keys,
                        "SESSION STATUS RESULT=OK DESTINATION=" + keys);
                String destination = control.ask("NAMING LOOKUP NAME=ME").replaceAll("^.* VALUE=", "");
                SamClient stream = bridge.client();
                SamClient accept = bridge.client();
                stream.expect("STREAM ACCEPT ID=nineteen", "STREAM STATUS RESULT=OK");
                accept.expect("STREAM ACCEPT ID=nineteen", "STREAM STATUS RESULT=OK");
                SamClient far = bridge.client();
                far.expect("STREAM CONNECT ID=nineteen-peer DESTINATION=" + destination, "STREAM STATUS RESULT=OK");
                assertEquals(peer.destination, stream.readLine());
                if (round == 1) {
                    control.abort();
                } else {
                    control.close();
                }
                stream.expectClosed();
                far.expectClosed();
                assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Session is closed\"", accept.readLine());
                accept.expectClosed();
            }
            SamClient control = bridge.client();
            control.expect(
                    "SESSION CREATE STYLE=STREAM ID=nineteen DESTINATION=" + keys,
                    "SESSION STATUS RESULT=OK DESTINATION=" + keys);
            SamClient forward = bridge.client();
            forward.expect("STREAM FORWARD ID=nineteen PORT=" + server.getLocalPort(), "STREAM STATUS RESULT=OK");
            String destination = control.ask("NAMING LOOKUP NAME=ME").replaceAll("^.* VALUE=", "");
            SamClient far = bridge.client();
            far.expect("STREAM CONNECT ID=nineteen-peer DESTINATION=" + destination, "STREAM STATUS RESULT=OK");
            try (Socket forwarded = server.accept()) {
                control.close();
                forward.expectClosed();
                far.expectClosed();
                String line = new String(forwarded.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(peer.destination + "\n", line);
            }
        }
    }

    @Test
    void rule20anErrorIsAnswered() throws Exception {
        SamClient client = bridge.client();
        for (String command : new String[] {
            "NONSENSE",
            "SESSION",
            "SESSION CREATE",
            "SESSION CREATE ID=x",
            "SESSION CREATE STYLE=STREAM ID=a ID=b DESTINATION=TRANSIENT",
            "SESSION ADD STYLE=STREAM ID=x",
            "SESSION CREATE STYLE=DATAGRAM ID=x DESTINATION=TRANSIENT PORT=abc",
            "SESSION CREATE STYLE=STREAM ID=\"x DESTINATION=TRANSIENT",
            "NAMING",
            "NAMING LOOKUP NAME=\"",
            "DEST",
            "HELLO VERSION",
            "=",
            "\u00e9\u00e9\u00e9"
        }) {
            assertTrue(client.ask(command).contains(" RESULT="), command);
        }
        client.line("STREAM NONSENSE");
        assertTrue(client.readLine().startsWith("STREAM STATUS RESULT=I2P_ERROR MESSAGE="));
        client.expectClosed();
        SamClient quoted = bridge.client();
        quoted.send("STREAM CONNECT ID=x DESTINATION=\"y\nPING bytes of a stream\n");
        assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Unterminated quote\"\n", quoted.readAll());
        SamClient browser = bridge.raw();
        browser.send("POST / HTTP/1.1\r\nHost: x\r\n\r\nHELLO VERSION\nDEST GENERATE\n");
        assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Must start with HELLO VERSION\"\n", browser.readAll());
        assertFalse(bridge.raw().socket.isClosed());
    }
}
