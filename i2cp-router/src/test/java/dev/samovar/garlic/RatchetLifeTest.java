package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.DecryptResult.Reason;
import dev.samovar.garlic.DecryptResult.Rejected;
import dev.samovar.garlic.GarlicBlock.Ack;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.GarlicBlock.Termination;
import dev.samovar.garlic.SealResult.Refused;
import dev.samovar.garlic.SealResult.Sealed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens in and to a session that there is: acknowledgements, answers owed, damage, end and limits. */
class RatchetLifeTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MINUTE = 60 * SECOND;
    private static final long NOW = 7 * SECOND;

    private final RatchetNode alice = new RatchetNode(11);
    private final RatchetNode bob = new RatchetNode(12);

    @BeforeEach
    void establish() {
        RatchetNode.establish(alice, bob, NOW);
    }

    private static Reason rejection(DecryptResult result) {
        return assertInstanceOf(Rejected.class, result).reason();
    }

    private static Sealed withAck(RatchetNode from, RatchetNode to, long now) {
        return assertInstanceOf(Sealed.class, from.seal(to, SealOptions.WITH_ACK, now));
    }

    /** Calls as the holder would, until a time; returns the events. */
    private static List<RatchetEvent> passTime(RatchetNode node, long until) {
        List<RatchetEvent> events = new ArrayList<>(node.events());
        long next = node.sessions.nextTimeout();
        while (next <= until) {
            node.sessions.handleTimeout(next);
            events.addAll(node.events());
            assertTrue(node.sessions.nextTimeout() > next, "a timeout that does not pass");
            next = node.sessions.nextTimeout();
        }
        return events;
    }

    // acknowledgements

    @Test
    void anExistingMessageIsAcknowledgedWithTheNextOneBack() {
        Sealed asked = withAck(alice, bob, NOW);
        Sealed other = withAck(alice, bob, NOW);
        assertTrue(asked.ackId() >= 0 && asked.ackId() != other.ackId());
        assertEquals(SealResult.NO_ACK, alice.sealed(bob, NOW).ackId());
        bob.receive(alice, other.garlic(), NOW);
        bob.receive(alice, asked.garlic(), NOW);
        alice.receive(bob, bob.sealed(alice, NOW).garlic(), NOW);
        assertEquals(
                List.of(
                        new RatchetEvent.Acknowledged(bob.self, other.ackId()),
                        new RatchetEvent.Acknowledged(bob.self, asked.ackId())),
                alice.events());
        alice.receive(bob, bob.sealed(alice, NOW).garlic(), NOW);
        assertEquals(List.of(), alice.events());
    }

    @Test
    void firstMessageAndReplyAreAcknowledgedByWhatFollowsThem() {
        RatchetNode a = new RatchetNode(21);
        RatchetNode b = new RatchetNode(22);
        Sealed first = withAck(a, b, NOW);
        b.receive(a, first.garlic(), NOW);
        Sealed reply = withAck(b, a, NOW);
        a.receive(b, reply.garlic(), NOW);
        assertTrue(a.events().contains(new RatchetEvent.Acknowledged(b.self, first.ackId())));
        b.receive(a, a.sealed(b, NOW).garlic(), NOW);
        assertTrue(b.events().contains(new RatchetEvent.Acknowledged(a.self, reply.ackId())));
    }

    @Test
    void acknowledgementsOfNothingAreNoEvents() {
        RawRatchetPeer raw = new RawRatchetPeer(13);
        raw.establish(bob, NOW);
        bob.receive(raw.node, raw.seal(AckRequest.INSTANCE), NOW);
        bob.events();
        withAck(bob, raw.node, NOW);
        int[] many = new int[15_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = i + 1;
        }
        bob.receive(raw.node, raw.seal(new Ack(many)), NOW);
        assertEquals(List.of(), bob.events());
        bob.receive(raw.node, raw.seal(new Ack(new int[] {0, 0})), NOW);
        assertEquals(1, bob.events().size());
    }

    // answers owed

    @Test
    void whoNeverAnswersIsReminded() {
        RatchetNode a = new RatchetNode(21);
        RatchetNode b = new RatchetNode(22);
        b.receive(a, a.sealed(b, NOW).garlic(), NOW);
        assertEquals(NOW + SECOND, b.sessions.nextTimeout());
        assertEquals(List.of(new RatchetEvent.OwesReply(a.self)), passTime(b, NOW + 2 * SECOND));
        // the reply is owed a message by which the peer's choice is known
        a.receive(b, b.sealed(a, NOW + SECOND).garlic(), NOW + SECOND);
        assertEquals(
                List.of(new RatchetEvent.Established(b.self), new RatchetEvent.OwesReply(b.self)),
                passTime(a, NOW + 3 * SECOND));
        b.receive(a, a.sealed(b, NOW + 2 * SECOND).garlic(), NOW + 2 * SECOND);
        assertEquals(List.of(new RatchetEvent.Established(a.self)), passTime(b, NOW + 5 * SECOND));
        assertEquals(List.of(), passTime(a, NOW + 5 * SECOND));
    }

    @Test
    void whoAnswersAnywayIsNotReminded() {
        bob.receive(alice, withAck(alice, bob, NOW).garlic(), NOW);
        bob.sealed(alice, NOW + SECOND / 2);
        assertEquals(List.of(), passTime(bob, NOW + 5 * SECOND));
        bob.receive(alice, withAck(alice, bob, NOW + 6 * SECOND).garlic(), NOW + 6 * SECOND);
        assertEquals(List.of(new RatchetEvent.OwesReply(alice.self)), passTime(bob, NOW + 8 * SECOND));
    }

    @Test
    void aSecondReplyRemindsThatNothingOfOursArrived() {
        RatchetNode a = new RatchetNode(21);
        RatchetNode b = new RatchetNode(22);
        b.receive(a, a.sealed(b, NOW).garlic(), NOW);
        a.receive(b, b.sealed(a, NOW).garlic(), NOW);
        a.sealed(b, NOW + 1);
        assertEquals(List.of(new RatchetEvent.Established(b.self)), passTime(a, NOW + 3 * SECOND));
        a.receive(b, b.sealed(a, NOW + 3 * SECOND).garlic(), NOW + 3 * SECOND);
        assertEquals(List.of(new RatchetEvent.OwesReply(b.self)), passTime(a, NOW + 5 * SECOND));
    }

    @Test
    void aFirstMessageThatIsOvertakenByTheSessionIsOwedNothing() {
        RatchetNode a = new RatchetNode(21);
        RatchetNode b = new RatchetNode(22);
        byte[] one = a.sealed(b, NOW).garlic();
        byte[] two = a.sealed(b, NOW + SECOND).garlic();
        b.receive(a, one, NOW + SECOND);
        a.receive(b, b.sealed(a, NOW + SECOND).garlic(), NOW + SECOND);
        b.receive(a, a.sealed(b, NOW + SECOND).garlic(), NOW + SECOND);
        b.receive(a, two, NOW + 2 * SECOND);
        b.receive(a, a.sealed(b, NOW + 2 * SECOND).garlic(), NOW + 2 * SECOND + 1);
        assertEquals(1, passTime(b, NOW + MINUTE).size());
        assertEquals(RatchetKind.EXISTING, b.sessions.nextKind(a.self, NOW + MINUTE));
    }

    @Test
    void whoBeginsAnewIsRepliedOnceAndNotForWhatTheOldSessionWaitsFor() {
        bob.receive(alice, withAck(alice, bob, NOW).garlic(), NOW);
        alice.restart();
        bob.receive(alice, alice.sealed(bob, NOW + 1).garlic(), NOW + 1);
        assertEquals(RatchetKind.REPLY, bob.sealed(alice, NOW + 2).kind());
        assertEquals(List.of(), passTime(bob, NOW + MINUTE));
    }

    // damage

    @Test
    void aDamagedMessageDoesNotUseUpTheTagOfTheGoodOne() {
        byte[] good = alice.sealed(bob, NOW, 5).garlic();
        for (int at = 8; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            assertEquals(Reason.NOT_AUTHENTIC, rejection(bob.open(bad, NOW)));
        }
        byte[] cut = Arrays.copyOf(good, good.length - 1);
        assertEquals(Reason.NOT_AUTHENTIC, rejection(bob.open(cut, NOW)));
        assertEquals(List.of(5L), bob.receive(alice, good, NOW));
        assertInstanceOf(Rejected.class, bob.open(good, NOW));
        assertFalse(bob.sessions.expects(RatchetSessions.tagOf(good)));
    }

    @Test
    void aDamagedReplyDoesNotUseUpTheTagOfTheGoodOne() {
        RatchetNode a = new RatchetNode(21);
        RatchetNode b = new RatchetNode(22);
        b.receive(a, a.sealed(b, NOW).garlic(), NOW);
        byte[] good = b.sealed(a, NOW, 6).garlic();
        for (int at : new int[] {8, 30, 39, 40, 55, 56, good.length - 1}) {
            byte[] bad = good.clone();
            // the two highest bits of the key mean nothing
            bad[at] ^= 1;
            assertEquals(Reason.NOT_AUTHENTIC, rejection(a.open(bad, NOW)));
        }
        assertEquals(Reason.NOT_AUTHENTIC, rejection(a.open(Arrays.copyOf(good, 40), NOW)));
        assertEquals(List.of(6L), a.receive(b, good, NOW));
    }

    @Test
    void blocksThatFollowNoLayoutAreRefusedAndTheSessionGoesOn() {
        RawRatchetPeer raw = new RawRatchetPeer(13);
        raw.establish(bob, NOW);
        byte[][] malformed = {
            {11, 0, 0},
            {11, 0, 1, (byte) 0x80},
            {7, 0, 3, 1, 0, 0},
            {8, 0, 3, 0, 0, 0},
            {4, 0, 0},
            {(byte) 254, 0, 0, 0, 0, 1, 7},
            {1},
            {0, 0, 4},
            {77, (byte) 0xff, (byte) 0xff}
        };
        for (byte[] blocks : malformed) {
            byte[] sealed = raw.seal(blocks);
            assertEquals(Reason.MALFORMED, rejection(bob.open(sealed, NOW)));
            assertFalse(bob.sessions.expects(RatchetSessions.tagOf(sealed)));
        }
        byte[] many = new byte[3 * (GarlicBlockCodec.MAX_BLOCKS + 1)];
        assertEquals(Reason.MALFORMED, rejection(bob.open(raw.seal(many), NOW)));
        assertEquals(List.of(), bob.receive(raw.node, raw.seal(new byte[0]), NOW));
        assertEquals(List.of(), bob.receive(raw.node, raw.seal(new byte[] {77, 0, 1, 5}), NOW));
    }

    @Test
    void theLargestMessagePassesAndALargerOneIsRefused() {
        int overhead = 3 + 1 + 9;
        int most = RatchetSessions.MAX_CLOVE_BYTES - overhead;
        Sealed sealed = assertInstanceOf(
                Sealed.class,
                alice.sessions.seal(bob.self, List.of(RatchetNode.clove(1, most)), SealOptions.NONE, NOW, 0));
        Opened opened = assertInstanceOf(Opened.class, bob.open(sealed.garlic(), NOW));
        assertEquals(most, opened.cloves().get(0).message().body().readableBytes());
        opened.release();
        Refused refused = assertInstanceOf(
                Refused.class,
                alice.sessions.seal(bob.self, List.of(RatchetNode.clove(1, most + 1)), SealOptions.NONE, NOW, 0));
        assertEquals(SealResult.Reason.TOO_LARGE, refused.reason());
        assertInstanceOf(Sealed.class, alice.seal(bob, NOW, new long[RatchetSessions.MAX_CLOVES]));
        assertInstanceOf(Refused.class, alice.seal(bob, NOW, new long[RatchetSessions.MAX_CLOVES + 1]));
    }

    // new keys

    @Test
    void questionsForNewKeysThatDoNotFollowTheOrderAreNotAnswered() {
        RawRatchetPeer raw = new RawRatchetPeer(13);
        raw.establish(bob, NOW);
        byte[] key = X25519KeyPair.generate(raw.node.entropy).publicKey();
        NextKey[] wrong = {
            new NextKey(false, true, 1, key),
            new NextKey(false, false, 0, key),
            new NextKey(false, true, 0, null),
            new NextKey(false, true, 0, new byte[32]),
            new NextKey(true, false, 0, key),
            new NextKey(true, false, 0, null)
        };
        for (NextKey next : wrong) {
            bob.receive(raw.node, raw.seal(next), NOW);
        }
        assertEquals(0, bob.sessions.counters().ratchets());
        bob.receive(raw.node, raw.seal(new NextKey(false, true, 0, key)), NOW);
        assertEquals(1, bob.sessions.counters().ratchets());
        bob.receive(raw.node, raw.seal(new NextKey(false, true, 0, key)), NOW);
        bob.receive(raw.node, raw.seal(new NextKey(false, true, 0, key)), NOW);
        assertEquals(1, bob.sessions.counters().ratchets());
    }

    @Test
    void aLostAnswerIsRepeatedWhenTheQuestionIs() {
        RawRatchetPeer raw = new RawRatchetPeer(13);
        raw.establish(bob, NOW);
        NextKey question = new NextKey(
                false, true, 0, X25519KeyPair.generate(raw.node.entropy).publicKey());
        bob.receive(raw.node, raw.seal(question), NOW);
        bob.events();
        assertEquals(List.of(new RatchetEvent.OwesReply(raw.node.self)), passTime(bob, NOW + 2 * SECOND));
        int with = bob.sealed(raw.node, NOW + 2 * SECOND).garlic().length;
        assertTrue(with >= 24 + 38);
        assertEquals(List.of(), passTime(bob, NOW + 5 * SECOND));
        bob.receive(raw.node, raw.seal(question), NOW + 5 * SECOND);
        assertEquals(List.of(new RatchetEvent.OwesReply(raw.node.self)), passTime(bob, NOW + 7 * SECOND));
    }

    // the end

    @Test
    void anIdleSessionIsFollowedByAnotherAndForgotten() {
        long sendEnd = NOW + 8 * MINUTE;
        assertEquals(RatchetKind.EXISTING, alice.sessions.nextKind(bob.self, sendEnd - 1));
        assertEquals(RatchetKind.NEW_SESSION, alice.sessions.nextKind(bob.self, sendEnd));
        byte[] late = alice.sealed(bob, sendEnd - 1, 1).garlic();
        assertEquals(List.of(1L), bob.receive(alice, late, sendEnd - 1));
        passTime(alice, NOW + 30 * MINUTE);
        passTime(bob, NOW + 30 * MINUTE);
        for (RatchetNode node : List.of(alice, bob)) {
            assertEquals(0, node.sessions.peers());
            assertEquals(0, node.sessions.tags());
            assertEquals(Long.MAX_VALUE, node.sessions.nextTimeout());
        }
    }

    @Test
    void tagsOutliveTheSessionByTwoMinutes() {
        byte[] garlic = alice.sealed(bob, NOW, 1).garlic();
        passTime(bob, NOW + 9 * MINUTE + 50 * SECOND);
        assertTrue(bob.sessions.expects(RatchetSessions.tagOf(garlic)));
        passTime(bob, NOW + 10 * MINUTE + 10 * SECOND);
        assertFalse(bob.sessions.expects(RatchetSessions.tagOf(garlic)));
    }

    @Test
    void aFirstMessageThatNobodyRepliesToIsGivenUp() {
        RatchetNode a = new RatchetNode(21);
        a.sealed(bob, NOW);
        assertEquals(12, a.sessions.tags());
        assertEquals(
                List.of(new RatchetEvent.Failed(bob.self, RatchetEvent.Reason.NO_REPLY)),
                passTime(a, NOW + 4 * MINUTE));
        assertEquals(0, a.sessions.tags());
        assertEquals(0, a.sessions.peers());
    }

    @Test
    void aFirstMessageThatNobodyBindsIsForgotten() {
        RatchetNode a = new RatchetNode(21);
        bob.open(a.sealed(bob, NOW).garlic(), NOW);
        passTime(bob, NOW + 20 * MINUTE);
        assertEquals(Long.MAX_VALUE, bob.sessions.nextTimeout());
        bob.sessions.bind(a.keys.publicKey(), a.self.destination(), NOW + 20 * MINUTE);
        assertEquals(RatchetKind.NEW_SESSION, bob.sessions.nextKind(a.self, NOW + 20 * MINUTE));
        assertEquals(0, bob.sessions.peers());
    }

    @Test
    void anEndedSessionIsNotSentOn() {
        byte[] underWay = alice.sealed(bob, NOW, 1).garlic();
        byte[] end = alice.sessions.terminate(bob.self, NOW);
        assertNotNull(end);
        assertEquals(0, alice.sessions.peers());
        assertEquals(0, alice.sessions.tags());
        bob.receive(alice, end, NOW);
        assertEquals(List.of(new RatchetEvent.Failed(alice.self, RatchetEvent.Reason.TERMINATED)), bob.events());
        assertEquals(RatchetKind.NEW_SESSION, bob.sessions.nextKind(alice.self, NOW));
        assertEquals(List.of(1L), bob.receive(alice, underWay, NOW + SECOND));
        passTime(bob, NOW + 2 * MINUTE);
        assertEquals(0, bob.sessions.peers());
        assertNull(alice.sessions.terminate(bob.self, NOW));
        assertNull(bob.sessions.terminate(alice.self, NOW));
    }

    @Test
    void blocksBehindAnEndDoNoHarm() {
        RawRatchetPeer raw = new RawRatchetPeer(13);
        raw.establish(bob, NOW);
        byte[] key = X25519KeyPair.generate(raw.node.entropy).publicKey();
        byte[] late = raw.seal(AckRequest.INSTANCE, new NextKey(true, false, 0, key), new Ack(new int[] {0}));
        bob.receive(
                raw.node,
                raw.seal(
                        new Termination(0), AckRequest.INSTANCE, new NextKey(false, true, 0, key), new Ack(new int[1])),
                NOW);
        bob.receive(raw.node, late, NOW);
        assertEquals(RatchetKind.NEW_SESSION, bob.sessions.nextKind(raw.node.self, NOW));
        assertFalse(passTime(bob, NOW + 20 * MINUTE).contains(new RatchetEvent.OwesReply(raw.node.self)));
        assertEquals(0, bob.sessions.peers());
    }

    @Test
    void whoSaysNothingForLongIsGivenUp() {
        List<RatchetEvent> events = new ArrayList<>();
        long now = NOW;
        while (events.isEmpty() && now < NOW + 5 * MINUTE) {
            now += SECOND;
            alice.seal(bob, now, 1);
            events.addAll(passTime(alice, now));
        }
        assertEquals(List.of(new RatchetEvent.Failed(bob.self, RatchetEvent.Reason.UNANSWERED)), events);
        assertTrue(now >= NOW + 2 * MINUTE && now < NOW + 2 * MINUTE + 20 * SECOND);
        assertEquals(RatchetKind.NEW_SESSION, alice.sessions.nextKind(bob.self, now + SECOND));
    }

    /** More messages in a row get lost than bob awaits tags for, as when a hop loses a connection. */
    @Test
    void whoCanReadNoMoreThoughItGoesOnTalkingIsBegunAnew() {
        for (int number = 0; number < 3_000; number++) {
            alice.sealed(bob, NOW);
        }
        List<RatchetKind> kinds = new ArrayList<>();
        long now = NOW;
        boolean read = false;
        while (!read && now < NOW + MINUTE) {
            now += SECOND / 4;
            alice.receive(bob, bob.sealed(alice, now).garlic(), now);
            Sealed sealed = alice.sealed(bob, now, 5);
            kinds.add(sealed.kind());
            DecryptResult result = bob.open(sealed.garlic(), now);
            if (result instanceof Opened opened) {
                bob.sessions.bind(alice.keys.publicKey(), alice.self.destination(), now);
                read = opened.kind() == RatchetKind.EXISTING;
                opened.release();
            }
        }
        assertTrue(now <= NOW + 12 * SECOND, () -> kinds.toString());
        assertEquals(1, Collections.frequency(kinds, RatchetKind.NEW_SESSION));
    }

    /** i2pd accepts no other first message for two minutes: until then all that helps is that the old session heals. */
    @Test
    void whoDoesNotTakeAFirstMessageIsSentFewOfThem() {
        for (int number = 0; number < 3_000; number++) {
            alice.sealed(bob, NOW);
        }
        int first = 0;
        for (long now = NOW; now < NOW + MINUTE; now += SECOND / 4) {
            alice.receive(bob, bob.sealed(alice, now).garlic(), now);
            first += alice.sealed(bob, now).kind() == RatchetKind.NEW_SESSION ? 1 : 0;
        }
        assertTrue(first >= 5 && first <= 12, "first messages: " + first);
    }

    @Test
    void whoAnswersLateIsNotDoubted() {
        Deque<byte[]> toBob = new ArrayDeque<>();
        Deque<byte[]> toAlice = new ArrayDeque<>();
        for (int step = 0; step < 1_000; step++) {
            long now = NOW + step * SECOND / 4;
            Sealed sealed = alice.sealed(bob, now);
            assertEquals(RatchetKind.EXISTING, sealed.kind());
            toBob.add(sealed.garlic());
            toAlice.add(bob.sealed(alice, now).garlic());
            // three seconds each way
            if (step > 12) {
                bob.receive(alice, toBob.remove(), now);
                alice.receive(bob, toAlice.remove(), now);
            }
        }
    }

    @Test
    void whoSendsNothingWaitsForNothing() {
        assertEquals(List.of(), passTime(alice, NOW + 6 * MINUTE));
        assertEquals(RatchetKind.EXISTING, alice.sessions.nextKind(bob.self, NOW + 6 * MINUTE));
        alice.sessions.giveUp(bob.self, NOW + 6 * MINUTE);
        assertEquals(RatchetKind.NEW_SESSION, alice.sessions.nextKind(bob.self, NOW + 6 * MINUTE));
        byte[] back = bob.sealed(alice, NOW + 6 * MINUTE, 8).garlic();
        assertEquals(List.of(8L), alice.receive(bob, back, NOW + 6 * MINUTE));
    }

    @Test
    void aSetWithoutAnswersEndsBeforeItsTagsDo() {
        List<RatchetEvent> events = new ArrayList<>();
        int sent = 0;
        while (events.isEmpty()) {
            assertEquals(RatchetKind.EXISTING, alice.sealed(bob, NOW).kind());
            sent++;
            if (alice.sessions.nextKind(bob.self, NOW) != RatchetKind.EXISTING) {
                events.addAll(alice.events());
            }
        }
        assertTrue(sent > 64_000 && sent < 65_500);
        assertEquals(List.of(new RatchetEvent.Failed(bob.self, RatchetEvent.Reason.EXHAUSTED)), events);
    }

    // limits

    @Test
    void theNumberOfPeersIsBoundedAndUselessOnesGoFirst() {
        RatchetNode small = new RatchetNode(31, new RatchetConfig(3, 1024, 4, 50, 100));
        RatchetNode.establish(small, alice, NOW);
        for (int i = 0; i < 10; i++) {
            small.sealed(new RatchetNode(100 + i), NOW + i * SECOND);
            assertTrue(small.sessions.peers() <= 3);
        }
        assertEquals(RatchetKind.EXISTING, small.sessions.nextKind(alice.self, NOW + 20 * SECOND));
        assertEquals(
                8,
                Collections.frequency(
                        small.events().stream().map(Object::getClass).toList(), RatchetEvent.Failed.class));
    }

    @Test
    void sessionsInUseAreNotEndedForOthers() {
        RatchetNode small = new RatchetNode(31, new RatchetConfig(2, 1024, 4, 50, 100));
        RatchetNode.establish(small, alice, NOW);
        RatchetNode.establish(small, bob, NOW);
        Refused refused = assertInstanceOf(Refused.class, small.seal(new RatchetNode(5), NOW + SECOND, 1));
        assertEquals(SealResult.Reason.TOO_MANY_SESSIONS, refused.reason());
        RatchetNode other = new RatchetNode(6);
        small.open(other.sealed(small, NOW).garlic(), NOW);
        assertNull(small.sessions.bind(other.keys.publicKey(), other.self.destination(), NOW));
        assertInstanceOf(Sealed.class, small.seal(new RatchetNode(5), NOW + 2 * MINUTE, 1));
    }

    @Test
    void tagsAreBoundedByEndingIdleSessionsAndNarrowWindows() {
        RatchetNode small = new RatchetNode(31, new RatchetConfig(1000, 1024, 4, 1000, 1000));
        long now = NOW;
        int most = 0;
        for (int i = 0; i < 60; i++) {
            now += 2 * MINUTE / 60 + MINUTE;
            RatchetNode peer = new RatchetNode(100 + i);
            RatchetNode.establish(small, peer, now);
            for (int k = 0; k < 100; k++) {
                small.receive(peer, peer.sealed(small, now, k).garlic(), now);
            }
            most = Math.max(most, small.sessions.tags());
            small.events();
        }
        assertTrue(most <= 1200, "tags " + most);
        assertTrue(small.sessions.peers() > 3);
    }

    @Test
    void firstMessagesOfOthersAreBounded() {
        RatchetNode small = new RatchetNode(31, new RatchetConfig(100, 1024, 4, 1000, 1000));
        for (int i = 0; i < 10; i++) {
            small.open(new RatchetNode(100 + i).sealed(small, NOW).garlic(), NOW);
        }
        RatchetNode first = new RatchetNode(100);
        RatchetNode last = new RatchetNode(109);
        small.sessions.bind(first.keys.publicKey(), first.self.destination(), NOW);
        small.sessions.bind(last.keys.publicKey(), last.self.destination(), NOW);
        assertEquals(RatchetKind.NEW_SESSION, small.sessions.nextKind(first.self, NOW));
        assertEquals(RatchetKind.REPLY, small.sessions.nextKind(last.self, NOW));
    }

    @Test
    void destroyedSessionsRefuseEverything() {
        byte[] garlic = alice.sealed(bob, NOW).garlic();
        bob.sessions.destroy();
        bob.sessions.destroy();
        assertEquals(Reason.DESTROYED, rejection(bob.open(garlic, NOW)));
        Refused refused = assertInstanceOf(Refused.class, bob.seal(alice, NOW, 1));
        assertEquals(SealResult.Reason.DESTROYED, refused.reason());
        assertNull(bob.sessions.nextKind(alice.self, NOW));
        assertNull(bob.sessions.pollEvent());
        assertFalse(bob.sessions.expects(RatchetSessions.tagOf(garlic)));
        assertEquals(Long.MAX_VALUE, bob.sessions.nextTimeout());
    }

    @Test
    void nothingShowsWhomItIsAbout() {
        assertEquals("[ratchet peer]", bob.self.toString());
        String text = alice.seal(bob, NOW, 1) + " " + alice.sessions + " " + bob.events();
        assertFalse(text.matches(".*[0-9a-f]{8}.*"), text);
    }
}
