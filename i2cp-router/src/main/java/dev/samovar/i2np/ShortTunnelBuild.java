package dev.samovar.i2np;

import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The request for a tunnel, sent from hop to hop (I2NP specification, "ShortTunnelBuild"): count (1 byte, 1 to 8), records of
 * {@value #RECORD_LENGTH} bytes. The message's id has a meaning: each hop sends it on under the id that its record names, and the last one
 * of an inbound tunnel so tells the creator which build this is.
 *
 * @param records as they stand in the message; a hop changes them in place
 */
public record ShortTunnelBuild(List<byte[]> records) implements CountedBuild {

    public static final int TYPE = 25;

    public static final int RECORD_LENGTH = BuildRecords.SHORT;

    public ShortTunnelBuild {
        records = BuildRecords.check(records, RECORD_LENGTH);
    }

    public static ShortTunnelBuild decode(ByteBuf in) throws WireException {
        return new ShortTunnelBuild(BuildRecords.decode(in, RECORD_LENGTH));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }
}
