package dev.samovar.transport.ntcp2;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A RouterAddress of style {@code NTCP2} (or of the old style {@code NTCP} with {@code v=2}), read (NTCP2 specification,
 * "Published Router Info"): {@code s} (static key), {@code v} (must contain 2), and where it is published {@code host} (an
 * IP literal: names are not looked up), {@code port} and {@code i} (IV); where not, {@code caps} with the IP versions it
 * dials from. Immutable.
 *
 * @param ip 4 or 16 bytes, or null when not published; not to be changed
 * @param port 0 when not published
 * @param staticKey 32 bytes
 * @param iv 16 bytes, or null when not published
 * @param ipv4 whether it is reached, or dials, over IPv4
 */
record Ntcp2Address(byte[] ip, int port, byte[] staticKey, byte[] iv, boolean ipv4, boolean ipv6) {

    static final String STYLE = "NTCP2";

    private static final String OLD_STYLE = "NTCP";
    private static final int KEY_LENGTH = 32;

    /** Published by i2pd for NTCP2; lower is preferred. */
    private static final int PUBLISHED_COST = 3;

    /** SPEC ntcp2#unpublished-ntcp2-address */
    private static final int UNPUBLISHED_COST = 14;

    /** Whether it can be dialled. */
    boolean isPublished() {
        return ip != null;
    }

    /** All readable NTCP2 addresses of a router, cheapest first. */
    static List<Ntcp2Address> of(RouterInfo router) {
        List<RouterAddress> sorted = new ArrayList<>(router.addresses());
        sorted.sort((a, b) -> Integer.compare(a.cost(), b.cost()));
        List<Ntcp2Address> found = new ArrayList<>();
        for (RouterAddress address : sorted) {
            Ntcp2Address read = read(address);
            if (read != null) {
                found.add(read);
            }
        }
        return found;
    }

    /** Null for an address of another style, and for one that is unusable. */
    static Ntcp2Address read(RouterAddress address) {
        if (!address.style().equals(STYLE) && !address.style().equals(OLD_STYLE)) {
            return null;
        }
        Mapping options = address.options();
        if (!speaksVersion2(options.get("v"))) {
            return null;
        }
        byte[] staticKey = base64(options.get("s"), KEY_LENGTH);
        // SPEC common structures: the top bit of an X25519 key is never set
        if (staticKey == null || (staticKey[KEY_LENGTH - 1] & 0x80) != 0) {
            return null;
        }
        String host = options.get("host");
        byte[] iv = base64(options.get("i"), Ntcp2Keys.IV_LENGTH);
        if (host == null && options.get("i") == null) {
            String caps = options.get("caps");
            boolean ipv4 = caps != null && caps.contains("4");
            boolean ipv6 = caps != null && caps.contains("6");
            // without a word on it, an unpublished address may stand for either
            boolean either = !ipv4 && !ipv6;
            return new Ntcp2Address(null, 0, staticKey, null, ipv4 || either, ipv6 || either);
        }
        int port = port(options.get("port"));
        byte[] ip = host == null || iv == null || port == 0 ? null : NetUtil.createByteArrayFromIpAddressString(host);
        if (ip == null) {
            return null;
        }
        return new Ntcp2Address(ip, port, staticKey, iv, ip.length == 4, ip.length == 16);
    }

    /** The RouterAddress of a socket that others may dial. */
    static RouterAddress published(Ntcp2Keys keys, String host, int port) {
        Map<String, String> options = new TreeMap<>();
        options.put("host", host);
        options.put("port", Integer.toString(port));
        options.put("i", Encodings.base64(keys.iv()));
        return address(PUBLISHED_COST, keys, options);
    }

    /** The RouterAddress by which peers check the static key of a router that cannot be dialled. */
    static RouterAddress unpublished(Ntcp2Keys keys, boolean ipv4, boolean ipv6) {
        Map<String, String> options = new TreeMap<>();
        options.put("caps", (ipv4 ? "4" : "") + (ipv6 ? "6" : ""));
        return address(UNPUBLISHED_COST, keys, options);
    }

    private static RouterAddress address(int cost, Ntcp2Keys keys, Map<String, String> options) {
        options.put("s", Encodings.base64(keys.staticKeys().publicKey()));
        options.put("v", "2");
        try {
            return new RouterAddress(cost, STYLE, Mapping.of(options));
        } catch (WireException tooLarge) {
            throw new IllegalArgumentException("a host name too long to publish", tooLarge);
        }
    }

    /** SPEC ntcp2#published-addresses: {@code v} may be a list. */
    private static boolean speaksVersion2(String versions) {
        return versions != null
                && (versions.equals("2") || Arrays.asList(versions.split(",")).contains("2"));
    }

    private static byte[] base64(String text, int length) {
        if (text == null || text.length() > 4 * length) {
            return null;
        }
        try {
            byte[] bytes = Encodings.fromBase64(text);
            return bytes.length == length ? bytes : null;
        } catch (WireException malformed) {
            return null;
        }
    }

    private static int port(String text) {
        if (text == null || text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        int port = Integer.parseInt(text);
        return port <= 0xffff ? port : 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ntcp2Address that
                && port == that.port
                && Arrays.equals(ip, that.ip)
                && Arrays.equals(staticKey, that.staticKey)
                && Arrays.equals(iv, that.iv);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(staticKey) * 31 + port;
    }

    /** Redacted: whose address it is does not belong in a log. */
    @Override
    public String toString() {
        return "[NTCP2 address]";
    }
}
