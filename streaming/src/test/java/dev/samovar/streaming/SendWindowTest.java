package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class SendWindowTest {

    private static final long ROUND_TRIP = 50;

    private final SendWindow window = new SendWindow();

    private void send(int packets, long now) {
        for (int i = 0; i < packets; i++) {
            window.add(Unpooled.buffer(1).writeByte(i), now);
        }
    }

    private int acknowledge(long through, long now, int... nacks) {
        StreamPacket packet = new StreamPacket();
        packet.ackThrough = through;
        packet.nackCount = nacks.length;
        System.arraycopy(nacks, 0, packet.nacks, 0, nacks.length);
        return window.acknowledge(packet, ROUND_TRIP, true, now);
    }

    @Test
    void anAcknowledgementTakesAllItCoversButWhatItLacks() {
        send(6, 0);
        assertEquals(3, acknowledge(4, 60, 1, 3));
        assertEquals(1, window.first());
        assertEquals(6, window.next());
        assertEquals(3, window.onTheWay());
        assertEquals(0, acknowledge(4, 61, 1, 3));
        assertEquals(2, acknowledge(4, 70));
        assertEquals(5, window.first());
        assertFalse(window.isEmpty());
        assertEquals(1, acknowledge(5, 80));
        assertTrue(window.isEmpty());
    }

    @Test
    void whatIsMissingTwiceIsLostAndGoesAgainOnce() {
        send(4, 0);
        acknowledge(1, 50, 0);
        assertFalse(window.hasLost());
        acknowledge(2, 51, 0);
        assertTrue(window.hasLost());
        assertEquals(0, window.highestLost());
        assertEquals(0, window.takeLost(52));
        assertFalse(window.hasLost());
        // these were on their way before it went again
        acknowledge(3, 53, 0);
        acknowledge(3, 54, 0);
        assertFalse(window.hasLost());
        // these were not
        acknowledge(3, 120, 0);
        acknowledge(3, 121, 0);
        assertTrue(window.hasLost());
        window.release();
    }

    @Test
    void aPacketThatWentTwiceTellsNoTime() {
        send(2, 0);
        window.markLost(0);
        window.takeLost(1000);
        acknowledge(0, 1060);
        assertEquals(-1, window.sample());
        acknowledge(1, 1060);
        assertEquals(1060, window.sample());
    }

    @Test
    void aPacketThatNeverLeftTellsTheTimeOfTheFirstThatDid() {
        send(1, 0);
        window.notSent(0);
        assertTrue(window.hasLost());
        window.takeLost(500);
        acknowledge(0, 560);
        assertEquals(60, window.sample());
    }

    @Test
    void acknowledgementsOfWhatWasNeverSentAndOfWhatIsLongGoneAreNone() {
        send(3, 0);
        assertEquals(0, acknowledge(3, 10));
        assertEquals(0, acknowledge(0xffff_ffffL, 10));
        assertEquals(3, acknowledge(2, 10));
        assertEquals(0, acknowledge(1, 20));
        assertEquals(0, acknowledge(2, 20, 0, 1, 2));
        assertTrue(window.isEmpty());
        assertFalse(window.hasLost());
    }

    @Test
    void unsortedAndRepeatedNacksHurtNobody() {
        send(8, 0);
        acknowledge(7, 10, 5, 5, 2, -1, 5);
        assertTrue(window.onTheWay() >= 1 && window.onTheWay() <= 8);
        acknowledge(7, 20);
        assertTrue(window.isEmpty());
    }

    @Test
    void everyPayloadIsReleasedOnce() {
        ByteBuf[] payloads = new ByteBuf[2 * SendWindow.RING];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = Unpooled.buffer(1);
            window.add(payloads[i], i);
            if (i % 3 != 0) {
                acknowledge(i, i + 1);
            }
        }
        window.release();
        window.release();
        for (ByteBuf payload : payloads) {
            assertEquals(0, payload.refCnt());
        }
    }

    @Test
    void marksOfTheReceiveQueueLeaveRoomForAFullWindow() {
        int window = StreamOptions.MAX_WINDOW * (StreamOptions.RATCHET_PACKET_SIZE + 128);
        assertTrue(ReceiveQueue.HIGH_MARK + window <= ReceiveQueue.CAPACITY, "a window may still come behind a choke");
        assertTrue(ReceiveQueue.LOW_MARK < ReceiveQueue.HIGH_MARK);
        assertTrue(SendWindow.RING >= ReceiveQueue.SPAN);
    }
}
