package dev.samovar.i2np;

import dev.samovar.base.WireException;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The oldest request for a tunnel, and the reply to it, which differ by the message's type alone (I2NP specification,
 * "TunnelBuild" and "TunnelBuildReply"): always 8 records of 528 bytes and no count. Nobody sends it any more; it is read for
 * what still passes through.
 *
 * @param records 8 of 528 bytes, as they stand in the message; a hop changes them in place
 */
public record TunnelBuild(List<byte[]> records) implements I2npBody {

    public static final int TYPE = 21;

    public static final int REPLY_TYPE = 22;

    public TunnelBuild {
        records = BuildRecords.check(records, BuildRecords.LONG);
        if (records.size() != BuildRecords.MAX) {
            throw new IllegalArgumentException(records.size() + " records");
        }
    }

    public static TunnelBuild decode(ByteBuf in) throws WireException {
        return new TunnelBuild(BuildRecords.decode(in, BuildRecords.MAX, BuildRecords.LONG));
    }

    @Override
    public int typeCode() {
        return TYPE;
    }

    @Override
    public void encode(ByteBuf out) {
        BuildRecords.encode(records, out);
    }

    @Override
    public int sizeHint() {
        return BuildRecords.MAX * BuildRecords.LONG;
    }

    /** The same records as the reply. */
    public I2npMessage toReply(int id, long expirationMillis) {
        return BuildRecords.message(this, REPLY_TYPE, id, expirationMillis);
    }
}
