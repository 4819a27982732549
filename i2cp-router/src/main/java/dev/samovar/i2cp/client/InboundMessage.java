package dev.samovar.i2cp.client;

import io.netty.buffer.ByteBuf;

/**
 * A message that came for a session.
 *
 * @param protocol 0 to 255, see {@link Protocol}
 * @param fromPort the sender's port, 0 to 65535
 * @param toPort the port it is for, 0 to 65535
 * @param payload the bytes after decompression; the receiver owns and releases them
 */
public record InboundMessage(int protocol, int fromPort, int toPort, ByteBuf payload) {

    @Override
    public String toString() {
        return "[message]";
    }
}
