package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** The records of a tunnel build: {@value #MAX} at most, all of one length. */
final class BuildRecords {

    /** Records in one message; the older form has always so many. */
    static final int MAX = 8;

    /** The length of a record of the older forms, bytes. */
    static final int LONG = 528;

    /** The length of a record of today's form, bytes. */
    static final int SHORT = 218;

    private BuildRecords() {}

    static List<byte[]> check(List<byte[]> records, int length) {
        if (records.isEmpty() || records.size() > MAX) {
            throw new IllegalArgumentException(records.size() + " records");
        }
        for (byte[] record : records) {
            if (record.length != length) {
                throw new IllegalArgumentException("a record of " + record.length + " bytes");
            }
        }
        return List.copyOf(records);
    }

    /** Reads the count (1 byte) and the records. */
    static List<byte[]> decode(ByteBuf in, int length) throws WireException {
        int count = Wire.u8(in, "record count");
        if (count == 0 || count > MAX) {
            throw new WireException(Fault.BAD_VALUE, "record count");
        }
        return decode(in, count, length);
    }

    static List<byte[]> decode(ByteBuf in, int count, int length) throws WireException {
        Wire.need(in, count * length, "build records");
        List<byte[]> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(Wire.bytes(in, length, "build record"));
        }
        return records;
    }

    static void encode(List<byte[]> records, ByteBuf out) {
        for (byte[] record : records) {
            out.writeBytes(record);
        }
    }

    /** The message of a reply that differs from its request by the type alone. */
    static I2npMessage message(I2npBody records, int type, int id, long expirationMillis) {
        I2npMessage request = records.toMessage(id, expirationMillis);
        return new I2npMessage(type, id, expirationMillis, request.body());
    }
}
