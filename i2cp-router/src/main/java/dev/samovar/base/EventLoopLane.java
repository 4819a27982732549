package dev.samovar.base;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A lane on a Netty event loop: sockets registered with that loop share the lane with the objects it owns. */
public final class EventLoopLane implements Lane {

    private final EventLoop loop;
    private final Clock clock;

    public EventLoopLane(EventLoop loop, Clock clock) {
        this.loop = loop;
        this.clock = clock;
    }

    /** The loop, for registering channels on this lane. */
    public EventLoop loop() {
        return loop;
    }

    @Override
    public boolean inLane() {
        return loop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException shutDown) {
            // SPEC Lane: a lane that was shut down drops tasks; its objects are gone already
        }
    }

    @Override
    public Cancellable schedule(long deadlineNanos, Runnable task) {
        if (deadlineNanos == TimerTable.NEVER) {
            return () -> {};
        }
        long delay = Math.max(0, deadlineNanos - clock.nanos());
        try {
            ScheduledFuture<?> future = loop.schedule(task, delay, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException shutDown) {
            return () -> {};
        }
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public <T> Promise<T> newPromise() {
        return loop.newPromise();
    }

    /** Two lanes on one loop are the same lane: what belongs to one may be touched on the other. */
    @Override
    public boolean equals(Object other) {
        return other instanceof EventLoopLane that && loop == that.loop;
    }

    @Override
    public int hashCode() {
        return loop.hashCode();
    }
}
