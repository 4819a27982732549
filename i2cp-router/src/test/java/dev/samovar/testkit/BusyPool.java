package dev.samovar.testkit;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A pool of threads that has other things to do, so that what was asked for first is not always there first. */
public final class BusyPool implements Offload {

    private final SimWorld world;
    private final int delays;

    /** @param delays results are late by less than so many milliseconds */
    public BusyPool(SimWorld world, int delays) {
        this.world = world;
        this.delays = delays;
    }

    @Override
    public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
        T result = work.get();
        long delay = TimeUnit.MILLISECONDS.toNanos(world.entropy().below(delays));
        lane.schedule(world.nanos() + delay, () -> then.accept(result));
    }
}
