package dev.samovar.transport.ntcp2;

import dev.samovar.data.RouterInfo;
import dev.samovar.transport.ReservedAddresses;
import java.util.ArrayList;
import java.util.List;

/**
 * Which addresses of a router are dialled, and in which order: the cheapest of each IP version that we have, the version
 * last that has failed a few times in a row and was not seen working since. So a machine whose IPv6 leads nowhere reaches
 * others all the same, and finds out when it leads somewhere again. Belongs to the router lane.
 */
final class Ntcp2Ways {

    /** A version that failed so often in a row is doubtful: a router or two may be gone by themselves. */
    private static final int DOUBTFUL = 3;

    private final Ntcp2Config config;
    private boolean dialsIpv4 = true;
    private boolean dialsIpv6 = true;
    private int failedIpv4;
    private int failedIpv6;

    Ntcp2Ways(Ntcp2Config config) {
        this.config = config;
    }

    /** Which IP versions the machine has now: endpoints that only dial are of no use without. */
    void dialOver(boolean ipv4, boolean ipv6) {
        dialsIpv4 = ipv4;
        dialsIpv6 = ipv6;
    }

    /** Whether an endpoint is of use now. */
    boolean has(Ntcp2Config.Endpoint endpoint) {
        return endpoint.listen() != null || (endpoint.ipv6() ? dialsIpv6 : dialsIpv4);
    }

    /** What to dial first, and what when that does not connect; empty when there is no way. */
    List<Ntcp2Address> to(RouterInfo peer) {
        List<Ntcp2Address> ways = new ArrayList<>(2);
        for (Ntcp2Address address : Ntcp2Address.of(peer)) {
            boolean other = ways.stream().noneMatch(way -> way.ipv6() == address.ipv6());
            if (other
                    && address.isPublished()
                    && endpointFor(address) != null
                    && (config.allowReservedAddresses() || !ReservedAddresses.isReserved(address.ip()))) {
                ways.add(address);
            }
        }
        if (ways.size() == 2 && isDoubtful(ways.get(0)) && !isDoubtful(ways.get(1))) {
            ways.add(ways.remove(0));
        }
        return ways;
    }

    /** Where an address is dialled from; null when we do not have its IP version. */
    Ntcp2Config.Endpoint endpointFor(Ntcp2Address address) {
        for (Ntcp2Config.Endpoint endpoint : config.endpoints()) {
            if (endpoint.ipv6() == address.ipv6() && has(endpoint)) {
                return endpoint;
            }
        }
        return null;
    }

    private boolean isDoubtful(Ntcp2Address address) {
        return (address.ipv6() ? failedIpv6 : failedIpv4) >= DOUBTFUL;
    }

    /** A socket to this address connected, or did not. */
    void tried(Ntcp2Address address, boolean connected) {
        if (address.ipv6()) {
            failedIpv6 = connected ? 0 : Math.min(DOUBTFUL, failedIpv6 + 1);
        } else {
            failedIpv4 = connected ? 0 : Math.min(DOUBTFUL, failedIpv4 + 1);
        }
    }
}
