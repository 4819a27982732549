package dev.samovar.tunnel;

import java.util.Map;

/**
 * How our own tunnels are.
 *
 * @param exploratory the router's own pool
 * @param clientPools of clients
 * @param clientPoolsReady those that have a tunnel each way
 * @param builds how builds ended, since the start
 * @param pendingBuilds builds under way
 * @param awaitedTags one-time garlic that may still come
 * @param drops what was dropped and why, since the start
 */
public record TunnelsStatus(
        PoolStatus exploratory,
        int clientPools,
        int clientPoolsReady,
        Map<String, Long> builds,
        int pendingBuilds,
        int awaitedTags,
        Map<String, Long> drops) {

    public TunnelsStatus {
        builds = Map.copyOf(builds);
        drops = Map.copyOf(drops);
    }
}
