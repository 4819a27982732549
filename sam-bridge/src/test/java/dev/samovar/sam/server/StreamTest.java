package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** STREAM CONNECT, ACCEPT and FORWARD, over streams without a protocol and over the real ones. */
@ExtendWith(LeakCheck.class)
class StreamTest {

    enum Kind {
        FAKE,
        REAL
    }

    private TestBridge bridge;
    private SamClient server;
    private SamClient dialer;

    private void start(Kind kind) throws Exception {
        bridge = kind == Kind.FAKE ? new TestBridge() : TestBridge.overStreaming();
        server = bridge.session("server");
        dialer = bridge.session("dialer");
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        bridge.clear();
        bridge.close();
    }

    private SamClient accept(String id) throws Exception {
        SamClient accept = bridge.client();
        accept.expect("STREAM ACCEPT ID=" + id + " SILENT=false", "STREAM STATUS RESULT=OK");
        return accept;
    }

    private SamClient connect(String id, String destination) throws Exception {
        SamClient connect = bridge.client();
        connect.expect(
                "STREAM CONNECT ID=" + id + " DESTINATION=" + destination + " SILENT=false", "STREAM STATUS RESULT=OK");
        return connect;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bytesGoBothWaysUntilBothHaveEnded(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = connect("dialer", server.destination);
        assertEquals(dialer.destination, accept.readLine());
        connect.send("ping");
        assertEquals("ping", accept.readText(4));
        accept.send("pong");
        assertEquals("pong", connect.readText(4));
        connect.socket.shutdownOutput();
        assertEquals("", accept.readAll());
        accept.send("after the end of the other direction");
        accept.socket.shutdownOutput();
        assertEquals("after the end of the other direction", connect.readAll());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aSessionMayConnectToItself(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = connect("server", server.destination);
        assertEquals(server.destination, accept.readLine());
        connect.send("me");
        assertEquals("me", accept.readText(2));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void manyBytesArriveInOrder(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = connect("dialer", server.destination);
        accept.readLine();
        byte[] sent = random(3_000_000);
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendAll(connect, sent));
        assertArrayEquals(sent, accept.read(sent.length));
        sending.get(10, TimeUnit.SECONDS);
        connect.close();
        assertEquals("", accept.readAll());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatAClientWroteBeforeItClosedEverythingStillArrives(Kind kind) throws Exception {
        start(kind);
        for (int round = 0; round < 20; round++) {
            SamClient leaving = bridge.session("leaving" + round);
            SamClient accept = accept("server");
            SamClient connect = connect("leaving" + round, server.destination);
            accept.readLine();
            connect.send("x".repeat(30_000));
            connect.socket.close();
            leaving.socket.close();
            assertEquals(30_000, accept.readAll().length());
        }
    }

    private static void sendAll(SamClient client, byte[] bytes) {
        try {
            client.send(bytes);
            client.socket.shutdownOutput();
        } catch (java.io.IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aClientThatDoesNotReadStopsTheSenderAndLosesNothing(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = connect("dialer", server.destination);
        accept.readLine();
        byte[] sent = random(32_000_000);
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int at = 0; at < sent.length; at += 100_000) {
                    connect.socket.getOutputStream().write(sent, at, 100_000);
                    written.addAndGet(100_000);
                }
                connect.socket.shutdownOutput();
            } catch (java.io.IOException failed) {
                throw new java.io.UncheckedIOException(failed);
            }
        });
        long before = -1;
        for (long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600); System.nanoTime() < end; ) {
            before = written.get();
            Thread.onSpinWait();
        }
        assertTrue(before < sent.length, "the sender was not stopped: " + before);
        assertArrayEquals(sent, accept.read(sent.length));
        assertEquals("", accept.readAll());
        sending.get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aStreamThatEndsWhileItsClientIsSlowDeliversAll(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = connect("dialer", server.destination);
        accept.readLine();
        byte[] sent = random(100_000);
        connect.send(sent);
        connect.close();
        assertArrayEquals(sent, accept.read(sent.length));
        assertEquals("", accept.readAll());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void acceptsAreServedInOrderAndTheDeadAreSkipped(Kind kind) throws Exception {
        start(kind);
        SamClient first = accept("server");
        SamClient dead = accept("server");
        SamClient broken = accept("server");
        SamClient last = accept("server");
        connect("dialer", server.destination).send("1");
        assertEquals(dialer.destination, first.readLine());
        assertEquals("1", first.readText(1));
        dead.close();
        broken.abort();
        bridge.until("the dead are forgotten", () -> bridge.server.status().connections() == 5);
        connect("dialer", server.destination).send("2");
        assertEquals(dialer.destination, last.readLine());
        assertEquals("2", last.readText(1));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aStreamThatComesWhileTheClientRearmsWaitsForIt(Kind kind) throws Exception {
        start(kind);
        SamClient first = accept("server");
        connect("dialer", server.destination);
        first.readLine();
        SamClient second = bridge.client();
        second.line("STREAM CONNECT ID=dialer DESTINATION=" + server.destination);
        if (kind == Kind.FAKE) {
            assertEquals("STREAM STATUS RESULT=OK", second.readLine());
        }
        SamClient rearmed = bridge.client();
        rearmed.expect("STREAM ACCEPT ID=server", "STREAM STATUS RESULT=OK");
        assertEquals(dialer.destination, rearmed.readLine());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void silenceHidesStatusAndPeer(Kind kind) throws Exception {
        start(kind);
        SamClient accept = bridge.client();
        accept.line("STREAM ACCEPT ID=server SILENT=true");
        bridge.until("the ACCEPT waits", () -> bridge.server.status().connections() == 3);
        // an ACCEPT has no reply here: one that is answered behind it shows that it was carried out
        bridge.client().ask("PING");
        SamClient connect = bridge.client();
        connect.send("STREAM CONNECT ID=dialer DESTINATION=" + server.destination + " SILENT=true\nfirst");
        assertEquals("first", accept.readText(5));
        accept.send("second");
        assertEquals("second", connect.readText(6));
        SamClient failing = bridge.client();
        failing.line("STREAM CONNECT ID=dialer DESTINATION=" + "a".repeat(52) + ".b32.i2p SILENT=true");
        failing.expectClosed();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bytesBehindTheConnectLineBelongToTheStream(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = bridge.client();
        byte[] early = random(60_000);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(("STREAM CONNECT ID=dialer DESTINATION=" + server.destination + "\n")
                .getBytes(StandardCharsets.US_ASCII));
        all.write(early);
        connect.send(all.toByteArray());
        connect.socket.shutdownOutput();
        assertEquals("STREAM STATUS RESULT=OK", connect.readLine());
        assertEquals(dialer.destination, accept.readLine());
        assertArrayEquals(early, accept.read(early.length));
        assertEquals("", accept.readAll());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aForwardConnectsEveryStreamToItsTarget(Kind kind) throws Exception {
        start(kind);
        try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            target.setSoTimeout(10_000);
            SamClient forward = bridge.client();
            forward.expect(
                    "STREAM FORWARD ID=server PORT=" + target.getLocalPort() + " HOST=localhost SILENT=false",
                    "STREAM STATUS RESULT=OK");
            for (int i = 0; i < 3; i++) {
                SamClient connect = connect("dialer", server.destination);
                connect.send("hello" + i);
                try (Socket forwarded = target.accept()) {
                    forwarded.setSoTimeout(10_000);
                    byte[] all = forwarded.getInputStream().readNBytes(dialer.destination.length() + 7);
                    assertEquals(dialer.destination + "\nhello" + i, new String(all, StandardCharsets.UTF_8));
                    forwarded.getOutputStream().write("bye".getBytes(StandardCharsets.UTF_8));
                    forwarded.shutdownOutput();
                    assertEquals("bye", connect.readAll());
                    connect.close();
                    assertEquals(-1, forwarded.getInputStream().read());
                }
            }
            forward.close();
            bridge.until("the forward is over", () -> bridge.server.status().connections() == 2);
            SamClient accept = accept("server");
            connect("dialer", server.destination);
            assertEquals(dialer.destination, accept.readLine());
            target.setSoTimeout(1);
            org.junit.jupiter.api.Assertions.assertThrows(SocketTimeoutException.class, target::accept);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aSilentForwardSendsNoLine(Kind kind) throws Exception {
        start(kind);
        try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            SamClient forward = bridge.client();
            forward.expect(
                    "STREAM FORWARD ID=server PORT=" + target.getLocalPort() + " SILENT=true",
                    "STREAM STATUS RESULT=OK");
            connect("dialer", server.destination).send("x");
            try (Socket forwarded = target.accept()) {
                assertEquals('x', forwarded.getInputStream().read());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aTargetThatRefusesCostsTheStreamNotTheForward(Kind kind) throws Exception {
        start(kind);
        int port;
        try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = target.getLocalPort();
        }
        SamClient forward = bridge.client();
        forward.expect("STREAM FORWARD ID=server PORT=" + port, "STREAM STATUS RESULT=OK");
        SamClient connect = bridge.client();
        connect.ask("STREAM CONNECT ID=dialer DESTINATION=" + server.destination);
        connect.expectClosed();
        assertTrue(forward.isQuiet());
        SamClient again = bridge.client();
        again.ask("STREAM CONNECT ID=dialer DESTINATION=" + server.destination);
        again.expectClosed();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void acceptAndForwardExcludeEachOther(Kind kind) throws Exception {
        start(kind);
        SamClient forward = bridge.client();
        forward.expect("STREAM FORWARD ID=server PORT=1", "STREAM STATUS RESULT=OK");
        SamClient accept = bridge.client();
        accept.expect(
                "STREAM ACCEPT ID=server",
                "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"The session is forwarding its streams\"");
        accept.expectClosed();
        SamClient second = bridge.client();
        second.expect(
                "STREAM FORWARD ID=server PORT=1",
                "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"The session is forwarding its streams\"");
        forward.close();
        bridge.until("the forward is over", () -> bridge.server.status().connections() <= 3);
        accept("server");
        SamClient third = bridge.client();
        third.expect(
                "STREAM FORWARD ID=server PORT=1",
                "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"The session has pending ACCEPTs\"");
        third.expectClosed();
        SamClient fourth = bridge.client();
        fourth.expect(
                "STREAM FORWARD ID=dialer PORT=1 HOST=no.such.host.invalid",
                "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Forwarding failed : bad HOST\"");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aBrokenSocketResetsTheStream(Kind kind) throws Exception {
        start(kind);
        SamClient accept = accept("server");
        SamClient connect = connect("dialer", server.destination);
        accept.readLine();
        connect.send("x");
        assertEquals("x", accept.readText(1));
        connect.abort();
        accept.readAll();
        bridge.until("no stream is left", () -> bridge.server.status().streams() == 0);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aControlSocketIsNotLostByAStreamCommand(Kind kind) throws Exception {
        start(kind);
        server.expect(
                "STREAM ACCEPT ID=server",
                "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"v3 control socket cannot be used for STREAM\"");
        server.expect("STREAM", "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Unrecognized opcode\"");
        assertTrue(server.ask("NAMING LOOKUP NAME=ME").startsWith("NAMING REPLY RESULT=OK"));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void namesThatNobodyHasAreInvalidKeys(Kind kind) throws Exception {
        start(kind);
        for (String text : new String[] {"nobody.i2p", "nonsense", "x".repeat(516), "short.b32.i2p"}) {
            SamClient connect = bridge.client();
            connect.expect("STREAM CONNECT ID=dialer DESTINATION=" + text, "STREAM STATUS RESULT=INVALID_KEY");
            connect.expectClosed();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aPeerIsReachedByItsAddressAndByANameOfTheHostsFile(Kind kind) throws Exception {
        start(kind);
        String address =
                dev.samovar.data.Destination.fromBase64(server.destination).toBase32() + ".b32.i2p";
        java.nio.file.Files.writeString(bridge.hostsFile, "friend.i2p=" + server.destination + "\n");
        for (String name : new String[] {address, "friend.i2p"}) {
            SamClient accept = accept("server");
            connect("dialer", name);
            assertEquals(dialer.destination, accept.readLine());
            assertEquals(
                    "NAMING REPLY RESULT=OK NAME=" + name + " VALUE=" + server.destination,
                    bridge.client().ask("NAMING LOOKUP NAME=" + name));
        }
    }
}
