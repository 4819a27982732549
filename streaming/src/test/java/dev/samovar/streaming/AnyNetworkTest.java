package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimLink;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whatever a network does, the same bytes arrive, or the stream ends with a reason. */
class AnyNetworkTest {

    private static final int WORLDS = 400;

    @Test
    void anyLossReorderingDuplicationAndDelayDeliversTheSameBytesOrFailsCleanly() {
        int completed = 0;
        for (long seed = 1; seed <= WORLDS; seed++) {
            try {
                completed += run(seed) ? 1 : 0;
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + ": " + failed, failed);
            }
        }
        assertTrue(completed > WORLDS * 9 / 10, "only " + completed + " of " + WORLDS + " streams completed");
    }

    private static boolean run(long seed) {
        SeededEntropy choice = new SeededEntropy(seed * 7919);
        int loss = choice.below(31);
        int duplicates = choice.below(20);
        int latency = choice.below(300);
        int jitter = choice.below(400);
        StreamWorld world = new StreamWorld(seed, sim -> new SimLink(sim, latency, jitter, loss, duplicates));
        byte[] up = choice.bytes(choice.below(200_000));
        byte[] down = choice.bytes(choice.below(200_000));
        End[] ends = new End[2];
        world.on(() -> {
            world.bob.streams.accept(socket -> {
                ends[1] = new End(world, socket);
                ends[1].write(down, 1 + choice.below(20_000), true);
            });
            ends[0] = new End(
                    world,
                    world.alice.streams.connect(world.bob.keys.destination(), 0, 0, TimeUnit.SECONDS.toNanos(120)));
            ends[0].write(up, 1 + choice.below(20_000), true);
            ends[0].reading(choice.below(4) != 0);
        });
        world.world.runUntil(() -> ends[0].end != null, 20, TimeUnit.SECONDS);
        world.on(() -> ends[0].reading(true));
        boolean over = world.world.runUntil(
                () -> ends[0].end != null && (ends[1] == null || ends[1].end != null), 2, TimeUnit.HOURS);
        assertTrue(over, "the stream hangs");
        if (ends[0].end == StreamEnd.COMPLETED) {
            assertArrayEquals(down, ends[0].received.toByteArray());
        } else {
            assertGivenUp(ends[0], ends[1]);
            assertPrefix(down, ends[0].received.toByteArray());
        }
        if (ends[1] != null) {
            if (ends[1].end == StreamEnd.COMPLETED) {
                assertArrayEquals(up, ends[1].received.toByteArray());
            } else {
                assertGivenUp(ends[1], ends[0]);
                assertPrefix(up, ends[1].received.toByteArray());
            }
        }
        world.world.runFor(6, TimeUnit.MINUTES);
        assertEquals(0, world.alice.streams.openStreams());
        assertEquals(0, world.bob.streams.openStreams());
        assertEquals(1, ends[0].ends);
        StreamWorld.endAll();
        return ends[0].end == StreamEnd.COMPLETED && ends[1] != null && ends[1].end == StreamEnd.COMPLETED;
    }

    private static void assertPrefix(byte[] all, byte[] part) {
        assertTrue(part.length <= all.length, "more bytes than were sent");
        assertArrayEquals(Arrays.copyOf(all, part.length), part);
    }

    private static void assertGivenUp(End end, End peer) {
        assertTrue(
                end.end == StreamEnd.TIMED_OUT
                        || end.end == StreamEnd.RESET_BY_PEER && peer != null && peer.end == StreamEnd.TIMED_OUT,
                "ended by " + end.end);
    }
}
