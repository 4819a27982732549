package dev.samovar.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecentKeysTest {

    private static final long REMEMBER = 1000;

    private final RecentKeys recent = new RecentKeys(42, REMEMBER, 5000);

    @Test
    void itTellsNewFromKnownAsASetDoes() {
        Random random = new Random(1);
        Set<Long> set = new HashSet<>();
        for (int i = 0; i < 4000; i++) {
            long key = random.nextInt(3000) - 1500L;
            assertEquals(set.contains(key), recent.contains(key, 0));
            assertEquals(set.add(key), recent.add(key, 0));
        }
        assertEquals(set.size(), recent.size());
    }

    @Test
    void theKeyThatMixesToNothingIsAKeyLikeOthers() {
        // 42 ^ 42 = 0, which the mixing leaves as it is
        assertFalse(recent.contains(42, 0));
        assertTrue(recent.add(42, 0));
        assertFalse(recent.add(42, 0));
    }

    @Test
    void aKeyIsKnownForTheWholeTimeAndForgottenAfterTwice() {
        recent.add(1, 0);
        recent.add(2, REMEMBER - 1);
        assertTrue(recent.contains(1, REMEMBER));
        assertTrue(recent.contains(2, 2 * REMEMBER - 1));
        assertFalse(recent.contains(2, 4 * REMEMBER));
    }

    @Test
    void aFloodIsBoundedAndCounted() {
        for (int i = 0; i < 100_000; i++) {
            assertTrue(recent.add(i, 0));
        }
        assertEquals(10_000, recent.size());
        assertEquals(90_000, recent.forgottenEarly());
        assertFalse(recent.add(95_000, 0));
        assertTrue(recent.add(1, 0));
    }
}
