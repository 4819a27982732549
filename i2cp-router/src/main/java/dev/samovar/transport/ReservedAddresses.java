package dev.samovar.transport;

/**
 * Which IP addresses no router of a public network can have (IANA's special-purpose registries): "this network", private,
 * shared, loopback, link-local, documentation, benchmarking, multicast and reserved ranges; of IPv6 all but global unicast,
 * and its tunnels of IPv4 and documentation. Pure functions on 4 or 16 bytes.
 */
public final class ReservedAddresses {

    private ReservedAddresses() {}

    public static boolean isReserved(byte[] ip) {
        return ip.length == 4 ? isReserved4(ip) : isReserved6(ip);
    }

    private static boolean isReserved4(byte[] ip) {
        int a = ip[0] & 0xff;
        int b = ip[1] & 0xff;
        int c = ip[2] & 0xff;
        return a == 0
                || a == 10
                || a == 127
                || a >= 224
                || a == 100 && (b & 0xc0) == 64
                || a == 169 && b == 254
                || a == 172 && (b & 0xf0) == 16
                || a == 192 && b == 168
                || a == 192 && b == 0 && (c == 0 || c == 2)
                || a == 192 && b == 88 && c == 99
                || a == 198 && (b & 0xfe) == 18
                || a == 198 && b == 51 && c == 100
                || a == 203 && b == 0 && c == 113;
    }

    private static boolean isReserved6(byte[] ip) {
        int first = ((ip[0] & 0xff) << 8) | (ip[1] & 0xff);
        int second = ((ip[2] & 0xff) << 8) | (ip[3] & 0xff);
        if ((first & 0xe000) != 0x2000) {
            return true;
        }
        boolean documentation = first == 0x2001 && second == 0x0db8 || first == 0x3fff && second < 0x1000;
        boolean teredoOrOrchid =
                first == 0x2001 && (second == 0 || (second & 0xfff0) == 0x10 || (second & 0xfff0) == 0x20);
        boolean sixToFour = first == 0x2002;
        return documentation || teredoOrOrchid || sixToFour;
    }
}
