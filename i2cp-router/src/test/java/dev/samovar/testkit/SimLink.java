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
    private long nanosPerByte;
    private long mostWaitNanos;
    private long busyUntil;

    public SimLink(SimWorld world, int latencyMillis, int jitterMillis, int lossPercent, int duplicatePercent) {
        this.world = world;
        this.entropy = world.entropy();
        this.latencyNanos = TimeUnit.MILLISECONDS.toNanos(latencyMillis);
        this.jitterNanos = (int) Math.min(Integer.MAX_VALUE, TimeUnit.MILLISECONDS.toNanos(jitterMillis));
        this.lossPercent = lossPercent;
        this.duplicatePercent = duplicatePercent;
    }

    /**
     * From now on no more than so many bytes a second get through, one after the other; what would wait longer than this is
     * lost.
     */
    public void bandwidth(long bytesPerSecond, int mostWaitMillis) {
        nanosPerByte = TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        mostWaitNanos = TimeUnit.MILLISECONDS.toNanos(mostWaitMillis);
    }

    /** Nothing comes through from now on, or everything as before. */
    public void partition(boolean cut) {
        partitioned = cut;
    }

    public boolean isPartitioned() {
        return partitioned;
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
     * @param bytes how large it is
     * @param deliver run on {@code lane} for each copy that arrives
     * @param drop run at once for each copy that never will; told once more than delivered when all are lost
     */
    public void carry(int bytes, Lane lane, Runnable deliver, Runnable copy, Runnable drop) {
        sent++;
        if (partitioned || entropy.below(100) < lossPercent || !passesBottleneck(bytes)) {
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

    private boolean passesBottleneck(int bytes) {
        if (nanosPerByte == 0) {
            return true;
        }
        long start = Math.max(world.nanos(), busyUntil);
        if (start - world.nanos() > mostWaitNanos) {
            return false;
        }
        busyUntil = start + bytes * nanosPerByte;
        return true;
    }

    private long arrival() {
        return Math.max(world.nanos(), busyUntil) + latencyNanos + (jitterNanos == 0 ? 0 : entropy.below(jitterNanos));
    }
}
