package dev.samovar.testkit;

import dev.samovar.base.Clock;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Event loops with real sockets whose time runs faster than the machine's: what is scheduled for later comes so many times
 * sooner, and the {@link #clock} agrees. For whole routers, whose pauses of many seconds nobody wants to sit through. Dates
 * are the machine's: what is signed and sent has to hold beside others.
 */
public final class HurriedLoops extends MultiThreadIoEventLoopGroup {

    private final int times;

    /** @param times how many of their seconds are a second of the machine's */
    public HurriedLoops(int threads, String name, int times) {
        super(threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        this.times = times;
    }

    public Clock clock() {
        return new Clock() {
            @Override
            public long nanos() {
                return System.nanoTime() * times;
            }

            @Override
            public long epochMillis() {
                return System.currentTimeMillis();
            }
        };
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... none) {
        return new SingleThreadIoEventLoop(this, executor, factory) {
            @Override
            public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
                return super.schedule(task, unit.toNanos(delay) / times, TimeUnit.NANOSECONDS);
            }
        };
    }
}
