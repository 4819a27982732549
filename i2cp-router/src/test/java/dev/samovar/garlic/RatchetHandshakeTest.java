package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Entropy;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.DecryptResult.Reason;
import dev.samovar.garlic.DecryptResult.Rejected;
import dev.samovar.garlic.SealResult.Refused;
import dev.samovar.garlic.SealResult.Sealed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How sessions between two destinations begin, in all the ways in which that can go crosswise. */
class RatchetHandshakeTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOW = 7 * SECOND;

    private final RatchetNode alice = new RatchetNode(1);
    private final RatchetNode bob = new RatchetNode(2);

    private static Reason rejection(DecryptResult result) {
        return assertInstanceOf(Rejected.class, result).reason();
    }

    private static SealResult.Reason refusal(SealResult result) {
        return assertInstanceOf(Refused.class, result).reason();
    }

    @Test
    void threeMessagesMakeASession() {
        assertEquals(RatchetKind.NEW_SESSION, alice.sessions.nextKind(bob.self, NOW));
        Sealed first = alice.sealed(bob, NOW, 1, 2);
        assertEquals(RatchetKind.NEW_SESSION, first.kind());
        assertEquals(List.of(1L, 2L), bob.receive(alice, first.garlic(), NOW));
        assertEquals(RatchetKind.REPLY, bob.sessions.nextKind(alice.self, NOW));
        Sealed reply = bob.sealed(alice, NOW, 3);
        assertEquals(RatchetKind.REPLY, reply.kind());
        assertEquals(List.of(3L), alice.receive(bob, reply.garlic(), NOW));
        assertEquals(List.of(new RatchetEvent.Established(bob.self)), alice.events());
        Sealed existing = alice.sealed(bob, NOW, 4);
        assertEquals(RatchetKind.EXISTING, existing.kind());
        assertEquals(RatchetKind.REPLY, bob.sessions.nextKind(alice.self, NOW));
        assertEquals(List.of(4L), bob.receive(alice, existing.garlic(), NOW));
        assertEquals(List.of(new RatchetEvent.Established(alice.self)), bob.events());
        Sealed back = bob.sealed(alice, NOW, 5);
        assertEquals(RatchetKind.EXISTING, back.kind());
        assertEquals(List.of(5L), alice.receive(bob, back.garlic(), NOW));
    }

    @Test
    void aFirstMessageIsNotBoundUntilSomebodySaysWhoseItIs() {
        Opened opened =
                assertInstanceOf(Opened.class, bob.open(alice.sealed(bob, NOW).garlic(), NOW));
        assertNull(opened.peer());
        assertArrayEquals(alice.keys.publicKey(), opened.senderKey());
        assertEquals(RatchetKind.NEW_SESSION, bob.sessions.nextKind(alice.self, NOW));
        assertEquals(alice.self, bob.sessions.bind(opened.senderKey(), alice.self.destination(), NOW));
        assertEquals(RatchetKind.REPLY, bob.sessions.nextKind(alice.self, NOW));
    }

    @Test
    void afterOneProofTheNextFirstMessageIsKnown() {
        RatchetNode.establish(alice, bob, NOW);
        alice.restart();
        Opened opened =
                assertInstanceOf(Opened.class, bob.open(alice.sealed(bob, NOW).garlic(), NOW + 1));
        assertEquals(alice.self, opened.peer());
    }

    @Test
    void aKeyThatTwoDestinationsPublishKeepsThemApart() {
        RatchetPeer other = new RatchetPeer(Hash.of(new byte[] {1}), alice.keys.publicKey());
        bob.open(alice.sealed(bob, NOW).garlic(), NOW);
        bob.sessions.bind(alice.keys.publicKey(), other.destination(), NOW);
        assertEquals(RatchetKind.REPLY, bob.sessions.nextKind(other, NOW));
        assertEquals(RatchetKind.NEW_SESSION, bob.sessions.nextKind(alice.self, NOW));
        // the next one came from the other destination, which its lease set says
        bob.open(alice.sealed(bob, NOW + SECOND).garlic(), NOW + SECOND);
        bob.sessions.bind(alice.keys.publicKey(), alice.self.destination(), NOW + SECOND);
        assertEquals(RatchetKind.REPLY, bob.sessions.nextKind(alice.self, NOW + SECOND));
        assertEquals(RatchetKind.REPLY, bob.sessions.nextKind(other, NOW + SECOND));
    }

    @Test
    void firstMessagesKeepTheirDistanceAndTheirNumberSlowsThem() {
        long now = NOW;
        alice.sealed(bob, now);
        Refused refused = assertInstanceOf(Refused.class, alice.seal(bob, now + SECOND - 1, 1));
        assertEquals(SealResult.Reason.TOO_SOON, refused.reason());
        assertEquals(now + SECOND, refused.retryAt());
        assertEquals(now + SECOND, alice.sessions.sealableAt(bob.self));
        assertNull(alice.sessions.nextKind(bob.self, now + SECOND - 1));
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            long next = alice.sessions.sealableAt(bob.self);
            waits.add((next - now) / SECOND);
            now = next;
            byte[] garlic = alice.sealed(bob, now).garlic();
            if (i == 6) {
                alice.receive(bob, reply(garlic, now), now);
            }
        }
        assertEquals(List.of(1L, 1L, 2L, 4L, 8L, 8L, 8L), waits);
        assertEquals(RatchetKind.EXISTING, alice.sessions.nextKind(bob.self, now));
    }

    private byte[] reply(byte[] first, long now) {
        bob.receive(alice, first, now);
        return bob.sealed(alice, now).garlic();
    }

    @Test
    void eachFirstMessageHasAKeyOfItsOwnAndAnyMayBeReplied() {
        byte[] one = alice.sealed(bob, NOW, 1).garlic();
        byte[] two = alice.sealed(bob, NOW + SECOND, 2).garlic();
        assertFalse(Arrays.equals(Arrays.copyOf(one, 32), Arrays.copyOf(two, 32)));
        byte[] toOne = reply(one, NOW + SECOND);
        byte[] toTwo = reply(two, NOW + SECOND + 1);
        assertNotEquals(RatchetSessions.tagOf(toOne), RatchetSessions.tagOf(toTwo));
        alice.receive(bob, toTwo, NOW + 2 * SECOND);
        alice.receive(bob, toOne, NOW + 2 * SECOND);
        assertEquals(List.of(new RatchetEvent.Established(bob.self)), alice.events());
        bob.receive(alice, alice.sealed(bob, NOW + 2 * SECOND, 3).garlic(), NOW + 2 * SECOND);
        assertEquals(RatchetKind.EXISTING, bob.sessions.nextKind(alice.self, NOW + 2 * SECOND));
    }

    @Test
    void repliesComeInAnyOrderAndTheFirstThatComesBeginsTheSession() {
        bob.receive(alice, alice.sealed(bob, NOW).garlic(), NOW);
        List<byte[]> replies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            replies.add(bob.sealed(alice, NOW, i).garlic());
        }
        for (int i : new int[] {3, 0, 4, 1, 2}) {
            assertEquals(List.of((long) i), alice.receive(bob, replies.get(i), NOW));
        }
        assertEquals(1, alice.events().size());
        int tags = bob.sessions.tags();
        bob.receive(alice, alice.sealed(bob, NOW, 9).garlic(), NOW);
        assertTrue(bob.sessions.tags() < tags / 3, "the sessions of other replies are still awaited");
        byte[] back = bob.sealed(alice, NOW, 10).garlic();
        assertEquals(List.of(10L), alice.receive(bob, back, NOW));
        // and each reply once
        assertInstanceOf(Rejected.class, alice.open(replies.get(0), NOW));
    }

    @Test
    void afterADozenRepliesWithoutAChoiceBobBeginsHimself() {
        bob.receive(alice, alice.sealed(bob, NOW).garlic(), NOW);
        for (int i = 0; i < 12; i++) {
            assertEquals(RatchetKind.REPLY, bob.sealed(alice, NOW, i).kind());
        }
        assertEquals(SealResult.Reason.TOO_SOON, refusal(bob.seal(alice, NOW + 3 * SECOND - 1, 12)));
        assertEquals(NOW + 3 * SECOND, bob.sessions.sealableAt(alice.self));
        Sealed own = bob.sealed(alice, NOW + 3 * SECOND, 12);
        assertEquals(RatchetKind.NEW_SESSION, own.kind());
        assertEquals(List.of(12L), alice.receive(bob, own.garlic(), NOW + 3 * SECOND));
    }

    @Test
    void bothMayBeginAtOnceAndBothSessionsWork() {
        byte[] fromAlice = alice.sealed(bob, NOW, 1).garlic();
        byte[] fromBob = bob.sealed(alice, NOW, 2).garlic();
        bob.receive(alice, fromAlice, NOW + 1);
        alice.receive(bob, fromBob, NOW + 1);
        Sealed aliceReply = alice.sealed(bob, NOW + 2, 3);
        Sealed bobReply = bob.sealed(alice, NOW + 2, 4);
        assertEquals(RatchetKind.REPLY, aliceReply.kind());
        assertEquals(RatchetKind.REPLY, bobReply.kind());
        bob.receive(alice, aliceReply.garlic(), NOW + 3);
        alice.receive(bob, bobReply.garlic(), NOW + 3);
        for (int i = 0; i < 5; i++) {
            Sealed there = alice.sealed(bob, NOW + 4, i);
            Sealed back = bob.sealed(alice, NOW + 4, i);
            assertEquals(RatchetKind.EXISTING, there.kind());
            assertEquals(RatchetKind.EXISTING, back.kind());
            assertEquals(List.of((long) i), bob.receive(alice, there.garlic(), NOW + 5));
            assertEquals(List.of((long) i), alice.receive(bob, back.garlic(), NOW + 5));
        }
    }

    @Test
    void aPeerWithoutMemoryIsRepliedAtOnceAlthoughThereIsASession() {
        RatchetNode.establish(alice, bob, NOW);
        alice.restart();
        byte[] again = alice.sealed(bob, NOW + SECOND, 1).garlic();
        assertEquals(List.of(1L), bob.receive(alice, again, NOW + SECOND));
        Sealed reply = bob.sealed(alice, NOW + SECOND, 2);
        assertEquals(RatchetKind.REPLY, reply.kind());
        assertEquals(List.of(2L), alice.receive(bob, reply.garlic(), NOW + SECOND));
        bob.receive(alice, alice.sealed(bob, NOW + SECOND, 3).garlic(), NOW + SECOND + 1);
        Sealed back = bob.sealed(alice, NOW + 2 * SECOND, 4);
        assertEquals(RatchetKind.EXISTING, back.kind());
        assertEquals(List.of(4L), alice.receive(bob, back.garlic(), NOW + 2 * SECOND));
    }

    @Test
    void aLateCopyOfAFirstMessageDoesNotDisplaceTheSession() {
        byte[] one = alice.sealed(bob, NOW, 1).garlic();
        byte[] two = alice.sealed(bob, NOW + SECOND, 2).garlic();
        alice.receive(bob, reply(one, NOW + SECOND), NOW + SECOND);
        bob.receive(alice, alice.sealed(bob, NOW + SECOND, 3).garlic(), NOW + SECOND);
        bob.receive(alice, two, NOW + 2 * SECOND);
        // whether the peer lost the session is not known, so a reply goes out; a message of the session settles it
        Sealed reply = bob.sealed(alice, NOW + 2 * SECOND, 4);
        assertEquals(RatchetKind.REPLY, reply.kind());
        assertEquals(List.of(4L), alice.receive(bob, reply.garlic(), NOW + 2 * SECOND));
        bob.receive(alice, alice.sealed(bob, NOW + 3 * SECOND, 5).garlic(), NOW + 3 * SECOND);
        Sealed back = bob.sealed(alice, NOW + 3 * SECOND, 6);
        assertEquals(RatchetKind.EXISTING, back.kind());
        assertEquals(List.of(6L), alice.receive(bob, back.garlic(), NOW + 3 * SECOND));
    }

    @Test
    void aRepeatedFirstMessageIsRefusedInAllItsForms() {
        byte[] first = alice.sealed(bob, NOW, 1).garlic();
        bob.receive(alice, first, NOW);
        assertEquals(Reason.REPEATED, rejection(bob.open(first, NOW)));
        byte[] otherBits = first.clone();
        otherBits[31] ^= (byte) 0xc0;
        assertEquals(Reason.REPEATED, rejection(bob.open(otherBits, NOW)));
        assertEquals(2, bob.sessions.counters().rejected(Reason.REPEATED));
        // as long as its date would be taken
        long later = NOW + TimeUnit.MINUTES.toNanos(5) - SECOND;
        assertEquals(Reason.REPEATED, rejection(bob.open(first, later)));
        assertInstanceOf(Rejected.class, bob.open(first, NOW + TimeUnit.MINUTES.toNanos(30)));
    }

    @Test
    void theOtherRepresentativeOfTheSameKeyIsARepetitionToo() {
        byte[] blocks = GarlicBlockCodec.encode(List.of(new GarlicBlock.DateTime(RatchetNode.millis(NOW) / 1000)));
        byte[] secret =
                HiddenKeyPair.generate(alice.entropy).pair().privateKey().copy();
        byte[] first = InitiatorHandshake.begin(alice.keys, bob.keys.publicKey(), hidden(secret, 0), blocks)
                .takeMessage();
        byte[] other = first.clone();
        System.arraycopy(hidden(secret, 1).representative(), 0, other, 0, 32);
        assertFalse(Arrays.equals(first, other));
        assertInstanceOf(Opened.class, bob.open(other, NOW));
        assertEquals(Reason.REPEATED, rejection(bob.open(first, NOW)));
    }

    /** The pair of this private key, with one or the other representative. */
    private static HiddenKeyPair hidden(byte[] secret, int branch) {
        return HiddenKeyPair.generate(new Entropy() {
            @Override
            public void fill(byte[] out) {
                System.arraycopy(secret, 0, out, 0, out.length);
            }

            @Override
            public int below(int bound) {
                return branch;
            }

            @Override
            public long nextLong() {
                return 0;
            }
        });
    }

    @Test
    void firstMessagesAreFromAboutNow() {
        RawRatchetPeer raw = new RawRatchetPeer(3);
        long millis = RatchetNode.millis(NOW);
        assertEquals(Reason.TOO_OLD, rejection(bob.open(raw.first(bob, millis - 301_000), NOW)));
        assertEquals(Reason.TOO_FAR_AHEAD, rejection(bob.open(raw.first(bob, millis + 121_000), NOW)));
        assertInstanceOf(Opened.class, bob.open(raw.first(bob, millis - 299_000), NOW));
        assertInstanceOf(Opened.class, bob.open(raw.first(bob, millis + 119_000), NOW));
        assertEquals(
                Reason.NO_DATE, rejection(bob.open(raw.first(bob, new byte[] {(byte) 254, 0, 4, 0, 0, 0, 0}), NOW)));
        assertEquals(Reason.MALFORMED, rejection(bob.open(raw.first(bob, new byte[] {0, 0, 4, 1, 1, 1, 1, 11}), NOW)));
        assertEquals(Reason.UNKNOWN_TAG, rejection(bob.open(raw.first(bob, new byte[0]), NOW)));
    }

    @Test
    void nothingIsSealedForOurselvesOrForKeysThatAreNone() {
        assertEquals(SealResult.Reason.BAD_KEY, refusal(alice.seal(alice, NOW, 1)));
        RatchetPeer zero = new RatchetPeer(bob.self.destination(), new byte[32]);
        SealResult result = alice.sessions.seal(
                zero, List.of(RatchetNode.clove(1)), SealOptions.NONE, NOW, RatchetNode.millis(NOW));
        assertEquals(SealResult.Reason.BAD_KEY, refusal(result));
        assertEquals(0, alice.sessions.peers());
        assertEquals(0, alice.sessions.tags());
        // a first message with our own key in it, as if somebody had it
        RatchetNode twin = new RatchetNode(1);
        byte[] own = twin.sealed(bob, NOW).garlic();
        assertInstanceOf(Opened.class, bob.open(own, NOW));
        InitiatorHandshake toItself = InitiatorHandshake.begin(
                alice.keys,
                alice.keys.publicKey(),
                HiddenKeyPair.generate(alice.entropy),
                GarlicBlockCodec.encode(List.of(new GarlicBlock.DateTime(RatchetNode.millis(NOW) / 1000))));
        assertEquals(Reason.BAD_KEY, rejection(alice.open(toItself.takeMessage(), NOW)));
    }

    @Test
    void anUnboundMessageTellsNothingOfItsSenderAndLeavesNoSession() {
        Sealed sealed = assertInstanceOf(
                Sealed.class,
                alice.sessions.sealUnbound(
                        bob.keys.publicKey(), List.of(RatchetNode.clove(5)), RatchetNode.millis(NOW)));
        Opened opened = assertInstanceOf(Opened.class, bob.open(sealed.garlic(), NOW));
        assertNull(opened.senderKey());
        assertNull(opened.peer());
        assertEquals(List.of(5L), RatchetNode.numbers(opened));
        assertEquals(0, alice.sessions.peers());
        assertEquals(0, bob.sessions.peers());
        assertEquals(Long.MAX_VALUE, bob.sessions.nextTimeout());
        assertEquals(Reason.REPEATED, rejection(bob.open(sealed.garlic(), NOW)));
    }

    @Test
    void garbageIsTriedOnlySoOften() {
        int tried = 0;
        for (int i = 0; i < 300; i++) {
            Reason reason = rejection(bob.open(alice.entropy.bytes(200), NOW));
            assertTrue(reason == Reason.NOT_FOR_US || reason == Reason.BUSY);
            tried += reason == Reason.NOT_FOR_US ? 1 : 0;
        }
        assertEquals(200, tried);
        assertEquals(100, bob.sessions.counters().rejected(Reason.BUSY));
        assertEquals(Reason.NOT_FOR_US, rejection(bob.open(alice.entropy.bytes(200), NOW + SECOND)));
        assertEquals(Reason.UNKNOWN_TAG, rejection(bob.open(alice.entropy.bytes(40), NOW)));
        assertEquals(Reason.UNKNOWN_TAG, rejection(bob.open(new byte[0], NOW)));
    }
}
