package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import io.netty.buffer.ByteBuf;

/**
 * The packets of ours that the peer has not acknowledged, by number, and what is known of each. Holds each packet's bytes
 * until it is acknowledged. At most {@value #RING} numbers lie between the first and the next; the owner sees to that.
 */
@SansIo
final class SendWindow {

    static final int RING = 256;

    // Specification constant: a packet missing from this many acknowledgements is sent again
    private static final int NACKS_FOR_RETRANSMISSION = 2;

    private static final int MASK = RING - 1;
    private static final int MANY_TRANSMISSIONS = 100;

    private final ByteBuf[] payloads = new ByteBuf[RING];
    private final ByteBuf[] signedPackets = new ByteBuf[RING];
    private final long[] sentAt = new long[RING];
    private final byte[] transmissions = new byte[RING];
    private final byte[] nacked = new byte[RING];
    private final boolean[] acknowledged = new boolean[RING];
    private final boolean[] lost = new boolean[RING];
    private long first;
    private long next;
    private int underWay;
    private int lostCount;
    private long sample;
    private long highestLost;

    /** The number of the next packet. */
    long next() {
        return next;
    }

    /** The lowest number that is not acknowledged; {@link #next} when all are. */
    long first() {
        return first;
    }

    boolean isEmpty() {
        return first == next;
    }

    /** Numbers from the first to the next. */
    int span() {
        return (int) (next - first);
    }

    /** Packets that are on their way as far as anybody knows: neither acknowledged nor lost. */
    int onTheWay() {
        return underWay - lostCount;
    }

    boolean hasLost() {
        return lostCount > 0;
    }

    /** Takes a new packet; its payload, which may be null, belongs to the window. */
    long add(ByteBuf payload, long now) {
        int slot = (int) next & MASK;
        acknowledged[slot] = false;
        lost[slot] = false;
        nacked[slot] = 0;
        transmissions[slot] = 1;
        sentAt[slot] = now;
        payloads[slot] = payload;
        underWay++;
        return next++;
    }

    /** Keeps the bytes of a signed packet, copied, for sending them again; its time begins now. */
    void keepSigned(long sequence, ByteBuf packet, long now) {
        int slot = (int) sequence & MASK;
        if (sequence >= first && !acknowledged[slot]) {
            signedPackets[slot] = packet.copy();
            sentAt[slot] = now;
        }
    }

    ByteBuf payload(long sequence) {
        return payloads[(int) sequence & MASK];
    }

    /** The whole packet with its signature, or null for a packet without. */
    ByteBuf signedPacket(long sequence) {
        return signedPackets[(int) sequence & MASK];
    }

    /**
     * Takes an acknowledgement: what it covers leaves; what it lacks for the second time is lost.
     *
     * @param roundTrip a packet that went again can be missing again only so long after, nanoseconds
     * @param count whether missing packets count: not while the peer drops what it has no room for
     * @return how many packets left
     */
    int acknowledge(StreamPacket packet, long roundTrip, boolean count, long now) {
        sample = -1;
        highestLost = -1;
        long through = packet.ackThrough;
        if (through >= next) {
            return 0;
        }
        int left = 0;
        int nack = 0;
        for (long sequence = first; sequence <= through; sequence++) {
            while (nack < packet.nackCount && Integer.compareUnsigned(packet.nacks[nack], (int) sequence) < 0) {
                nack++;
            }
            int slot = (int) sequence & MASK;
            if (acknowledged[slot]) {
                continue;
            }
            if (nack < packet.nackCount && packet.nacks[nack] == (int) sequence) {
                boolean counts = count && (transmissions[slot] == 1 || now - sentAt[slot] > roundTrip);
                if (counts && !lost[slot] && ++nacked[slot] >= NACKS_FOR_RETRANSMISSION) {
                    markLost(sequence);
                    highestLost = sequence;
                }
                continue;
            }
            if (transmissions[slot] == 1) {
                // SPEC RFC 6298 3 (Karn): only packets that went once tell the time
                sample = now - sentAt[slot];
            }
            leave(slot);
            left++;
        }
        while (first < next && acknowledged[(int) first & MASK]) {
            first++;
        }
        return left;
    }

    /** The round-trip time that the last acknowledgement told, or -1. */
    long sample() {
        return sample;
    }

    /** The highest number that the last acknowledgement made lost, or -1. */
    long highestLost() {
        return highestLost;
    }

    private void leave(int slot) {
        acknowledged[slot] = true;
        underWay--;
        if (lost[slot]) {
            lost[slot] = false;
            lostCount--;
        }
        releaseSlot(slot);
    }

    void markLost(long sequence) {
        int slot = (int) sequence & MASK;
        if (!lost[slot] && !acknowledged[slot]) {
            lost[slot] = true;
            nacked[slot] = 0;
            lostCount++;
        }
    }

    /** Takes all that went out at {@code before} or earlier for lost. */
    void markLostSentBefore(long before) {
        for (long sequence = first; sequence < next; sequence++) {
            if (sentAt[(int) sequence & MASK] - before <= 0) {
                markLost(sequence);
            }
        }
    }

    void markAllLost() {
        for (long sequence = first; sequence < next; sequence++) {
            markLost(sequence);
        }
    }

    /** The lowest lost number, which is on its way again from now on. Call only with {@link #hasLost}. */
    long takeLost(long now) {
        long sequence = first;
        while (!lost[(int) sequence & MASK]) {
            sequence++;
        }
        int slot = (int) sequence & MASK;
        lost[slot] = false;
        lostCount--;
        sentAt[slot] = now;
        transmissions[slot] = (byte) Math.min(MANY_TRANSMISSIONS, transmissions[slot] + 1);
        return sequence;
    }

    /** The packet did not leave this machine: it goes again, and its sending does not count. */
    void notSent(long sequence) {
        if (sequence >= first && sequence < next) {
            int slot = (int) sequence & MASK;
            markLost(sequence);
            transmissions[slot] = (byte) Math.max(0, transmissions[slot] - 1);
        }
    }

    private void releaseSlot(int slot) {
        if (payloads[slot] != null) {
            payloads[slot].release();
            payloads[slot] = null;
        }
        if (signedPackets[slot] != null) {
            signedPackets[slot].release();
            signedPackets[slot] = null;
        }
    }

    void release() {
        for (int slot = 0; slot < RING; slot++) {
            releaseSlot(slot);
        }
    }
}
