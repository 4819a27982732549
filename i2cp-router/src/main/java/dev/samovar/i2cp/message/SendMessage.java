package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/**
 * A payload for a destination: session id (2 bytes), destination, length (4) and payload, nonce (4); in its second form,
 * SendMessageExpires, also flags (2) and expiry (6, the low 48 bits of a date; I2CP specification, "SendMessageMessage",
 * "SendMessageExpiresMessage"). One record for both forms, since the second only adds.
 *
 * @param payload a framed {@link ClientPayload}, owned by the message
 * @param nonce 0 for a message whose fate nobody asks for
 * @param expires which of the two forms it is
 * @param flags 0 in the first form
 * @param expirationMillis 0 for none
 */
public record SendMessage(
        int sessionId, Destination to, ByteBuf payload, int nonce, boolean expires, int flags, long expirationMillis)
        implements I2cpMessage {

    /** The first form. */
    public SendMessage(int sessionId, Destination to, ByteBuf payload, int nonce) {
        this(sessionId, to, payload, nonce, false, 0, 0);
    }

    /** Reads either form. {@code recent} may remember destinations between calls. */
    static SendMessage decode(ByteBuf in, boolean expires, RecentDestinations recent) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        Destination to = recent.decode(in);
        int length = MessagePayload.length(in);
        int payloadAt = in.readerIndex();
        in.skipBytes(length);
        int nonce = Wire.i32(in, "nonce");
        int flags = expires ? Wire.u16(in, "flags") : 0;
        long expiration = expires ? Wire.u48(in, "expiration") : 0;
        ByteBuf payload = MessagePayload.copy(in, payloadAt, length);
        return new SendMessage(sessionId, to, payload, nonce, expires, flags, expiration);
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.SEND_MESSAGE;
    }

    @Override
    public int typeCode() {
        return expires ? I2cpMessageType.SEND_MESSAGE_EXPIRES.code() : I2cpMessageType.SEND_MESSAGE.code();
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        to.encode(out);
        MessagePayload.write(payload, out);
        out.writeInt(nonce);
        if (expires) {
            out.writeShort(flags);
            Wire.writeU48(out, expirationMillis);
        }
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
