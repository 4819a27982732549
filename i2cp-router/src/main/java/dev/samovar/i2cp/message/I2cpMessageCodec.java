package dev.samovar.i2cp.message;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;

/**
 * Frames of one connection: length of the body (4 bytes), type (1), body (I2CP specification, "I2CP message header"). A
 * body is read within its stated length and never beyond; bytes behind its last known field are skipped, as newer peers
 * add fields there. One instance for each connection, on its lane: it remembers the destinations seen last.
 */
public final class I2cpMessageCodec {

    /** The first byte that a client sends, before any frame. */
    public static final int PROTOCOL_BYTE = 0x2a;

    /** Length and type. */
    public static final int HEADER_LENGTH = 5;

    /** The longest body: a full payload, and room for the destination and the other fields. */
    public static final int MAX_BODY = MessagePayload.MAX_PAYLOAD + 4096;

    private final RecentDestinations recent = new RecentDestinations();

    /**
     * Reads one message when all of it is there.
     *
     * @param in borrowed; left as it was when the message is not complete yet
     * @return null when more bytes are needed
     * @throws WireException when the length is beyond {@link #MAX_BODY} or the body does not follow its layout; the
     *     connection cannot go on
     */
    public I2cpMessage decode(ByteBuf in) throws WireException {
        if (in.readableBytes() < HEADER_LENGTH) {
            return null;
        }
        int start = in.readerIndex();
        long length = in.getUnsignedInt(start);
        if (length > MAX_BODY) {
            throw new WireException(Fault.TOO_LARGE, "message length");
        }
        if (in.readableBytes() < HEADER_LENGTH + length) {
            return null;
        }
        int type = in.getUnsignedByte(start + 4);
        in.skipBytes(HEADER_LENGTH);
        return decodeBody(type, in.readSlice((int) length));
    }

    /** Reads a body, which fills {@code in}. */
    public I2cpMessage decodeBody(int typeCode, ByteBuf in) throws WireException {
        return switch (I2cpMessageType.byCode(typeCode)) {
            case CREATE_SESSION -> CreateSession.decode(in);
            case RECONFIGURE_SESSION -> ReconfigureSession.decode(in);
            case DESTROY_SESSION -> DestroySession.decode(in);
            case CREATE_LEASE_SET -> CreateLeaseSet.decode(in);
            case SEND_MESSAGE -> SendMessage.decode(in, false, recent);
            case RECEIVE_MESSAGE_BEGIN -> ReceiveMessageBegin.decode(in);
            case RECEIVE_MESSAGE_END -> ReceiveMessageEnd.decode(in);
            case GET_BANDWIDTH_LIMITS -> GetBandwidthLimits.decode(in);
            case SESSION_STATUS -> SessionStatus.decode(in);
            case MESSAGE_STATUS -> MessageStatus.decode(in);
            case BANDWIDTH_LIMITS -> BandwidthLimits.decode(in);
            case DISCONNECT -> Disconnect.decode(in);
            case MESSAGE_PAYLOAD -> MessagePayload.decode(in);
            case GET_DATE -> GetDate.decode(in);
            case SET_DATE -> SetDate.decode(in);
            case DEST_LOOKUP -> DestLookup.decode(in);
            case DEST_REPLY -> DestReply.decode(in);
            case SEND_MESSAGE_EXPIRES -> SendMessage.decode(in, true, recent);
            case REQUEST_VARIABLE_LEASE_SET -> RequestVariableLeaseSet.decode(in);
            case HOST_LOOKUP -> HostLookup.decode(in);
            case HOST_REPLY -> HostReply.decode(in);
            case CREATE_LEASE_SET_2 -> CreateLeaseSet2.decode(in);
            case BLINDING_INFO -> BlindingInfo.decode(in);
            case UNKNOWN -> new UnknownMessage(typeCode);
        };
    }

    /** Writes the frame and the body. A payload is copied and stays owned by the message. */
    public static void encode(I2cpMessage message, ByteBuf out) {
        int start = out.writerIndex();
        out.writeInt(0);
        out.writeByte(message.typeCode());
        message.encodeBody(out);
        out.setInt(start, out.writerIndex() - start - HEADER_LENGTH);
    }

    /** What {@link #encode} will about need, so that its buffer need not grow. */
    public static int sizeHint(I2cpMessage message) {
        return message.payloadLength() + 512;
    }
}
