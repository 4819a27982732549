package dev.samovar.peer;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Whom we leave alone: routers by hash, hosts by address (IPv6 by its /64, since a host owns that much). Each ban has a
 * {@link BanReason reason} and ends with its time. Holds no more than a fixed number of each; when full, the ban that ends
 * first goes. Times are monotonic nanoseconds. Belongs to the router lane.
 */
@SansIo
public final class BanList {

    /** Bans of either kind that are kept. */
    public static final int MAX_BANS = 4096;

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 64;

    private record Ban(BanReason reason, long begin, long duration) {

        boolean isOver(long now) {
            return duration != 0 && now - begin >= duration;
        }

        /** How long it still lasts. */
        long left(long now) {
            return duration == 0 ? Long.MAX_VALUE : duration - (now - begin);
        }
    }

    private final Map<Hash, Ban> routers = new HashMap<>();
    private final Map<Subnet, Ban> hosts = new HashMap<>();

    /** Bans a router for as long as the reason says. A ban that would end later stays. */
    public void ban(Hash router, BanReason reason, long now) {
        add(routers, router, reason, now);
    }

    /** Bans a host. {@code ip} has 4 or 16 bytes. */
    public void banAddress(byte[] ip, BanReason reason, long now) {
        add(hosts, host(ip), reason, now);
    }

    public boolean isBanned(Hash router, long now) {
        return reason(router, now) != null;
    }

    public boolean isAddressBanned(byte[] ip, long now) {
        return !hosts.isEmpty() && find(hosts, host(ip), now) != null;
    }

    /** Why this router is banned; null when it is not. */
    public BanReason reason(Hash router, long now) {
        return find(routers, router, now);
    }

    /** Lifts a ban. */
    public void unban(Hash router) {
        routers.remove(router);
    }

    /** Bans in force by reason, routers and hosts together. */
    public Map<BanReason, Integer> counts(long now) {
        expire(now);
        Map<BanReason, Integer> counts = new EnumMap<>(BanReason.class);
        routers.values().forEach(ban -> counts.merge(ban.reason, 1, Integer::sum));
        hosts.values().forEach(ban -> counts.merge(ban.reason, 1, Integer::sum));
        return counts;
    }

    /** Forgets bans that are over. */
    public void expire(long now) {
        routers.values().removeIf(ban -> ban.isOver(now));
        hosts.values().removeIf(ban -> ban.isOver(now));
    }

    private static Subnet host(byte[] ip) {
        return Subnet.of(ip, ip.length == 4 ? IPV4_BITS : IPV6_BITS);
    }

    private static <K> BanReason find(Map<K, Ban> bans, K key, long now) {
        Ban ban = bans.get(key);
        if (ban == null) {
            return null;
        }
        if (ban.isOver(now)) {
            bans.remove(key);
            return null;
        }
        return ban.reason;
    }

    private static <K> void add(Map<K, Ban> bans, K key, BanReason reason, long now) {
        Ban ban = new Ban(reason, now, reason.nanos());
        Ban before = bans.get(key);
        if (before != null && !before.isOver(now) && before.left(now) > ban.left(now)) {
            return;
        }
        if (before == null && bans.size() >= MAX_BANS) {
            makeRoom(bans, now);
        }
        bans.put(key, ban);
    }

    private static <K> void makeRoom(Map<K, Ban> bans, long now) {
        bans.values().removeIf(ban -> ban.isOver(now));
        if (bans.size() < MAX_BANS) {
            return;
        }
        K first = null;
        long least = 0;
        for (Map.Entry<K, Ban> entry : bans.entrySet()) {
            long left = entry.getValue().left(now);
            if (first == null || left < least) {
                first = entry.getKey();
                least = left;
            }
        }
        bans.remove(first);
    }
}
