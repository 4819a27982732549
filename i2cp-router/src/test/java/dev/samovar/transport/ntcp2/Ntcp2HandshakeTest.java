package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.RouterInfo;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.transport.ReplayFilter;
import dev.samovar.transport.ntcp2.Ntcp2Handshake.State;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Both sides of a handshake, in one thread, with everything that may be wrong between them. */
class Ntcp2HandshakeTest {

    private static final long NOW = 1_767_225_600_000L;
    private static final byte[] ALICE_IP = {44, 1, 0, 1};

    private final SeededEntropy entropy = new SeededEntropy(7);
    private final Ntcp2TestRouter aliceRouter = new Ntcp2TestRouter(entropy);
    private final Ntcp2TestRouter bobRouter = new Ntcp2TestRouter(entropy);
    private final ReplayFilter replays = new ReplayFilter(100);

    private RouterInfo aliceInfo = aliceRouter.info(NOW, aliceRouter.published("44.1.0.1", 4567));
    private int aliceNetwork = Ntcp2TestRouter.NETWORK;
    private long aliceTime = NOW;

    private Ntcp2Initiator alice() {
        Ntcp2Address to = Ntcp2Address.read(bobRouter.published("44.2.0.1", 1234));
        Ntcp2Initiator alice = new Ntcp2Initiator(
                to,
                bobRouter.hash(),
                aliceRouter.keys,
                aliceInfo.bytes(),
                aliceNetwork,
                () -> X25519KeyPair.generate(entropy),
                entropy);
        alice.start(aliceTime);
        return alice;
    }

    private Ntcp2Responder bob() {
        return new Ntcp2Responder(
                new Ntcp2Responder.Router(bobRouter.keys, bobRouter.hash(), Ntcp2TestRouter.NETWORK),
                ALICE_IP,
                () -> X25519KeyPair.generate(entropy),
                key -> replays.isFresh(key, 0),
                entropy);
    }

    private static byte[] answer(Ntcp2Handshake to, byte[] message, long now) {
        assertEquals(message.length, to.handle(message, message.length, now));
        return to.pollTransmit();
    }

    /** What bob says of the whole handshake; alice is expected to get through. */
    private Ntcp2Responder complete() {
        Ntcp2Initiator alice = alice();
        Ntcp2Responder bob = bob();
        byte[] message2 = answer(bob, alice.pollTransmit(), NOW);
        byte[] message3 = answer(alice, message2, aliceTime);
        assertEquals(State.ESTABLISHED, alice.state());
        answer(bob, message3, NOW);
        return bob;
    }

    private static Ntcp2Failure failureAfter(Ntcp2Responder bob, byte[] message1) {
        bob.handle(message1, message1.length, NOW);
        return bob.failure();
    }

    @Test
    void bothSidesHaveTheSameKeysAndBobKnowsAlice() {
        Ntcp2Initiator alice = alice();
        Ntcp2Responder bob = bob();
        byte[] message3 = answer(alice, answer(bob, alice.pollTransmit(), NOW + 2000), NOW);
        answer(bob, message3, NOW);
        assertEquals(State.ESTABLISHED, bob.state());
        assertEquals(aliceInfo, bob.peer());
        assertEquals(-2000, bob.skewMillis());
        assertEquals(2000, alice.skewMillis());
        byte[] frame = Arrays.copyOf(new byte[] {0, 0, 1, 2, 3}, 40);
        Ntcp2FrameCipher receiver = bob.dataKeys().receiver();
        int length = alice.dataKeys().sender().seal(frame, 0, 3);
        assertEquals(19, receiver.unmaskLength((frame[0] & 0xff) << 8 | frame[1] & 0xff));
        assertEquals(3, receiver.open(frame, 2, length - 2));
        assertArrayEquals(new byte[] {1, 2, 3}, Arrays.copyOfRange(frame, 2, 5));
    }

    @Test
    void messagesMayComeInPiecesAndPaddingApart() {
        Ntcp2Initiator alice = alice();
        Ntcp2Responder bob = bob();
        byte[] message1 = alice.pollTransmit();
        assertEquals(64, bob.needed());
        assertEquals(64, bob.handle(message1, 64, NOW));
        assertEquals(message1.length - 64, bob.needed());
        byte[] message2 = answer(bob, Arrays.copyOfRange(message1, 64, message1.length), NOW);
        assertEquals(64, alice.handle(message2, 64, NOW));
        assertNull(alice.pollTransmit());
        assertNotNull(answer(alice, Arrays.copyOfRange(message2, 64, message2.length), NOW));
    }

    @Test
    void bytesBehindMessage3AreLeftForTheDataPhase() {
        Ntcp2Initiator alice = alice();
        Ntcp2Responder bob = bob();
        byte[] message3 = answer(alice, answer(bob, alice.pollTransmit(), NOW), NOW);
        byte[] more = Arrays.copyOf(message3, message3.length + 100);
        assertEquals(message3.length, bob.handle(more, more.length, NOW));
        assertEquals(State.ESTABLISHED, bob.state());
    }

    @Test
    void paddingIsNeverLongerThanThePeersRead() {
        int longest = 0;
        for (int i = 0; i < 300; i++) {
            longest = Math.max(longest, alice().pollTransmit().length);
        }
        assertTrue(longest <= 287 && longest > 200, "longest " + longest);
    }

    @Test
    void bytesBehindMessage1Fail() {
        byte[] message1 = alice().pollTransmit();
        byte[] more = Arrays.copyOf(message1, message1.length + 1);
        assertEquals(Ntcp2Failure.MESSAGE_1_SURPLUS, failureAfter(bob(), more));
    }

    @Test
    void bytesBehindMessage2Fail() {
        Ntcp2Initiator alice = alice();
        byte[] message2 = answer(bob(), alice.pollTransmit(), NOW);
        byte[] more = Arrays.copyOf(message2, message2.length + 1);
        alice.handle(more, more.length, NOW);
        assertEquals(Ntcp2Failure.MESSAGE_2_SURPLUS, alice.failure());
        assertNull(alice.pollTransmit());
    }

    @Test
    void aReplayIsKnown() {
        byte[] message1 = alice().pollTransmit();
        assertNotNull(answer(bob(), message1, NOW));
        assertEquals(Ntcp2Failure.MESSAGE_1_REPLAYED, failureAfter(bob(), message1));
    }

    @Test
    void anotherNetworkIsRefusedAndZeroLetThrough() {
        aliceNetwork = 92;
        assertEquals(Ntcp2Failure.MESSAGE_1_NETWORK, failureAfter(bob(), alice().pollTransmit()));
        aliceNetwork = 0;
        assertNull(failureAfter(bob(), alice().pollTransmit()));
    }

    @Test
    void aDifferentRouterHashOrStaticKeyGetsNowhere() {
        byte[] message1 = alice().pollTransmit();
        Ntcp2TestRouter other = new Ntcp2TestRouter(entropy);
        Ntcp2Responder wrongHash = new Ntcp2Responder(
                new Ntcp2Responder.Router(bobRouter.keys, other.hash(), Ntcp2TestRouter.NETWORK),
                ALICE_IP,
                () -> X25519KeyPair.generate(entropy),
                key -> true,
                entropy);
        Ntcp2Failure failure = failureAfter(wrongHash, message1);
        assertTrue(failure == Ntcp2Failure.MESSAGE_1_KEY || failure == Ntcp2Failure.MESSAGE_1_DECRYPT, "" + failure);
        assertNull(wrongHash.pollTransmit());
    }

    @Test
    void bobAnswersAClockThatIsOffAndThenFails() {
        aliceTime = NOW - 61_000;
        Ntcp2Initiator alice = alice();
        Ntcp2Responder bob = bob();
        byte[] message2 = answer(bob, alice.pollTransmit(), NOW);
        assertEquals(Ntcp2Failure.MESSAGE_1_SKEW, bob.failure());
        assertEquals(-61_000, bob.skewMillis());
        alice.handle(message2, message2.length, aliceTime);
        assertNull(alice.pollTransmit());
        assertEquals(Ntcp2Failure.MESSAGE_2_SKEW, alice.failure());
        assertEquals(61_000, alice.skewMillis());
        assertTrue(alice.skewKnown());
    }

    @Test
    void aClockAtTheLimitPasses() {
        aliceTime = NOW + 60_000;
        assertEquals(State.ESTABLISHED, complete().state());
    }

    @Test
    void aFalseMessage2IsNoticed() {
        Ntcp2Initiator alice = alice();
        byte[] message2 = answer(bob(), alice.pollTransmit(), NOW);
        message2[40] ^= 1;
        alice.handle(message2, message2.length, NOW);
        assertEquals(Ntcp2Failure.MESSAGE_2_DECRYPT, alice.failure());
        assertFalse(alice.skewKnown());
    }

    @Test
    void tamperedPaddingFailsTheNextMessage() {
        Ntcp2Initiator alice = alice();
        byte[] message1 = alice.pollTransmit();
        while (message1.length == 64) {
            alice = alice();
            message1 = alice.pollTransmit();
        }
        message1[64] ^= 1;
        byte[] message2 = answer(bob(), message1, NOW);
        alice.handle(message2, message2.length, NOW);
        assertEquals(Ntcp2Failure.MESSAGE_2_DECRYPT, alice.failure());
    }

    @Test
    void aRouterInfoOfAnotherNetworkIsRefused() {
        aliceInfo = aliceRouter.info(NOW, 92, aliceRouter.published("44.1.0.1", 4567));
        assertEquals(Ntcp2Failure.ROUTER_INFO_NETWORK, complete().failure());
    }

    @Test
    void anOldRouterInfoIsRefused() {
        aliceInfo = aliceRouter.info(NOW - TimeUnit.MINUTES.toMillis(91), aliceRouter.published("44.1.0.1", 4567));
        Ntcp2Responder bob = complete();
        assertEquals(Ntcp2Failure.ROUTER_INFO_OLD, bob.failure());
        assertEquals(13, bob.failure().terminationCode());
        assertNotNull(bob.dataKeys(), "the reason can be told");
    }

    @Test
    void aRouterInfoFromTheFutureIsRefused() {
        aliceInfo = aliceRouter.info(NOW + TimeUnit.SECONDS.toMillis(121), aliceRouter.published("44.1.0.1", 4567));
        assertEquals(Ntcp2Failure.ROUTER_INFO_FUTURE, complete().failure());
    }

    @Test
    void aStaticKeyThatIsNotPublishedIsRefused() {
        Ntcp2TestRouter other = new Ntcp2TestRouter(entropy);
        aliceInfo = aliceRouter.info(NOW, other.published("44.1.0.1", 4567));
        assertEquals(Ntcp2Failure.STATIC_KEY_MISMATCH, complete().failure());
    }

    @Test
    void aPublishedHostMustBeWhereThePeerComesFrom() {
        aliceInfo = aliceRouter.info(NOW, aliceRouter.published("44.1.0.2", 4567));
        assertEquals(Ntcp2Failure.ADDRESS_MISMATCH, complete().failure());
        aliceInfo = aliceRouter.info(NOW, aliceRouter.published("2a00:1::5", 4567), aliceRouter.unpublished());
        assertEquals(State.ESTABLISHED, complete().state(), "the other IP version says nothing");
        aliceInfo = aliceRouter.info(NOW, aliceRouter.unpublished());
        assertEquals(State.ESTABLISHED, complete().state(), "nothing is published");
    }

    @Test
    void aSignatureThatDoesNotHoldIsRefused() {
        byte[] bytes = aliceInfo.bytes().clone();
        bytes[bytes.length - 1] ^= 1;
        Ntcp2Address to = Ntcp2Address.read(bobRouter.published("44.2.0.1", 1234));
        Ntcp2Initiator alice = new Ntcp2Initiator(
                to,
                bobRouter.hash(),
                aliceRouter.keys,
                bytes,
                aliceNetwork,
                () -> X25519KeyPair.generate(entropy),
                entropy);
        alice.start(NOW);
        Ntcp2Responder bob = bob();
        answer(bob, answer(alice, answer(bob, alice.pollTransmit(), NOW), NOW), NOW);
        assertEquals(Ntcp2Failure.ROUTER_INFO_SIGNATURE, bob.failure());
    }

    @Test
    void whoeverShowsOurOwnIdentityIsRefused() {
        Ntcp2Address to = Ntcp2Address.read(bobRouter.published("44.2.0.1", 1234));
        Ntcp2Initiator alice = new Ntcp2Initiator(
                to,
                bobRouter.hash(),
                bobRouter.keys,
                bobRouter.info(NOW, bobRouter.unpublished()).bytes(),
                aliceNetwork,
                () -> X25519KeyPair.generate(entropy),
                entropy);
        alice.start(NOW);
        Ntcp2Responder bob = bob();
        answer(bob, answer(alice, answer(bob, alice.pollTransmit(), NOW), NOW), NOW);
        assertEquals(Ntcp2Failure.OWN_IDENTITY, bob.failure());
    }

    @Test
    void aStaticKeyOfLowOrderIsRefused() {
        Ntcp2Address zero = new Ntcp2Address(ALICE_IP, 1, new byte[32], new byte[16], true, false);
        Ntcp2Initiator alice = new Ntcp2Initiator(
                zero,
                bobRouter.hash(),
                aliceRouter.keys,
                aliceInfo.bytes(),
                aliceNetwork,
                () -> X25519KeyPair.generate(entropy),
                entropy);
        alice.start(NOW);
        assertEquals(State.FAILED, alice.state());
        assertNull(alice.pollTransmit());
    }
}
