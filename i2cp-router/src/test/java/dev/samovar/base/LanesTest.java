package dev.samovar.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SimWorld;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LanesTest {

    private enum Timer {
        FIRST,
        SECOND
    }

    @Test
    void aTimerTableGivesTheEarliestFirstAndEachOnce() {
        TimerTable<Timer> timers = new TimerTable<>(Timer.class);
        assertEquals(TimerTable.NEVER, timers.next());
        timers.set(Timer.FIRST, 20);
        timers.set(Timer.SECOND, 10);
        assertEquals(10, timers.next());
        assertNull(timers.pollExpired(9));
        assertEquals(Timer.SECOND, timers.pollExpired(30));
        assertEquals(Timer.FIRST, timers.pollExpired(30));
        assertNull(timers.pollExpired(30));
        timers.set(Timer.FIRST, 5);
        timers.stop(Timer.FIRST);
        assertFalse(timers.isSet(Timer.FIRST));
    }

    @Test
    void anEventLoopLaneRunsTasksInOrderOnItsOwnThreadAndBringsOffloadedResultsBack() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        CryptoPool pool = new CryptoPool(2);
        EventLoopLane lane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        assertThrows(IllegalStateException.class, lane::check);
        lane.execute(() -> {
            lane.check();
            lane.execute(() -> heard.add("second"));
            lane.run(() -> heard.add("first"));
            lane.schedule(SystemClock.INSTANCE.nanos() + 1_000_000, () -> heard.add("third"));
            lane.schedule(SystemClock.INSTANCE.nanos() + 1_000_000, () -> heard.add("never"))
                    .cancel();
        });
        assertEquals("first", heard.poll(10, TimeUnit.SECONDS));
        assertEquals("second", heard.poll(10, TimeUnit.SECONDS));
        assertEquals("third", heard.poll(10, TimeUnit.SECONDS));
        pool.submit(lane, () -> lane.inLane() ? "on the lane" : "elsewhere", result -> {
            lane.check();
            heard.add(result);
        });
        assertEquals("elsewhere", heard.poll(10, TimeUnit.SECONDS));
        pool.submit(
                lane,
                () -> {
                    throw new IllegalStateException("a bug in some work");
                },
                result -> heard.add("of a bug"));
        pool.submit(lane, () -> "after a bug", heard::add);
        assertEquals("after a bug", heard.poll(10, TimeUnit.SECONDS));
        lane.schedule(TimerTable.NEVER, () -> heard.add("never"));
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        lane.execute(() -> heard.add("after the end"));
        lane.schedule(0, () -> heard.add("after the end")).cancel();
        pool.close();
        pool.submit(lane, () -> "after the end", heard::add);
        assertTrue(heard.isEmpty());
    }

    @Test
    void aSimulatedWorldRunsByItsOwnClockAlone() {
        SimWorld world = new SimWorld(1);
        Lane lane = world.newLane();
        List<String> heard = new ArrayList<>();
        lane.schedule(TimeUnit.HOURS.toNanos(1), () -> heard.add("hour"));
        lane.execute(() -> heard.add("now"));
        world.runReady();
        assertEquals(List.of("now"), heard);
        world.runFor(59, TimeUnit.MINUTES);
        assertEquals(List.of("now"), heard);
        world.runFor(1, TimeUnit.MINUTES);
        assertEquals(List.of("now", "hour"), heard);
    }
}
