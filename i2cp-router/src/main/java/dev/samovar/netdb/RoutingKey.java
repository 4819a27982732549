package dev.samovar.netdb;

import dev.samovar.crypto.Sha;
import dev.samovar.data.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/**
 * Where a key stands among the floodfills on one day (network database page, "Kademlia Closeness Metric"): the SHA-256 of the
 * hash and the UTC date in eight digits. Distance is this XOR a router's plain hash, as a 256-bit number. Never on the wire.
 * Immutable; four big-endian words.
 */
public record RoutingKey(long first, long second, long third, long fourth) {

    private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

    /** The key of this hash on the UTC day that holds this moment. */
    public static RoutingKey at(Hash hash, long epochMillis) {
        return ofDay(hash, day(epochMillis));
    }

    /** The key of this hash on a UTC day, counted from 1970-01-01. */
    public static RoutingKey ofDay(Hash hash, long day) {
        String date = LocalDate.ofEpochDay(day).format(DateTimeFormatter.BASIC_ISO_DATE);
        return of(Sha.sha256(hash.toBytes(), date.getBytes(StandardCharsets.US_ASCII)));
    }

    /** The UTC day that holds this moment. */
    public static long day(long epochMillis) {
        return Math.floorDiv(epochMillis, DAY_MILLIS);
    }

    /** How long it is until keys change, milliseconds: 1 to a day. */
    public static long millisToMidnight(long epochMillis) {
        return DAY_MILLIS - Math.floorMod(epochMillis, DAY_MILLIS);
    }

    /** A router's own place: its hash as it is. */
    static RoutingKey plain(Hash hash) {
        return of(hash.toBytes());
    }

    private static RoutingKey of(byte[] bytes) {
        ByteBuffer words = ByteBuffer.wrap(bytes);
        return new RoutingKey(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    /** Less than 0 when {@code a} is closer to this key than {@code b}, 0 when they are the same. */
    public int compareDistance(RoutingKey a, RoutingKey b) {
        int order = Long.compareUnsigned(first ^ a.first, first ^ b.first);
        if (order == 0) {
            order = Long.compareUnsigned(second ^ a.second, second ^ b.second);
        }
        if (order == 0) {
            order = Long.compareUnsigned(third ^ a.third, third ^ b.third);
        }
        return order != 0 ? order : Long.compareUnsigned(fourth ^ a.fourth, fourth ^ b.fourth);
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(Hash.LENGTH)
                .putLong(first)
                .putLong(second)
                .putLong(third)
                .putLong(fourth)
                .array();
    }

    /** Redacted: whoever knows the key of a destination knows where to look for it. */
    @Override
    public String toString() {
        return "[routing key]";
    }
}
