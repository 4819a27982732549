package dev.samovar.testkit;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a bad network: loss, duplication, delay with jitter (and so reordering), and a partition that swallows
 * all. What happens depends on the world's seed alone.
 */
public final class SimLink {

    private final SimWorld world;
    private final Entropy entropy;
    private final long latencyNanos;
    private final int jitterNanos;
    private final int lossPercent;
    private final int duplicatePercent;
    private boolean partitioned;
    private long sent;
    private long lost;

    public SimLink(SimWorld world, int latencyMillis, int jitterMillis, int lossPercent, int duplicatePercent) {
        this.world = world;
        this.entropy = world.entropy();
        this.latencyNanos = TimeUnit.MILLISECONDS.toNanos(latencyMillis);
        this.jitterNanos = (int) Math.min(Integer.MAX_VALUE, TimeUnit.MILLISECONDS.toNanos(jitterMillis));
        this.lossPercent = lossPercent;
        this.duplicatePercent = duplicatePercent;
    }

    /** Nothing comes through from now on, or everything as before. */
    public void partition(boolean cut) {
        partitioned = cut;
    }

    public long sent() {
        return sent;
    }

    public long lost() {
        return lost;
    }

    /**
     * Brings something over.
     *
     * @param deliver run on {@code lane} for each copy that arrives
     * @param drop run at once for each copy that never will; told once more than delivered when all are lost
     */
    public void carry(Lane lane, Runnable deliver, Runnable copy, Runnable drop) {
        sent++;
        if (partitioned || entropy.below(100) < lossPercent) {
            lost++;
            drop.run();
            return;
        }
        if (entropy.below(100) < duplicatePercent) {
            copy.run();
            lane.schedule(arrival(), deliver);
        }
        lane.schedule(arrival(), deliver);
    }

    private long arrival() {
        return world.nanos() + latencyNanos + (jitterNanos == 0 ? 0 : entropy.below(jitterNanos));
    }
}
