package dev.samovar.i2np;

import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The former request for a tunnel, and the reply to it, which differ by the message's type alone (I2NP specification,
 * "VariableTunnelBuild" and "VariableTunnelBuildReply"): count (1 byte, 1 to 8), records of 528 bytes. Still sent by routers
 * whose tunnel has an old hop; answered here, never begun.
 *
 * @param records as they stand in the message; a hop changes them in place
 */
public record VariableTunnelBuild(List<byte[]> records) implements CountedBuild {

    public static final int TYPE = 23;

    public static final int REPLY_TYPE = 24;

    public static final int RECORD_LENGTH = BuildRecords.LONG;

    public VariableTunnelBuild {
        records = BuildRecords.check(records, RECORD_LENGTH);
    }

    public static VariableTunnelBuild decode(ByteBuf in) throws WireException {
        return new VariableTunnelBuild(BuildRecords.decode(in, RECORD_LENGTH));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    /** The same records as the reply. */
    public I2npMessage toReply(int id, long expirationMillis) {
        return BuildRecords.message(this, REPLY_TYPE, id, expirationMillis);
    }
}
