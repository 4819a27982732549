package dev.samovar.tunnel;

import dev.samovar.tunnel.PoolStatus.Obstacle;
import java.util.concurrent.TimeUnit;

/** Makes a {@link PoolStatus} of a plan. */
final class PoolReport {

    private PoolReport() {}

    static PoolStatus of(PoolPlan<?, ?> plan, long now) {
        PoolSide<?> in = plan.inbound();
        PoolSide<?> out = plan.outbound();
        return new PoolStatus(
                way(in, now),
                way(out, now),
                in.builtInAll() + out.builtInAll(),
                in.failedInAll() + out.failedInAll(),
                roundTripMillis(in));
    }

    private static <T> PoolStatus.Way way(PoolSide<T> side, long now) {
        int good = 0;
        int standIns = 0;
        for (PoolSide.Member<T> member : side.members()) {
            if (member.isUsable(now) && !member.isSuspect()) {
                good++;
                standIns += member.fallback ? 1 : 0;
            }
        }
        return new PoolStatus.Way(good, standIns, side.config().wanted(), side.pendingBuilds(), obstacle(side, now));
    }

    private static <T> long roundTripMillis(PoolSide<T> side) {
        long sum = 0;
        int count = 0;
        for (PoolSide.Member<T> member : side.members()) {
            if (member.roundTrip > 0) {
                sum += TimeUnit.NANOSECONDS.toMillis(member.roundTrip);
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    private static Obstacle obstacle(PoolSide<?> side, long now) {
        if (side.lasting(now) >= side.config().wanted()) {
            return Obstacle.NONE;
        }
        if (side.pendingBuilds() > 0) {
            return Obstacle.ANSWERS;
        }
        if (side.isBlocked()) {
            return Obstacle.EXPLORATORY_TUNNELS;
        }
        return side.lacksHops() ? Obstacle.HOPS : Obstacle.PAUSE;
    }
}
