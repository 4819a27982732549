package dev.samovar.i2np;

import io.netty.buffer.ByteBuf;
import java.util.List;

/** A message of a tunnel build that says how many records it has: count (1 byte, 1 to 8), records of one length. */
public sealed interface CountedBuild extends I2npBody
        permits ShortTunnelBuild, VariableTunnelBuild, OutboundTunnelBuildReply {

    /** As they stand in the message; a hop changes them in place. */
    List<byte[]> records();

    @Override
    default void encode(ByteBuf out) {
        out.writeByte(records().size());
        BuildRecords.encode(records(), out);
    }

    @Override
    default int sizeHint() {
        return 1 + records().size() * records().get(0).length;
    }
}
