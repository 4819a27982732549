package dev.samovar.netdb;

import dev.samovar.data.RouterVersion;

/**
 * How a router keeps its network database.
 *
 * @param netId the network that we belong to; 2 is the public one
 * @param minimumVersion routers older than this are not kept
 * @param floodfill whether we serve as floodfill
 * @param publish whether our RouterInfo goes to floodfills; a hidden router keeps it
 * @param explore whether we look for routers on our own
 * @param encryptLookups whether lookups are sealed for the floodfill
 * @param maxRouters RouterInfos kept, 1 kB to 4 kB each
 * @param maxLeaseSets lease sets kept as floodfill, 0.5 kB to 4 kB each
 */
public record NetDbConfig(
        int netId,
        RouterVersion minimumVersion,
        boolean floodfill,
        boolean publish,
        boolean explore,
        boolean encryptLookups,
        int maxRouters,
        int maxLeaseSets) {

    public static final int DEFAULT_MAX_ROUTERS = 10_000;
    public static final int DEFAULT_MAX_LEASE_SETS = 4_000;

    public NetDbConfig {
        if (netId < 0 || netId > 0xff || maxRouters < 1 || maxLeaseSets < 1) {
            throw new IllegalArgumentException("no such netDb");
        }
    }

    /** A router that publishes itself and is no floodfill, of the usual size. */
    public static NetDbConfig of(int netId, RouterVersion minimumVersion) {
        return new NetDbConfig(
                netId, minimumVersion, false, true, true, true, DEFAULT_MAX_ROUTERS, DEFAULT_MAX_LEASE_SETS);
    }

    public NetDbConfig asFloodfill() {
        return new NetDbConfig(netId, minimumVersion, true, publish, explore, encryptLookups, maxRouters, maxLeaseSets);
    }
}
