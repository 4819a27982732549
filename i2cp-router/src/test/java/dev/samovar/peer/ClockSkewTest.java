package dev.samovar.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.testkit.SeededEntropy;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClockSkewTest {

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final ClockSkew skew = new ClockSkew();

    private Hash peer() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    @Test
    void tooFewPeersSayNothing() {
        skew.report(peer(), 5, 0);
        skew.report(peer(), 5, 0);
        assertEquals(OptionalLong.empty(), skew.medianMillis(0));
        assertFalse(skew.isOurClockRight(0));
    }

    @Test
    void theMedianCountsAndOneWordOfEachPeer() {
        Hash liar = peer();
        for (int i = 0; i < 20; i++) {
            skew.report(liar, 3_600_000, i);
        }
        skew.report(peer(), 40, 0);
        skew.report(peer(), 60, 0);
        assertEquals(OptionalLong.of(60), skew.medianMillis(0));
        assertTrue(skew.isOurClockRight(0));
    }

    @Test
    void aClockThatMostPeersFindWrongIsWrong() {
        for (int i = 0; i < 5; i++) {
            skew.report(peer(), -90_000, 0);
        }
        assertEquals(OptionalLong.of(-90_000), skew.medianMillis(0));
        assertFalse(skew.isOurClockRight(0));
    }

    @Test
    void oldWordsAndTooManyAreForgotten() {
        for (int i = 0; i < 10 * ClockSkew.MAX_REPORTS; i++) {
            skew.report(peer(), i, 0);
        }
        assertEquals(ClockSkew.MAX_REPORTS, skew.reports());
        assertEquals(OptionalLong.empty(), skew.medianMillis(TimeUnit.HOURS.toNanos(1)));
        assertEquals(0, skew.reports());
    }
}
