package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;

/**
 * A message that came for a session: session id (2 bytes), message id (4), length (4) and payload (I2CP specification,
 * "MessagePayloadMessage").
 *
 * @param payload a framed {@link ClientPayload}, owned by the message
 */
public record MessagePayload(int sessionId, int messageId, ByteBuf payload) implements I2cpMessage {

    /** What a payload may take, its frame included: what the field takes, since sizes above it fail with every router. */
    public static final int MAX_PAYLOAD = 0x10000;

    public static MessagePayload decode(ByteBuf in) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        int messageId = Wire.i32(in, "message id");
        int length = length(in);
        ByteBuf payload = copy(in, in.readerIndex(), length);
        in.skipBytes(length);
        return new MessagePayload(sessionId, messageId, payload);
    }

    /** Reads the 4-byte length; so many bytes can then be read. */
    static int length(ByteBuf in) throws WireException {
        long length = Wire.u32(in, "payload length");
        if (length > MAX_PAYLOAD) {
            throw new WireException(Fault.TOO_LARGE, "payload length");
        }
        Wire.need(in, (int) length, "payload");
        return (int) length;
    }

    /**
     * A buffer of just this size: a slice would keep the much larger buffer of the socket alive for as long as the message
     * waits in some queue.
     */
    static ByteBuf copy(ByteBuf in, int index, int length) {
        ByteBuf payload = in.alloc().heapBuffer(length, length);
        payload.writeBytes(in, index, length);
        return payload;
    }

    static void write(ByteBuf payload, ByteBuf out) {
        out.writeInt(payload.readableBytes());
        out.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.MESSAGE_PAYLOAD;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeInt(messageId);
        write(payload, out);
    }

    @Override
    public int payloadLength() {
        return payload.readableBytes();
    }

    @Override
    public void release() {
        payload.release();
    }

    @Override
    public String toString() {
        return "[message]";
    }
}
