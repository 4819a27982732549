package dev.samovar.tunnel;

import dev.samovar.tunnel.PoolStatus.Obstacle;
import java.util.concurrent.TimeUnit;

/** Makes a {@link PoolStatus} of a plan. */
final class PoolReport {

    private PoolReport() {}

    static PoolStatus of(PoolPlan<?, ?> plan, long now) {
        PoolSide<?> in = plan.inbound();
        PoolSide<?> out = plan.outbound();
        Obstacle inObstacle = obstacle(in, now);
        return new PoolStatus(
                good(in, now),
                in.config().wanted(),
                in.pendingBuilds(),
                good(out, now),
                out.config().wanted(),
                out.pendingBuilds(),
                in.builtInAll() + out.builtInAll(),
                in.failedInAll() + out.failedInAll(),
                roundTripMillis(in),
                inObstacle == Obstacle.NONE ? obstacle(out, now) : inObstacle);
    }

    private static <T> int good(PoolSide<T> side, long now) {
        int count = 0;
        for (PoolSide.Member<T> member : side.members()) {
            count += member.isUsable(now) && !member.isSuspect() ? 1 : 0;
        }
        return count;
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
