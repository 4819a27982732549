package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Packets that others made. */
class StreamVectorsTest {

    private static JsonNode vectors;

    @BeforeAll
    static void read() throws Exception {
        try (InputStream in = StreamVectorsTest.class.getResourceAsStream("/vectors/streaming.json")) {
            vectors = new ObjectMapper().readTree(in);
        }
    }

    private static byte[] hex(String name) {
        return HexFormat.of().parseHex(vectors.get(name).asText());
    }

    private static StreamPacket decode(byte[] bytes) throws WireException {
        StreamPacket packet = new StreamPacket();
        StreamPacketCodec.decode(Unpooled.wrappedBuffer(bytes), packet, SigType.EdDSA_SHA512_Ed25519, null);
        return packet;
    }

    @Test
    void theKnownSynDecodesAndItsSignatureHolds() throws WireException {
        byte[] bytes = hex("syn");
        StreamPacket packet = decode(bytes);
        assertEquals(0x04a9, packet.flags);
        assertEquals(0x12345678, packet.receiveStreamId);
        assertEquals(0, packet.sendStreamId);
        assertEquals(8, packet.nackCount);
        byte[] zeroed = bytes.clone();
        Arrays.fill(zeroed, packet.signatureOffset, packet.signatureOffset + 64, (byte) 0);
        assertArrayEquals(hex("syn_signed_bytes_with_zero_sig"), zeroed);
        PeerIdentity peer = PeerIdentity.claimed(packet.from, null);
        assertTrue(peer.signed(zeroed, packet.signature));
        SigningKeys keys = SigningKeys.of(SigType.EdDSA_SHA512_Ed25519, SecretBytes.takeOver(hex("from_seed")));
        assertArrayEquals(packet.signature, keys.sign(zeroed));
        zeroed[bytes.length - 1] ^= 1;
        assertFalse(peer.signed(zeroed, packet.signature));
    }

    @Test
    void theKnownAnswerDecodes() throws WireException {
        StreamPacket packet = decode(hex("syn_reply"));
        assertEquals(0x00a9, packet.flags);
        assertEquals(0x12345678, packet.sendStreamId);
        assertEquals(0x0badcafe, packet.receiveStreamId);
    }

    @Test
    void theKnownCloseAndAcknowledgementDecode() throws WireException {
        StreamPacket close = decode(hex("close"));
        assertEquals(StreamFlag.CLOSE | StreamFlag.SIGNATURE_INCLUDED, close.flags);
        assertEquals(5, close.sequence);
        assertEquals(3, close.ackThrough);
        StreamPacket ack = decode(hex("plain_ack_nack4_6"));
        assertTrue(ack.isPlainAck());
        assertEquals(7, ack.ackThrough);
        assertArrayEquals(new int[] {4, 6}, Arrays.copyOf(ack.nacks, ack.nackCount));
    }

    @Test
    void damagedPacketsThrowNothingButWireException() {
        long seed = 20261126;
        SeededEntropy entropy = new SeededEntropy(seed);
        String[] names = {"syn", "syn_reply", "close", "plain_ack_nack4_6"};
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = hex(names[entropy.below(names.length)]);
            bytes = Arrays.copyOf(bytes, entropy.below(3) == 0 ? entropy.below(bytes.length) : bytes.length);
            for (int change = entropy.below(4); change > 0 && bytes.length > 0; change--) {
                bytes[entropy.below(Math.min(bytes.length, 60))] = (byte) entropy.below(256);
            }
            try {
                decode(bytes);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + seed + " round " + round, other);
            }
        }
        assertThrows(WireException.class, () -> decode(new byte[21]));
    }

    @Test
    void theTimeOutFollowsRfc6298WithinTheBoundsOfI2p() {
        RttEstimator rtt = new RttEstimator();
        long ms = 1_000_000;
        assertEquals(9000 * ms, rtt.rto());
        rtt.sample(400 * ms);
        // mean 400, variance 200
        assertEquals(1200 * ms, rtt.rto());
        rtt.sample(800 * ms);
        // variance 200 + (400 - 200) / 4 = 250, mean 400 + 400 / 8 = 450
        assertEquals(1450 * ms, rtt.rto());
        rtt.backOff();
        assertEquals(2900 * ms, rtt.rto());
        for (int i = 0; i < 10; i++) {
            rtt.backOff();
        }
        assertEquals(45_000 * ms, rtt.rto());
        for (int i = 0; i < 200; i++) {
            rtt.sample(ms / 10);
        }
        assertEquals(100 * ms, rtt.rto());
    }

    @Test
    void theWindowGrowsFastThenSlowlyAndShrinksOnLoss() {
        CongestionWindow window = new CongestionWindow(10, 128);
        window.onAcknowledged(10);
        assertEquals(20, window.packets());
        window.onLoss();
        assertEquals(10, window.packets());
        window.onAcknowledged(9);
        assertEquals(10, window.packets());
        window.onAcknowledged(1);
        assertEquals(11, window.packets());
        window.onTimeOut();
        assertEquals(2, window.packets());
        for (int i = 0; i < 100_000; i++) {
            window.onAcknowledged(100);
        }
        assertEquals(128, window.packets());
    }

    @Test
    void theSendQueueGivesItsBytesInOrderWhateverTheSizes() {
        SeededEntropy entropy = new SeededEntropy(3);
        SendQueue queue = new SendQueue();
        ByteBuf expected = Unpooled.buffer();
        ByteBuf got = Unpooled.buffer();
        for (int round = 0; round < 2000; round++) {
            if (entropy.below(2) == 0) {
                byte[] bytes = entropy.bytes(entropy.below(3) == 0 ? entropy.below(40_000) : entropy.below(50));
                ByteBuf in = Unpooled.copiedBuffer(bytes);
                int taken = queue.write(in);
                in.release();
                expected.writeBytes(bytes, 0, taken);
            } else if (queue.bytes() > 0) {
                ByteBuf part = queue.take(1 + entropy.below(Math.min(queue.bytes(), 5000)));
                got.writeBytes(part);
                part.release();
            }
            assertTrue(queue.bytes() <= SendQueue.CAPACITY);
        }
        while (queue.bytes() > 0) {
            ByteBuf part = queue.take(Math.min(queue.bytes(), 1812));
            got.writeBytes(part);
            part.release();
        }
        assertEquals(expected, got);
        queue.release();
    }

    @Test
    void theReceiveQueueOrdersAndTellsWhatIsMissing() {
        ReceiveQueue queue = new ReceiveQueue();
        ByteBuf payload = Unpooled.copiedBuffer(new byte[] {7});
        assertEquals(ReceiveQueue.Verdict.ACCEPTED, queue.offer(0, payload, false));
        assertEquals(ReceiveQueue.Verdict.OUT_OF_ORDER, queue.offer(3, payload, false));
        assertEquals(ReceiveQueue.Verdict.DUPLICATE, queue.offer(3, payload, false));
        assertEquals(ReceiveQueue.Verdict.DUPLICATE, queue.offer(0, payload, false));
        assertEquals(ReceiveQueue.Verdict.NO_ROOM, queue.offer(1 + ReceiveQueue.SPAN, payload, false));
        int[] missing = new int[10];
        assertEquals(2, queue.missing(missing));
        assertEquals(1, missing[0]);
        assertEquals(2, missing[1]);
        assertEquals(ReceiveQueue.Verdict.OUT_OF_ORDER, queue.offer(2, payload, false));
        assertEquals(ReceiveQueue.Verdict.OUT_OF_ORDER, queue.offer(4, payload, true));
        assertFalse(queue.isComplete());
        assertEquals(ReceiveQueue.Verdict.ACCEPTED, queue.offer(1, payload, false));
        assertTrue(queue.isComplete());
        assertEquals(0, queue.missing(missing));
        assertEquals(ReceiveQueue.Verdict.NO_ROOM, queue.offer(5, payload, false));
        for (int i = 0; i < 5; i++) {
            queue.read(100).release();
        }
        payload.release();
        assertEquals(0, payload.refCnt());
    }
}
