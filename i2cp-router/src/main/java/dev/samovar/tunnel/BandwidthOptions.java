package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Mapping;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a creator tells each hop about the bandwidth of a tunnel (proposal 168; ECIES tunnel creation, "Tunnel Bandwidth
 * Parameters"). All in KB per second, of 1000 bytes, counted in cells of the tunnel; zero says nothing.
 *
 * @param minimum {@code m}: a hop that cannot give so much is to refuse
 * @param requested {@code r}: what the creator would like, not below the minimum
 * @param limit {@code l}: what the gateway of an inbound tunnel is to let in at most, not below the others
 */
public record BandwidthOptions(int minimum, int requested, int limit) {

    /** Says nothing, as most creators do. */
    public static final BandwidthOptions NONE = new BandwidthOptions(0, 0, 0);

    static final String AVAILABLE = "b";

    private static final String MINIMUM = "m";
    private static final String REQUESTED = "r";
    private static final String LIMIT = "l";

    /** Whose tunnels carry no more than this, says nothing. */
    private static final int QUIET_KBPS = 7;

    /**
     * Whose tunnels carry more than this, says this. Java routers promise a twentieth of what they share to a tunnel: so
     * much from 640 KB per second on. And so all who have much to send look alike.
     */
    private static final int BUSY_KBPS = 32;

    /** More than any router of the network has. */
    private static final int MAX_KBPS = 10_000_000;

    public BandwidthOptions {
        if (!isConsistent(minimum, requested, limit)) {
            throw new IllegalArgumentException("minimum, requested and limit are not in this order");
        }
    }

    private static boolean isConsistent(int minimum, int requested, int limit) {
        return minimum >= 0
                && requested >= 0
                && limit >= 0
                && (requested == 0 || minimum <= requested)
                && (limit == 0 || minimum <= limit && requested <= limit);
    }

    /**
     * What a hop is told of a tunnel that is to replace others; anew for each hop.
     *
     * <p>Each hop learns by this how busy the creator is, before it sees it. That this is said at all, when, and how far it is
     * blurred is what Java routers do from API 0.9.66 on (i2pd says nothing), so that nobody can tell us from them by it: only
     * for clients, only where tunnels are in use, and for each hop values that are drawn from a wide range. A hop that knows
     * nothing of it skips it, so its version does not matter.
     *
     * @param averageKbps what each of those others carried, on average
     */
    static BandwidthOptions toReplace(int averageKbps, Entropy entropy) {
        if (averageKbps <= QUIET_KBPS) {
            return NONE;
        }
        int kbps = Math.min(averageKbps, BUSY_KBPS);
        int spread = 4 * kbps / 10;
        return new BandwidthOptions(kbps - entropy.below(spread), kbps + spread + entropy.below(spread), 0);
    }

    /** Whether the hop is to answer how much there is. */
    boolean wantsAnswer() {
        return minimum > 0 || requested > 0;
    }

    /** As a build record carries it to a hop of this role. */
    Mapping toMapping(TunnelRole role) {
        if (equals(NONE)) {
            return Mapping.EMPTY;
        }
        Map<String, String> entries = new LinkedHashMap<>();
        put(entries, MINIMUM, minimum);
        put(entries, REQUESTED, requested);
        if (role == TunnelRole.GATEWAY) {
            put(entries, LIMIT, limit);
        }
        return mapping(entries);
    }

    /** The answer of a hop that has so much; nothing for zero. */
    static Mapping available(int kbps) {
        Map<String, String> entries = new LinkedHashMap<>();
        put(entries, AVAILABLE, kbps);
        return mapping(entries);
    }

    private static void put(Map<String, String> entries, String key, int kbps) {
        if (kbps > 0) {
            entries.put(key, String.valueOf(kbps));
        }
    }

    private static Mapping mapping(Map<String, String> entries) {
        try {
            return Mapping.of(entries);
        } catch (WireException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * What a record says.
     *
     * @throws WireException when a value is no positive integer, or they contradict each other
     */
    static BandwidthOptions of(Mapping options) throws WireException {
        int minimum = kbps(options, MINIMUM);
        int requested = kbps(options, REQUESTED);
        int limit = kbps(options, LIMIT);
        if (!isConsistent(minimum, requested, limit)) {
            throw new WireException(Fault.BAD_VALUE, "bandwidth");
        }
        return minimum == 0 && requested == 0 && limit == 0 ? NONE : new BandwidthOptions(minimum, requested, limit);
    }

    /** The value of a key in KB per second; 0 when it is not there. */
    static int kbps(Mapping options, String key) throws WireException {
        String text = options.get(key);
        if (text == null) {
            return 0;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || value > MAX_KBPS) {
                throw new WireException(Fault.BAD_VALUE, "bandwidth");
            }
            value = 10 * value + digit;
        }
        if (value == 0 || value > MAX_KBPS) {
            throw new WireException(Fault.BAD_VALUE, "bandwidth");
        }
        return value;
    }
}
