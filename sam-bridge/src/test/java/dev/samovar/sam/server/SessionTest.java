package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.Encodings;
import dev.samovar.base.Lane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.OfflineSignature;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.testkit.LeakCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of sessions, over a router that does what the test says. */
@ExtendWith(LeakCheck.class)
class SessionTest {

    private TestBridge bridge;
    private final ScriptedRouter router = new ScriptedRouter();

    @AfterEach
    void nothingIsLeft() throws Exception {
        if (bridge != null) {
            bridge.clear();
            bridge.close();
        }
    }

    /** Answers as it is told; on the bridge's lane. */
    private static final class ScriptedRouter implements I2cpClient {
        final List<Promise<CreateResult>> asked = new ArrayList<>();
        final List<ScriptedSession> sessions = new ArrayList<>();
        final List<Promise<LookupResult>> lookups = new ArrayList<>();
        Supplier<CreateResult> answer;
        boolean answers = true;

        @Override
        public Future<CreateResult> createSession(
                Lane lane, DestinationKeys keys, SessionOptions options, I2cpClientSession.Listener listener) {
            Promise<CreateResult> promise = lane.newPromise();
            asked.add(promise);
            ScriptedSession session = new ScriptedSession(keys.destination(), lane, listener, this);
            if (answers) {
                lane.execute(() -> {
                    CreateResult result = answer == null ? new CreateResult.Created(session) : answer.get();
                    if (result instanceof CreateResult.Created) {
                        sessions.add(session);
                    }
                    promise.trySuccess(result);
                });
            }
            return promise;
        }

        @Override
        public Future<LookupResult> lookup(Lane lane, LookupTarget target) {
            Promise<LookupResult> promise = lane.newPromise();
            lookups.add(promise);
            return promise;
        }

        @Override
        public void close() {}
    }

    private record ScriptedSession(
            Destination destination, Lane lane, I2cpClientSession.Listener listener, ScriptedRouter router)
            implements I2cpClientSession {

        @Override
        public SendOutcome send(OutboundMessage message) {
            message.payload().release();
            return SendOutcome.ACCEPTED;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public Future<LookupResult> lookup(LookupTarget target) {
            return router.lookup(lane, target);
        }

        @Override
        public void close() {
            router.sessions.remove(this);
        }
    }

    private void start(SamConfig.Limits limits) throws Exception {
        bridge = new TestBridge(limits, router, null);
    }

    private void start() throws Exception {
        start(SamConfig.Limits.defaults());
    }

    private static final String CREATE = "SESSION CREATE STYLE=STREAM DESTINATION=TRANSIENT SIGNATURE_TYPE=7 ID=";

    private String create(CreateResult result) throws Exception {
        router.answer = () -> result;
        return bridge.client().ask(CREATE + "x");
    }

    @Test
    void whateverTheRouterSaysIsToldAndTheIdIsFreeAgain() throws Exception {
        start();
        assertEquals("SESSION STATUS RESULT=DUPLICATED_DEST", create(new CreateResult.DuplicateDestination()));
        assertEquals(
                "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"The router refused the session: no\"",
                create(new CreateResult.Refused("no")));
        assertEquals(
                "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"The router cannot be reached: why\"",
                create(new CreateResult.Unreachable("why")));
        assertEquals(
                "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"The router built no tunnels in time\"",
                create(new CreateResult.TimedOut()));
        router.answer = null;
        SamClient client = bridge.client();
        assertTrue(client.ask(CREATE + "x").startsWith("SESSION STATUS RESULT=OK"));
        client.expect(CREATE + "y", "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Session already exists\"");
    }

    @Test
    void aRouterThatHasNotNoticedTheEndOfTheLastSessionIsAskedAgain() throws Exception {
        start();
        String keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE)
                .toBase64();
        SamClient first = bridge.client();
        first.ask("SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + keys);
        first.close();
        bridge.until("the session is over", () -> bridge.server.status().sessions() == 0);
        int[] refusals = new int[1];
        router.answer = () -> {
            if (++refusals[0] == 3) {
                router.answer = null;
            }
            return new CreateResult.DuplicateDestination();
        };
        assertTrue(bridge.client()
                .ask("SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + keys)
                .startsWith("SESSION STATUS RESULT=OK"));
    }

    @Test
    void aDestinationThatNeverHadASessionHereIsAskedForOnce() throws Exception {
        start();
        String keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE)
                .toBase64();
        router.answer = CreateResult.DuplicateDestination::new;
        for (int round = 1; round <= 2; round++) {
            assertEquals(
                    "SESSION STATUS RESULT=DUPLICATED_DEST",
                    bridge.client().ask("SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + keys));
            assertEquals(round, router.asked.size());
        }
    }

    @Test
    void aClientThatGoesAwayMeanwhileTakesItsSessionBack() throws Exception {
        router.answers = false;
        start();
        for (int round = 0; round < 3; round++) {
            SamClient client = bridge.client();
            client.line(CREATE + "x");
            int now = round + 1;
            bridge.until("the router is asked", () -> router.asked.size() == now);
            if (round == 1) {
                client.abort();
            } else {
                client.close();
            }
            bridge.until(
                    "the attempt is taken back", () -> router.asked.get(now - 1).isCancelled());
        }
    }

    @Test
    void commandsWaitForTheSessionAndAreAnsweredInOrder() throws Exception {
        router.answers = false;
        start();
        SamClient client = bridge.client();
        client.send(CREATE + "x\nPING 1\nNAMING LOOKUP NAME=ME\nQUIT\n");
        bridge.until("the router is asked", () -> router.asked.size() == 1);
        SamClient other = bridge.client();
        other.expect("PING still here", "PONG still here");
        other.expect(CREATE + "x", "SESSION STATUS RESULT=DUPLICATED_ID");
        assertTrue(client.isQuiet());
        bridge.onLane(() -> router.asked.get(0).setFailure(new IllegalStateException("gone")));
        assertEquals(
                "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"The router could not make the session\"", client.readLine());
        assertEquals("PONG 1", client.readLine());
        assertEquals("NAMING REPLY RESULT=KEY_NOT_FOUND NAME=ME", client.readLine());
        assertEquals("QUIT STATUS RESULT=OK MESSAGE=bye", client.readLine());
        client.expectClosed();
    }

    @Test
    void aSessionThatDiesIsToldOnItsControlSocketAndToItsAccepts() throws Exception {
        start();
        SamClient dying = bridge.session("dying");
        SamClient living = bridge.session("living");
        SamClient accept = bridge.client();
        accept.ask("STREAM ACCEPT ID=dying");
        SamClient silent = bridge.client();
        silent.line("STREAM ACCEPT ID=dying SILENT=true");
        SamClient forwarding = bridge.client();
        forwarding.ask("STREAM FORWARD ID=living PORT=1");
        dying.line("NAMING LOOKUP NAME=slow.i2p");
        bridge.until("the lookup is under way", () -> router.lookups.size() == 1);
        bridge.onLane(() -> {
            router.sessions.get(0).listener().onClosed(new CloseReason(CloseReason.Kind.LINK_LOST, ""));
            return null;
        });
        assertEquals("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Session is closed\"", dying.readLine());
        dying.expectClosed();
        assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Session is closed\"", accept.readLine());
        accept.expectClosed();
        silent.expectClosed();
        assertTrue(living.isQuiet() && forwarding.isQuiet());
        bridge.onLane(() -> {
            router.sessions.get(0).listener().onClosed(new CloseReason(CloseReason.Kind.DISCONNECTED, ""));
            return null;
        });
        forwarding.expectClosed();
        bridge.onLane(() -> router.lookups.get(0).trySuccess(new LookupResult.NotFound()));
    }

    @Test
    void aSlowLookupHoldsUpItsOwnSocketOnly() throws Exception {
        start();
        SamClient slow = bridge.client();
        slow.send("NAMING LOOKUP NAME=slow.i2p\nPING behind\n");
        bridge.until("the lookup is under way", () -> router.lookups.size() == 1);
        bridge.session("quick").expect("PING x", "PONG x");
        assertTrue(slow.isQuiet());
        bridge.onLane(() -> router.lookups.get(0).trySuccess(new LookupResult.TimedOut()));
        assertEquals("NAMING REPLY RESULT=KEY_NOT_FOUND NAME=slow.i2p", slow.readLine());
        assertEquals("PONG behind", slow.readLine());
    }

    @Test
    void aClientThatHasSaidAllStillGetsItsAnswer() throws Exception {
        start();
        SamClient client = bridge.client();
        client.send("NAMING LOOKUP NAME=slow.i2p\nPING behind\n");
        client.socket.shutdownOutput();
        bridge.until("the lookup is under way", () -> router.lookups.size() == 1);
        bridge.onLane(() -> router.lookups.get(0).trySuccess(new LookupResult.NotFound()));
        assertEquals("NAMING REPLY RESULT=KEY_NOT_FOUND NAME=slow.i2p\nPONG behind\n", client.readAll());
    }

    @Test
    void aPeerThatDoesNotAnswerInTimeIsATimeout() throws Exception {
        start();
        bridge.session("x");
        SamClient silent = bridge.session("silent");
        bridge.onLane(() -> bridge.net.silent.add(Destination.fromBase64(silent.destination)));
        SamClient waiting = bridge.client();
        waiting.expect("STREAM CONNECT ID=x DESTINATION=" + silent.destination, "STREAM STATUS RESULT=TIMEOUT");
        waiting.expectClosed();
    }

    @Test
    void aLookupWithoutAnAnswerIsAPeerThatCannotBeReached() throws Exception {
        start();
        bridge.session("x");
        SamClient waiting = bridge.client();
        waiting.line("STREAM CONNECT ID=x DESTINATION=slow.i2p");
        bridge.until("the lookup is under way", () -> router.lookups.size() == 1);
        bridge.onLane(() -> router.lookups.get(0).trySuccess(new LookupResult.TimedOut()));
        assertEquals("STREAM STATUS RESULT=CANT_REACH_PEER", waiting.readLine());
        waiting.expectClosed();
    }

    @Test
    void aSessionThatEndsWhileANameIsLookedUpIsTheReason() throws Exception {
        start();
        SamClient session = bridge.session("x");
        SamClient waiting = bridge.client();
        waiting.line("STREAM CONNECT ID=x DESTINATION=slow.i2p");
        bridge.until("the lookup is under way", () -> router.lookups.size() == 1);
        session.close();
        bridge.until("the session is over", () -> bridge.server.status().sessions() == 0);
        bridge.onLane(() -> router.lookups.get(0).trySuccess(new LookupResult.Unavailable()));
        assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Session is closed\"", waiting.readLine());
        waiting.expectClosed();
    }

    @Test
    void limitsAreAnsweredByName() throws Exception {
        start(new SamConfig.Limits(6, 3, 1, 1, 60));
        bridge.session("x");
        SamClient second = bridge.client();
        second.expect(CREATE + "y", "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Too many sessions\"");
        SamClient accept = bridge.client();
        accept.expect("STREAM ACCEPT ID=x", "STREAM STATUS RESULT=OK");
        second.expect("STREAM ACCEPT ID=x", "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Too many pending ACCEPTs\"");
        second.expectClosed();
        bridge.until("it is forgotten", () -> bridge.server.status().connections() == 2);
        bridge.raw();
        bridge.raw();
        SamClient third = bridge.raw();
        bridge.until("all wait", () -> bridge.server.status().connections() == 5);
        SamClient fourth = bridge.raw();
        assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Too many connections without HELLO\"", fourth.readLine());
        fourth.expectClosed();
        bridge.until("it is forgotten", () -> bridge.server.status().connections() == 5);
        third.expect("HELLO VERSION", "HELLO REPLY RESULT=OK VERSION=3.1");
        bridge.client();
        SamClient last = bridge.raw();
        assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Too many connections\"", last.readLine());
        last.expectClosed();
        assertEquals(2, bridge.status().refusedConnections());
    }

    @Test
    void socketsThatAreTurnedAwayAreBoundedToo() throws Exception {
        start(new SamConfig.Limits(2, 2, 1, 1, 60));
        bridge.client();
        bridge.client();
        List<SamClient> many = new ArrayList<>();
        for (int i = 0; i < SamServer.MAX_TURNED_AWAY + 50; i++) {
            many.add(bridge.raw());
        }
        bridge.until("all are refused", () -> bridge.server.status().refusedConnections() == many.size());
        // these clients do not close, so those that hear why stay for their two seconds
        assertTrue(bridge.status().connections() <= 2 + SamServer.MAX_TURNED_AWAY, () -> "too many are open");
        int unanswered = 0;
        for (SamClient client : many) {
            String answer = client.readLine();
            if (answer == null) {
                unanswered++;
            } else {
                assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Too many connections\"", answer);
            }
        }
        assertTrue(unanswered <= 50, "without an answer: " + unanswered);
    }

    @Test
    void aClientThatAsksAndDoesNotReadIsNotReadEither() throws Exception {
        start();
        SamClient client = bridge.client();
        String ask = "PING " + "x".repeat(995) + "\n";
        int count = 30_000;
        byte[] thousand = ask.repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < count / 1_000; i++) {
                    client.send(thousand);
                    sent.addAndGet(1_000);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        long last = -1;
        for (long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500); System.nanoTime() < end; ) {
            last = sent.get();
            Thread.onSpinWait();
        }
        assertTrue(last < count, "the client was not stopped");
        String reply = "PONG " + "x".repeat(995) + "\n";
        for (int i = 0; i < count; i++) {
            assertEquals(reply, client.readText(reply.length()));
        }
        asking.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aLineBeyondTheLimitIsAnsweredAndClosed() throws Exception {
        start();
        SamClient early = bridge.raw();
        early.send("X".repeat(SamConnection.MAX_LINE + 1));
        assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Line too long - max 32768\"", early.readLine());
        early.expectClosed();
        SamClient session = bridge.session("x");
        session.line("PING " + "x".repeat(20_000));
        assertEquals("PONG " + "x".repeat(20_000), session.readLine());
        session.send("PING " + "x".repeat(100_000) + "\n");
        assertEquals("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Line too long - max 32768\"", session.readLine());
        session.readAll();
        bridge.until("the session is over", () -> bridge.server.status().sessions() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "DSA_SHA1", "1", "ecdsa_sha256_p256", "2", "3", "7", "EDDSA_SHA512_ED25519"})
    void everySignatureTypeMakesASession(String type) throws Exception {
        start();
        SamClient client = bridge.client();
        String reply = client.ask("SESSION CREATE STYLE=STREAM ID=x DESTINATION=TRANSIENT"
                + (type.isEmpty() ? "" : " SIGNATURE_TYPE=" + type));
        DestinationKeys keys =
                DestinationKeys.fromBase64(reply.substring("SESSION STATUS RESULT=OK DESTINATION=".length()));
        SigType expected = type.isEmpty() ? SigType.DSA_SHA1 : SigType.byText(type);
        assertEquals(expected, keys.destination().signingType());
    }

    @Test
    void keysAreCheckedToTheLastByte() throws Exception {
        start();
        byte[] good = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE)
                .toBytes();
        byte[] otherKey = good.clone();
        otherKey[good.length - 1] ^= 1;
        byte[] unknownType = good.clone();
        unknownType[388] = 3;
        unknownType[389] = (byte) 0xe7;
        byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
        byte[] shorter = java.util.Arrays.copyOf(good, good.length - 1);
        SamClient client = bridge.client();
        for (byte[] bad : new byte[][] {otherKey, unknownType, longer, shorter}) {
            client.expect(
                    "SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + Encodings.base64(bad),
                    "SESSION STATUS RESULT=INVALID_KEY");
        }
        byte[] zeroField = good.clone();
        java.util.Arrays.fill(zeroField, 391, 391 + 256, (byte) 0);
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + Encodings.base64(zeroField),
                "SESSION STATUS RESULT=OK DESTINATION=" + Encodings.base64(zeroField));
    }

    @Test
    void offlineKeysHoldUntilTheirDateAndNotForRepliableDatagrams() throws Exception {
        start();
        String expired = offlineKeys(1_000_000);
        String valid = offlineKeys(0xffff_ffffL);
        SamClient client = bridge.client();
        client.expect("SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + expired, "SESSION STATUS RESULT=INVALID_KEY");
        client.expect("SESSION CREATE STYLE=DATAGRAM ID=x DESTINATION=" + valid, "SESSION STATUS RESULT=INVALID_KEY");
        client.expect(
                "SESSION CREATE STYLE=STREAM ID=x DESTINATION=" + valid,
                "SESSION STATUS RESULT=OK DESTINATION=" + valid);
    }

    private static String offlineKeys(long expiresSeconds) {
        SigType type = SigType.EdDSA_SHA512_Ed25519;
        SigningKeys master = SigningKeys.generate(type, SecureEntropy.INSTANCE);
        SigningKeys shortLived = SigningKeys.generate(type, SecureEntropy.INSTANCE);
        ByteBuf signed = Unpooled.buffer();
        signed.writeInt((int) expiresSeconds).writeShort(type.code()).writeBytes(shortLived.publicKey());
        byte[] toSign = new byte[signed.readableBytes()];
        signed.getBytes(0, toSign);
        OfflineSignature offline =
                new OfflineSignature(expiresSeconds, type, shortLived.publicKey(), master.sign(toSign));
        ByteBuf out = Unpooled.buffer();
        Destination.create(type, master.publicKey(), SecureEntropy.INSTANCE).encode(out);
        out.writeZero(256 + 32);
        offline.encode(out);
        SecretBytes secret = shortLived.privateKey();
        out.writeBytes(secret.copy());
        byte[] all = new byte[out.readableBytes()];
        out.readBytes(all);
        return Encodings.base64(all);
    }

    @Test
    void shuttingDownTellsTheClients() throws Exception {
        start();
        SamClient session = bridge.session("x");
        SamClient accept = bridge.client();
        accept.ask("STREAM ACCEPT ID=x");
        SamClient idle = bridge.client();
        bridge.server.close().get(10, TimeUnit.SECONDS);
        assertEquals("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Samovar is shutting down\"", session.readLine());
        session.expectClosed();
        assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Samovar is shutting down\"", accept.readLine());
        accept.expectClosed();
        idle.expectClosed();
        assertThrows(java.net.ConnectException.class, () -> bridge.raw());
    }

    @Test
    void aTakenPortIsABindException() throws Exception {
        start();
        try (CryptoPool pool = new CryptoPool(1)) {
            for (SamConfig config : new SamConfig[] {
                new SamConfig(bridge.bound.tcp(), bridge.bound.udp(), bridge.hostsFile, SamConfig.Limits.defaults()),
                new SamConfig(
                        new java.net.InetSocketAddress(bridge.bound.tcp().getAddress(), 0),
                        bridge.bound.udp(),
                        bridge.hostsFile,
                        SamConfig.Limits.defaults())
            }) {
                SamServer second = new SamServer(config, router, bridge.lane, null, SecureEntropy.INSTANCE, pool, pool);
                ExecutionException failed = assertThrows(
                        ExecutionException.class, () -> second.start().get(10, TimeUnit.SECONDS));
                assertInstanceOf(BindException.class, failed.getCause());
            }
        }
    }
}
