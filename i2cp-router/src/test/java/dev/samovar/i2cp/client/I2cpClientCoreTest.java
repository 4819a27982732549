package dev.samovar.i2cp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.client.I2cpClientCore.Event;
import dev.samovar.i2cp.message.ClientPayload;
import dev.samovar.i2cp.message.CreateLeaseSet2;
import dev.samovar.i2cp.message.CreateSession;
import dev.samovar.i2cp.message.DestroySession;
import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.GetBandwidthLimits;
import dev.samovar.i2cp.message.GetDate;
import dev.samovar.i2cp.message.HostLookup;
import dev.samovar.i2cp.message.HostReply;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.MessagePayload;
import dev.samovar.i2cp.message.MessageStatus;
import dev.samovar.i2cp.message.RequestVariableLeaseSet;
import dev.samovar.i2cp.message.SendMessage;
import dev.samovar.i2cp.message.SessionConfig;
import dev.samovar.i2cp.message.SessionStatus;
import dev.samovar.i2cp.message.SetDate;
import dev.samovar.i2cp.message.UnknownMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class I2cpClientCoreTest {

    private static final int SESSION = 77;
    private static final long OUR_MILLIS = 1_767_225_600_000L;
    /** The router's clock is a minute ahead. */
    private static final long ROUTER_MILLIS = OUR_MILLIS + 60_000;

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
    private final Destination peer =
            DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy).destination();
    private long now = 1;

    private I2cpClientCore core(Map<String, String> options) {
        return core(options, false);
    }

    private I2cpClientCore core(Map<String, String> options, boolean confirms) {
        try {
            return I2cpClientCore.forSession(keys, SessionOptions.of(options), entropy, confirms);
        } catch (WireException tooLong) {
            throw new AssertionError(tooLong);
        }
    }

    private void handle(I2cpClientCore core, I2cpMessage message) {
        core.handle(message, now, OUR_MILLIS);
    }

    private void work(I2cpClientCore core) {
        Supplier<I2cpMessage> work = core.pollWork();
        assertNotNull(work, "nothing to sign");
        core.handleWork(work.get(), now, OUR_MILLIS);
    }

    private static RequestVariableLeaseSet leases(int tunnelId) {
        Hash gateway = Hash.fromBytes(new byte[32]);
        return new RequestVariableLeaseSet(SESSION, List.of(new Lease(gateway, tunnelId, ROUTER_MILLIS + 600_000)));
    }

    private I2cpClientCore established() {
        I2cpClientCore core = leased(false);
        assertInstanceOf(Event.Established.class, core.pollEvent());
        drain(core);
        return core;
    }

    /** Up to where the first lease set was sent. */
    private I2cpClientCore leased(boolean confirms) {
        I2cpClientCore core = core(Map.of(), confirms);
        core.start(now);
        handle(core, new SetDate(ROUTER_MILLIS, "0.9.66"));
        work(core);
        handle(core, new SessionStatus(SESSION, SessionStatus.CREATED));
        handle(core, leases(1));
        work(core);
        return core;
    }

    private static List<I2cpMessage> drain(I2cpClientCore core) {
        List<I2cpMessage> all = new ArrayList<>();
        for (I2cpMessage message; (message = core.pollTransmit()) != null; ) {
            all.add(message);
        }
        return all;
    }

    private static CreateResult failure(I2cpClientCore core) {
        assertTrue(core.isClosed());
        return assertInstanceOf(Event.Failed.class, core.pollEvent()).result();
    }

    private static CloseReason ending(I2cpClientCore core) {
        assertTrue(core.isClosed());
        return assertInstanceOf(Event.Closed.class, core.pollEvent()).reason();
    }

    @Test
    void theKeysOfALeaseSetThatIsSignedTooLateAreWiped() {
        I2cpClientCore core = established();
        handle(core, leases(2));
        CreateLeaseSet2 late = (CreateLeaseSet2) core.pollWork().get();
        core.close();
        core.handleWork(late, now, OUR_MILLIS);
        assertTrue(late.privateKeys().get(0).key().isZero());
    }

    @Test
    void theSessionIsMadeStepByStep() {
        I2cpClientCore core = core(Map.of("inbound.length", "1", "i2cp.fastReceive", "false"));
        assertNull(core.pollTransmit());
        core.start(now);
        assertEquals(new GetDate("0.9.66", Mapping.EMPTY), core.pollTransmit());
        handle(core, new SetDate(ROUTER_MILLIS, "0.9.66"));
        assertNull(core.pollTransmit(), "signing happens elsewhere");
        work(core);
        SessionConfig config = ((CreateSession) core.pollTransmit()).config();
        assertTrue(config.verify(OUR_MILLIS));
        assertEquals(ROUTER_MILLIS, config.dateMillis(), "dates are by the router's clock");
        assertEquals("1", config.options().get("inbound.length"));
        assertEquals("true", config.options().get("i2cp.fastReceive"));
        assertEquals("none", config.options().get("i2cp.messageReliability"));
        assertEquals("4", config.options().get("i2cp.leaseSetEncType"));
        handle(core, new SessionStatus(SESSION, SessionStatus.CREATED));
        assertNull(core.pollWork());
        handle(core, leases(5));
        work(core);
        CreateLeaseSet2 answer = (CreateLeaseSet2) core.pollTransmit();
        LeaseSet2 leaseSet = (LeaseSet2) answer.leaseSet();
        assertEquals(SESSION, answer.sessionId());
        assertTrue(leaseSet.verify(OUR_MILLIS));
        assertEquals(keys.destination(), leaseSet.destination());
        assertEquals(ROUTER_MILLIS / 1000, leaseSet.publishedSeconds());
        assertEquals(5, leaseSet.leases().get(0).tunnelId());
        assertEquals(4, leaseSet.keys().get(0).typeCode());
        assertEquals(4, answer.privateKeys().get(0).typeCode());
        assertInstanceOf(Event.Established.class, core.pollEvent());
        assertEquals(TimerTable.NEVER, core.nextTimeout(), "an idle session needs no timer");
    }

    @Test
    void aRenewalWhileSigningWaitsAndTheNewestIsAnsweredWithALaterDate() {
        I2cpClientCore core = established();
        handle(core, leases(2));
        Supplier<I2cpMessage> first = core.pollWork();
        handle(core, leases(3));
        handle(core, leases(4));
        assertNull(core.pollWork(), "one at a time");
        core.handleWork(first.get(), now, OUR_MILLIS);
        work(core);
        assertNull(core.pollWork());
        List<I2cpMessage> sent = drain(core);
        assertEquals(2, sent.size());
        LeaseSet2 one = (LeaseSet2) ((CreateLeaseSet2) sent.get(0)).leaseSet();
        LeaseSet2 two = (LeaseSet2) ((CreateLeaseSet2) sent.get(1)).leaseSet();
        assertEquals(2, one.leases().get(0).tunnelId());
        assertEquals(4, two.leases().get(0).tunnelId());
        assertEquals(one.publishedSeconds() + 1, two.publishedSeconds());
        assertNull(core.pollEvent(), "established once");
    }

    @Test
    void anUnpublishedSessionSaysSoInItsLeaseSet() {
        I2cpClientCore core = core(Map.of("i2cp.dontPublishLeaseSet", "true"));
        core.start(now);
        handle(core, new SetDate(ROUTER_MILLIS, "0.9.66"));
        work(core);
        handle(core, new SessionStatus(SESSION, SessionStatus.CREATED));
        handle(core, leases(1));
        work(core);
        List<I2cpMessage> sent = drain(core);
        assertEquals(2, ((LeaseSet2) ((CreateLeaseSet2) sent.get(2)).leaseSet()).flags());
    }

    @Test
    void onlyOurOwnRouterIsAskedToConfirm() {
        assertEquals("true", config(leased(true)).options().get("samovar.confirmLeaseSet"));
        assertNull(config(leased(false)).options().get("samovar.confirmLeaseSet"));
    }

    private static SessionConfig config(I2cpClientCore core) {
        return drain(core).stream()
                .filter(CreateSession.class::isInstance)
                .map(message -> ((CreateSession) message).config())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whereTheRouterConfirmsTheSessionWaitsForThat() {
        I2cpClientCore core = leased(true);
        assertNull(core.pollEvent());
        handle(core, leases(2));
        work(core);
        assertNull(core.pollEvent(), "a second lease set changes nothing");
        handle(core, new SessionStatus(SESSION, SessionStatus.UPDATED));
        assertInstanceOf(Event.Established.class, core.pollEvent());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
        handle(core, new SessionStatus(SESSION, SessionStatus.UPDATED));
        assertNull(core.pollEvent());
    }

    @Test
    void aConfirmationThatStaysOutIsNotWaitedForAnyLonger() {
        I2cpClientCore core = leased(true);
        assertEquals(now + I2cpClientCore.CONFIRM_NANOS, core.nextTimeout());
        core.handleTimeout(core.nextTimeout());
        assertInstanceOf(Event.Established.class, core.pollEvent());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
    }

    @Test
    void whatComesBeforeTheConfirmationIsKeptUpToABoundAndInOrder() {
        I2cpClientCore core = leased(true);
        for (int number = 0; number <= I2cpClientCore.MAX_EARLY; number++) {
            handle(core, new MessagePayload(SESSION, number, framed("" + number)));
        }
        assertNull(core.pollInbound(), "nobody is there yet");
        assertEquals(1, core.droppedPayloads());
        handle(core, new SessionStatus(SESSION, SessionStatus.UPDATED));
        for (int number = 0; number < I2cpClientCore.MAX_EARLY; number++) {
            ByteBuf payload = core.pollInbound().payload();
            assertEquals("" + number, payload.toString(StandardCharsets.UTF_8));
            payload.release();
        }
        assertNull(core.pollInbound());
    }

    @Test
    void leaseRequestsOfOthersAndEmptyOnesAreIgnored() {
        I2cpClientCore core = established();
        handle(core, new RequestVariableLeaseSet(SESSION + 1, leases(9).leases()));
        handle(core, new RequestVariableLeaseSet(SESSION, List.of()));
        assertNull(core.pollWork());
    }

    @Test
    void aSilentRouterIsUnreachable() {
        I2cpClientCore core = core(Map.of());
        core.start(now);
        assertEquals(now + I2cpClientCore.HANDSHAKE_NANOS, core.nextTimeout());
        core.handleTimeout(core.nextTimeout());
        assertInstanceOf(CreateResult.Unreachable.class, failure(core));
    }

    @Test
    void aRouterWithoutTunnelsTimesOutAndIsToldToForget() {
        I2cpClientCore core = core(Map.of());
        core.start(now);
        handle(core, new SetDate(ROUTER_MILLIS, "0.9.66"));
        work(core);
        handle(core, new SessionStatus(SESSION, SessionStatus.CREATED));
        assertEquals(now + I2cpClientCore.CREATE_NANOS, core.nextTimeout());
        core.handleTimeout(core.nextTimeout());
        assertInstanceOf(CreateResult.TimedOut.class, failure(core));
    }

    @Test
    void bothRoutersWordsForADuplicateAreUnderstood() {
        for (I2cpMessage refusal :
                List.of(new Disconnect("duplicate destination"), new SessionStatus(0, SessionStatus.INVALID))) {
            I2cpClientCore core = core(Map.of());
            core.start(now);
            handle(core, new SetDate(ROUTER_MILLIS, "0.9.66"));
            work(core);
            handle(core, refusal);
            assertInstanceOf(CreateResult.DuplicateDestination.class, failure(core));
            assertNull(core.pollEvent());
        }
    }

    @Test
    void aRefusalNamesTheRoutersReasonButNoKeyInIt() {
        I2cpClientCore core = core(Map.of());
        core.start(now);
        String key = peer.toBase64();
        handle(core, new Disconnect("Already have\nsession [Hash: " + key.substring(0, 44) + "] \u0007here"));
        CreateResult.Refused refused = assertInstanceOf(CreateResult.Refused.class, failure(core));
        assertEquals("router: Already have session [Hash: […] here", refused.detail());
    }

    @Test
    void aStatusIsReportedOnceAndByItsMeaning() {
        I2cpClientCore core = established();
        int[] statuses = {2, 4, 6, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 99};
        for (int status : statuses) {
            core.send(new OutboundMessage(peer, 18, 0, 0, 1000 + status, Unpooled.wrappedBuffer(new byte[1])));
            SendMessage sent = (SendMessage) core.pollTransmit();
            assertEquals(1000 + status, sent.nonce());
            sent.release();
            handle(core, new MessageStatus(SESSION, 1, MessageStatus.ACCEPTED, 0, 1000 + status));
            assertNull(core.pollEvent());
            handle(core, new MessageStatus(SESSION, 1, status, 0, 1000 + status));
            handle(core, new MessageStatus(SESSION, 1, status, 0, 1000 + status));
            Event.Delivery delivery = (Event.Delivery) core.pollEvent();
            assertEquals(1000 + status, delivery.tracking());
            DeliveryStatus expected = switch (status) {
                case 2, 4, 6 -> DeliveryStatus.SENT;
                case 21 -> DeliveryStatus.NO_LEASE_SET;
                case 17 -> DeliveryStatus.UNSUPPORTED_ENCRYPTION;
                case 11, 12, 18, 19, 22, 23 -> DeliveryStatus.REJECTED;
                default -> DeliveryStatus.FAILED;
            };
            assertEquals(expected, delivery.status(), "status " + status);
            assertNull(core.pollEvent(), "once");
        }
    }

    @Test
    void aBrokenPayloadIsDroppedAndCountedAndTheSessionGoesOn() {
        I2cpClientCore core = established();
        ByteBuf broken = Unpooled.copiedBuffer("not gzip at all, but long enough", StandardCharsets.US_ASCII);
        handle(core, new MessagePayload(SESSION, 1, broken));
        assertEquals(0, broken.refCnt());
        assertNull(core.pollInbound());
        assertEquals(1, core.droppedPayloads());
        ByteBuf foreign = framed("another session's");
        handle(core, new MessagePayload(SESSION + 1, 2, foreign));
        assertEquals(0, foreign.refCnt());
        handle(core, new MessagePayload(SESSION, 3, framed("good")));
        InboundMessage message = core.pollInbound();
        assertEquals("good", message.payload().toString(StandardCharsets.UTF_8));
        message.payload().release();
    }

    private static ByteBuf framed(String text) {
        return ClientPayload.frame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), 18, 0, 0);
    }

    @Test
    void lookupsTimeOutInTheirOrder() {
        I2cpClientCore core = established();
        int first = core.lookup(new LookupTarget.ByHash(peer.hash()), now);
        now += 1000;
        int second = core.lookup(new LookupTarget.ByName("a.i2p"), now);
        HostLookup request = (HostLookup) core.pollTransmit();
        assertEquals(SESSION, request.sessionId());
        assertEquals(first, request.requestId());
        core.handleTimeout(core.nextTimeout());
        assertEquals(new Event.LookedUp(first, new LookupResult.TimedOut()), core.pollEvent());
        assertNull(core.pollEvent());
        handle(core, new HostReply(SESSION, first, HostReply.FOUND, peer));
        assertNull(core.pollEvent(), "too late");
        handle(core, new HostReply(SESSION, second, HostReply.FOUND, peer));
        assertEquals(new Event.LookedUp(second, new LookupResult.Found(peer)), core.pollEvent());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
    }

    @Test
    void aDestinationThatHasNotTheHashAskedForIsNoAnswer() {
        I2cpClientCore core = established();
        int request = core.lookup(new LookupTarget.ByHash(keys.destination().hash()), now);
        handle(core, new HostReply(SESSION, request, HostReply.FOUND, peer));
        assertEquals(new Event.LookedUp(request, new LookupResult.NotFound()), core.pollEvent());
    }

    @Test
    void theEndOfTheSessionEndsItsLookupsAndSaysWhy() {
        I2cpClientCore core = established();
        int request = core.lookup(new LookupTarget.ByName("a.i2p"), now);
        handle(core, new Disconnect("shutting down"));
        assertEquals(new CloseReason(CloseReason.Kind.DISCONNECTED, "router: shutting down"), ending(core));
        assertEquals(new Event.LookedUp(request, new LookupResult.Unavailable()), core.pollEvent());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
    }

    @Test
    void aRouterThatSpeaksLikeAClientBreaksTheProtocol() {
        I2cpClientCore core = established();
        handle(core, new GetBandwidthLimits());
        assertEquals(CloseReason.Kind.PROTOCOL_VIOLATION, ending(core).kind());
    }

    @Test
    void closingSaysGoodbye() {
        I2cpClientCore core = established();
        core.close();
        assertEquals(List.of(new DestroySession(SESSION)), drain(core));
        assertEquals(CloseReason.Kind.CLOSED, ending(core).kind());
        core.close();
        core.handleLost(new CloseReason(CloseReason.Kind.LINK_LOST, ""));
        assertNull(core.pollEvent());
    }

    @Test
    void trackedMessagesAreBounded() {
        I2cpClientCore core = established();
        for (int i = 1; i <= 5000; i++) {
            core.send(new OutboundMessage(peer, 18, 0, 0, i, Unpooled.buffer(1).writeByte(1)));
            core.pollTransmit().release();
        }
        handle(core, new MessageStatus(SESSION, 1, MessageStatus.LOCAL_SUCCESS, 0, 1));
        assertNull(core.pollEvent(), "the oldest are forgotten");
        handle(core, new MessageStatus(SESSION, 1, MessageStatus.LOCAL_SUCCESS, 0, 5000));
        assertNotNull(core.pollEvent());
    }

    @Test
    void anyOrderOfMessagesAndCommandsEndsWellAndLeaksNothing() {
        for (long seed = 1; seed <= 300; seed++) {
            try {
                sequence(new Random(seed));
            } catch (RuntimeException | AssertionError failed) {
                throw new AssertionError("seed " + seed, failed);
            }
        }
    }

    private void sequence(Random random) {
        I2cpClientCore core =
                random.nextInt(8) == 0 ? I2cpClientCore.forLookups() : core(Map.of(), random.nextBoolean());
        List<ByteBuf> buffers = new ArrayList<>();
        List<Supplier<I2cpMessage>> works = new ArrayList<>();
        int established = 0;
        int ended = 0;
        if (random.nextInt(10) != 0) {
            core.start(now);
        }
        for (int step = 0; step < 120; step++) {
            now += random.nextInt(1000) * TimeUnit.MILLISECONDS.toNanos(1);
            int id = random.nextInt(6) == 0 ? random.nextInt(0x10000) : SESSION;
            switch (random.nextInt(18)) {
                case 0, 1 -> handle(core, new SetDate(ROUTER_MILLIS + random.nextInt(1000), "0.9.66"));
                case 2, 3 -> handle(core, new SessionStatus(id, random.nextInt(4) == 0 ? random.nextInt(7) : 1));
                case 4, 5 ->
                    handle(core, new RequestVariableLeaseSet(id, leases(step).leases()));
                case 6, 7 -> {
                    ByteBuf payload = random.nextBoolean()
                            ? framed("text")
                            : Unpooled.buffer().writeLong(5);
                    buffers.add(payload);
                    handle(core, new MessagePayload(id, step, payload));
                }
                case 8 -> handle(core, new MessageStatus(id, step, random.nextInt(25), 0, random.nextInt(10)));
                case 9 -> handle(core, new HostReply(id, random.nextInt(5), 0, peer));
                case 10, 11 -> {
                    ByteBuf payload = Unpooled.buffer().writeLong(7);
                    buffers.add(payload);
                    core.send(new OutboundMessage(peer, 18, 0, 0, random.nextInt(10), payload));
                }
                case 12 -> core.lookup(new LookupTarget.ByHash(peer.hash()), now);
                case 13, 14 -> {
                    Supplier<I2cpMessage> work = core.pollWork();
                    if (work != null) {
                        works.add(work);
                    }
                    assertTrue(works.size() <= 1, "two works at a time");
                    if (!works.isEmpty() && random.nextBoolean()) {
                        core.handleWork(works.remove(0).get(), now, OUR_MILLIS);
                    }
                }
                case 15 -> core.handleTimeout(now);
                case 16 -> handle(core, new UnknownMessage(random.nextInt(256)));
                default -> {
                    if (random.nextInt(12) == 0) {
                        core.close();
                    } else if (random.nextInt(12) == 0) {
                        core.handleLost(new CloseReason(CloseReason.Kind.LINK_LOST, ""));
                    } else if (random.nextInt(12) == 0) {
                        handle(core, new Disconnect("no"));
                    }
                }
            }
            for (I2cpMessage message; (message = core.pollTransmit()) != null; ) {
                if (message instanceof SendMessage send) {
                    buffers.add(send.payload());
                }
                message.release();
            }
            for (InboundMessage message; (message = core.pollInbound()) != null; ) {
                assertFalse(core.isClosed());
                message.payload().release();
            }
            for (Event event; (event = core.pollEvent()) != null; ) {
                established += event instanceof Event.Established ? 1 : 0;
                ended += event instanceof Event.Failed || event instanceof Event.Closed ? 1 : 0;
            }
        }
        core.close();
        for (I2cpMessage message; (message = core.pollTransmit()) != null; ) {
            message.release();
        }
        for (Event event; (event = core.pollEvent()) != null; ) {
            ended += event instanceof Event.Failed || event instanceof Event.Closed ? 1 : 0;
        }
        assertTrue(established <= 1);
        assertEquals(1, ended, "exactly one end");
        assertEquals(TimerTable.NEVER, core.nextTimeout());
        for (ByteBuf buffer : buffers) {
            assertEquals(0, buffer.refCnt(), "a leak");
        }
    }
}
