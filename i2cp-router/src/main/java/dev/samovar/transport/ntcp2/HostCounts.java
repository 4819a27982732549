package dev.samovar.transport.ntcp2;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * How many of something each host has. A host is an IPv4 address, or the first 8 bytes of an IPv6 address: the rest it chooses
 * as it likes. Addresses have 4 or 16 bytes.
 */
final class HostCounts {

    private static final int IPV6_PREFIX_BYTES = 8;

    private final Map<ByteBuffer, Integer> counts = new HashMap<>();

    int of(byte[] ip) {
        return counts.getOrDefault(host(ip), 0);
    }

    void add(byte[] ip) {
        counts.merge(host(ip), 1, Integer::sum);
    }

    void remove(byte[] ip) {
        counts.computeIfPresent(host(ip), (host, count) -> count == 1 ? null : count - 1);
    }

    private static ByteBuffer host(byte[] ip) {
        return ByteBuffer.wrap(ip, 0, Math.min(ip.length, IPV6_PREFIX_BYTES)).slice();
    }
}
