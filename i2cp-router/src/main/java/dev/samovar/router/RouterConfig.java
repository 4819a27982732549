package dev.samovar.router;

import dev.samovar.data.RouterVersion;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * What the operator decides about a router that is a member of a network.
 *
 * @param network its name for the operator
 * @param netId its number: 2 is the public one
 * @param folder where the router keeps what outlives a run
 * @param seed a file or folder with RouterInfos to begin with, or null
 * @param reseed whether the network's reseed hosts are asked while too few routers are known
 * @param hosts the addresses that are listened on, published and dialled from, one of each IP version at most; empty for a
 *     router that others cannot dial, which dials over whatever the machine has
 * @param port the port there, the same at both; 0 for one that is chosen once and kept
 * @param floodfill whether it keeps the network database for others
 * @param allowReservedAddresses whether peers may have addresses that exist in no public network
 * @param minimumVersion routers older than this are not dealt with
 * @param bandwidth what the router takes and sends at most, each, in kB (of 1024 bytes) a second
 * @param transit whether tunnels of others go through it
 * @param proxy a SOCKS5 proxy through which everything is dialled, or null
 */
public record RouterConfig(
        String network,
        int netId,
        Path folder,
        Path seed,
        boolean reseed,
        List<InetAddress> hosts,
        int port,
        boolean floodfill,
        boolean allowReservedAddresses,
        RouterVersion minimumVersion,
        int bandwidth,
        boolean transit,
        Proxy proxy) {

    public RouterConfig {
        hosts = List.copyOf(hosts);
    }

    /** What of the bandwidth others get; the other half is left to our own clients. */
    public int sharedBandwidth() {
        return bandwidth / 2;
    }

    /** In bytes a second. */
    long bytesPerSecond() {
        return bandwidth * 1024L;
    }

    /** Where a SOCKS5 proxy listens; the host may be a name. */
    public record Proxy(String host, int port) {}
}
