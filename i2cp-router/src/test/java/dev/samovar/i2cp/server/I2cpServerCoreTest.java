package dev.samovar.i2cp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.message.BandwidthLimits;
import dev.samovar.i2cp.message.CreateLeaseSet2;
import dev.samovar.i2cp.message.CreateSession;
import dev.samovar.i2cp.message.DestLookup;
import dev.samovar.i2cp.message.DestReply;
import dev.samovar.i2cp.message.DestroySession;
import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.GetBandwidthLimits;
import dev.samovar.i2cp.message.GetDate;
import dev.samovar.i2cp.message.HostLookup;
import dev.samovar.i2cp.message.HostReply;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.MessagePayload;
import dev.samovar.i2cp.message.MessageStatus;
import dev.samovar.i2cp.message.ReceiveMessageBegin;
import dev.samovar.i2cp.message.ReceiveMessageEnd;
import dev.samovar.i2cp.message.ReconfigureSession;
import dev.samovar.i2cp.message.RequestVariableLeaseSet;
import dev.samovar.i2cp.message.SendMessage;
import dev.samovar.i2cp.message.SessionConfig;
import dev.samovar.i2cp.message.SessionStatus;
import dev.samovar.i2cp.message.SetDate;
import dev.samovar.i2cp.message.UnknownMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class I2cpServerCoreTest {

    private static final long MILLIS = 1_767_225_600_000L;
    private static final BandwidthLimits LIMITS = new BandwidthLimits(1, 2, 3, 4, 5, 6, 7);
    private static final Map<String, String> PUSH =
            Map.of("i2cp.fastReceive", "true", "i2cp.messageReliability", "none");

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
    private final Destination peer =
            DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy).destination();
    private final QueueBudget budget = new QueueBudget(100_000_000);
    private final I2cpServerCore core = new I2cpServerCore(entropy, budget, LIMITS, 0);
    private final FakeAttachment attachment = new FakeAttachment();
    private long now = 1;

    /** A router that takes everything and answers as told. */
    private static final class FakeAttachment implements RouterPort.Attachment {
        RouterPort.Verdict verdict = RouterPort.Verdict.DELIVERED;
        int sent;
        long lastTicket;
        int opened;
        int drained;
        int detached;
        List<LeaseSet> leaseSets = new ArrayList<>();

        @Override
        public void open() {
            opened++;
        }

        @Override
        public RouterPort.Verdict send(Destination to, ByteBuf payload, long expirationMillis, long ticket) {
            payload.release();
            sent++;
            lastTicket = ticket;
            return verdict;
        }

        @Override
        public void leaseSet(LeaseSet leaseSet, List<CreateLeaseSet2.PrivateKey> privateKeys) {
            leaseSets.add(leaseSet);
        }

        @Override
        public void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer) {}

        @Override
        public void lookup(String name, long timeoutMillis, Consumer<Destination> answer) {}

        @Override
        public void reconfigure(Mapping options) {}

        @Override
        public void inboxDrained() {
            drained++;
        }

        @Override
        public void detach() {
            detached++;
        }
    }

    private void handle(I2cpMessage message) {
        assertTrue(core.wantsInput());
        core.handle(message, now, MILLIS);
        BooleanSupplier check = core.pollCheck();
        if (check != null) {
            assertFalse(core.wantsInput(), "the next message waits for the check");
            core.handleChecked(check.getAsBoolean(), MILLIS);
        }
    }

    private List<I2cpMessage> answers() {
        List<I2cpMessage> all = new ArrayList<>();
        for (I2cpMessage message; (message = core.pollTransmit()) != null; ) {
            all.add(message);
        }
        core.tellDrained();
        return all;
    }

    private I2cpMessage answer() {
        List<I2cpMessage> all = answers();
        assertEquals(1, all.size(), all.toString());
        return all.get(0);
    }

    private SessionConfig config(DestinationKeys of, Map<String, String> options, long date) {
        try {
            return SessionConfig.sign(of, SessionConfig.optionsFor(of, options), date);
        } catch (WireException tooLong) {
            throw new AssertionError(tooLong);
        }
    }

    private int session(Map<String, String> options) {
        handle(new CreateSession(config(keys, options, MILLIS)));
        assertEquals(keys.destination(), core.pollAttach().destination());
        core.handleAttached(attachment);
        SessionStatus status = assertInstanceOf(SessionStatus.class, answer());
        assertEquals(SessionStatus.CREATED, status.status());
        assertTrue(status.sessionId() > 0 && status.sessionId() < 0xffff);
        assertEquals(1, attachment.opened);
        return status.sessionId();
    }

    private void assertRefused(String reason) {
        assertEquals(new Disconnect(reason), answer());
        assertTrue(core.isClosed());
        assertFalse(core.wantsInput());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
    }

    private static ByteBuf bytes(int length) {
        return Unpooled.buffer(Math.max(1, length)).writeZero(length);
    }

    @Test
    void theDateIsToldToWhoeverAsks() {
        handle(new GetDate("0.9.64", Mapping.EMPTY));
        assertEquals(new SetDate(MILLIS, "0.9.66"), answer());
    }

    @Test
    void bandwidthLimitsNeedNoSession() {
        handle(new GetBandwidthLimits());
        assertEquals(LIMITS, answer());
    }

    @Test
    void aBadSignatureIsRefused() {
        SessionConfig good = config(keys, PUSH, MILLIS);
        ByteBuf bytes = Unpooled.buffer();
        good.encode(bytes);
        bytes.setByte(bytes.writerIndex() - 1, bytes.getByte(bytes.writerIndex() - 1) ^ 1);
        try {
            handle(new CreateSession(SessionConfig.decode(bytes)));
        } catch (WireException malformed) {
            throw new AssertionError(malformed);
        }
        assertRefused("Invalid signature on CreateSessionMessage");
        assertNull(core.pollAttach());
    }

    @Test
    void aDateUpToThreeMinutesOffIsTaken() {
        handle(new CreateSession(config(keys, PUSH, MILLIS - 179_000)));
        assertNotNull(core.pollAttach());
    }

    @Test
    void aDateFartherOffIsRefused() {
        handle(new CreateSession(config(keys, PUSH, MILLIS + 200_000)));
        assertRefused("Create session message client clock skew? 200 s in the future");
    }

    @Test
    void aDestinationInUseIsRefused() {
        handle(new CreateSession(config(keys, PUSH, MILLIS)));
        assertNotNull(core.pollAttach());
        core.handleAttached(null);
        assertRefused("duplicate destination");
    }

    @Test
    void aSecondSessionOnAConnectionIsRefused() {
        session(PUSH);
        DestinationKeys other = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        handle(new CreateSession(config(other, PUSH, MILLIS)));
        assertRefused("only one session per connection");
        assertEquals(1, attachment.detached);
    }

    @Test
    void destroyingTheSessionEndsTheConnectionWithoutAWord() {
        int id = session(PUSH);
        handle(new DestroySession(id + 1));
        assertFalse(core.isClosed());
        handle(new DestroySession(id));
        assertTrue(core.isClosed());
        assertTrue(answers().isEmpty());
        assertEquals(1, attachment.detached);
    }

    @Test
    void aConnectionThatMakesNoSessionIsEnded() {
        assertEquals(I2cpServerCore.IDLE_NANOS, core.nextTimeout());
        now += 5;
        handle(new GetBandwidthLimits());
        answers();
        core.handleTimeout(I2cpServerCore.IDLE_NANOS);
        assertFalse(core.isClosed(), "it spoke since");
        core.handleTimeout(now + I2cpServerCore.IDLE_NANOS);
        assertRefused("no session");
    }

    @Test
    void aSessionMayBeIdleForEver() {
        session(PUSH);
        assertEquals(TimerTable.NEVER, core.nextTimeout());
    }

    @Test
    void leaseSetsAreRequestedCheckedAndHandedOn() {
        int id = session(PUSH);
        List<Lease> leases = List.of(new Lease(peer.hash(), 4, MILLIS + 600_000));
        core.requestLeaseSet(leases);
        assertEquals(new RequestVariableLeaseSet(id, leases), answer());
        handle(new CreateLeaseSet2(id, leaseSet(keys), List.of()));
        assertEquals(1, attachment.leaseSets.size());
        handle(new CreateLeaseSet2(id + 1, leaseSet(keys), List.of()));
        assertEquals(1, attachment.leaseSets.size(), "another session's");
        handle(new CreateLeaseSet2(
                id, leaseSet(DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy)), List.of()));
        assertRefused("Different destination in LS");
    }

    @Test
    void whoAsksForItIsToldWhenOthersFindItsLeaseSet() {
        int id = session(Map.of("samovar.confirmLeaseSet", "true"));
        core.handleLeaseSetFound();
        assertEquals(new SessionStatus(id, SessionStatus.UPDATED), answer());
    }

    @Test
    void whoDoesNotAskForItIsNotToldWhenOthersFindItsLeaseSet() {
        session(PUSH);
        core.handleLeaseSetFound();
        assertEquals(List.of(), answers());
    }

    private static LeaseSet2 leaseSet(DestinationKeys of) {
        return LeaseSet2.sign(
                of,
                MILLIS / 1000,
                0,
                Mapping.EMPTY,
                List.of(new LeaseSet2.EncryptionKey(EncType.ECIES_X25519.code(), new byte[32])),
                List.of(new Lease2(Hash.fromBytes(new byte[32]), 4, MILLIS / 1000 + 600)));
    }

    @Test
    void aLeaseSetWhoseSignatureFailsEndsTheSession() throws WireException {
        int id = session(PUSH);
        ByteBuf bytes = Unpooled.buffer();
        leaseSet(keys).encode(bytes);
        bytes.setByte(bytes.writerIndex() - 1, bytes.getByte(bytes.writerIndex() - 1) ^ 1);
        handle(new CreateLeaseSet2(id, LeaseSet2.decode(bytes), List.of()));
        assertRefused("Invalid leaseset: bad signature");
    }

    @Test
    void withoutReliabilityOnlyTheFinalStatusOfANoncedMessageIsTold() {
        int id = session(PUSH);
        handle(new SendMessage(id, peer, bytes(10), 0));
        assertTrue(answers().isEmpty());
        handle(new SendMessage(id, peer, bytes(10), 9));
        MessageStatus status = (MessageStatus) answer();
        assertEquals(MessageStatus.LOCAL_SUCCESS, status.status());
        assertEquals(9, status.nonce());
        attachment.verdict = RouterPort.Verdict.NO_LEASE_SET;
        handle(new SendMessage(id, peer, bytes(10), 10, true, 0x100, MILLIS));
        assertEquals(MessageStatus.NO_LEASE_SET, ((MessageStatus) answer()).status());
    }

    @Test
    void withReliabilityAcceptanceIsToldFirstUnderTheSameMessageId() {
        int id = session(Map.of("i2cp.fastReceive", "true"));
        handle(new SendMessage(id, peer, bytes(10), 9));
        List<I2cpMessage> statuses = answers();
        MessageStatus first = (MessageStatus) statuses.get(0);
        MessageStatus second = (MessageStatus) statuses.get(1);
        assertEquals(MessageStatus.ACCEPTED, first.status());
        assertEquals(MessageStatus.LOCAL_SUCCESS, second.status());
        assertEquals(first.messageId(), second.messageId());
        assertTrue(first.messageId() > 0);
    }

    @Test
    void whatBecameOfAMessageIsToldWhenTheRouterKnows() {
        int id = session(Map.of("i2cp.fastReceive", "true"));
        attachment.verdict = RouterPort.Verdict.ACCEPTED;
        handle(new SendMessage(id, peer, bytes(10), -9));
        MessageStatus accepted = (MessageStatus) answer();
        assertEquals(MessageStatus.ACCEPTED, accepted.status());
        core.handleSent(attachment.lastTicket, RouterPort.Outcome.NO_LEASE_SET);
        assertEquals(new MessageStatus(id, accepted.messageId(), MessageStatus.NO_LEASE_SET, 0, -9), answer());
        handle(new SendMessage(id, peer, bytes(10), 0));
        assertEquals(0, attachment.lastTicket, "nobody wants to know");
        assertTrue(answers().isEmpty());
        attachment.verdict = RouterPort.Verdict.ACCEPTED_CONGESTED;
        handle(new SendMessage(id, peer, bytes(10), 0));
        assertFalse(core.wantsInput());
    }

    @Test
    void sendingForAnotherSessionIsABadSession() {
        int id = session(PUSH);
        ByteBuf payload = bytes(10);
        handle(new SendMessage(id + 1, peer, payload, 9));
        assertEquals(new MessageStatus(id + 1, 0, MessageStatus.BAD_SESSION, 0, 9), answer());
        assertEquals(0, payload.refCnt());
        assertEquals(0, attachment.sent);
    }

    @Test
    void aSlowDestinationHoldsItsSenderBackForALittleWhile() {
        int id = session(PUSH);
        attachment.verdict = RouterPort.Verdict.CONGESTED;
        handle(new SendMessage(id, peer, bytes(10), 0));
        assertFalse(core.wantsInput());
        core.handleWritable();
        assertTrue(core.wantsInput());
        handle(new SendMessage(id, peer, bytes(10), 0));
        assertFalse(core.wantsInput());
        assertEquals(now + I2cpServerCore.THROTTLE_NANOS, core.nextTimeout());
        core.handleTimeout(core.nextTimeout());
        assertTrue(core.wantsInput(), "others must not wait for it");
        handle(new SendMessage(id, peer, bytes(10), 0));
        assertTrue(core.wantsInput(), "nor again and again");
        attachment.verdict = RouterPort.Verdict.OVERFLOW;
        handle(new SendMessage(id, peer, bytes(10), 3));
        assertEquals(MessageStatus.OVERFLOW, ((MessageStatus) answer()).status());
    }

    @Test
    void theKeysOfALeaseSetAreWipedOnceItIsJudged() {
        int id = session(PUSH);
        DestinationKeys others = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        for (int way = 0; way < 3; way++) {
            SecretBytes key = SecretBytes.takeOver(entropy.bytes(32));
            CreateLeaseSet2 message = new CreateLeaseSet2(
                    way == 1 ? id + 1 : id,
                    leaseSet(way == 2 ? others : keys),
                    List.of(new CreateLeaseSet2.PrivateKey(4, key)));
            handle(message);
            assertTrue(key.isZero(), "way " + way);
        }
        assertTrue(core.isClosed(), "the lease set of another");
    }

    @Test
    void theKeysOfALeaseSetAreWipedWhenTheClientLeavesBeforeItIsJudged() {
        int id = session(PUSH);
        SecretBytes key = SecretBytes.takeOver(entropy.bytes(32));
        core.handle(
                new CreateLeaseSet2(id, leaseSet(keys), List.of(new CreateLeaseSet2.PrivateKey(4, key))), now, MILLIS);
        core.handleLost();
        assertTrue(key.isZero());
    }

    @Test
    void aMessageThatHasExpiredLongAgoIsNotSentAndItsSenderToldSo() {
        int id = session(PUSH);
        handle(new SendMessage(id, peer, bytes(10), 5, true, 0, MILLIS - 181_000));
        MessageStatus status = (MessageStatus) answer();
        assertEquals(14, status.status());
        assertEquals(5, status.nonce());
        handle(new SendMessage(id, peer, bytes(10), 0, true, 0, MILLIS - 181_000));
        assertTrue(answers().isEmpty());
        assertEquals(0, attachment.sent);
    }

    @Test
    void aMessageThatHasJustExpiredByTheClientsClockIsSent() {
        int id = session(PUSH);
        handle(new SendMessage(id, peer, bytes(10), 5, true, 0, MILLIS - 100));
        handle(new SendMessage(id, peer, bytes(10), 6, true, 0, 0));
        assertEquals(2, answers().size());
        assertEquals(2, attachment.sent);
    }

    @Test
    void pushedMessagesArriveAtOnce() {
        int id = session(PUSH);
        assertTrue(core.deliver(bytes(100), now));
        MessagePayload payload = (MessagePayload) answer();
        assertEquals(id, payload.sessionId());
        assertEquals(100, payload.payloadLength());
        payload.release();
        assertEquals(0, budget.used());
    }

    @Test
    void pulledMessagesAreAnnouncedFetchedAndForgotten() {
        int id = session(Map.of());
        core.deliver(bytes(100), now);
        MessageStatus announced = (MessageStatus) answer();
        assertEquals(MessageStatus.AVAILABLE, announced.status());
        assertEquals(100, announced.size());
        assertTrue(announced.nonce() != 0);
        assertEquals(100, budget.used());
        handle(new ReceiveMessageBegin(id, announced.messageId() + 1));
        assertTrue(answers().isEmpty());
        handle(new ReceiveMessageBegin(id, announced.messageId()));
        MessagePayload payload = (MessagePayload) answer();
        assertEquals(announced.messageId(), payload.messageId());
        payload.release();
        handle(new ReceiveMessageEnd(id, announced.messageId()));
        handle(new ReceiveMessageBegin(id, announced.messageId()));
        assertTrue(answers().isEmpty());
        assertEquals(0, budget.used());
    }

    @Test
    void messagesThatNobodyFetchesExpire() {
        session(Map.of());
        ByteBuf first = bytes(100);
        ByteBuf second = bytes(50);
        core.deliver(first, now);
        core.deliver(second, now + 1000);
        answers();
        core.handleTimeout(core.nextTimeout());
        assertEquals(0, first.refCnt());
        assertEquals(1, second.refCnt());
        core.handleTimeout(core.nextTimeout());
        assertEquals(0, second.refCnt());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
        assertEquals(2, core.dropped());
        assertEquals(0, budget.used());
    }

    @Test
    void aPullingClientThatDoesNotReadHasNoMoreAnnouncementsWaitingThanMessages() {
        session(Map.of());
        for (int minute = 0; minute < 5; minute++) {
            while (core.deliver(bytes(1), now)) {
                // until it is full
            }
            now += ClientQueue.PULL_NANOS;
            core.handleTimeout(now);
        }
        core.deliver(bytes(7), now);
        MessageStatus only = assertInstanceOf(MessageStatus.class, answer());
        assertEquals(7, only.size());
        core.handleLost();
    }

    @Test
    void aPullingClientThatAsksWithoutReadingIsNotReadEither() {
        session(Map.of());
        for (int i = 0; i < 1000; i++) {
            core.deliver(bytes(1), now);
        }
        answers();
        int asked = 0;
        while (core.wantsInput()) {
            core.handle(new GetBandwidthLimits(), now, MILLIS);
            asked++;
        }
        assertEquals(I2cpServerCore.MAX_ANSWERS, asked);
        core.handleLost();
    }

    @Test
    void aMessageThatIsFetchedBeforeItWasAnnouncedIsNotAnnouncedAnyMore() {
        int id = session(Map.of());
        core.deliver(bytes(1), now);
        int first = ((MessageStatus) answer()).messageId();
        core.deliver(bytes(2), now);
        handle(new ReceiveMessageBegin(id, first + 1));
        MessagePayload payload = (MessagePayload) answer();
        assertEquals(2, payload.payloadLength());
        payload.release();
        handle(new ReceiveMessageEnd(id, first));
        assertTrue(answers().isEmpty());
        assertEquals(0, budget.used());
    }

    @Test
    void aClientThatDoesNotReadHasItsMessagesBoundedByBytes() {
        for (Map<String, String> mode : List.of(PUSH, Map.<String, String>of())) {
            I2cpServerCoreTest other = new I2cpServerCoreTest();
            other.session(mode);
            long taken = 0;
            boolean congestedFirst = false;
            for (int i = 0; i < 1000; i++) {
                if (!other.core.deliver(bytes(30_000), now)) {
                    break;
                }
                congestedFirst |= other.core.isCongested();
                taken += 30_000;
            }
            assertTrue(congestedFirst);
            assertTrue(taken <= ClientQueue.MAX_BYTES && taken > ClientQueue.CONGESTED_BYTES);
            assertEquals(1, other.core.dropped());
            assertEquals(taken, other.budget.used());
            other.core.handleLost();
            assertEquals(0, other.budget.used());
        }
    }

    @Test
    void aClientThatDoesNotReadHasItsMessagesBoundedByNumber() {
        session(PUSH);
        int taken = 0;
        while (core.deliver(bytes(1), now)) {
            taken++;
        }
        assertEquals(ClientQueue.MAX_MESSAGES, taken);
        for (I2cpMessage message : answers()) {
            message.release();
        }
        assertEquals(1, attachment.drained, "senders hear that it goes on");
        assertFalse(core.isCongested());
    }

    @Test
    void allClientsTogetherAreBoundedToo() {
        QueueBudget small = new QueueBudget(1000);
        I2cpServerCore first = new I2cpServerCore(entropy, small, LIMITS, 0);
        first.handle(new CreateSession(config(keys, PUSH, MILLIS)), now, MILLIS);
        first.handleChecked(first.pollCheck().getAsBoolean(), MILLIS);
        first.handleAttached(attachment);
        assertTrue(first.deliver(bytes(900), now));
        assertFalse(first.deliver(bytes(200), now));
        first.handleLost();
        assertEquals(0, small.used());
    }

    @Test
    void aClientThatAsksWithoutReadingIsNotReadEither() {
        int asked = 0;
        while (core.wantsInput()) {
            core.handle(new GetBandwidthLimits(), now, MILLIS);
            asked++;
        }
        assertEquals(I2cpServerCore.MAX_ANSWERS, asked);
        core.pollTransmit();
        assertTrue(core.wantsInput());
    }

    @Test
    void lookupsAreAnsweredUnderTheirNumbersInBothForms() {
        handle(HostLookup.byHash(I2cpMessage.NO_SESSION, 5, 1000, peer.hash()));
        handle(HostLookup.byName(I2cpMessage.NO_SESSION, 6, 1000, "a.i2p"));
        handle(new DestLookup(peer.hash()));
        handle(new DestLookup(keys.destination().hash()));
        I2cpServerCore.Lookup byHash = core.pollLookup();
        I2cpServerCore.Lookup byName = core.pollLookup();
        assertEquals("a.i2p", byName.name());
        I2cpServerCore.Lookup old = core.pollLookup();
        I2cpServerCore.Lookup unknown = core.pollLookup();
        core.handleLookup(byName.key(), null);
        core.handleLookup(byHash.key(), peer);
        core.handleLookup(byHash.key(), peer);
        core.handleLookup(old.key(), peer);
        core.handleLookup(unknown.key(), null);
        assertEquals(
                List.of(
                        new HostReply(I2cpMessage.NO_SESSION, 6, HostReply.FAILURE, null),
                        new HostReply(I2cpMessage.NO_SESSION, 5, HostReply.FOUND, peer),
                        new DestReply(peer, peer.hash()),
                        new DestReply(null, keys.destination().hash())),
                answers());
    }

    @Test
    void lookupsForOptionsAndUnknownOnesAreUnsupported() {
        for (int type : new int[] {2, 3, 4, 5, 200}) {
            handle(new HostLookup(I2cpMessage.NO_SESSION, type, 1000, type, peer.hash(), null));
            assertEquals(new HostReply(I2cpMessage.NO_SESSION, type, HostReply.UNSUPPORTED, null), answer());
        }
    }

    @Test
    void lookupsUnderWayAreBounded() {
        for (int i = 0; i < 100; i++) {
            handle(HostLookup.byHash(I2cpMessage.NO_SESSION, i, 1000, peer.hash()));
        }
        assertEquals(100 - I2cpServerCore.MAX_LOOKUPS, answers().size());
    }

    @Test
    void reconfiguringIsCheckedAndAnswered() {
        int id = session(PUSH);
        handle(new ReconfigureSession(id, config(keys, Map.of(), MILLIS)));
        assertEquals(new SessionStatus(id, SessionStatus.UPDATED), answer());
        core.deliver(bytes(1), now);
        assertInstanceOf(MessageStatus.class, answer(), "now by pull");
        DestinationKeys other = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        handle(new ReconfigureSession(id, config(other, PUSH, MILLIS)));
        assertEquals(new SessionStatus(id, SessionStatus.INVALID), answer());
        assertTrue(core.isClosed());
        core.handleLost();
    }

    @Test
    void aClientThatSpeaksLikeARouterIsEnded() {
        handle(new SetDate(1, ""));
        assertRefused("unexpected message");
    }

    @Test
    void anyOrderOfMessagesEndsWellAndLeaksNothing() {
        for (long seed = 1; seed <= 300; seed++) {
            try {
                new I2cpServerCoreTest().sequence(new Random(seed));
            } catch (RuntimeException | AssertionError failed) {
                throw new AssertionError("seed " + seed, failed);
            }
        }
    }

    private void sequence(Random random) {
        List<ByteBuf> buffers = new ArrayList<>();
        int id = random.nextInt(3) == 0
                ? 5
                : session(random.nextBoolean() ? PUSH : Map.of("samovar.confirmLeaseSet", "true"));
        BooleanSupplier check = null;
        List<Integer> messageIds = new ArrayList<>();
        for (int step = 0; step < 150; step++) {
            now += random.nextInt(2000) * TimeUnit.MILLISECONDS.toNanos(1);
            int to = random.nextInt(8) == 0 ? random.nextInt(0x10000) : id;
            attachment.verdict = RouterPort.Verdict.values()[random.nextInt(RouterPort.Verdict.values().length)];
            if (core.wantsInput()) {
                int known = messageIds.isEmpty() ? step : messageIds.get(random.nextInt(messageIds.size()));
                I2cpMessage message = switch (random.nextInt(16)) {
                    case 0 -> new GetDate("0.9.66", Mapping.EMPTY);
                    case 1 -> new CreateSession(config(keys, PUSH, MILLIS));
                    case 2 -> new ReconfigureSession(to, config(keys, PUSH, MILLIS));
                    case 3 -> random.nextInt(8) == 0 ? new DestroySession(to) : new GetBandwidthLimits();
                    case 4 -> new CreateLeaseSet2(to, leaseSet(keys), List.of());
                    case 5 -> HostLookup.byHash(to, step, 1000, peer.hash());
                    case 6 -> new DestLookup(peer.hash());
                    case 7 -> new UnknownMessage(random.nextInt(256));
                    case 8 -> random.nextInt(20) == 0 ? new Disconnect("") : new GetBandwidthLimits();
                    case 9 -> new ReceiveMessageBegin(to, known);
                    case 10 -> new ReceiveMessageEnd(to, known);
                    default -> {
                        ByteBuf payload = bytes(10);
                        buffers.add(payload);
                        yield new SendMessage(to, peer, payload, random.nextInt(3));
                    }
                };
                core.handle(message, now, MILLIS);
            }
            if (random.nextBoolean()) {
                ByteBuf payload = bytes(random.nextInt(40_000));
                buffers.add(payload);
                core.deliver(payload, now);
            }
            check = check != null ? check : core.pollCheck();
            if (check != null && random.nextBoolean()) {
                core.handleChecked(random.nextInt(10) != 0, MILLIS);
                check = null;
            }
            if (core.pollAttach() != null) {
                core.handleAttached(random.nextInt(4) == 0 ? null : attachment);
            }
            for (I2cpServerCore.Lookup lookup; (lookup = core.pollLookup()) != null; ) {
                core.handleLookup(lookup.key(), random.nextBoolean() ? peer : null);
            }
            if (random.nextInt(4) == 0) {
                core.handleLeaseSetFound();
            }
            if (random.nextInt(4) == 0) {
                core.handleWritable();
            }
            if (random.nextInt(4) == 0) {
                core.handleTimeout(now);
            }
            for (int i = random.nextInt(6); i > 0; i--) {
                I2cpMessage message = core.pollTransmit();
                if (message instanceof MessageStatus status && status.status() == MessageStatus.AVAILABLE) {
                    messageIds.add(status.messageId());
                }
                if (message != null) {
                    message.release();
                }
            }
            core.tellDrained();
            assertTrue(budget.used() <= ClientQueue.MAX_BYTES);
        }
        core.handleLost();
        core.handleLost();
        for (I2cpMessage message : answers()) {
            message.release();
        }
        assertEquals(attachment.opened, attachment.detached);
        assertEquals(0, budget.used());
        assertEquals(TimerTable.NEVER, core.nextTimeout());
        for (ByteBuf buffer : buffers) {
            assertEquals(0, buffer.refCnt(), "a leak");
        }
    }
}
