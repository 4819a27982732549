package dev.samovar.streaming;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.OfflineSignature;
import io.netty.buffer.ByteBuf;

/** Packets to bytes and back. Stateless. */
final class StreamPacketCodec {

    private StreamPacketCodec() {}

    /**
     * Reads the packet that fills {@code in}, borrowed; {@code packet}'s payload is a slice of it.
     *
     * @param knownSigner the type of the peer's signatures where the packet does not say, or null
     * @param knownPeer whose own key made the offline signature where the packet does not say, or null
     */
    static void decode(ByteBuf in, StreamPacket packet, SigType knownSigner, Destination knownPeer)
            throws WireException {
        int start = in.readerIndex();
        Wire.need(in, StreamPacket.MIN_LENGTH, "packet");
        packet.sendStreamId = in.readInt();
        packet.receiveStreamId = in.readInt();
        packet.sequence = in.readUnsignedInt();
        packet.ackThrough = in.readUnsignedInt();
        packet.nackCount = in.readUnsignedByte();
        Wire.need(in, packet.nackCount * 4 + 5, "NACKs");
        for (int i = 0; i < packet.nackCount; i++) {
            packet.nacks[i] = in.readInt();
        }
        in.skipBytes(1);
        packet.flags = in.readUnsignedShort();
        int optionSize = in.readUnsignedShort();
        Wire.need(in, optionSize, "options");
        packet.from = null;
        packet.offline = null;
        packet.signature = null;
        packet.signatureOffset = -1;
        packet.maxPacketSize = 0;
        packet.delay = 0;
        if (optionSize > 0) {
            options(in.readSlice(optionSize), packet, knownSigner, knownPeer, in.readerIndex() - optionSize - start);
        } else if (packet.has(StreamFlag.SIGNATURE_INCLUDED
                | StreamFlag.FROM_INCLUDED
                | StreamFlag.DELAY_REQUESTED
                | StreamFlag.MAX_PACKET_SIZE_INCLUDED)) {
            throw new WireException(Fault.TRUNCATED, "options");
        }
        packet.payload = in.slice();
        in.skipBytes(in.readableBytes());
    }

    /** SPEC streaming#flags: options stand in this order, whatever the order of the bits. */
    private static void options(ByteBuf in, StreamPacket packet, SigType knownSigner, Destination knownPeer, int offset)
            throws WireException {
        int start = in.readerIndex();
        if (packet.has(StreamFlag.DELAY_REQUESTED)) {
            packet.delay = Wire.u16(in, "delay");
        }
        SigType signer = knownSigner;
        if (packet.has(StreamFlag.FROM_INCLUDED)) {
            packet.from = Destination.decode(in);
            signer = packet.from.signingType();
        }
        if (packet.has(StreamFlag.MAX_PACKET_SIZE_INCLUDED)) {
            packet.maxPacketSize = Wire.u16(in, "max packet size");
        }
        if (packet.has(StreamFlag.OFFLINE_SIGNATURE)) {
            // a CLOSE or RESET carries it without FROM: it is by the destination's own key, not by the transient one
            Destination owner = packet.from != null ? packet.from : knownPeer;
            if (owner == null) {
                throw new WireException(Fault.UNKNOWN_TYPE, "offline signature");
            }
            packet.offline = OfflineSignature.decode(in, owner.signingType());
            signer = packet.offline.transientType();
        }
        if (packet.has(StreamFlag.SIGNATURE_INCLUDED)) {
            if (signer == null) {
                throw new WireException(Fault.UNKNOWN_TYPE, "signature");
            }
            packet.signatureOffset = offset + in.readerIndex() - start;
            packet.signature = Wire.bytes(in, signer.signatureLength(), "signature");
        }
    }

    /**
     * Writes the header up to the option size, which is written as 0: {@link #endOptions} sets it.
     *
     * @return where the option size stands
     */
    static int beginHeader(
            ByteBuf out,
            int sendStreamId,
            int receiveStreamId,
            long sequence,
            long ackThrough,
            int[] nacks,
            int nackCount,
            int resendDelaySeconds,
            int flags) {
        out.writeInt(sendStreamId);
        out.writeInt(receiveStreamId);
        out.writeInt((int) sequence);
        out.writeInt((int) ackThrough);
        out.writeByte(nackCount);
        for (int i = 0; i < nackCount; i++) {
            out.writeInt(nacks[i]);
        }
        out.writeByte(resendDelaySeconds);
        out.writeShort(flags);
        out.writeShort(0);
        return out.writerIndex() - 2;
    }

    /** Sets the option size to what was written since {@link #beginHeader}. */
    static void endOptions(ByteBuf out, int optionSizeAt) {
        out.setShort(optionSizeAt, out.writerIndex() - optionSizeAt - 2);
    }
}
