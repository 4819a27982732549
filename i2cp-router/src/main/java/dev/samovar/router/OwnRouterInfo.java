package dev.samovar.router;

import dev.samovar.base.WireException;
import dev.samovar.data.Capabilities;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import java.util.List;
import java.util.Map;

/**
 * What this router publishes about itself (network database overview, "RouterInfo"). Signed anew by whoever publishes it,
 * every half hour and when it changes; peers refuse one of more than an hour or so in a handshake.
 *
 * <p>Capabilities, in the order that all write them: bandwidth; {@code f} for a floodfill; {@code R} when others can dial
 * it, else {@code U}; how gladly it takes tunnels of others, where it does not take all (proposal 162).
 */
final class OwnRouterInfo {

    /** The version whose protocols this router speaks. */
    static final String VERSION = "0.9.66";

    private final RouterKeys keys;
    private final int netId;
    private final boolean floodfill;
    private final char bandwidth;
    private Congestion congestion = Congestion.NONE;
    private RouterInfo current;

    /** @param sharedBandwidth what others get, in kB a second */
    OwnRouterInfo(RouterKeys keys, int netId, boolean floodfill, int sharedBandwidth) {
        this.keys = keys;
        this.netId = netId;
        this.floodfill = floodfill;
        this.bandwidth = Capabilities.bandwidthOf(sharedBandwidth);
    }

    /** Signs it with these addresses and this date. */
    RouterInfo sign(List<RouterAddress> addresses, Congestion withCongestion, long nowMillis) {
        congestion = withCongestion;
        boolean reachable = addresses.stream().anyMatch(address -> address.option("host") != null);
        String capabilities = bandwidth + (floodfill ? "f" : "") + (reachable ? "R" : "U") + congestion.letter();
        try {
            Mapping options = Mapping.of(Map.of(
                    RouterInfo.CAPABILITIES,
                    capabilities,
                    RouterInfo.NET_ID,
                    Integer.toString(netId),
                    RouterInfo.VERSION,
                    VERSION));
            current = RouterInfo.sign(keys, nowMillis, addresses, options);
        } catch (WireException impossible) {
            throw new IllegalStateException(impossible);
        }
        return current;
    }

    /** What it said last of tunnels of others. */
    Congestion congestion() {
        return congestion;
    }

    /** As it was signed last; null before. */
    RouterInfo current() {
        return current;
    }
}
