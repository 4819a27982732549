package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.testkit.LeakCheck;
import dev.samovar.testkit.OfflineKeys;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimLink;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that go by other rules than ours, or by none. */
class StreamPeerRulesTest {

    private static final DestinationKeys KEYS =
            DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(41));
    private static final byte[] NOTHING = {};

    private final StreamWorld world = StreamWorld.perfect(10);

    @AfterEach
    void nothingIsLeft() {
        StreamWorld.endAll();
    }

    /** Alice's end of a stream that the peer has answered. */
    private End connectedTo(HandPeer peer) {
        End[] end = new End[1];
        world.on(() -> end[0] =
                new End(world, world.alice.streams.connect(peer.keys.destination(), 0, 0, StreamWorld.MINUTE)));
        pass(15);
        peer.synchronize(0);
        pass(15);
        assertTrue(end[0].connected);
        return end[0];
    }

    private void pass(long millis) {
        world.world.runFor(millis, TimeUnit.MILLISECONDS);
    }

    @Test
    void aReaderThatCatchesUpSaysSoInWordsThatJavaI2pHears() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(() -> end.reading(false));
        int next = 1;
        while (peer.count(packet -> packet.delay == 61_000) == 0 && next < 400) {
            peer.send(next++, 0, -1, new byte[1812]);
            pass(1);
        }
        assertTrue(next < 200, "never choked");
        pass(100);
        peer.heard.clear();
        world.on(() -> end.reading(true));
        pass(15);
        assertEquals(0, peer.heard.get(0).delay);
        assertTrue(peer.heard.get(0).has(StreamFlag.DELAY_REQUESTED), "a choke that is not taken back");
        // that one may be lost: the next ones say it too
        world.on(() -> end.write(new byte[5000], 5000, false));
        pass(15);
        assertTrue(peer.heard.get(1).has(StreamFlag.DELAY_REQUESTED), "a choke that is taken back only once");
        for (int i = 0; i < 20; i++) {
            peer.send(next++, 3, -1, new byte[10]);
            pass(25);
        }
        assertTrue(!peer.heard.get(peer.heard.size() - 1).has(StreamFlag.DELAY_REQUESTED));
    }

    @Test
    void aSenderThatIgnoresTheChokeCostsBoundedMemoryAndLosesNothing() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(() -> end.reading(false));
        byte[] all = new SeededEntropy(8).bytes(1500 * 1000);
        long[] acknowledged = {0};
        peer.onPacket = packet -> acknowledged[0] = Math.max(acknowledged[0], packet.ackThrough);
        for (int round = 0; round < 100; round++) {
            sendWindow(peer, all, acknowledged[0]);
            pass(50);
        }
        assertTrue(acknowledged[0] * 1500 <= ReceiveQueue.CAPACITY, "took " + acknowledged[0] + " packets");
        assertNull(end.end);
        world.on(() -> end.reading(true));
        for (int round = 0; round < 100 && acknowledged[0] < 1000; round++) {
            sendWindow(peer, all, acknowledged[0]);
            pass(50);
        }
        assertArrayEquals(all, end.received.toByteArray());
    }

    private static void sendWindow(HandPeer peer, byte[] all, long acknowledged) {
        for (long next = acknowledged + 1; next <= Math.min(1000, acknowledged + 64); next++) {
            byte[] part = java.util.Arrays.copyOfRange(all, (int) (next - 1) * 1500, (int) next * 1500);
            peer.send(next, 0, -1, part);
        }
    }

    @Test
    void aPeerThatChokesAStreamWithNothingToSayMayDoSoAsLongAsItAnswers() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        peer.ack(0, 61_000);
        peer.onPacket = packet -> peer.ack(packet.sequence, 61_000);
        world.world.runFor(2, TimeUnit.HOURS);
        assertNull(end.end, "probes that were never sent count as unanswered");
        long last = peer.heard.get(peer.heard.size() - 1).sequence;
        assertTrue(last >= 50 && last <= 80, "kept alive by " + last + " packets");
        peer.heard.clear();
        world.on(() -> end.write(new byte[100], 100, false));
        world.world.runFor(11, TimeUnit.SECONDS);
        assertEquals(last + 1, peer.heard.get(0).sequence);
    }

    @Test
    void anIdleStreamWhosePeerHasVanishedEnds() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        pass(100);
        peer.heard.clear();
        world.world.runFor(89, TimeUnit.SECONDS);
        assertEquals(0, peer.heard.size());
        world.world.runFor(2, TimeUnit.SECONDS);
        assertEquals(1, peer.heard.get(0).sequence);
        assertEquals(0, peer.heard.get(0).payload.readableBytes());
        world.world.runFor(15, TimeUnit.MINUTES);
        assertEquals(StreamEnd.TIMED_OUT, end.end);
        assertEquals(1, peer.count(packet -> packet.has(StreamFlag.RESET)));
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aHalfClosedStreamWhosePeerHasVanishedEnds() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(end.socket::shutdownOutput);
        pass(15);
        peer.ack(1);
        pass(15);
        peer.heard.clear();
        world.world.runFor(5, TimeUnit.MINUTES);
        assertNull(end.end);
        assertEquals(3, peer.count(packet -> packet.has(StreamFlag.CLOSE) && packet.sequence == 1));
        world.world.runFor(5, TimeUnit.MINUTES);
        assertEquals(StreamEnd.TIMED_OUT, end.end);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void idleStreamsWhosePeersAnswerStayForEver() {
        End[] open = world.connected();
        End[] half = world.connected();
        world.on(half[0].socket::shutdownOutput);
        world.world.runFor(12, TimeUnit.HOURS);
        assertNull(open[0].end);
        assertNull(open[1].end);
        assertNull(half[0].end);
        byte[] late = {1, 2, 3};
        world.on(() -> {
            open[0].write(late, 3, true);
            open[1].write(late, 3, true);
            half[1].write(late, 3, true);
        });
        pass(1000);
        assertArrayEquals(late, open[0].received.toByteArray());
        assertArrayEquals(late, open[1].received.toByteArray());
        assertArrayEquals(late, half[0].received.toByteArray());
        assertEquals(StreamEnd.COMPLETED, open[0].end);
        assertEquals(StreamEnd.COMPLETED, half[1].end);
    }

    @Test
    void aPeerThatChokesAndAnswersNoProbeIsGivenUp() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(() -> end.write(new byte[100], 100, false));
        pass(20);
        peer.ack(0, 61_000);
        world.world.runFor(10, TimeUnit.MINUTES);
        assertEquals(StreamEnd.TIMED_OUT, end.end);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aPeerThatAcknowledgesNothingMoreIsGivenUpAfterEightTimeOuts() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        peer.heard.clear();
        world.on(() -> end.write(new byte[100], 100, false));
        world.world.runFor(20, TimeUnit.MINUTES);
        assertEquals(StreamEnd.TIMED_OUT, end.end);
        assertEquals(9, peer.count(packet -> packet.sequence == 1));
        assertEquals(1, peer.count(packet -> packet.has(StreamFlag.RESET)));
        assertEquals(1, end.ends);
    }

    @ParameterizedTest
    @CsvSource({
        "EdDSA_SHA512_Ed25519,EdDSA_SHA512_Ed25519",
        "ECDSA_SHA512_P521,EdDSA_SHA512_Ed25519",
        "EdDSA_SHA512_Ed25519,ECDSA_SHA384_P384",
        "DSA_SHA1,EdDSA_SHA512_Ed25519"
    })
    void aPeerWhoseOwnKeyIsElsewhereOpensAndClosesStreams(SigType own, SigType transientType) {
        DestinationKeys keys = OfflineKeys.generate(own, transientType, 1_900_000_000L, new SeededEntropy(12));
        HandPeer peer = new HandPeer(world, keys, world.alice);
        End[] end = new End[1];
        world.on(() -> world.alice.streams.accept(socket -> end[0] = new End(world, socket)));
        peer.onPacket = packet -> peer.peerId = packet.receiveStreamId;
        peer.synchronize(-1);
        pass(100);
        assertTrue(end[0] != null, "the SYN was not believed");
        peer.send(1, 0, -1, new byte[] {1, 2, 3});
        peer.close(2, 0);
        pass(100);
        assertArrayEquals(new byte[] {1, 2, 3}, end[0].received.toByteArray());
        assertTrue(end[0].endOfInput, "the CLOSE was not believed");
    }

    @Test
    void anOfflineKeyThatHasExpiredOpensNothing() {
        DestinationKeys keys = OfflineKeys.generate(
                SigType.EdDSA_SHA512_Ed25519, SigType.EdDSA_SHA512_Ed25519, 1_700_000_000L, new SeededEntropy(13));
        HandPeer peer = new HandPeer(world, keys, world.alice);
        world.on(() -> world.alice.streams.accept(socket -> {
            throw new AssertionError("accepted an expired key");
        }));
        peer.synchronize(-1);
        pass(100);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void ourStreamsWorkBetweenOfflineKeysOfDifferentTypes() {
        DestinationKeys first = OfflineKeys.generate(
                SigType.ECDSA_SHA512_P521, SigType.EdDSA_SHA512_Ed25519, 1_900_000_000L, new SeededEntropy(14));
        DestinationKeys second = OfflineKeys.generate(
                SigType.EdDSA_SHA512_Ed25519, SigType.ECDSA_SHA256_P256, 1_900_000_000L, new SeededEntropy(15));
        StreamWorld offline = new StreamWorld(3, sim -> new SimLink(sim, 10, 0, 0, 0), first, second);
        End[] ends = offline.connected();
        offline.on(() -> {
            ends[0].write(new byte[5000], 5000, true);
            ends[1].write(new byte[7000], 7000, true);
        });
        offline.world.runFor(30, TimeUnit.SECONDS);
        assertEquals(StreamEnd.COMPLETED, ends[0].end);
        assertEquals(StreamEnd.COMPLETED, ends[1].end);
        assertEquals(7000, ends[0].received.size());
        assertEquals(5000, ends[1].received.size());
    }

    @Test
    void refusalsAreRepeatedForAPeerThatDidNotHearThem() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        peer.synchronize(-1);
        pass(5_100);
        assertEquals(1, peer.count(packet -> packet.has(StreamFlag.RESET)));
        peer.peerId = 0;
        peer.synchronize(-1);
        pass(100);
        assertEquals(2, peer.count(packet -> packet.has(StreamFlag.RESET)));
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void dataThatOvertakesTheSynIsNotLost() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End[] end = new End[1];
        world.on(() -> world.alice.streams.accept(socket -> end[0] = new End(world, socket)));
        peer.send(1, -1, -1, new byte[] {1});
        peer.send(2, -1, -1, new byte[] {2});
        pass(15);
        peer.synchronize(-1);
        pass(15);
        assertArrayEquals(new byte[] {1, 2}, end[0].received.toByteArray());
    }

    @Test
    void aSignedPacketLargerThanAnyHasToBeIsNotEvenChecked() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        world.on(() -> world.alice.streams.accept(socket -> {
            throw new AssertionError("it was checked");
        }));
        peer.signed(StreamFlag.SYNCHRONIZE | StreamFlag.FROM_INCLUDED, 0, -1, new byte[4000]);
        pass(100);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aFloodOfSignedPacketsTakesFewPlacesAtThePool() {
        StreamWorld slow = StreamWorld.slowSigner(7, sim -> new SimLink(sim, 10, 0, 0, 0), 50);
        HandPeer peer = new HandPeer(slow, KEYS, slow.alice);
        byte[] syn = peer.signedBytes(StreamFlag.SYNCHRONIZE | StreamFlag.FROM_INCLUDED, 0, -1, NOTHING);
        for (int i = 0; i < 600; i++) {
            peer.transmit(Unpooled.copiedBuffer(syn));
        }
        slow.world.runFor(1, TimeUnit.MINUTES);
        assertEquals(StreamDriver.AT_POOL, slow.mostAtPool);
    }

    @Test
    void aSessionThatEndsSignsNoMoreThanTheLaneCanSpare() {
        DestinationKeys slowKeys = DestinationKeys.generate(SigType.ECDSA_SHA256_P256, new SeededEntropy(16));
        StreamWorld slow = new StreamWorld(3, sim -> new SimLink(sim, 10, 0, 0, 0), slowKeys, KEYS);
        End[] ends = new End[40];
        slow.on(() -> {
            for (int i = 0; i < ends.length; i++) {
                slow.bob.streams.accept(socket -> new End(slow, socket));
                ends[i] = new End(
                        slow, slow.alice.streams.connect(slow.bob.keys.destination(), 0, 0, StreamWorld.MINUTE));
            }
        });
        slow.world.runFor(5, TimeUnit.SECONDS);
        int[] signed = new int[1];
        slow.alice.session.tap(message -> {
            int flags = message.payload().getUnsignedShort(message.payload().readerIndex() + 18);
            signed[0] += (flags & StreamFlag.SIGNATURE_INCLUDED) == 0 ? 0 : 1;
        });
        slow.on(slow.alice.streams::close);
        assertTrue(signed[0] > 0 && signed[0] <= 8, signed[0] + " signatures");
        for (End end : ends) {
            assertEquals(StreamEnd.SESSION_CLOSED, end.end);
        }
    }

    @Test
    void dataWhoseSynNeverComesIsKeptSomeSeconds() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        for (int sequence = 1; sequence <= 10; sequence++) {
            peer.sendPooled(sequence, new byte[100]);
        }
        pass(9_000);
        assertEquals(10, LeakCheck.openBuffers());
        pass(2_000);
        assertEquals(0, LeakCheck.openBuffers());
    }

    @Test
    void dataThatOvertookTheSynOfAStreamRefusedAtOnceDoesNoHarm() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        world.on(() -> world.alice.streams.accept(StreamSocket::reset));
        for (int sequence = 1; sequence <= 100; sequence++) {
            peer.send(sequence, -1, -1, new byte[] {1});
        }
        pass(15);
        peer.synchronize(-1);
        pass(1000);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aPeerWithLargePacketsOutOfOrderCannotShutTheDoorOnTheOneThatIsMissing() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        for (int sequence = 2; sequence < 100; sequence++) {
            peer.send(sequence, 0, -1, new byte[8000]);
        }
        pass(20);
        peer.send(1, 0, -1, new byte[8000]);
        pass(20);
        assertTrue(end.received.size() >= 8000, "the stream stands still");
        peer.send(0, 0, -1, NOTHING);
    }

    @Test
    void aPeerThatNeverEndsItsDirectionIsGivenUpSomeMinutesAfterTheReaderHasGone() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(end.socket::close);
        pass(15);
        peer.ack(1);
        world.world.runFor(4, TimeUnit.MINUTES);
        assertNull(end.end);
        world.world.runFor(2, TimeUnit.MINUTES);
        assertEquals(StreamEnd.RESET, end.end);
        assertEquals(1, peer.count(packet -> packet.has(StreamFlag.RESET)));
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aPeerThatGoesOnSendingToAReaderWhoHasGoneIsResetSoon() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(end.socket::close);
        pass(15);
        for (int sequence = 1; sequence < 200; sequence++) {
            peer.send(sequence, 1, -1, new byte[100]);
        }
        pass(50);
        assertEquals(StreamEnd.RESET, end.end);
        assertEquals(1, peer.count(packet -> packet.has(StreamFlag.RESET)));
    }

    @Test
    void bothSidesMayCloseAtTheSameMoment() {
        End[] ends = world.connected();
        world.on(() -> {
            ends[0].write(new byte[3000], 3000, true);
            ends[1].write(new byte[4000], 4000, true);
        });
        pass(1000);
        assertEquals(StreamEnd.COMPLETED, ends[0].end);
        assertEquals(StreamEnd.COMPLETED, ends[1].end);
        assertEquals(4000, ends[0].received.size());
        assertEquals(3000, ends[1].received.size());
        world.world.runFor(11, TimeUnit.SECONDS);
        assertEquals(0, world.alice.streams.openStreams());
        assertEquals(0, world.bob.streams.openStreams());
    }

    @Test
    void aSlowReaderReadsAllAfterTheStreamIsOver() {
        End[] ends = world.connected();
        byte[] all = new SeededEntropy(9).bytes(50_000);
        world.on(() -> {
            ends[1].reading(false);
            ends[1].socket.shutdownOutput();
            ends[0].write(all, 50_000, true);
        });
        pass(5000);
        assertEquals(StreamEnd.COMPLETED, ends[1].end);
        world.world.runFor(1, TimeUnit.MINUTES);
        world.on(() -> ends[1].reading(true));
        assertArrayEquals(all, ends[1].received.toByteArray());
        assertEquals(1, ends[1].ends);
    }

    @Test
    void onlySoManyPingsInASecondAreAnswered() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        peer.peerId = 4711;
        for (int second = 0; second < 2; second++) {
            for (int i = 0; i < 50; i++) {
                peer.signed(StreamFlag.ECHO | StreamFlag.FROM_INCLUDED, 0, -1, new byte[] {(byte) i});
            }
            pass(1100);
        }
        assertEquals(32, peer.count(packet -> packet.has(StreamFlag.ECHO)));
    }

    @Test
    void onlySoManyStreamsWaitForAnAccept() {
        world.connected();
        End[] ends = new End[70];
        world.on(() -> {
            for (int i = 0; i < ends.length; i++) {
                ends[i] = new End(
                        world, world.alice.streams.connect(world.bob.keys.destination(), 0, 0, StreamWorld.MINUTE));
            }
        });
        pass(1000);
        int connected = 0;
        int refused = 0;
        for (End end : ends) {
            connected += end.connected ? 1 : 0;
            refused += end.end == StreamEnd.REFUSED ? 1 : 0;
        }
        assertEquals(AcceptQueue.MAX_STREAMS, connected);
        assertEquals(ends.length - AcceptQueue.MAX_STREAMS, refused);
    }

    @Test
    void anotherPeersSignatureEndsNothing() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        HandPeer other = new HandPeer(
                world, DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(42)), world.alice);
        other.peerId = peer.peerId;
        other.reset();
        other.close(1, 0);
        other.signed(StreamFlag.RESET | StreamFlag.FROM_INCLUDED, 0, -1, NOTHING);
        other.signed(StreamFlag.CLOSE | StreamFlag.FROM_INCLUDED, 1, 0, NOTHING);
        pass(100);
        assertNull(end.end);
        assertTrue(!end.endOfInput);
        peer.reset();
        pass(100);
        assertEquals(StreamEnd.RESET_BY_PEER, end.end);
    }

    @Test
    void aSessionThatEndsWhileItsRouterIsCongestedLeavesNoStream() {
        End[] ends = world.connected();
        world.on(() -> {
            world.alice.session.congested(true);
            ends[0].write(new byte[100], 100, false);
            world.alice.streams.close();
        });
        assertEquals(StreamEnd.SESSION_CLOSED, ends[0].end);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aPeerThatDoesNotHearTheLastAcknowledgementIsAnsweredAgainForAWhile() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(end.socket::shutdownOutput);
        pass(15);
        peer.close(1, 1);
        pass(15);
        assertEquals(StreamEnd.COMPLETED, end.end);
        for (int seconds : new int[] {9, 18, 36, 45, 45}) {
            world.world.runFor(seconds, TimeUnit.SECONDS);
            peer.heard.clear();
            peer.close(1, 1);
            pass(25);
            assertEquals(1, peer.count(packet -> packet.isPlainAck() && packet.ackThrough == 1), "after " + seconds);
        }
        world.world.runFor(6, TimeUnit.MINUTES);
        assertEquals(0, world.alice.streams.openStreams());
        assertEquals(1, end.ends);
    }

    @Test
    void aStreamWithoutTroubleLingersTenSeconds() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(end.socket::shutdownOutput);
        pass(15);
        peer.close(1, 1);
        world.world.runFor(9, TimeUnit.SECONDS);
        assertEquals(1, world.alice.streams.openStreams());
        world.world.runFor(2, TimeUnit.SECONDS);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void whatWaitsBehindAGapIsGivenBackWhenTheStreamEnds() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        for (int sequence = 2; sequence < 50; sequence++) {
            peer.sendPooled(sequence, new byte[1000]);
        }
        pass(20);
        assertTrue(LeakCheck.openBuffers() >= 48);
        peer.reset();
        pass(20);
        assertEquals(StreamEnd.RESET_BY_PEER, end.end);
        assertEquals(0, LeakCheck.openBuffers());
    }

    @Test
    void whatTheReaderLeavesOfAStreamThatIsOverIsGivenBackWhenItCloses() {
        HandPeer peer = new HandPeer(world, KEYS, world.alice);
        End end = connectedTo(peer);
        world.on(() -> end.reading(false));
        peer.sendPooled(1, new byte[1000]);
        peer.sendPooled(2, new byte[1000]);
        pass(20);
        peer.reset();
        pass(20);
        world.on(() -> end.readSome(500));
        assertEquals(500, end.received.size());
        world.on(end.socket::close);
        assertEquals(0, LeakCheck.openBuffers());
        assertEquals(1, end.ends);
    }
}
