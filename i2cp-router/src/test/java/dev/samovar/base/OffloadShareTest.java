package dev.samovar.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.testkit.SimWorld;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class OffloadShareTest {

    private final SimWorld world = new SimWorld(1);
    private final Lane lane = world.newLane();
    private final ArrayDeque<Runnable> pool = new ArrayDeque<>();
    private final OffloadShare share = new OffloadShare(
            new Offload() {
                @Override
                public <T> void submit(Lane to, Supplier<T> work, Consumer<T> then) {
                    pool.add(() -> then.accept(work.get()));
                }
            },
            2);
    private final List<Integer> done = new ArrayList<>();

    private void submit(int number) {
        share.submit(lane, () -> number, done::add);
    }

    @Test
    void noMoreThanItsShareIsThereAtATimeAndTheRestFollowsInOrder() {
        for (int number = 0; number < 5; number++) {
            submit(number);
        }
        assertEquals(2, pool.size());
        for (int number = 0; number < 5; number++) {
            pool.poll().run();
            assertEquals(Math.min(2, 4 - number), pool.size());
        }
        assertEquals(List.of(0, 1, 2, 3, 4), done);
    }

    @Test
    void aTaskThatThrowsGivesItsPlaceBack() {
        share.<Integer>submit(
                lane,
                () -> {
                    throw new IllegalStateException("a bug");
                },
                done::add);
        submit(1);
        submit(2);
        assertThrows(IllegalStateException.class, pool.poll()::run);
        assertEquals(2, pool.size());
        pool.poll().run();
        pool.poll().run();
        assertEquals(List.of(1, 2), done);
    }
}
