package dev.samovar.streaming;

import dev.samovar.data.Destination;
import dev.samovar.data.OfflineSignature;
import io.netty.buffer.ByteBuf;

/**
 * One packet as decoded (streaming specification, "Packet Format"). Mutable and used again for the next one, since every
 * 1.8 kB of a stream pass through here: {@link StreamPacketCodec#decode} fills it. Sequence numbers are unsigned.
 *
 * <pre>
 * sendStreamId 4 | receiveStreamId 4 | sequenceNum 4 | ackThrough 4 | NACK count 1 | NACKs 4 each
 * resend delay 1 | flags 2 | option size 2 | options | payload
 * </pre>
 */
final class StreamPacket {

    /** Header without NACKs and options, bytes. */
    static final int MIN_LENGTH = 22;

    static final int MAX_NACKS = 255;

    /** The id that the receiver of the packet chose; 0 while the sender does not know it. */
    int sendStreamId;

    /** The id that the sender of the packet chose. */
    int receiveStreamId;

    long sequence;
    long ackThrough;
    int nackCount;
    final int[] nacks = new int[MAX_NACKS];
    int flags;

    /** Milliseconds; valid with {@link StreamFlag#DELAY_REQUESTED}. */
    int delay;

    Destination from;
    int maxPacketSize;
    OfflineSignature offline;
    byte[] signature;

    /** Where the signature stands, from the start of the packet. */
    int signatureOffset;

    /** A slice of the packet's buffer, not retained. */
    ByteBuf payload;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Seq 0 without SYN: nothing but acknowledgements. */
    boolean isPlainAck() {
        return sequence == 0 && !has(StreamFlag.SYNCHRONIZE);
    }
}
