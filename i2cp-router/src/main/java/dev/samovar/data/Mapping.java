package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keys and values (common structures, "Mapping"): size of all that follows (2 bytes), then String {@code =} String
 * {@code ;} for each. Written sorted by key, as every signed structure wants it; read in the order received, which a
 * signature covers, so verify over received bytes and never over a re-encoding. Immutable.
 */
public final class Mapping {

    public static final Mapping EMPTY = new Mapping(Map.of());

    private static final int MAX_BYTES = 0xffff;

    private final Map<String, String> entries;

    private Mapping(Map<String, String> entries) {
        this.entries = entries;
    }

    /**
     * A mapping of these entries.
     *
     * @throws WireException {@link Fault#TOO_LARGE} when a key or value has over 255 bytes or all together over 65535
     */
    public static Mapping of(Map<String, String> entries) throws WireException {
        int size = 0;
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            int key = entry.getKey().getBytes(StandardCharsets.UTF_8).length;
            int value = entry.getValue().getBytes(StandardCharsets.UTF_8).length;
            if (key > Wire.MAX_STRING_BYTES || value > Wire.MAX_STRING_BYTES) {
                throw new WireException(Fault.TOO_LARGE, "mapping entry");
            }
            size += key + value + 4;
        }
        if (size > MAX_BYTES) {
            throw new WireException(Fault.TOO_LARGE, "mapping");
        }
        return new Mapping(Collections.unmodifiableMap(new TreeMap<>(entries)));
    }

    public static Mapping decode(ByteBuf in) throws WireException {
        int size = Wire.u16(in, "mapping size");
        Wire.need(in, size, "mapping");
        ByteBuf body = in.readSlice(size);
        Map<String, String> entries = new LinkedHashMap<>();
        while (body.isReadable()) {
            String key = Wire.string(body, "mapping key");
            expect(body, '=');
            String value = Wire.string(body, "mapping value");
            expect(body, ';');
            if (entries.put(key, value) != null) {
                throw new WireException(Fault.BAD_VALUE, "mapping key twice");
            }
        }
        return new Mapping(Collections.unmodifiableMap(entries));
    }

    public void encode(ByteBuf out) {
        int sizeAt = out.writerIndex();
        out.writeShort(0);
        for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
            Wire.writeString(out, entry.getKey());
            out.writeByte('=');
            Wire.writeString(out, entry.getValue());
            out.writeByte(';');
        }
        out.setShort(sizeAt, out.writerIndex() - sizeAt - 2);
    }

    /** The value of this key, or null. */
    public String get(String key) {
        return entries.get(key);
    }

    public Map<String, String> entries() {
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mapping that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** Keys only: values may be secrets. */
    @Override
    public String toString() {
        return entries.keySet().toString();
    }

    private static void expect(ByteBuf in, char separator) throws WireException {
        if (Wire.u8(in, "mapping separator") != separator) {
            throw new WireException(Fault.BAD_VALUE, "mapping separator");
        }
    }
}
