package dev.samovar.i2np;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.i2np.I2npFilter.Verdict;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class I2npFilterTest {

    private static final long NOW = 1_767_225_600_000L;
    private static final long LIFE = 30_000;

    private final I2npFilter filter = new I2npFilter(42, 1000);

    private Verdict check(int type, int id, long expiration, long now) {
        return filter.check(new I2npMessage(type, id, expiration, Unpooled.EMPTY_BUFFER), now);
    }

    private Verdict check(int id, long now) {
        return check(DatabaseLookup.TYPE, id, NOW + LIFE, now);
    }

    @Test
    void aMessageIsAcceptedOnceWithinItsLife() {
        assertEquals(Verdict.ACCEPTED, check(1, NOW));
        assertEquals(Verdict.REPEATED, check(1, NOW));
        assertEquals(Verdict.REPEATED, check(1, NOW + LIFE + I2npFilter.MAX_LATE_MILLIS));
        assertEquals(Verdict.EXPIRED, check(1, NOW + LIFE + I2npFilter.MAX_LATE_MILLIS + 1));
        assertEquals(1, filter.count(Verdict.ACCEPTED));
        assertEquals(2, filter.count(Verdict.REPEATED));
        assertEquals(1, filter.count(Verdict.EXPIRED));
    }

    @Test
    void theSameIdWithAnotherExpirationIsAnotherMessage() {
        assertEquals(Verdict.ACCEPTED, check(DatabaseLookup.TYPE, 1, NOW + LIFE, NOW));
        assertEquals(Verdict.ACCEPTED, check(DatabaseLookup.TYPE, 1, NOW + LIFE + 1000, NOW));
    }

    @Test
    void theEdgesOfTheWindowAreInside() {
        assertEquals(Verdict.ACCEPTED, check(1, 1, NOW - I2npFilter.MAX_LATE_MILLIS, NOW));
        assertEquals(Verdict.ACCEPTED, check(1, 2, NOW + I2npFilter.MAX_AHEAD_MILLIS, NOW));
        assertEquals(Verdict.TOO_FAR_AHEAD, check(1, 3, NOW + I2npFilter.MAX_AHEAD_MILLIS + 1, NOW));
        assertEquals(Verdict.TOO_FAR_AHEAD, check(1, 4, Long.MAX_VALUE, NOW));
        assertEquals(Verdict.EXPIRED, check(1, 5, 0, NOW));
    }

    @Test
    void cellsOfTunnelsMayRepeatButNotExpire() {
        assertEquals(Verdict.ACCEPTED, check(TunnelData.TYPE, 1, NOW + LIFE, NOW));
        assertEquals(Verdict.ACCEPTED, check(TunnelData.TYPE, 1, NOW + LIFE, NOW));
        assertEquals(Verdict.EXPIRED, check(TunnelData.TYPE, 1, NOW - 60_001, NOW));
        assertEquals(0, filter.remembered());
    }

    @Test
    void nothingIsForgottenWhileItCouldPassAgain() {
        long step = 7_000;
        for (int i = 0; i < 200; i++) {
            long now = NOW + i * step;
            long expiration = now + I2npFilter.MAX_AHEAD_MILLIS;
            assertEquals(Verdict.ACCEPTED, check(1, i, expiration, now));
            for (int j = Math.max(0, i - 30); j < i; j++) {
                Verdict again = check(1, j, NOW + j * step + I2npFilter.MAX_AHEAD_MILLIS, now);
                assertTrue(again == Verdict.REPEATED || again == Verdict.EXPIRED, i + " " + j);
            }
        }
        assertEquals(0, filter.forgottenEarly());
        assertTrue(filter.remembered() < 80, "remembered " + filter.remembered());
    }

    @Test
    void aFloodFindsABoundAndIsCounted() {
        for (int i = 0; i < 10_000; i++) {
            assertEquals(Verdict.ACCEPTED, check(i, NOW));
            assertEquals(Verdict.REPEATED, check(i, NOW));
        }
        assertTrue(filter.remembered() <= 2000);
        assertEquals(8000, filter.forgottenEarly());
        assertEquals(Verdict.REPEATED, check(9_000, NOW));
        assertEquals(Verdict.ACCEPTED, check(0, NOW));
    }

    @Test
    void aClockThatIsSetBackForgetsNothing() {
        assertEquals(Verdict.ACCEPTED, check(1, NOW));
        assertEquals(Verdict.REPEATED, check(1, NOW - 100_000));
        assertEquals(Verdict.REPEATED, check(1, NOW + 90_000));
    }

    @Test
    void afterALongSilenceAllIsForgotten() {
        check(1, NOW);
        long later = NOW + 10 * I2npFilter.MAX_AHEAD_MILLIS;
        check(1, 2, later, later);
        assertEquals(1, filter.remembered());
    }
}
