package dev.samovar.peer;

import dev.samovar.data.Capabilities;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A RouterInfo read once for the questions that selection asks of thousands of routers: where it can be reached, what it can
 * dial, in which networks it stands. Immutable.
 */
public final class Peer {

    /** Transports with their IP version, to be or-ed together. */
    public static final int NTCP2_V4 = 1;

    public static final int NTCP2_V6 = 2;
    public static final int SSU2_V4 = 4;
    public static final int SSU2_V6 = 8;

    private static final int V4 = NTCP2_V4 | SSU2_V4;
    private static final int V6 = NTCP2_V6 | SSU2_V6;
    private static final int NTCP2 = NTCP2_V4 | NTCP2_V6;
    private static final int SSU2 = SSU2_V4 | SSU2_V6;
    private static final int IPV4_LENGTH = 4;

    private final RouterInfo info;
    private final int reachable;
    private final int published;
    private final int dials;
    private final List<byte[]> hosts;

    private Peer(RouterInfo info, int reachable, int published, int dials, List<byte[]> hosts) {
        this.info = info;
        this.reachable = reachable;
        this.published = published;
        this.dials = dials;
        this.hosts = hosts;
    }

    public static Peer of(RouterInfo info) {
        int published = 0;
        int introduced = 0;
        int dials = 0;
        List<byte[]> hosts = new ArrayList<>(info.addresses().size());
        for (RouterAddress address : info.addresses()) {
            int transport = transport(address);
            if (transport == 0) {
                continue;
            }
            byte[] host = Subnet.parse(address.options().get("host"));
            if (host != null) {
                int ip = transport & (host.length == IPV4_LENGTH ? V4 : V6);
                // an NTCP2 address without its obfuscation iv, or any without a port, cannot be dialled
                boolean complete = address.options().get("port") != null
                        && address.options().get("i") != null;
                published |= complete ? ip : 0;
                dials |= ip;
                addHost(hosts, host);
            } else {
                int ip = transport & byCaps(address.options().get("caps"));
                dials |= ip;
                introduced |= (transport & SSU2) != 0 && address.options().get("ih0") != null ? ip : 0;
            }
        }
        Capabilities caps = info.capabilities();
        if (caps.unreachable() || caps.hidden()) {
            published = 0;
        }
        return new Peer(info, published | introduced, published, dials, List.copyOf(hosts));
    }

    public RouterInfo info() {
        return info;
    }

    public Hash hash() {
        return info.hash();
    }

    public Capabilities capabilities() {
        return info.capabilities();
    }

    /** Null when it names none. */
    public RouterVersion version() {
        return info.version();
    }

    /** Transports by which it can be reached, through introducers too. */
    public int reachable() {
        return reachable;
    }

    /** Transports for which it publishes an address that anybody can dial. */
    public int published() {
        return published;
    }

    public boolean publishesV4() {
        return (published & V4) != 0;
    }

    /** Transports that it can dial with. */
    public int dials() {
        return dials;
    }

    /** Whether the other router can dial this one. */
    public boolean isReachableFrom(Peer other) {
        return (reachable & other.dials) != 0;
    }

    /** The family that it claims, unproven: claiming one only keeps a router out of tunnels. Null without one. */
    public String family() {
        return info.options().get("family");
    }

    /** The subnets that its published addresses stand in; a version of 0 bits is left out. */
    List<Subnet> subnets(int v4Bits, int v6Bits) {
        List<Subnet> subnets = new ArrayList<>(hosts.size());
        for (byte[] host : hosts) {
            int bits = host.length == IPV4_LENGTH ? v4Bits : v6Bits;
            if (bits > 0) {
                subnets.add(Subnet.of(host, bits));
            }
        }
        return subnets;
    }

    private static int transport(RouterAddress address) {
        if (!"2".equals(address.options().get("v"))) {
            return 0;
        }
        return switch (address.style()) {
            case "NTCP", "NTCP2" -> NTCP2;
            case "SSU", "SSU2" -> SSU2;
            default -> 0;
        };
    }

    /** An unpublished address names its IP versions in its capabilities; without any it dials IPv4. */
    private static int byCaps(String caps) {
        if (caps == null) {
            return V4;
        }
        int ip = (caps.indexOf('4') >= 0 ? V4 : 0) | (caps.indexOf('6') >= 0 ? V6 : 0);
        return ip == 0 ? V4 : ip;
    }

    private static void addHost(List<byte[]> hosts, byte[] host) {
        for (byte[] known : hosts) {
            if (Arrays.equals(known, host)) {
                return;
            }
        }
        hosts.add(host);
    }

    @Override
    public String toString() {
        return "[peer]";
    }
}
