package dev.samovar.i2cp.message;

import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * The destinations that one connection named last: a client sends to few, and comparing bytes is a tenth of the cost of
 * reading and hashing them. Owned by the connection's codec.
 */
final class RecentDestinations {

    private static final int SIZE = 8;

    private final Destination[] destinations = new Destination[SIZE];
    private final ByteBuf[] encodings = new ByteBuf[SIZE];
    private int oldest;

    Destination decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        for (int i = 0; i < SIZE && destinations[i] != null; i++) {
            int length = encodings[i].readableBytes();
            if (in.readableBytes() >= length && ByteBufUtil.equals(encodings[i], 0, in, start, length)) {
                in.skipBytes(length);
                return destinations[i];
            }
        }
        Destination destination = Destination.decode(in);
        destinations[oldest] = destination;
        encodings[oldest] = Unpooled.wrappedBuffer(destination.toBytes());
        oldest = (oldest + 1) % SIZE;
        return destination;
    }
}
