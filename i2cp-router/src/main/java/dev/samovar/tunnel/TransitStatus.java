package dev.samovar.tunnel;

import dev.samovar.data.Capabilities.Congestion;
import java.util.Map;

/**
 * What the router does for the tunnels of others, in numbers, for the operator.
 *
 * @param tunnels that are there now, by role
 * @param requests that were opened, since the start
 * @param accepted of these
 * @param refusals requests that came to nothing, by reason
 * @param opening requests that are being opened
 * @param cells that were carried, since the start
 * @param messages that gateways took or endpoints sent on, since the start
 * @param usedKbps carried lately, KB per second
 * @param reservedKbps promised to tunnels
 * @param congestion as it should be published
 * @param drops cells and messages that went no further, by reason
 * @param unknownCells cells and messages for tunnels that are not there
 */
public record TransitStatus(
        Map<TunnelRole, Integer> tunnels,
        long requests,
        long accepted,
        Map<TransitRefusal, Long> refusals,
        int opening,
        long cells,
        long messages,
        int usedKbps,
        int reservedKbps,
        Congestion congestion,
        Map<TunnelDrop, Long> drops,
        long unknownCells) {

    public TransitStatus {
        tunnels = Map.copyOf(tunnels);
        refusals = Map.copyOf(refusals);
        drops = Map.copyOf(drops);
    }
}
