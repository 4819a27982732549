package dev.samovar.testkit;

import dev.samovar.base.WireException;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** RouterInfos as routers of a network of tests publish them. */
public final class TestRouters {

    public static final int NET_ID = 99;

    private static final String STATIC_KEY = "A".repeat(43) + "=";
    private static final String IV = "A".repeat(22) + "==";

    private TestRouters() {}

    /** The RouterInfo of a router with one published address. */
    public static RouterInfo info(RouterKeys keys, long publishedMillis, String caps, String host) {
        return info(keys, publishedMillis, List.of(ntcp2(host)), Map.of("caps", caps));
    }

    /** A RouterInfo with these options besides the usual ones; an option that is empty is left out. */
    public static RouterInfo info(
            RouterKeys keys, long publishedMillis, List<RouterAddress> addresses, Map<String, String> options) {
        Map<String, String> all = new HashMap<>();
        all.put("netId", String.valueOf(NET_ID));
        all.put("router.version", "0.9.66");
        all.put("caps", "PR");
        all.putAll(options);
        all.values().removeIf(String::isEmpty);
        return RouterInfo.sign(keys, publishedMillis, addresses, mapping(all));
    }

    /** A published NTCP2 address. */
    public static RouterAddress ntcp2(String host) {
        return new RouterAddress(
                3, "NTCP2", mapping(Map.of("host", host, "port", "4567", "s", STATIC_KEY, "i", IV, "v", "2")));
    }

    /** An NTCP2 address with these options. */
    public static RouterAddress address(String style, Map<String, String> options) {
        return new RouterAddress(10, style, mapping(options));
    }

    /** The address of the n-th router of a network: each stands in a /16 of its own. */
    public static String host(int n) {
        return (20 + n / 200) + "." + (1 + n % 200) + ".7.7";
    }

    private static Mapping mapping(Map<String, String> options) {
        try {
            return Mapping.of(options);
        } catch (WireException tooLong) {
            throw new AssertionError(tooLong);
        }
    }
}
