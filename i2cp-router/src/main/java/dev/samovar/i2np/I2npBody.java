package dev.samovar.i2np;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The decoded body of one type of {@link I2npMessage}. Each has a static {@code decode(ByteBuf)} that borrows its input and
 * skips what newer routers may append behind the last known field.
 */
public sealed interface I2npBody
        permits DatabaseStore,
                DatabaseLookup,
                DatabaseSearchReply,
                DeliveryStatus,
                Garlic,
                DataMessage,
                TunnelData,
                TunnelGateway,
                TunnelBuild,
                CountedBuild {

    /** The type of the message around it. */
    int typeCode();

    /** Writes the body. Payload that it owns is copied and stays its own. */
    void encode(ByteBuf out);

    /** What {@link #encode} will about write, bytes. */
    int sizeHint();

    /**
     * The message with this body, in an unpooled heap buffer. A body that owns payload is released by it.
     *
     * @param id random and not zero, but where a tunnel build or a reply says which
     * @param expirationMillis 8 to 60 s from now: routers refuse what is to live much longer
     */
    default I2npMessage toMessage(int id, long expirationMillis) {
        ByteBuf body = Unpooled.buffer(sizeHint());
        encode(body);
        return new I2npMessage(typeCode(), id, expirationMillis, body);
    }
}
