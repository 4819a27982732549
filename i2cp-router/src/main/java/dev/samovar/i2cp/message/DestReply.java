package dev.samovar.i2cp.message;

import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import io.netty.buffer.ByteBuf;

/**
 * Answers {@link DestLookup}: the destination, or the hash (32 bytes) when there is none (I2CP specification,
 * "DestReplyMessage").
 *
 * @param destination null when not found
 * @param hash the hash that was asked for
 */
public record DestReply(Destination destination, Hash hash) implements I2cpMessage {

    public static DestReply decode(ByteBuf in) throws WireException {
        if (in.readableBytes() <= Hash.LENGTH) {
            return new DestReply(null, Hash.decode(in));
        }
        Destination destination = Destination.decode(in);
        return new DestReply(destination, destination.hash());
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.DEST_REPLY;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        if (destination == null) {
            hash.encode(out);
        } else {
            destination.encode(out);
        }
    }
}
