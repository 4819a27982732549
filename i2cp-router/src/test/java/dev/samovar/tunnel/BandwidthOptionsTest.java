package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.samovar.testkit.SeededEntropy;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BandwidthOptionsTest {

    private final SeededEntropy entropy = new SeededEntropy(3);

    @Test
    void whoCarriesLittleSaysNothing() {
        for (int kbps = 0; kbps <= 7; kbps++) {
            assertEquals(BandwidthOptions.NONE, BandwidthOptions.toReplace(kbps, entropy));
        }
        assertNotEquals(BandwidthOptions.NONE, BandwidthOptions.toReplace(8, entropy));
    }

    @Test
    void whatAHopIsToldIsDrawnFromAWideRangeAroundWhatIsCarried() {
        TreeSet<Integer> minimums = new TreeSet<>();
        TreeSet<Integer> requests = new TreeSet<>();
        for (int i = 0; i < 500; i++) {
            BandwidthOptions told = BandwidthOptions.toReplace(20, entropy);
            minimums.add(told.minimum());
            requests.add(told.requested());
            assertEquals(0, told.limit());
        }
        assertEquals(8, minimums.size());
        assertEquals(13, minimums.first());
        assertEquals(20, minimums.last());
        assertEquals(28, requests.first());
        assertEquals(35, requests.last());
    }

    @Test
    void whoCarriesVeryMuchLooksLikeAllWhoDo() {
        TreeSet<Integer> busy = new TreeSet<>();
        for (int i = 0; i < 500; i++) {
            busy.add(BandwidthOptions.toReplace(5000, entropy).minimum());
        }
        assertEquals(21, busy.first());
        assertEquals(32, busy.last());
        assertEquals(12, busy.size());
    }
}
