package dev.samovar.i2np;

import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The answers of the hops of an outbound tunnel, from its last hop to the creator (I2NP specification,
 * "OutboundTunnelBuildReply"): count (1 byte, 1 to 8), records of {@value #RECORD_LENGTH} bytes. The message's id is the one that the record
 * of the last hop named. It comes down an inbound tunnel, sealed for the creator.
 *
 * @param records as they stand in the message; a hop changes them in place
 */
public record OutboundTunnelBuildReply(List<byte[]> records) implements CountedBuild {

    public static final int TYPE = 26;

    public static final int RECORD_LENGTH = BuildRecords.SHORT;

    public OutboundTunnelBuildReply {
        records = BuildRecords.check(records, RECORD_LENGTH);
    }

    public static OutboundTunnelBuildReply decode(ByteBuf in) throws WireException {
        return new OutboundTunnelBuildReply(BuildRecords.decode(in, RECORD_LENGTH));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }
}
