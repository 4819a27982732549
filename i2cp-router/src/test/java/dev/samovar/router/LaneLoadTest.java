package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Clock;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterKeys;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SimWorld;
import dev.samovar.tunnel.BandwidthOptions;
import dev.samovar.tunnel.TransitRefusal;
import dev.samovar.tunnel.TunnelBuild;
import dev.samovar.tunnel.TunnelHop;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LaneLoadTest {

    private static final int SHARED_KBPS = 1000;

    private final SimWorld world = new SimWorld(1);
    private final LateLane lane = new LateLane();
    private final LaneLoad load = new LaneLoad(lane);

    /** Runs what is due as late as if that much work were before it. */
    private final class LateLane implements Lane {
        private final Lane inner = world.newLane();
        private int lateMillis;

        @Override
        public boolean inLane() {
            return inner.inLane();
        }

        @Override
        public void execute(Runnable task) {
            inner.execute(task);
        }

        @Override
        public Cancellable schedule(long deadlineNanos, Runnable task) {
            return inner.schedule(deadlineNanos + TimeUnit.MILLISECONDS.toNanos(lateMillis), task);
        }

        @Override
        public Clock clock() {
            return inner.clock();
        }

        @Override
        public <T> Promise<T> newPromise() {
            return inner.newPromise();
        }
    }

    private int after(int seconds, int lateMillis) {
        lane.lateMillis = lateMillis;
        world.runFor(seconds, TimeUnit.SECONDS);
        return load.percent();
    }

    @Test
    void itRisesWithHowLateTheLaneRunsAndFallsAgain() {
        load.start();
        assertEquals(0, after(30, 0));
        int half = after(30, 100);
        assertTrue(half >= 48 && half <= 50, half + " %");
        assertEquals(100, after(30, 300));
        assertEquals(0, after(60, 0));
    }

    @Test
    void onePauseIsNoLoad() {
        load.start();
        after(30, 0);
        after(1, 60_000);
        // what was put into the pause comes a minute late
        int most = after(61, 0);
        assertTrue(most > 0, "the pause is seen");
        assertTrue(most < 70, most + " %");
    }

    @Test
    void nothingIsWatchedAfterTheEnd() {
        load.start();
        after(30, 300);
        load.stop();
        assertEquals(100, after(60, 0));
    }

    @Test
    void tunnelsOfOthersAreRefusedOnlyWhileTheLaneIsLate() {
        RouterKeys keys = RouterKeys.generate(world.entropy());
        Transit transit = new Transit(
                lane,
                world.entropy(),
                Offload.inline(),
                keys.identity().hash(),
                keys.encryptionKeys(),
                SHARED_KBPS,
                true,
                new NoNetwork());
        transit.start();
        world.runFor(30, TimeUnit.SECONDS);
        ask(transit, keys);
        assertEquals(0, congested(transit));
        lane.lateMillis = 300;
        world.runFor(30, TimeUnit.SECONDS);
        ask(transit, keys);
        assertEquals(1, congested(transit));
        lane.lateMillis = 0;
        world.runFor(30, TimeUnit.SECONDS);
        ask(transit, keys);
        assertEquals(1, congested(transit));
        assertEquals(2, transit.status().accepted());
        transit.close();
    }

    private static long congested(Transit transit) {
        return transit.status().refusals().getOrDefault(TransitRefusal.CONGESTED, 0L);
    }

    /** Asks for a tunnel of one hop. */
    private void ask(Transit transit, RouterKeys hop) {
        Hash asker = Hash.fromBytes(world.entropy().bytes(Hash.LENGTH));
        TunnelBuild build = TunnelBuild.outbound(
                List.of(TunnelHop.of(hop.identity(), world.entropy().nonZeroInt(), BandwidthOptions.NONE)),
                asker,
                world.entropy().nonZeroInt(),
                world.entropy().nonZeroInt(),
                world.nanos(),
                world.epochMillis(),
                world.entropy());
        I2npMessage request = build.request().toMessage(build.messageId(), world.epochMillis() + 10_000);
        build.destroy();
        world.on(lane.inner, () -> transit.onBuild(asker, request));
        world.runReady();
    }

    private static final class NoNetwork implements Transit.Network {

        @Override
        public boolean isKnown(Hash router) {
            return true;
        }

        @Override
        public void fetch(Hash router, Runnable then) {}

        @Override
        public boolean send(Hash router, I2npMessage message) {
            message.release();
            return true;
        }

        @Override
        public void receive(I2npMessage message) {
            message.release();
        }
    }
}
