package dev.samovar.tunnel;

/**
 * How a pool is.
 *
 * @param inbound tunnels towards us
 * @param outbound tunnels from us
 * @param built tunnels that were built, since the start, both ways
 * @param failed builds that failed, since the start, both ways
 * @param roundTripMillis of the last tests, on average; 0 before the first
 */
public record PoolStatus(Way inbound, Way outbound, long built, long failed, long roundTripMillis) {

    /**
     * The tunnels of one direction.
     *
     * @param tunnels that can be used and did not fail
     * @param standIns those of them that have no hops though hops were wanted
     * @param wanted how many there should be
     * @param builds that are under way
     * @param obstacle why there are fewer than wanted
     */
    public record Way(int tunnels, int standIns, int wanted, int builds, Obstacle obstacle) {

        static final Way CLOSED = new Way(0, 0, 0, 0, Obstacle.CLOSED);

        /** Those that are as they should be. */
        public int proper() {
            return tunnels - standIns;
        }
    }

    /** What a pool waits for. */
    public enum Obstacle {
        /** Nothing: it has its tunnels. */
        NONE,
        /** Answers to its builds. */
        ANSWERS,
        /** Tunnels of the router itself, through which its builds would go. */
        EXPLORATORY_TUNNELS,
        /** Routers that could be hops. */
        HOPS,
        /** The end of a pause, after builds that failed. */
        PAUSE,
        /** It is closed. */
        CLOSED
    }

    /** Why there are fewer tunnels than wanted, one way or the other. */
    public Obstacle obstacle() {
        return inbound.obstacle == Obstacle.NONE ? outbound.obstacle : inbound.obstacle;
    }

    /** Whether its owner can be reached and can send. */
    public boolean isReady() {
        return inbound.tunnels > 0 && outbound.tunnels > 0;
    }
}
