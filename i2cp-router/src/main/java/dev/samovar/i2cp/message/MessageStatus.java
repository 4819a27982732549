package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;

/**
 * What became of a message that was sent, or that one has come: session id (2 bytes), message id (4), status (1), size (4),
 * nonce (4; I2CP specification, "MessageStatusMessage").
 *
 * @param messageId the router's number for the message
 * @param size bytes of an announced message, else 0
 * @param nonce the client's number for the message
 */
public record MessageStatus(int sessionId, int messageId, int status, long size, int nonce) implements I2cpMessage {

    public static final int AVAILABLE = 0;
    public static final int ACCEPTED = 1;
    public static final int BEST_EFFORT_SUCCESS = 2;
    public static final int GUARANTEED_SUCCESS = 4;
    public static final int LOCAL_SUCCESS = 6;
    public static final int BAD_SESSION = 10;
    public static final int BAD_MESSAGE = 11;
    public static final int BAD_OPTIONS = 12;
    public static final int OVERFLOW = 13;
    public static final int EXPIRED = 14;
    public static final int NO_LOCAL_TUNNELS = 16;
    public static final int UNSUPPORTED_ENCRYPTION = 17;
    public static final int BAD_DESTINATION = 18;
    public static final int BAD_LEASE_SET = 19;
    public static final int NO_LEASE_SET = 21;
    public static final int META_LEASE_SET = 22;
    public static final int LOOPBACK_DENIED = 23;

    public static MessageStatus decode(ByteBuf in) throws WireException {
        return new MessageStatus(
                Wire.u16(in, "session id"),
                Wire.i32(in, "message id"),
                Wire.u8(in, "status"),
                Wire.u32(in, "size"),
                Wire.i32(in, "nonce"));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.MESSAGE_STATUS;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeInt(messageId);
        out.writeByte(status);
        out.writeInt((int) size);
        out.writeInt(nonce);
    }
}
