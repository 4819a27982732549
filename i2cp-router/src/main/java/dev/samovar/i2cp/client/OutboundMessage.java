package dev.samovar.i2cp.client;

import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/**
 * A message to a destination.
 *
 * @param protocol 0 to 255, see {@link Protocol}
 * @param fromPort 0 to 65535, 0 for none
 * @param toPort 0 to 65535, 0 for any
 * @param tracking 0, or a number by which {@link I2cpClientSession.Listener#onDelivery} reports the final status once
 * @param payload the bytes before compression; handed over with the message. A buffer with at least
 *     {@code ClientPayload.HEADROOM} bytes before its reader index and {@code ClientPayload.TAILROOM} writable bytes behind
 *     it is framed in place, any other is copied
 */
public record OutboundMessage(Destination to, int protocol, int fromPort, int toPort, int tracking, ByteBuf payload) {

    @Override
    public String toString() {
        return "[message]";
    }
}
