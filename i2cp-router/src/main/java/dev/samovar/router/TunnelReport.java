package dev.samovar.router;

import dev.samovar.dest.LocalDestination;
import dev.samovar.tunnel.PoolStatus;
import dev.samovar.tunnel.PoolStatus.Obstacle;
import dev.samovar.tunnel.TransitStatus;
import dev.samovar.tunnel.TunnelRole;
import dev.samovar.tunnel.TunnelsStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The part of a router's report that tells of tunnels, and of the sessions that need them. */
final class TunnelReport {

    // ends of builds, as TunnelsStatus names them; what is no longer wanted has not failed, nor what could not begin
    private static final String ACCEPTED = "accepted";
    private static final String UNWANTED = "unwanted";
    private static final String NO_HOPS = "no_hops";

    /**
     * In a private network of fewer other routers than this it may be that none of them can be a hop: the only other router may
     * be one that nobody can dial, or one that takes no tunnels. Then tunnels without hops are all that can be had.
     */
    static final int FEW_ROUTERS = 3;

    private TunnelReport() {}

    static RouterStatus.Tunnels tunnels(TunnelsStatus tunnels) {
        Map<String, Long> failed = new TreeMap<>(tunnels.builds());
        Long accepted = failed.remove(ACCEPTED);
        failed.remove(UNWANTED);
        failed.remove(NO_HOPS);
        PoolStatus exploratory = tunnels.exploratory();
        return new RouterStatus.Tunnels(
                way(exploratory.inbound()),
                way(exploratory.outbound()),
                exploratory.roundTripMillis(),
                tunnels.pendingBuilds(),
                accepted == null ? 0 : accepted,
                failed);
    }

    private static RouterStatus.Tunnels.Way way(PoolStatus.Way way) {
        return new RouterStatus.Tunnels.Way(way.proper(), way.wanted(), way.standIns());
    }

    static RouterStatus.Transit transit(TransitStatus transit, RouterConfig config) {
        Map<TunnelRole, Integer> byRole = transit.tunnels();
        return new RouterStatus.Transit(
                config.transit(),
                byRole.getOrDefault(TunnelRole.GATEWAY, 0),
                byRole.getOrDefault(TunnelRole.PARTICIPANT, 0),
                byRole.getOrDefault(TunnelRole.ENDPOINT, 0),
                transit.usedKbps(),
                config.sharedBandwidth(),
                transit.accepted(),
                transit.refusals().entrySet().stream()
                        .filter(each -> each.getKey().isAnswered())
                        .mapToLong(Map.Entry::getValue)
                        .sum());
    }

    /**
     * What of its own tunnels a router still waits for: one with hops each way, else its clients can have none.
     *
     * @param fewRouters whether it knows so few that it must be content without hops where nobody can be one
     */
    static List<String> waitingFor(PoolStatus exploratory, boolean fewRouters) {
        List<String> waiting = new ArrayList<>(2);
        waitFor("towards us", exploratory.inbound(), fewRouters, waiting);
        waitFor("from us", exploratory.outbound(), fewRouters, waiting);
        return waiting;
    }

    private static void waitFor(String direction, PoolStatus.Way way, boolean fewRouters, List<String> waiting) {
        if (way.proper() > 0 || fewRouters && way.obstacle() == Obstacle.HOPS) {
            return;
        }
        waiting.add("no exploratory tunnel " + direction + " yet: "
                + switch (way.obstacle()) {
                    case ANSWERS -> "the first are being built";
                    case HOPS -> "no router that is known can be a hop";
                    case EXPLORATORY_TUNNELS -> "there is none the other way";
                    case PAUSE, NONE -> "builds failed, and are tried again soon";
                    case CLOSED -> "the router is closing";
                });
    }

    /** What a session waits for, as the end of the sentence. */
    static String lack(LocalDestination destination) {
        return switch (destination.lack()) {
            case NONE -> "nothing";
            case TUNNELS -> lack(destination.pool().status().obstacle());
            case SIGNATURE -> "their clients to sign a lease set";
            case CONFIRMATION -> "a floodfill to confirm their lease set";
        };
    }

    private static String lack(Obstacle obstacle) {
        return switch (obstacle) {
            case ANSWERS -> "hops to answer";
            case HOPS -> "routers that could be hops";
            case EXPLORATORY_TUNNELS -> "exploratory tunnels";
            case PAUSE, NONE, CLOSED -> "the next try after builds that failed";
        };
    }
}
