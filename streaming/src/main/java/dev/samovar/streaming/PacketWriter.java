package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.OfflineSignature;
import dev.samovar.i2cp.message.ClientPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;

/**
 * Writes the packets of one stream. Each carries the acknowledgement of what has come, and, when our reader is slow, that the
 * sender is to stop. The packets are the caller's.
 */
@SansIo
final class PacketWriter {

    /** What we say to make a sender stop. */
    private static final int CHOKE_MILLIS = 61_000;

    /** Packets that take a choke back, by asking for acknowledgements at once: Java I2P goes on for nothing less. */
    private static final int UNCHOKING_PACKETS = 8;

    /** A SYN's or CLOSE's header and options, with the largest keys and signatures. */
    private static final int UNSIGNED_LENGTH = 1024;

    private static final int NO_DELAY = -1;

    private final DestinationKeys keys;
    private final StreamOptions options;
    private final Destination peer;
    private final int receiveStreamId;
    private final ReceiveQueue received;
    private final AckScheduler acks;
    private final RttEstimator rtt;
    private final int[] nacks = new int[StreamPacket.MAX_NACKS];

    private int sendStreamId;
    private boolean choking;
    private int unchokesToSend;

    /** A packet with zeros where its signature goes, counted from its start. */
    record Unsigned(ByteBuf bytes, int signatureOffset) {}

    PacketWriter(
            DestinationKeys keys,
            StreamOptions options,
            Destination peer,
            int receiveStreamId,
            ReceiveQueue received,
            AckScheduler acks,
            RttEstimator rtt) {
        this.keys = keys;
        this.options = options;
        this.peer = peer;
        this.receiveStreamId = receiveStreamId;
        this.received = received;
        this.acks = acks;
        this.rtt = rtt;
    }

    /** The id that the peer chose; 0 while it is not known. */
    int sendStreamId() {
        return sendStreamId;
    }

    void sendStreamId(int chosenByPeer) {
        sendStreamId = chosenByPeer;
    }

    boolean isChoking() {
        return choking;
    }

    /** From now on packets tell the sender to stop. */
    void choke() {
        choking = true;
    }

    /** The next packets tell the sender to go on. */
    void unchoke() {
        choking = false;
        unchokesToSend = UNCHOKING_PACKETS;
    }

    /** Nobody reads any more: there is no need to stop the sender. */
    void forgetChoke() {
        choking = false;
    }

    /**
     * A packet of data.
     *
     * @param payload borrowed
     * @param ackAtOnce whether it asks for its acknowledgement at once
     */
    ByteBuf data(long sequence, ByteBuf payload, boolean ackAtOnce) {
        ByteBuf packet = newPacket(StreamPacket.MIN_LENGTH + 4 * StreamPacket.MAX_NACKS + 2 + payload.readableBytes());
        header(packet, sequence, ackAtOnce ? 0 : NO_DELAY);
        packet.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
        return packet;
    }

    /** A packet of nothing but acknowledgements. */
    ByteBuf plainAck() {
        ByteBuf packet = newPacket(StreamPacket.MIN_LENGTH + 4 * StreamPacket.MAX_NACKS + 2);
        header(packet, 0, NO_DELAY);
        return packet;
    }

    /** A signed packet once more, as it was. */
    ByteBuf again(ByteBuf signed) {
        ByteBuf packet = newPacket(signed.readableBytes());
        return packet.writeBytes(signed, signed.readerIndex(), signed.readableBytes());
    }

    private void header(ByteBuf packet, long sequence, int delay) {
        int count = acknowledgements();
        int said = choking ? CHOKE_MILLIS : delay;
        if (!choking && unchokesToSend > 0) {
            unchokesToSend--;
            said = 0;
        }
        int sizeAt = begin(packet, sequence, count, said == NO_DELAY ? 0 : StreamFlag.DELAY_REQUESTED);
        if (said != NO_DELAY) {
            packet.writeShort(said);
        }
        StreamPacketCodec.endOptions(packet, sizeAt);
    }

    /**
     * A SYN, CLOSE or RESET to be signed.
     *
     * @param payload consumed; null for none
     * @param opensStream whether it is the first packet of the stream's first side
     */
    Unsigned unsigned(int kind, long sequence, ByteBuf payload, boolean opensStream) {
        boolean syn = kind == StreamFlag.SYNCHRONIZE;
        OfflineSignature offline = keys.offline().orElse(null);
        int flags = kind | StreamFlag.SIGNATURE_INCLUDED;
        if (syn) {
            flags |= StreamFlag.FROM_INCLUDED | StreamFlag.MAX_PACKET_SIZE_INCLUDED;
        }
        if (offline != null) {
            flags |= StreamFlag.OFFLINE_SIGNATURE;
        }
        int count = acknowledgements();
        if (opensStream) {
            ReplayProtection.write(peer.hash(), nacks);
            count = ReplayProtection.NACKS;
        }
        ByteBuf packet = newPacket(UNSIGNED_LENGTH + (payload == null ? 0 : payload.readableBytes()));
        int start = packet.writerIndex();
        int sizeAt = begin(packet, sequence, count, flags);
        if (syn) {
            keys.destination().encode(packet);
            packet.writeShort(options.maxPacketSize());
        }
        if (offline != null) {
            offline.encode(packet);
        }
        int signatureOffset = packet.writerIndex() - start;
        packet.writeZero(keys.signingKeys().type().signatureLength());
        StreamPacketCodec.endOptions(packet, sizeAt);
        if (payload != null) {
            packet.writeBytes(payload);
            payload.release();
        }
        return new Unsigned(packet, signatureOffset);
    }

    private int acknowledgements() {
        acks.sent();
        return received.hasGaps() ? received.missing(nacks) : 0;
    }

    private int begin(ByteBuf packet, long sequence, int nackCount, int flags) {
        return StreamPacketCodec.beginHeader(
                packet,
                sendStreamId,
                receiveStreamId,
                sequence,
                Math.max(0, received.highest()),
                nacks,
                nackCount,
                (int) Math.min(255, TimeUnit.NANOSECONDS.toSeconds(rtt.rto())),
                flags | (received.highest() < 0 ? StreamFlag.NO_ACK : 0));
    }

    private static ByteBuf newPacket(int length) {
        ByteBuf packet =
                PooledByteBufAllocator.DEFAULT.heapBuffer(ClientPayload.HEADROOM + length + ClientPayload.TAILROOM);
        return packet.setIndex(ClientPayload.HEADROOM, ClientPayload.HEADROOM);
    }
}
