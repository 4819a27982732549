package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keys and values (common structures, "Mapping"): size of all that follows (2 bytes), then String {@code =} String
 * {@code ;} for each. Written sorted by key, as every signed structure wants it; read in the order received, which a
 * signature covers, so verify over received bytes and never over a re-encoding. Immutable.
 *
 * <p>Thousands of these are kept, with some ten entries each: so they are an array that is searched from its start, and the
 * keys that everybody uses exist once.
 */
public final class Mapping {

    public static final Mapping EMPTY = new Mapping(new String[0]);

    private static final int MAX_BYTES = 0xffff;

    /** The keys of RouterInfos and their addresses. */
    private static final Map<String, String> COMMON_KEYS = Stream.of(
                    "caps",
                    "netId",
                    "router.version",
                    "family",
                    "family.key",
                    "family.sig",
                    "netdb.knownRouters",
                    "netdb.knownLeaseSets",
                    "host",
                    "port",
                    "s",
                    "i",
                    "v",
                    "mtu",
                    "itag0",
                    "itag1",
                    "itag2",
                    "ih0",
                    "ih1",
                    "ih2",
                    "iexp0",
                    "iexp1",
                    "iexp2",
                    "key")
            .collect(Collectors.toUnmodifiableMap(Function.identity(), Function.identity()));

    /** So many keys are compared with each other; more go through a set. */
    private static final int FEW = 32;

    /** Key, value, key, value. */
    private final String[] entries;

    private Mapping(String[] entries) {
        this.entries = entries;
    }

    /**
     * A mapping of these entries.
     *
     * @throws WireException {@link Fault#TOO_LARGE} when a key or value has over 255 bytes or all together over 65535
     */
    public static Mapping of(Map<String, String> entries) throws WireException {
        int size = 0;
        List<String> sorted = new ArrayList<>(2 * entries.size());
        for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
            int key = entry.getKey().getBytes(StandardCharsets.UTF_8).length;
            int value = entry.getValue().getBytes(StandardCharsets.UTF_8).length;
            if (key > Wire.MAX_STRING_BYTES || value > Wire.MAX_STRING_BYTES) {
                throw new WireException(Fault.TOO_LARGE, "mapping entry");
            }
            size += key + value + 4;
            sorted.add(entry.getKey());
            sorted.add(entry.getValue());
        }
        if (size > MAX_BYTES) {
            throw new WireException(Fault.TOO_LARGE, "mapping");
        }
        return new Mapping(sorted.toArray(String[]::new));
    }

    public static Mapping decode(ByteBuf in) throws WireException {
        int size = Wire.u16(in, "mapping size");
        Wire.need(in, size, "mapping");
        if (size == 0) {
            return EMPTY;
        }
        ByteBuf body = in.readSlice(size);
        List<String> entries = new ArrayList<>(2 * FEW);
        Set<String> many = null;
        while (body.isReadable()) {
            String key = Wire.string(body, "mapping key");
            expect(body, '=');
            String value = Wire.string(body, "mapping value");
            expect(body, ';');
            if (many == null && entries.size() == 2 * FEW) {
                many = new HashSet<>();
                for (int i = 0; i < entries.size(); i += 2) {
                    many.add(entries.get(i));
                }
            }
            if (many == null ? contains(entries, key) : !many.add(key)) {
                throw new WireException(Fault.BAD_VALUE, "mapping key twice");
            }
            entries.add(COMMON_KEYS.getOrDefault(key, key));
            entries.add(value);
        }
        return new Mapping(entries.toArray(String[]::new));
    }

    private static boolean contains(List<String> entries, String key) {
        for (int i = 0; i < entries.size(); i += 2) {
            if (entries.get(i).equals(key)) {
                return true;
            }
        }
        return false;
    }

    public void encode(ByteBuf out) {
        int sizeAt = out.writerIndex();
        out.writeShort(0);
        for (Map.Entry<String, String> entry : new TreeMap<>(entries()).entrySet()) {
            Wire.writeString(out, entry.getKey());
            out.writeByte('=');
            Wire.writeString(out, entry.getValue());
            out.writeByte(';');
        }
        out.setShort(sizeAt, out.writerIndex() - sizeAt - 2);
    }

    /** The value of this key, or null. */
    public String get(String key) {
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i].equals(key)) {
                return entries[i + 1];
            }
        }
        return null;
    }

    /** All entries in the order received, or sorted by key when they were made here. A new map with each call. */
    public Map<String, String> entries() {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            all.put(entries[i], entries[i + 1]);
        }
        return Collections.unmodifiableMap(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mapping that
                && entries.length == that.entries.length
                && entries().equals(that.entries());
    }

    @Override
    public int hashCode() {
        return entries().hashCode();
    }

    /** Keys only: values may be secrets. */
    @Override
    public String toString() {
        return entries().keySet().toString();
    }

    private static void expect(ByteBuf in, char separator) throws WireException {
        if (Wire.u8(in, "mapping separator") != separator) {
            throw new WireException(Fault.BAD_VALUE, "mapping separator");
        }
    }
}
