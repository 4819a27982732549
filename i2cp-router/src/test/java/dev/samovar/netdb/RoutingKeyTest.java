package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;

class RoutingKeyTest {

    private final Vectors vectors = Vectors.load("common");
    private final SeededEntropy entropy = new SeededEntropy(1);

    private Hash hash() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    @Test
    void theKeyIsTheKnownOneFromMidnightToMidnightUtc() {
        Hash hash = Hash.fromBytes(vectors.bytes("routing_key/hash"));
        LocalDate date = LocalDate.parse(vectors.text("routing_key/date_utc"), DateTimeFormatter.BASIC_ISO_DATE);
        long midnight = date.toEpochSecond(LocalTime.MIDNIGHT, ZoneOffset.UTC) * 1000;
        byte[] known = vectors.bytes("routing_key/key");
        assertArrayEquals(known, RoutingKey.at(hash, midnight).toBytes());
        assertArrayEquals(known, RoutingKey.at(hash, midnight + 86_399_999).toBytes());
        assertNotEquals(RoutingKey.at(hash, midnight), RoutingKey.at(hash, midnight - 1));
        assertNotEquals(RoutingKey.at(hash, midnight), RoutingKey.at(hash, midnight + 86_400_000));
        assertEquals(86_400_000, RoutingKey.millisToMidnight(midnight));
        assertEquals(1, RoutingKey.millisToMidnight(midnight - 1));
    }

    @Test
    void distanceIsTheXorAsANumber() {
        for (int i = 0; i < 500; i++) {
            RoutingKey key = RoutingKey.ofDay(hash(), 20_000);
            RoutingKey a = RoutingKey.plain(hash());
            RoutingKey b = RoutingKey.plain(hash());
            int expected = Integer.signum(distance(key, a).compareTo(distance(key, b)));
            assertEquals(expected, Integer.signum(key.compareDistance(a, b)));
            assertEquals(0, key.compareDistance(a, a));
            assertTrue(key.compareDistance(key, a) < 0);
        }
    }

    private static BigInteger distance(RoutingKey a, RoutingKey b) {
        return new BigInteger(1, a.toBytes()).xor(new BigInteger(1, b.toBytes()));
    }
}
