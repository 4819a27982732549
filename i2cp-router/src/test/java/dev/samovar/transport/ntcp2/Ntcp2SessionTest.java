package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.transport.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two ends of a session, and what passes between them. */
class Ntcp2SessionTest {

    private static final long MILLIS = 1_767_225_600_000L;
    private static final int TUNNEL_DATA = 18;

    private final SeededEntropy entropy = new SeededEntropy(11);
    private final Ntcp2Scratch scratch = new Ntcp2Scratch();
    private final Ntcp2TestRouter aliceRouter = new Ntcp2TestRouter(entropy);
    private final Ntcp2TestRouter bobRouter = new Ntcp2TestRouter(entropy);
    private final byte[] chainingKey = entropy.bytes(32);
    private final byte[] hash = entropy.bytes(32);
    private final Ntcp2Session alice = session(true, bobRouter);
    private final Ntcp2Session bob = session(false, aliceRouter);
    private final MessageRing ring = new MessageRing();

    private Ntcp2Session session(boolean initiator, Ntcp2TestRouter peer) {
        Ntcp2DataKeys keys = new Ntcp2DataKeys(chainingKey, hash, initiator);
        return new Ntcp2Session(keys.sender(), keys.receiver(), peer.hash(), entropy, 0);
    }

    private static I2npMessage message(int id, int length) {
        return new I2npMessage(TUNNEL_DATA, id, MILLIS + 10_000, Unpooled.wrappedBuffer(new byte[length]));
    }

    private byte[] frame(Ntcp2Session from, long now) {
        int length = from.write(ring, scratch, now, MILLIS);
        return length == 0 ? null : Arrays.copyOf(scratch.out, length);
    }

    private void take(Ntcp2Session to, byte[] bytes, long now) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        to.handle(in, scratch, now, MILLIS);
    }

    private static Ntcp2Session.Event.End end(Ntcp2Session session) {
        for (Ntcp2Session.Event event = session.pollEvent(); event != null; event = session.pollEvent()) {
            if (event instanceof Ntcp2Session.Event.End end) {
                return end;
            }
        }
        return null;
    }

    /** A frame of these blocks, sealed by a third party that has alice's keys. */
    private byte[] sealed(byte[] blocks) {
        byte[] frame = new byte[blocks.length + 18];
        System.arraycopy(blocks, 0, frame, 2, blocks.length);
        new Ntcp2DataKeys(chainingKey, hash, true).sender().seal(frame, 0, blocks.length);
        return frame;
    }

    @Test
    void waitingMessagesSharesOneFrame() {
        for (int i = 1; i <= 10; i++) {
            assertTrue(ring.offer(message(i, 1024), true));
        }
        byte[] frame = frame(alice, 1);
        assertTrue(frame.length > 10 * 1036 && frame.length < 10 * 1036 + 200, "" + frame.length);
        assertNull(frame(alice, 1));
        take(bob, frame, 1);
        for (int i = 1; i <= 10; i++) {
            I2npMessage got = bob.pollMessage();
            assertEquals(i, got.id());
            assertEquals(TUNNEL_DATA, got.typeCode());
            assertEquals(1024, got.body().readableBytes());
            assertEquals(MILLIS + 10_000, got.expirationMillis());
        }
        assertNull(bob.pollMessage());
    }

    @Test
    void aFrameIsFullAtSixteenKilobytes() {
        for (int i = 1; i <= 40; i++) {
            assertTrue(ring.offer(message(i, 1024), true));
        }
        int frames = 0;
        int got = 0;
        for (byte[] frame = frame(alice, 1); frame != null; frame = frame(alice, 1)) {
            frames++;
            assertTrue(frame.length <= 16 * 1024 + 18 + 131, "" + frame.length);
            take(bob, frame, 1);
        }
        while (bob.pollMessage() != null) {
            got++;
        }
        assertEquals(3, frames);
        assertEquals(40, got);
    }

    @Test
    void theLargestMessageHasAFrameOfItsOwn() {
        alice.offerOwnInfo(new byte[4000]);
        assertTrue(ring.offer(
                new I2npMessage(11, 1, MILLIS + 1, Unpooled.wrappedBuffer(new byte[I2npMessage.MAX_BODY])), false));
        assertTrue(frame(alice, 1).length < 4400);
        alice.offerOwnInfo(null);
        byte[] frame = frame(alice, 1);
        assertTrue(frame.length > I2npMessage.MAX_BODY && frame.length <= 65_537);
    }

    @Test
    void framesMayComeInAnyPieces() {
        ring.offer(message(1, 500), true);
        byte[] first = frame(alice, 1);
        ring.offer(message(2, 50), true);
        byte[] second = frame(alice, 1);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        ByteBuf in = Unpooled.buffer();
        for (byte b : both) {
            in.writeByte(b);
            bob.handle(in, scratch, 1, MILLIS);
        }
        assertEquals(1, bob.pollMessage().id());
        assertEquals(2, bob.pollMessage().id());
        assertFalse(in.isReadable());
    }

    @Test
    void whatHasExpiredIsNotSent() {
        ring.offer(new I2npMessage(1, 1, MILLIS - 1, Unpooled.EMPTY_BUFFER), false);
        assertNull(frame(alice, 1));
        assertEquals(1, alice.expired());
    }

    @Test
    void paddingStaysSmall() {
        for (int i = 0; i < 500; i++) {
            ring.offer(message(1, 0), true);
            byte[] frame = frame(alice, 1);
            assertTrue(frame.length >= 18 + 12 + 3 && frame.length <= 18 + 12 + 3 + 15, "" + frame.length);
        }
    }

    @Test
    void theOwnRouterInfoGoesWithTheTime() {
        RouterInfo info = aliceRouter.info(MILLIS, aliceRouter.unpublished());
        alice.offerOwnInfo(info.bytes());
        take(bob, frame(alice, 1), 1);
        assertEquals(
                0,
                assertInstanceOf(Ntcp2Session.Event.Skew.class, bob.pollEvent()).millis());
        assertEquals(
                info,
                assertInstanceOf(Ntcp2Session.Event.PeerInfo.class, bob.pollEvent())
                        .info());
        assertNull(bob.pollEvent());
    }

    @Test
    void aRouterInfoOfSomebodyElseIsReadOver() {
        alice.offerOwnInfo(bobRouter.info(MILLIS, bobRouter.unpublished()).bytes());
        take(bob, frame(alice, 1), 1);
        assertInstanceOf(Ntcp2Session.Event.Skew.class, bob.pollEvent());
        assertNull(bob.pollEvent());
        assertEquals(1, bob.ignoredInfos());
    }

    @Test
    void routerInfosThatComeTooOftenAreReadOver() {
        byte[] info = aliceRouter.info(MILLIS, aliceRouter.unpublished()).bytes();
        for (int i = 0; i < 50; i++) {
            alice.offerOwnInfo(info);
            take(bob, frame(alice, i), TimeUnit.MILLISECONDS.toNanos(i));
        }
        assertEquals(49, bob.ignoredInfos());
    }

    @Test
    void itIsIdleAfterTwoMinutesWithoutFrames() {
        long now = alice.nextTimeout();
        assertTrue(now >= Ntcp2Session.IDLE_NANOS && now <= Ntcp2Session.IDLE_NANOS + TimeUnit.SECONDS.toNanos(10));
        ring.offer(message(1, 1), true);
        assertNotNull(frame(alice, now - 1));
        alice.handleTimeout(now);
        assertFalse(alice.isEnded(), "it has just sent");
        long next = alice.nextTimeout();
        assertTrue(next >= now - 1 + Ntcp2Session.IDLE_NANOS);
        alice.handleTimeout(next);
        Ntcp2Session.Event.End end = end(alice);
        assertEquals(DisconnectReason.IDLE, end.reason());
        assertEquals(2, end.code());
    }

    @Test
    void aPeerThatNeverAnswersIsGoneInTheEnd() {
        long now = 0;
        while (!alice.isEnded() && now < TimeUnit.MINUTES.toNanos(20)) {
            now += TimeUnit.SECONDS.toNanos(30);
            ring.offer(message(1, 1), true);
            frame(alice, now);
            if (alice.nextTimeout() <= now) {
                alice.handleTimeout(now);
            }
        }
        assertEquals(DisconnectReason.IDLE, end(alice).reason());
        assertTrue(now >= Ntcp2Session.SILENCE_NANOS && now < TimeUnit.MINUTES.toNanos(13), "" + now);
        while (ring.poll() != null) {
            // nothing is sent any more
        }
    }

    @Test
    void theOwnRouterInfoIsDueEveryHalfHourOrSo() {
        long now = 0;
        int due = 0;
        byte[] ping = null;
        while (now < TimeUnit.HOURS.toNanos(5)) {
            now += TimeUnit.MINUTES.toNanos(1);
            ring.offer(message(1, 1), true);
            ping = frame(bob, now);
            take(alice, ping, now);
            alice.pollMessage();
            alice.handleTimeout(now);
            for (Ntcp2Session.Event event = alice.pollEvent(); event != null; event = alice.pollEvent()) {
                if (event instanceof Ntcp2Session.Event.OwnInfoDue) {
                    due++;
                }
            }
        }
        assertTrue(due >= 5 && due <= 12, "" + due);
    }

    @Test
    void aTerminationEndsIt() {
        int length = alice.writeTermination(scratch, 3);
        take(bob, Arrays.copyOf(scratch.out, length), 1);
        Ntcp2Session.Event.End end = end(bob);
        assertEquals(DisconnectReason.PEER_TERMINATED, end.reason());
        assertEquals(-1, end.code());
        assertEquals(0, alice.write(ring, scratch, 1, MILLIS));
    }

    @Test
    void aForgedFrameEndsIt() {
        ring.offer(message(1, 100), true);
        byte[] frame = frame(alice, 1);
        frame[frame.length - 1] ^= 1;
        take(bob, frame, 1);
        Ntcp2Session.Event.End end = end(bob);
        assertEquals(DisconnectReason.DECRYPT_FAILED, end.reason());
        assertEquals(4, end.code());
        assertNull(bob.pollMessage());
    }

    @Test
    void aLengthBelowATagEndsIt() {
        ring.offer(message(1, 1), true);
        byte[] frame = frame(alice, 1);
        int length = frame.length - 2;
        frame[0] ^= (byte) (length >>> 8);
        frame[1] ^= (byte) length;
        take(bob, frame, 1);
        assertEquals(9, end(bob).code());
    }

    @Test
    void aReplayedFrameEndsIt() {
        ring.offer(message(1, 1), true);
        byte[] frame = frame(alice, 1);
        take(bob, frame, 1);
        assertFalse(bob.isEnded());
        // with the right length, so that it comes to the cipher
        take(bob, frame, 1);
        ring.offer(message(1, 1), true);
        ByteBuf zeros = Unpooled.wrappedBuffer(new byte[70_000]);
        bob.handle(zeros, scratch, 1, MILLIS);
        assertEquals(DisconnectReason.DECRYPT_FAILED, end(bob).reason());
    }

    @Test
    void howOftenEverThePeerSaysTheTimeItsClockIsToldNowAndThen() {
        int seconds = (int) (MILLIS / 1000);
        byte[] block = {
            0, 0, 4, (byte) (seconds >>> 24), (byte) (seconds >>> 16), (byte) (seconds >>> 8), (byte) seconds
        };
        byte[] blocks = new byte[1000 * block.length + block.length];
        for (int at = 0; at < blocks.length; at += block.length) {
            System.arraycopy(block, 0, blocks, at, block.length);
        }
        // each is looked at, though
        blocks[blocks.length - 2] ^= 1;
        take(bob, sealed(blocks), 1);
        assertInstanceOf(Ntcp2Session.Event.Skew.class, bob.pollEvent());
        assertEquals(
                7,
                assertInstanceOf(Ntcp2Session.Event.End.class, bob.pollEvent()).code());
        assertNull(bob.pollEvent());
    }

    @Test
    void theClockIsToldAgainAfterAWhile() {
        long later = Ntcp2Session.LEAST_SKEW_INTERVAL_NANOS;
        for (long now : new long[] {0, later - 1, later}) {
            alice.offerOwnInfo(bobRouter.info(MILLIS, bobRouter.unpublished()).bytes());
            take(bob, frame(alice, now), now);
            if (now != later - 1) {
                assertInstanceOf(Ntcp2Session.Event.Skew.class, bob.pollEvent());
            }
            assertNull(bob.pollEvent());
        }
    }

    @Test
    void aClockThatIsOffEndsIt() {
        int seconds = (int) (MILLIS / 1000) + 61;
        take(
                bob,
                sealed(new byte[] {
                    0, 0, 4, (byte) (seconds >>> 24), (byte) (seconds >>> 16), (byte) (seconds >>> 8), (byte) seconds
                }),
                1);
        assertEquals(
                61_000,
                assertInstanceOf(Ntcp2Session.Event.Skew.class, bob.pollEvent()).millis());
        assertEquals(7, end(bob).code());
    }

    @Test
    void blocksThatDoNotFollowTheirLayoutEndIt() {
        byte[][] wrong = {
            {0, 0, 5, 1, 2, 3, 4, 5}, // DateTime of 5 bytes
            {3, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}, // message without a whole header
            {3, 0, 12, 1}, // beyond the frame
            {4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0}, // termination without a reason
            {(byte) 254, 0, 1, 0, (byte) 254, 0, 0}, // padding twice
            {4, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9}, // behind a termination
            {2, 0, 0}, // RouterInfo without a flag
            {1, 0, 3, 0, 0, 0}, // options too short
            {9}
        };
        for (byte[] blocks : wrong) {
            Ntcp2Session fresh = session(false, aliceRouter);
            take(fresh, sealed(blocks), 1);
            Ntcp2Session.Event.End end = end(fresh);
            assertNotNull(end, Arrays.toString(blocks));
            assertTrue(end.code() == 10 || end.code() == -1, Arrays.toString(blocks));
        }
    }

    @Test
    void unknownBlocksAndOptionsAreReadOver() {
        take(
                bob,
                sealed(new byte[] {
                    (byte) 230,
                    0,
                    2,
                    1,
                    2,
                    1,
                    0,
                    12,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    3,
                    0,
                    9,
                    20,
                    0,
                    0,
                    0,
                    5,
                    0,
                    0,
                    0,
                    0,
                    (byte) 254,
                    0,
                    1,
                    0
                }),
                1);
        assertEquals(5, bob.pollMessage().id());
        assertNull(bob.pollEvent());
    }

    @Test
    void theRingIsFullForDroppableMessagesAtHalf() {
        int put = 0;
        while (ring.offer(message(put, 10), true)) {
            put++;
        }
        assertEquals(MessageRing.CAPACITY / 2, put);
        while (ring.offer(message(put, 10), false)) {
            put++;
        }
        assertEquals(MessageRing.CAPACITY, put);
        for (int i = 0; i < put; i++) {
            assertEquals(i, ring.poll().id());
        }
        assertNull(ring.poll());
        put = 0;
        while (ring.offer(message(put, 60_000), false)) {
            put++;
        }
        assertEquals(MessageRing.MAX_BYTES / 60_000, put);
    }

    @Test
    void aRingThatSaysThereIsRoomHasIt() {
        for (int count = 1; ring.hasRoom(count, 1028); count++) {
            for (int i = 0; i < count; i++) {
                assertTrue(ring.offer(message(i, 1028), true));
            }
        }
        int left = MessageRing.CAPACITY / 2 - ring.size();
        assertTrue(ring.hasRoom(left, 1028));
        assertFalse(ring.hasRoom(left + 1, 1028));
        while (ring.poll() != null) {}
        assertTrue(ring.hasRoom(MessageRing.CAPACITY / 2, 1028));
        while (ring.offer(message(1, 60_000), true)) {}
        assertFalse(ring.hasRoom(60, 1028));
    }
}
