package dev.samovar.peer;

import io.netty.util.NetUtil;

/**
 * The first bits of an IP address, all others zero.
 *
 * @param high the first 8 bytes; of IPv4 the upper four of these
 * @param low the last 8 bytes of IPv6
 * @param bits how many count
 * @param v6 whether it is IPv6
 */
public record Subnet(long high, long low, int bits, boolean v6) {

    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;

    /** The subnet of an address of 4 or 16 bytes. */
    public static Subnet of(byte[] ip, int bits) {
        if (ip.length != IPV4_LENGTH && ip.length != IPV6_LENGTH || bits < 0 || bits > ip.length * Byte.SIZE) {
            throw new IllegalArgumentException("no such subnet");
        }
        boolean v6 = ip.length == IPV6_LENGTH;
        long high = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            high = high << Byte.SIZE | (i < ip.length ? ip[i] & 0xff : 0);
        }
        long low = 0;
        for (int i = Long.BYTES; v6 && i < IPV6_LENGTH; i++) {
            low = low << Byte.SIZE | ip[i] & 0xff;
        }
        return new Subnet(high & mask(bits), low & mask(bits - Long.SIZE), bits, v6);
    }

    /** The bytes of an address written as a literal, without ever asking a name server; null for anything else. */
    public static byte[] parse(String literal) {
        return literal == null ? null : NetUtil.createByteArrayFromIpAddressString(literal);
    }

    private static long mask(int bits) {
        if (bits <= 0) {
            return 0;
        }
        return bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    /** Redacted: an address in a log would tell who talks to whom. */
    @Override
    public String toString() {
        return "[subnet/" + bits + "]";
    }
}
