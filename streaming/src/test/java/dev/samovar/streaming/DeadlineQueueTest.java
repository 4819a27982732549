package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.TimerTable;
import dev.samovar.testkit.SeededEntropy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlineQueueTest {

    private static final class Item extends DeadlineQueue.Entry {}

    @Test
    void eachComesOnceAndInTime() {
        long seed = 77;
        SeededEntropy entropy = new SeededEntropy(seed);
        DeadlineQueue<Item> queue = new DeadlineQueue<>();
        Map<Item, Long> expected = new HashMap<>();
        Item[] items = new Item[100];
        for (int i = 0; i < items.length; i++) {
            items[i] = new Item();
        }
        for (int round = 0; round < 20_000; round++) {
            Item item = items[entropy.below(items.length)];
            long deadline = entropy.below(1000);
            switch (entropy.below(4)) {
                case 0, 1 -> {
                    queue.lookAt(item, deadline);
                    expected.merge(item, deadline, Math::min);
                }
                case 2 -> {
                    queue.remove(item);
                    expected.remove(item);
                }
                default -> {
                    Item due = queue.pollDue(deadline);
                    long first = expected.values().stream().min(Long::compare).orElse(TimerTable.NEVER);
                    if (due == null) {
                        assertTrue(first > deadline, "seed " + seed + " round " + round);
                    } else {
                        assertEquals(first, expected.remove(due), "seed " + seed + " round " + round);
                    }
                }
            }
            assertEquals(expected.size(), queue.size());
            assertEquals(
                    expected.values().stream().min(Long::compare).orElse(TimerTable.NEVER),
                    queue.next(),
                    "seed " + seed + " round " + round);
        }
    }

    @Test
    void whatNeverWantsToBeLookedAtIsNotKept() {
        DeadlineQueue<Item> queue = new DeadlineQueue<>();
        queue.lookAt(new Item(), TimerTable.NEVER);
        assertEquals(0, queue.size());
        assertNull(queue.pollDue(Long.MAX_VALUE));
    }

    @Test
    void aStreamThatIsBusyForMinutesWaitsInOnePlaceAndADeadOneInNone() {
        StreamWorld world = StreamWorld.perfect(10);
        End[] ends = world.connected();
        for (int i = 0; i < 3000; i++) {
            world.on(() -> ends[0].write(new byte[10], 10, false));
            world.world.runFor(50, TimeUnit.MILLISECONDS);
        }
        assertEquals(1, world.bob.streams.waitingStreams());
        world.on(() -> ends[0].socket.reset());
        world.world.runFor(100, TimeUnit.MILLISECONDS);
        assertEquals(0, world.bob.streams.waitingStreams());
        assertEquals(0, world.alice.streams.waitingStreams());
        StreamWorld.endAll();
    }
}
