package dev.samovar.tunnel;

/**
 * How a pool is.
 *
 * @param inbound tunnels towards us that can be used and did not fail
 * @param inboundWanted how many there should be
 * @param inboundBuilds that are under way
 * @param roundTripMillis of the last tests, on average; 0 before the first
 * @param obstacle why there are fewer than wanted
 */
public record PoolStatus(
        int inbound,
        int inboundWanted,
        int inboundBuilds,
        int outbound,
        int outboundWanted,
        int outboundBuilds,
        long built,
        long failed,
        long roundTripMillis,
        Obstacle obstacle) {

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

    /** Whether its owner can be reached and can send. */
    public boolean isReady() {
        return inbound > 0 && outbound > 0;
    }
}
