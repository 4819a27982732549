package dev.samovar.i2cp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.message.ClientPayload;
import dev.samovar.testkit.OfflineKeys;
import dev.samovar.testkit.RecordingSession;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every way to a router gives a session. Inherited by a test for each way, with a router on network local. */
public abstract class I2cpSessionContract {

    protected final SeededEntropy entropy = new SeededEntropy(20260101);

    /** The client under test. */
    protected abstract I2cpClient client();

    /** The lane of the sessions. */
    protected abstract Lane lane();

    /** Runs the world until the condition, evaluated on the lane, holds; fails after some seconds. */
    protected abstract void await(BooleanSupplier condition);

    /** Runs {@code work} on the lane and waits for its end. */
    protected abstract void onLane(Runnable work);

    /** Ends the router. */
    protected abstract void closeRouter();

    protected final <T> T call(Supplier<T> work) {
        AtomicReference<T> result = new AtomicReference<>();
        onLane(() -> result.set(work.get()));
        return result.get();
    }

    protected final <T> T result(Future<T> future) {
        await(future::isDone);
        return future.getNow();
    }

    protected final DestinationKeys newKeys() {
        return DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
    }

    protected final I2cpClientSession session(DestinationKeys keys, I2cpClientSession.Listener listener) {
        CreateResult result = result(client().createSession(lane(), keys, SessionOptions.NONE, listener));
        return assertInstanceOf(CreateResult.Created.class, result).session();
    }

    protected static ByteBuf payload(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    protected static OutboundMessage message(Destination to, int tracking, String text) {
        return new OutboundMessage(to, Protocol.RAW, 11, 22, tracking, payload(text));
    }

    @Test
    void aMessageArrivesWithItsProtocolAndPorts() {
        RecordingSession inbox = new RecordingSession();
        I2cpClientSession to = session(newKeys(), inbox);
        I2cpClientSession from = session(newKeys(), new RecordingSession());
        assertEquals(SendOutcome.ACCEPTED, call(() -> from.send(message(to.destination(), 0, "hello"))));
        await(() -> !inbox.messages.isEmpty());
        assertEquals(List.of("hello"), inbox.messages);
        assertEquals(List.of("18 11>22"), inbox.headers);
    }

    @Test
    void messagesKeepTheirOrder() {
        RecordingSession inbox = new RecordingSession();
        I2cpClientSession to = session(newKeys(), inbox);
        I2cpClientSession from = session(newKeys(), new RecordingSession());
        List<String> sent = new ArrayList<>();
        onLane(() -> {
            for (int i = 0; i < 300; i++) {
                sent.add("message " + i);
                from.send(message(to.destination(), 0, "message " + i));
            }
        });
        await(() -> inbox.messages.size() == 300);
        assertEquals(sent, inbox.messages);
    }

    @Test
    void aPayloadWithRoomIsFramedInPlaceAndArrivesWhole() {
        RecordingSession inbox = new RecordingSession();
        I2cpClientSession to = session(newKeys(), inbox);
        I2cpClientSession from = session(newKeys(), new RecordingSession());
        ByteBuf payload = Unpooled.buffer(64);
        payload.writerIndex(ClientPayload.HEADROOM).readerIndex(ClientPayload.HEADROOM);
        ByteBufUtil.writeUtf8(payload, "with room");
        onLane(() -> from.send(new OutboundMessage(to.destination(), Protocol.STREAMING, 0, 0, 0, payload)));
        await(() -> !inbox.messages.isEmpty());
        assertEquals(List.of("with room"), inbox.messages);
    }

    @Test
    void aSessionReachesItself() {
        RecordingSession inbox = new RecordingSession();
        I2cpClientSession self = session(newKeys(), inbox);
        onLane(() -> self.send(message(self.destination(), 5, "me")));
        await(() -> !inbox.messages.isEmpty() && !inbox.deliveries.isEmpty());
        assertEquals(List.of("me"), inbox.messages);
        assertEquals(Map.of(5, DeliveryStatus.SENT), inbox.deliveries);
    }

    @Test
    void trackedMessagesHaveTheirFateReportedOnce() {
        RecordingSession outbox = new RecordingSession();
        I2cpClientSession to = session(newKeys(), new RecordingSession());
        I2cpClientSession from = session(newKeys(), outbox);
        Destination nobody = newKeys().destination();
        onLane(() -> {
            from.send(message(to.destination(), 1, "to one who is there"));
            from.send(message(nobody, 2, "to nobody"));
            from.send(message(nobody, 0, "to nobody, untracked"));
            from.send(new OutboundMessage(
                    to.destination(), 18, 0, 0, -3, Unpooled.wrappedBuffer(new byte[I2cpClientCore.MAX_PAYLOAD + 1])));
            from.send(message(to.destination(), 4, "last"));
        });
        await(() -> outbox.deliveries.size() == 4);
        assertEquals(
                Map.of(
                        1, DeliveryStatus.SENT,
                        2, DeliveryStatus.NO_LEASE_SET,
                        -3, DeliveryStatus.REJECTED,
                        4, DeliveryStatus.SENT),
                outbox.deliveries);
        assertEquals(4, outbox.deliveryCalls);
    }

    @Test
    void theLargestPayloadArrives() {
        RecordingSession inbox = new RecordingSession();
        I2cpClientSession to = session(newKeys(), inbox);
        I2cpClientSession from = session(newKeys(), new RecordingSession());
        String text = "x".repeat(I2cpClientCore.MAX_PAYLOAD);
        onLane(() -> from.send(message(to.destination(), 0, text)));
        await(() -> !inbox.messages.isEmpty());
        assertEquals(List.of(text), inbox.messages);
    }

    @Test
    void aDestinationInUseIsADuplicate() {
        DestinationKeys keys = newKeys();
        RecordingSession first = new RecordingSession();
        I2cpClientSession session = session(keys, first);
        CreateResult second = result(client().createSession(lane(), keys, SessionOptions.NONE, new RecordingSession()));
        assertInstanceOf(CreateResult.DuplicateDestination.class, second);
        onLane(() -> session.send(message(keys.destination(), 0, "still here")));
        await(() -> !first.messages.isEmpty());
    }

    @Test
    void closingFreesTheDestinationAndIsToldOnce() {
        DestinationKeys keys = newKeys();
        RecordingSession listener = new RecordingSession();
        I2cpClientSession session = session(keys, listener);
        onLane(() -> {
            session.close();
            assertTrue(listener.closed.isEmpty(), "told from within the call");
            session.close();
            assertEquals(SendOutcome.CLOSED, session.send(message(keys.destination(), 0, "too late")));
            assertFalse(session.isWritable());
        });
        await(() -> !listener.closed.isEmpty());
        assertEquals(List.of(new CloseReason(CloseReason.Kind.CLOSED, "")), listener.closed);
        session(keys, new RecordingSession());
    }

    @Test
    void cancellingTheAttemptFreesTheDestination() {
        DestinationKeys keys = newKeys();
        RecordingSession listener = new RecordingSession();
        Future<CreateResult> attempt = call(() -> client().createSession(lane(), keys, SessionOptions.NONE, listener));
        onLane(() -> attempt.cancel(false));
        await(attempt::isCancelled);
        AtomicReference<CreateResult> again = new AtomicReference<>();
        for (int i = 0; i < 200 && !(again.get() instanceof CreateResult.Created); i++) {
            // over TCP the router may hear of the end of the first after the second has begun
            again.set(result(client().createSession(lane(), keys, SessionOptions.NONE, new RecordingSession())));
        }
        assertInstanceOf(CreateResult.Created.class, again.get());
        assertTrue(listener.closed.isEmpty());
    }

    @Test
    void destinationsAreFoundByHashAndByBase32Name() {
        I2cpClientSession there = session(newKeys(), new RecordingSession());
        I2cpClientSession asking = session(newKeys(), new RecordingSession());
        Destination wanted = there.destination();
        LookupResult found = new LookupResult.Found(wanted);
        LookupTarget byHash = new LookupTarget.ByHash(wanted.hash());
        LookupTarget byName = new LookupTarget.ByName(wanted.toBase32() + ".b32.i2p");
        assertEquals(found, result(call(() -> asking.lookup(byHash))));
        assertEquals(found, result(call(() -> asking.lookup(byName))));
        assertEquals(found, result(client().lookup(lane(), byHash)));
        assertEquals(found, result(client().lookup(lane(), byName)));
        LookupResult none = new LookupResult.NotFound();
        Destination nobody = newKeys().destination();
        assertEquals(none, result(call(() -> asking.lookup(new LookupTarget.ByHash(nobody.hash())))));
        assertEquals(none, result(call(() -> asking.lookup(new LookupTarget.ByName("nobody.i2p")))));
        assertEquals(none, result(call(() -> asking.lookup(new LookupTarget.ByName("é".repeat(200))))));
        assertEquals(none, result(client().lookup(lane(), new LookupTarget.ByName("nobody.i2p"))));
    }

    @Test
    void tooManyLookupsAtOnceAreUnavailable() {
        I2cpClientSession asking = session(newKeys(), new RecordingSession());
        LookupTarget target = new LookupTarget.ByHash(asking.destination().hash());
        List<Future<LookupResult>> answers = new ArrayList<>();
        onLane(() -> {
            for (int i = 0; i < 70; i++) {
                answers.add(asking.lookup(target));
            }
        });
        await(() -> answers.stream().allMatch(Future::isDone));
        assertEquals(
                6,
                answers.stream()
                        .filter(a -> a.getNow() instanceof LookupResult.Unavailable)
                        .count());
    }

    @Test
    void everySignatureTypeMakesASession() {
        for (SigType type : SigType.values()) {
            if (type.usable()) {
                RecordingSession inbox = new RecordingSession();
                I2cpClientSession session = session(DestinationKeys.generate(type, entropy), inbox);
                onLane(() -> session.send(message(session.destination(), 0, type.name())));
                await(() -> !inbox.messages.isEmpty());
                assertEquals(List.of(type.name()), inbox.messages);
            }
        }
    }

    @Test
    void aDestinationWithATransientKeyMakesASession() {
        long year2100 = 4_102_444_800L;
        RecordingSession inbox = new RecordingSession();
        I2cpClientSession session = session(
                OfflineKeys.generate(SigType.ECDSA_SHA256_P256, SigType.EdDSA_SHA512_Ed25519, year2100, entropy),
                inbox);
        onLane(() -> session.send(message(session.destination(), 0, "offline")));
        await(() -> !inbox.messages.isEmpty());
        CreateResult expired = result(client().createSession(
                        lane(),
                        OfflineKeys.generate(
                                SigType.EdDSA_SHA512_Ed25519, SigType.EdDSA_SHA512_Ed25519, 1_600_000_000L, entropy),
                        SessionOptions.NONE,
                        new RecordingSession()));
        assertInstanceOf(CreateResult.Refused.class, expired);
    }

    @Test
    void optionsTooLongForTheWireAreRefused() {
        SessionOptions options = SessionOptions.of(Map.of("inbound.nickname", "x".repeat(300)));
        CreateResult result = result(client().createSession(lane(), newKeys(), options, new RecordingSession()));
        assertInstanceOf(CreateResult.Refused.class, result);
    }

    @Test
    void whoSendsFasterThanTheRouterTakesIsToldToWaitAndThenToGoOn() {
        RecordingSession outbox = new RecordingSession();
        I2cpClientSession from = session(newKeys(), outbox);
        Destination nobody = newKeys().destination();
        boolean congested = call(() -> {
            for (int i = 0; i < 100_000; i++) {
                ByteBuf payload = Unpooled.buffer(2000, 2000);
                payload.writerIndex(1800);
                payload.readerIndex(ClientPayload.HEADROOM);
                if (from.send(new OutboundMessage(nobody, 18, 0, 0, 0, payload)) == SendOutcome.CONGESTED) {
                    assertEquals(0, payload.refCnt(), "a refused payload is taken over too");
                    assertEquals(0, outbox.writable);
                    return true;
                }
            }
            return false;
        });
        assertTrue(congested, "a bound was never reached");
        await(() -> outbox.writable == 1);
        assertTrue(call(from::isWritable));
    }

    @Test
    void whoAsksBeforeSendingIsToldToGoOnToo() {
        RecordingSession outbox = new RecordingSession();
        I2cpClientSession from = session(newKeys(), outbox);
        Destination nobody = newKeys().destination();
        int sent = call(() -> {
            int accepted = 0;
            while (from.isWritable() && accepted < 100_000) {
                ByteBuf payload = Unpooled.buffer(1800).writeZero(1800);
                assertEquals(SendOutcome.ACCEPTED, from.send(new OutboundMessage(nobody, 18, 0, 0, 0, payload)));
                accepted++;
            }
            return accepted;
        });
        assertTrue(sent < 100_000, "a bound was never reached");
        await(() -> outbox.writable == 1);
        assertTrue(call(from::isWritable));
    }

    @Test
    void theEndOfTheRouterIsTold() {
        RecordingSession listener = new RecordingSession();
        I2cpClientSession session = session(newKeys(), listener);
        closeRouter();
        await(() -> !listener.closed.isEmpty());
        assertEquals(1, listener.closed.size());
        assertEquals(CloseReason.Kind.DISCONNECTED, listener.closed.get(0).kind());
        assertEquals(SendOutcome.CLOSED, call(() -> session.send(message(session.destination(), 0, "too late"))));
        CreateResult after =
                result(client().createSession(lane(), newKeys(), SessionOptions.NONE, new RecordingSession()));
        assertInstanceOf(CreateResult.Unreachable.class, after);
        assertInstanceOf(
                LookupResult.Unavailable.class, result(client().lookup(lane(), new LookupTarget.ByName("any.i2p"))));
    }

    @Test
    void closingTheClientEndsItsSessions() {
        RecordingSession one = new RecordingSession();
        RecordingSession two = new RecordingSession();
        session(newKeys(), one);
        session(newKeys(), two);
        client().close();
        await(() -> one.closed.size() + two.closed.size() == 2);
    }
}
