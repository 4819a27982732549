package dev.samovar.transport.ntcp2;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * How a router uses NTCP2.
 *
 * @param networkId 2 on the public network; below 256
 * @param endpoints one for each IP version that is used, or several addresses of one
 * @param allowReservedAddresses whether peers may have addresses that exist in no public network
 * @param socks5 a proxy through which everything is dialled, or null; then nothing should be published
 * @param bytesPerSecondIn 0 for no limit
 * @param bytesPerSecondOut 0 for no limit
 */
public record Ntcp2Config(
        int networkId,
        List<Endpoint> endpoints,
        boolean allowReservedAddresses,
        InetSocketAddress socks5,
        Limits limits,
        long bytesPerSecondIn,
        long bytesPerSecondOut) {

    /**
     * An IP version that we use.
     *
     * @param listen where to listen, port 0 for any; null to dial only
     * @param published the host to publish, an IP literal; null when others cannot dial it
     * @param publishedPort 0 for the port that is listened on
     * @param dialFrom the address that outgoing sockets are bound to, which must be the published one wherever that is an
     *     address of this machine, since peers compare; null lets the system choose
     * @param ipv6 which IP version
     */
    public record Endpoint(
            InetSocketAddress listen, String published, int publishedPort, InetAddress dialFrom, boolean ipv6) {

        /** Listens at, publishes and dials from one and the same address. */
        public static Endpoint at(InetSocketAddress address) {
            InetAddress host = address.getAddress();
            return new Endpoint(address, host.getHostAddress(), 0, host, host.getAddress().length == 16);
        }

        /** Dials only. */
        public static Endpoint dialOnly(InetAddress from, boolean ipv6) {
            return new Endpoint(null, null, 0, from, ipv6);
        }
    }

    /**
     * What is allowed at a time.
     *
     * @param sessions of both directions; those that came in are three quarters of them at most
     * @param pending handshakes under way that came in; who dials bounds the others
     * @param pendingPerAddress handshakes under way that came from one IP (the first 8 bytes of an IPv6 address)
     * @param connectMillis for a socket to connect
     * @param handshakeMillis for a whole handshake, from the connected socket on
     */
    public record Limits(
            int sessions, int pending, int pendingPerAddress, int connectMillis, int handshakeMillis, int replays) {

        public static final Limits DEFAULT = new Limits(2000, 200, 16, 10_000, 10_000, 100_000);
    }

    public Ntcp2Config {
        endpoints = List.copyOf(endpoints);
        if (networkId < 1 || networkId > 255) {
            throw new IllegalArgumentException("a network id is 1 to 255");
        }
    }

    /** Without proxy and bandwidth limits. */
    public static Ntcp2Config of(int networkId, boolean allowReservedAddresses, Endpoint... endpoints) {
        return new Ntcp2Config(networkId, List.of(endpoints), allowReservedAddresses, null, Limits.DEFAULT, 0, 0);
    }
}
