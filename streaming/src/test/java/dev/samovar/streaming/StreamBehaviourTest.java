package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimLink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamBehaviourTest {

    private static final SeededEntropy ENTROPY = new SeededEntropy(99);

    @AfterEach
    void nothingIsLeftInAnyWorld() {
        StreamWorld.endAll();
    }

    /** What went over the wire from one side. */
    private static final class Tap {

        private final List<byte[]> packets = new ArrayList<>();
        private final List<OutboundMessage> messages = new ArrayList<>();
        private final List<Long> times = new ArrayList<>();

        Tap(StreamWorld world, StreamWorld.Side side) {
            side.session.tap(message -> {
                byte[] bytes = new byte[message.payload().readableBytes()];
                message.payload().getBytes(message.payload().readerIndex(), bytes);
                packets.add(bytes);
                messages.add(message);
                times.add(world.world.nanos());
            });
        }

        StreamPacket packet(int index) {
            return decode(packets.get(index));
        }

        StreamPacket last() {
            return packet(packets.size() - 1);
        }

        long count(Predicate<StreamPacket> wanted) {
            return packets.stream().map(Tap::decode).filter(wanted).count();
        }

        private static StreamPacket decode(byte[] bytes) {
            StreamPacket packet = new StreamPacket();
            try {
                StreamPacketCodec.decode(Unpooled.wrappedBuffer(bytes), packet, SigType.EdDSA_SHA512_Ed25519, null);
            } catch (WireException malformed) {
                throw new AssertionError(malformed);
            }
            return packet;
        }
    }

    private static void inject(StreamWorld world, StreamWorld.Side to, byte[] packet) {
        world.on(() -> to.streams.onMessage(new InboundMessage(6, 0, 0, Unpooled.copiedBuffer(packet))));
    }

    @Test
    void theFirstPacketIsASignedSynWithTheHashOfItsTarget() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.alice);
        world.connected();
        StreamPacket syn = tap.packet(0);
        assertEquals(0x04a9, syn.flags);
        assertEquals(0, syn.sendStreamId);
        assertEquals(0, syn.sequence);
        assertEquals(8, syn.nackCount);
        assertEquals(1812, syn.maxPacketSize);
        assertEquals(world.alice.keys.destination(), syn.from);
        ByteBuf hash = Unpooled.buffer();
        for (int i = 0; i < 8; i++) {
            hash.writeInt(syn.nacks[i]);
        }
        byte[] bytes = new byte[32];
        hash.readBytes(bytes);
        assertArrayEquals(world.bob.keys.destination().hash().toBytes(), bytes);
    }

    @Test
    void theAnswerIsASignedSynWithItsSenderAndWithoutNacks() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.bob);
        world.connected();
        assertEquals(0x00a9, tap.packet(0).flags);
        assertEquals(0, tap.packet(0).nackCount);
        assertEquals(world.bob.keys.destination(), tap.packet(0).from);
    }

    @Test
    void aSmallMessageTakesOneLatencyAndNoTimer() {
        StreamWorld world = StreamWorld.perfect(50);
        End[] ends = world.connected();
        for (int round = 0; round < 5; round++) {
            long start = world.world.nanos();
            int size = ends[1].received.size();
            world.on(() -> ends[0].write(new byte[64], 64, false));
            assertTrue(world.world.runUntil(() -> ends[1].received.size() == size + 64, 51, TimeUnit.MILLISECONDS));
            world.on(() -> ends[1].write(new byte[64], 64, false));
            int back = ends[0].received.size();
            assertTrue(world.world.runUntil(() -> ends[0].received.size() == back + 64, 51, TimeUnit.MILLISECONDS));
            assertTrue(world.world.nanos() - start <= TimeUnit.MILLISECONDS.toNanos(101));
        }
    }

    @Test
    void aSynIsSentAgainAfterNineSecondsThenEighteen() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.alice);
        world.alice.session.link().partition(true);
        End[] end = new End[1];
        world.on(() -> end[0] =
                new End(world, world.alice.streams.connect(world.bob.keys.destination(), 0, 0, StreamWorld.MINUTE)));
        world.world.runFor(61, TimeUnit.SECONDS);
        assertEquals(3, tap.times.size());
        assertEquals(TimeUnit.SECONDS.toNanos(9), tap.times.get(1) - tap.times.get(0));
        assertEquals(TimeUnit.SECONDS.toNanos(18), tap.times.get(2) - tap.times.get(1));
        assertEquals(StreamEnd.TIMED_OUT, end[0].end);
        assertFalse(end[0].connected);
    }

    @Test
    void aDestinationWithoutALeaseSetIsUnreachableAtOnce() {
        StreamWorld world = StreamWorld.perfect(10);
        DestinationKeys nobody = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(77));
        End[] end = new End[1];
        world.on(() ->
                end[0] = new End(world, world.alice.streams.connect(nobody.destination(), 0, 0, StreamWorld.MINUTE)));
        world.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(StreamEnd.UNREACHABLE, end[0].end);
    }

    @Test
    void aPeerThatNeverAcceptsRefuses() {
        StreamWorld world = StreamWorld.perfect(10);
        End early = call(world);
        world.world.runFor(4, TimeUnit.SECONDS);
        assertNull(early.end, "it may accept yet");
        assertFalse(early.connected, "and may not");
        world.world.runFor(2, TimeUnit.SECONDS);
        assertEquals(StreamEnd.REFUSED, early.end);
        End late = call(world);
        world.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(StreamEnd.REFUSED, late.end);
        assertEquals(0, world.bob.streams.openStreams());
    }

    @Test
    void whoCallsBeforeTheFirstAcceptIsAnsweredWithIt() {
        StreamWorld world = StreamWorld.perfect(10);
        End early = call(world);
        world.on(() -> early.write(new byte[100], 100, true));
        world.world.runFor(4, TimeUnit.SECONDS);
        End[] accepted = new End[1];
        world.on(() -> world.bob.streams.accept(socket -> {
            accepted[0] = new End(world, socket);
            accepted[0].write(new byte[200], 200, true);
        }));
        world.world.runFor(20, TimeUnit.SECONDS);
        assertEquals(StreamEnd.COMPLETED, early.end);
        assertEquals(200, early.received.size());
        assertEquals(100, accepted[0].received.size());
    }

    @Test
    void withTheFirstAcceptAllThatCalledBeforeAreAnsweredAndWaitForTheNext() {
        StreamWorld world = StreamWorld.perfect(10);
        End first = call(world);
        End second = call(world);
        world.world.runFor(1, TimeUnit.SECONDS);
        world.on(() -> world.bob.streams.accept(socket -> new End(world, socket)));
        world.world.runFor(1, TimeUnit.SECONDS);
        assertTrue(first.connected);
        assertTrue(second.connected);
        world.world.runFor(20, TimeUnit.SECONDS);
        assertNull(second.end, "it waits");
        End[] accepted = new End[1];
        world.on(() -> world.bob.streams.accept(socket -> accepted[0] = new End(world, socket)));
        assertNotNull(accepted[0]);
    }

    @Test
    void aSessionThatEndsBeforeItsFirstAcceptRefuses() {
        StreamWorld world = StreamWorld.perfect(10);
        End early = call(world);
        world.world.runFor(1, TimeUnit.SECONDS);
        world.on(world.bob.streams::close);
        world.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(StreamEnd.REFUSED, early.end);
    }

    private static End call(StreamWorld world) {
        End[] end = new End[1];
        world.on(() -> end[0] =
                new End(world, world.alice.streams.connect(world.bob.keys.destination(), 0, 0, StreamWorld.MINUTE)));
        return end[0];
    }

    @Test
    void streamsThatComeBetweenTwoAcceptsWaitInOrderAndNotForEver() {
        StreamWorld world = StreamWorld.perfect(10);
        world.connected();
        End[] early = new End[3];
        for (int i = 0; i < 3; i++) {
            int port = i + 1;
            world.on(() -> early[port - 1] = new End(
                    world, world.alice.streams.connect(world.bob.keys.destination(), port, 0, StreamWorld.MINUTE)));
            world.world.runFor(1, TimeUnit.SECONDS);
        }
        assertTrue(early[2].connected);
        List<Integer> ports = new ArrayList<>();
        List<End> accepted = new ArrayList<>();
        world.on(() -> world.bob.streams.accept(socket -> {
            ports.add(socket.peerPort());
            accepted.add(new End(world, socket));
        }));
        world.on(() -> world.bob.streams.accept(socket -> {
            ports.add(socket.peerPort());
            accepted.add(new End(world, socket));
        }));
        assertEquals(List.of(1, 2), ports);
        world.world.runFor(40, TimeUnit.SECONDS);
        assertEquals(StreamEnd.RESET_BY_PEER, early[2].end);
        assertNull(early[0].end);
    }

    @Test
    void anAcceptThatWasTakenBackGetsNothing() {
        StreamWorld world = StreamWorld.perfect(10);
        List<String> heard = new ArrayList<>();
        world.on(() -> {
            world.bob.streams.accept(socket -> heard.add("first")).cancel();
            world.bob.streams.accept(socket -> heard.add("second"));
            new End(world, world.alice.streams.connect(world.bob.keys.destination(), 0, 0, StreamWorld.MINUTE));
        });
        world.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(List.of("second"), heard);
    }

    @Test
    void acknowledgementsNeverWaitForTheReader() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        ends[1].reading(false);
        Tap tap = new Tap(world, world.bob);
        world.on(() -> ends[0].write(new byte[5000], 5000, false));
        long sent = world.world.nanos();
        world.world.runFor(25, TimeUnit.MILLISECONDS);
        assertTrue(tap.packets.size() > 0, "nothing was acknowledged");
        assertEquals(3, tap.last().ackThrough);
        assertTrue(tap.times.get(tap.times.size() - 1) - sent <= TimeUnit.MILLISECONDS.toNanos(21));
    }

    @Test
    void aReaderThatStopsStopsTheSenderInBoundedMemoryAndGetsEverythingOnceItReads() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        ends[1].reading(false);
        Tap acks = new Tap(world, world.bob);
        byte[] all = ENTROPY.bytes(3_000_000);
        world.on(() -> ends[0].write(all, 65_536, true));
        world.world.runFor(30, TimeUnit.SECONDS);
        assertTrue(acks.count(packet -> packet.delay == 61_000) > 0, "the sender was never choked");
        int taken = all.length - ends[0].unwritten();
        assertTrue(taken < ReceiveQueue.CAPACITY + SendQueue.CAPACITY + 400_000, "the sender went on: " + taken);
        Tap probes = new Tap(world, world.alice);
        world.world.runFor(10, TimeUnit.MINUTES);
        assertTrue(probes.packets.size() > 10 && probes.packets.size() < 1000, "probes: " + probes.packets.size());
        assertNull(ends[0].end);
        world.on(() -> ends[1].reading(true));
        assertTrue(world.world.runUntil(() -> ends[1].endOfInput, 5, TimeUnit.MINUTES));
        assertArrayEquals(all, ends[1].received.toByteArray());
    }

    @Test
    void aSenderThatIgnoresChokeLosesNothingAndCostsBoundedMemory() {
        ReceiveQueue queue = new ReceiveQueue();
        int kept = 0;
        for (int sequence = 0; sequence < 10_000; sequence++) {
            ByteBuf payload = Unpooled.buffer(1812).writeZero(1812);
            if (queue.offer(sequence - (sequence - kept), payload, false) == ReceiveQueue.Verdict.ACCEPTED) {
                kept++;
            }
            payload.release();
        }
        assertTrue(queue.bytes() <= ReceiveQueue.CAPACITY);
        assertEquals(kept - 1, queue.highest());
        queue.release();
    }

    @Test
    void eachDirectionEndsByItself() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        world.on(() -> ends[0].write(new byte[100], 100, true));
        world.world.runFor(5, TimeUnit.SECONDS);
        assertTrue(ends[1].endOfInput);
        assertNull(ends[1].end);
        byte[] answer = ENTROPY.bytes(100_000);
        world.on(() -> ends[1].write(answer, 5000, true));
        world.world.runFor(20, TimeUnit.SECONDS);
        assertArrayEquals(answer, ends[0].received.toByteArray());
        assertEquals(StreamEnd.COMPLETED, ends[0].end);
        assertEquals(StreamEnd.COMPLETED, ends[1].end);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aResetReachesThePeer() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        world.on(() -> ends[0].socket.reset());
        world.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(StreamEnd.RESET, ends[0].end);
        assertEquals(StreamEnd.RESET_BY_PEER, ends[1].end);
        assertEquals(0, world.bob.streams.openStreams());
    }

    @Test
    void aStreamGivenUpBeforeItsAnswerCameIsResetAtThePeer() {
        StreamWorld world = StreamWorld.perfect(100);
        End[] ends = new End[2];
        world.on(() -> {
            world.bob.streams.accept(socket -> ends[1] = new End(world, socket));
            ends[0] =
                    new End(world, world.alice.streams.connect(world.bob.keys.destination(), 0, 0, StreamWorld.MINUTE));
        });
        world.world.runFor(150, TimeUnit.MILLISECONDS);
        world.on(() -> ends[0].socket.reset());
        world.world.runFor(1, TimeUnit.SECONDS);
        assertEquals(StreamEnd.RESET_BY_PEER, ends[1].end);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aSessionThatEndsSaysTheLastWordsOfItsStreams() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        byte[] last = ENTROPY.bytes(5000);
        world.on(() -> {
            ends[0].write(last, 5000, true);
            world.alice.streams.close();
        });
        world.world.runFor(1, TimeUnit.SECONDS);
        assertArrayEquals(last, ends[1].received.toByteArray());
        assertTrue(ends[1].endOfInput);
    }

    @Test
    void theEndOfTheSessionEndsItsStreams() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        world.on(() -> world.alice.streams.close());
        assertEquals(StreamEnd.SESSION_CLOSED, ends[0].end);
        assertEquals(0, world.alice.streams.openStreams());
    }

    @Test
    void aSynThatComesAgainMakesNoSecondStream() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.alice);
        world.connected();
        Tap answers = new Tap(world, world.bob);
        inject(world, world.bob, tap.packets.get(0));
        assertEquals(1, world.bob.streams.openStreams());
        world.world.runFor(1, TimeUnit.SECONDS);
        assertTrue(answers.packets.size() > 0, "a repeated SYN was not answered");
    }

    @Test
    void aSynReplayedAfterTheEndIsIgnored() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.alice);
        End[] ends = world.connected();
        world.on(() -> ends[0].socket.reset());
        world.world.runFor(1, TimeUnit.MINUTES);
        assertEquals(0, world.bob.streams.openStreams());
        inject(world, world.bob, tap.packets.get(0));
        assertEquals(0, world.bob.streams.openStreams());
    }

    @Test
    void aSynForSomebodyElseIsDropped() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.alice);
        world.connected();
        world.on(() -> world.alice.streams.accept(socket -> {
            throw new AssertionError("accepted a SYN that is for another");
        }));
        inject(world, world.alice, tap.packets.get(0));
        assertEquals(1, world.alice.streams.openStreams());
    }

    @Test
    void forgedPacketsChangeNothing() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap fromAlice = new Tap(world, world.alice);
        End[] ends = world.connected();
        world.on(() -> world.bob.streams.accept(socket -> {
            throw new AssertionError("accepted a forged SYN");
        }));
        byte[] forgedSyn = fromAlice.packets.get(0).clone();
        forgedSyn[4] ^= 1;
        inject(world, world.bob, forgedSyn);
        assertEquals(1, world.bob.streams.openStreams());
        StreamPacket data = fromAlice.last();
        for (int kind : new int[] {StreamFlag.RESET, StreamFlag.CLOSE}) {
            for (boolean signed : new boolean[] {false, true}) {
                ByteBuf forged = Unpooled.buffer();
                int flags = kind | (signed ? StreamFlag.SIGNATURE_INCLUDED : 0);
                int sizeAt = StreamPacketCodec.beginHeader(
                        forged, bobsId(fromAlice), data.receiveStreamId, 1, 0, new int[0], 0, 0, flags);
                if (signed) {
                    forged.writeZero(64);
                }
                StreamPacketCodec.endOptions(forged, sizeAt);
                byte[] bytes = new byte[forged.readableBytes()];
                forged.readBytes(bytes);
                inject(world, world.bob, bytes);
            }
        }
        world.world.runFor(1, TimeUnit.SECONDS);
        assertNull(ends[1].end);
        assertFalse(ends[1].endOfInput);
        byte[] bytes = ENTROPY.bytes(10_000);
        world.on(() -> ends[0].write(bytes, 10_000, true));
        world.world.runFor(5, TimeUnit.SECONDS);
        assertArrayEquals(bytes, ends[1].received.toByteArray());
    }

    private static int bobsId(Tap fromAlice) {
        return fromAlice.last().sendStreamId;
    }

    @Test
    void aPacketMissingTwiceGoesAgainWithoutWaitingForATimeOut() {
        StreamWorld world = StreamWorld.perfect(50);
        End[] ends = world.connected();
        world.on(() -> ends[0].write(ENTROPY.bytes(1812), 1812, false));
        world.world.runFor(1, TimeUnit.SECONDS);
        Tap tap = new Tap(world, world.alice);
        world.alice.session.link().partition(true);
        world.on(() -> ends[0].write(new byte[1812], 1812, false));
        world.alice.session.link().partition(false);
        long start = world.world.nanos();
        world.on(() -> ends[0].write(new byte[6 * 1812], 6 * 1812, false));
        assertTrue(world.world.runUntil(() -> ends[1].received.size() == 8 * 1812, 1, TimeUnit.SECONDS));
        // one round trip for the NACKs, half of one for the packet: below any time-out of this path
        assertTrue(world.world.nanos() - start < TimeUnit.MILLISECONDS.toNanos(170));
        assertEquals(8, tap.count(packet -> packet.payload.readableBytes() == 1812));
    }

    @Test
    void localCongestionLosesNothingAndSlowsNothing() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        byte[] all = ENTROPY.bytes(400_000);
        world.on(() -> ends[0].write(all, 100_000, true));
        for (int i = 0; i < 50; i++) {
            world.world.runFor(2, TimeUnit.MILLISECONDS);
            world.on(() -> world.alice.session.congested(true));
            world.world.runFor(3, TimeUnit.MILLISECONDS);
            world.on(() -> world.alice.session.congested(false));
        }
        assertTrue(world.world.runUntil(() -> ends[1].endOfInput, 5, TimeUnit.SECONDS));
        assertArrayEquals(all, ends[1].received.toByteArray());
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA384_P384", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void everySignatureTypeThatSamMakesCarriesStreams(SigType type) {
        StreamWorld world = new StreamWorld(
                1,
                sim -> new SimLink(sim, 10, 0, 0, 0),
                DestinationKeys.generate(type, new SeededEntropy(5)),
                DestinationKeys.generate(type, new SeededEntropy(6)));
        End[] ends = world.connected();
        byte[] bytes = ENTROPY.bytes(5000);
        world.on(() -> ends[0].write(bytes, 5000, true));
        world.world.runFor(5, TimeUnit.SECONDS);
        assertArrayEquals(bytes, ends[1].received.toByteArray());
        assertTrue(ends[1].endOfInput);
    }

    @Test
    void aPingIsAnsweredWithItsPayload() {
        StreamWorld world = StreamWorld.perfect(10);
        world.connected();
        Tap answers = new Tap(world, world.bob);
        ByteBuf ping = Unpooled.buffer();
        int flags = StreamFlag.ECHO | StreamFlag.FROM_INCLUDED | StreamFlag.SIGNATURE_INCLUDED;
        int sizeAt = StreamPacketCodec.beginHeader(ping, 4711, 0, 0, 0, new int[0], 0, 0, flags);
        world.alice.keys.destination().encode(ping);
        int signatureAt = ping.writerIndex();
        ping.writeZero(64);
        StreamPacketCodec.endOptions(ping, sizeAt);
        ping.writeBytes(new byte[] {1, 2, 3});
        byte[] bytes = new byte[ping.readableBytes()];
        ping.getBytes(0, bytes);
        byte[] signature = world.alice.keys.signingKeys().sign(bytes);
        System.arraycopy(signature, 0, bytes, signatureAt, 64);
        inject(world, world.bob, bytes);
        assertEquals(1, answers.packets.size());
        assertEquals(StreamFlag.ECHO | StreamFlag.NO_ACK, answers.packet(0).flags);
        assertEquals(4711, answers.packet(0).receiveStreamId);
        assertEquals(0, answers.packet(0).sendStreamId);
        bytes[bytes.length - 1] ^= 1;
        inject(world, world.bob, bytes);
        assertEquals(1, answers.packets.size());
    }

    @Test
    void aLongPathWithSomeLossIsUsedSanely() {
        StreamWorld world = new StreamWorld(5, sim -> new SimLink(sim, 25, 0, 1, 0));
        End[] ends = world.connected();
        byte[] all = ENTROPY.bytes(2_000_000);
        long start = world.world.nanos();
        world.on(() -> ends[0].write(all, 65_536, true));
        assertTrue(world.world.runUntil(() -> ends[1].endOfInput, 2, TimeUnit.MINUTES));
        double seconds = (world.world.nanos() - start) / 1e9;
        // RFC 5681 at 1 % loss: about 1.22 / sqrt(0.01) = 12 packets a round trip, 440 kB/s; half of it is sane
        assertTrue(all.length / seconds > 220_000, "only " + (long) (all.length / seconds) + " bytes/s");
    }

    @Test
    void aNarrowPathIsFilledWithoutWaste() {
        StreamWorld world = StreamWorld.perfect(50);
        End[] ends = world.connected();
        world.alice.session.link().bandwidth(500_000, 100);
        Tap tap = new Tap(world, world.alice);
        byte[] all = ENTROPY.bytes(5_000_000);
        long start = world.world.nanos();
        world.on(() -> ends[0].write(all, 65_536, true));
        assertTrue(world.world.runUntil(() -> ends[1].endOfInput, 2, TimeUnit.MINUTES));
        double seconds = (world.world.nanos() - start) / 1e9;
        assertArrayEquals(all, ends[1].received.toByteArray());
        assertTrue(all.length / seconds > 350_000, "only " + (long) (all.length / seconds) + " bytes/s of 500,000");
        int needed = all.length / 1812 + 1;
        assertTrue(tap.packets.size() < needed * 1.1, tap.packets.size() + " packets for " + needed);
    }

    @Test
    void whatTheRouterWouldNotTakeGoesOnceAndCountsAsNoLoss() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        Tap tap = new Tap(world, world.alice);
        byte[] all = ENTROPY.bytes(200_000);
        world.on(() -> world.alice.session.congested(true));
        world.on(() -> ends[0].write(all, 100_000, true));
        world.world.runFor(30, TimeUnit.SECONDS);
        assertEquals(0, tap.packets.size());
        world.on(() -> world.alice.session.congested(false));
        assertTrue(world.world.runUntil(() -> ends[1].endOfInput, 1, TimeUnit.SECONDS));
        assertEquals(
                tap.packets.size(),
                tap.packets.stream().map(java.nio.ByteBuffer::wrap).distinct().count());
        assertEquals((all.length + 1811) / 1812, tap.count(packet -> packet.payload.isReadable()));
    }

    @Test
    void packetsThatAreNoneAreDroppedWithoutHarm() {
        StreamWorld world = StreamWorld.perfect(10);
        Tap tap = new Tap(world, world.alice);
        End[] ends = world.connected();
        world.on(() -> ends[0].write(new byte[3000], 3000, false));
        world.world.runFor(1, TimeUnit.SECONDS);
        SeededEntropy entropy = new SeededEntropy(321);
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = tap.packets.get(entropy.below(tap.packets.size())).clone();
            for (int change = entropy.below(5); change >= 0; change--) {
                // flags, ids and counts are more telling than payload
                bytes[entropy.below(entropy.below(3) == 0 ? bytes.length : Math.min(24, bytes.length))] =
                        (byte) entropy.below(256);
            }
            inject(
                    world,
                    world.bob,
                    Arrays.copyOf(bytes, entropy.below(5) == 0 ? entropy.below(bytes.length) : bytes.length));
        }
        world.world.runFor(5, TimeUnit.MINUTES);
        world.on(() -> {
            world.alice.streams.close();
            world.bob.streams.close();
        });
        assertEquals(0, world.bob.streams.openStreams());
    }
}
