package dev.samovar.tunnel;

/**
 * Bounds of what the router does for the tunnels of others.
 *
 * @param mostTunnels that may be there at a time
 * @param sharedKbps what they may carry in all, KB per second of 1000 bytes
 * @param mostFragmentBytes what unfinished messages at endpoints may take
 */
public record TransitConfig(int mostTunnels, int sharedKbps, int mostFragmentBytes) {

    private static final int DEFAULT_MOST_TUNNELS = 5000;
    private static final int DEFAULT_FRAGMENT_BYTES = 16 << 20;

    private static final int LEAST_PER_PEER = 64;
    private static final int PEER_SHARE = 10;
    private static final int TUNNEL_SHARE = 20;
    private static final int SECONDS_REMEMBERED = 600;
    private static final int LEAST_CELLS = 1 << 13;
    private static final int MOST_CELLS = 1 << 19;

    public TransitConfig {
        if (mostTunnels < 1 || sharedKbps < 1 || mostFragmentBytes < 1) {
            throw new IllegalArgumentException("bounds are positive; to carry nothing is not to accept");
        }
    }

    public static TransitConfig of(int sharedKbps) {
        return new TransitConfig(DEFAULT_MOST_TUNNELS, sharedKbps, DEFAULT_FRAGMENT_BYTES);
    }

    /** Tunnels that come from one router, or go to one: a tenth, but in a small network every router is a neighbour. */
    int mostTunnelsOfPeer() {
        return Math.max(LEAST_PER_PEER, mostTunnels / PEER_SHARE);
    }

    /** What one tunnel may have reserved for it: a twentieth, as for Java I2P's routers. */
    int mostKbpsOfTunnel() {
        return Math.max(1, sharedKbps / TUNNEL_SHARE);
    }

    /** Cells to remember in each half of the memory: all that the bandwidth lets through in ten minutes, within bounds. */
    int mostCells() {
        long carried = (long) sharedKbps * SECONDS_REMEMBERED;
        return (int) Math.max(LEAST_CELLS, Math.min(MOST_CELLS, carried));
    }
}
