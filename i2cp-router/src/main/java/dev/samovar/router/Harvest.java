package dev.samovar.router;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came out of a seed: RouterInfos that are signed, of the right network and fresh, one of each router, and how many
 * were refused for what.
 *
 * @param routers in the order found
 * @param refused counts above zero
 */
public record Harvest(List<RouterInfo> routers, Map<SeedFault, Integer> refused) {

    /**
     * What a RouterInfo has to be. Whether the router behind it can be used is for the netDb to say.
     *
     * @param netId the number of the network
     * @param nowMillis the date
     * @param maxAgeMillis how long ago it may have been published
     */
    public record Rules(int netId, long nowMillis, long maxAgeMillis) {}

    /** SPEC router.md H.3: clocks differ by so much. */
    private static final long MAX_AHEAD_MILLIS = 2 * 60 * 1000L;

    /** Gathers RouterInfos; what is refused is counted. For one thread. */
    static final class Gatherer {

        private final Rules rules;
        private final int maxRouters;
        private final Map<Hash, RouterInfo> routers = new LinkedHashMap<>();
        private final Map<SeedFault, Integer> refused = new EnumMap<>(SeedFault.class);

        Gatherer(Rules rules, int maxRouters) {
            this.rules = rules;
            this.maxRouters = maxRouters;
        }

        /** Whether no more will be taken. */
        boolean isFull() {
            return routers.size() >= maxRouters;
        }

        void refuse(SeedFault fault) {
            refused.merge(fault, 1, Integer::sum);
        }

        /**
         * Takes a file, or counts why not.
         *
         * @param named the hash that its name tells, or null
         */
        void add(byte[] bytes, Hash named) {
            RouterInfo router;
            try {
                router = RouterInfo.fromBytes(bytes);
            } catch (WireException malformed) {
                refuse(SeedFault.ROUTER_MALFORMED);
                return;
            }
            SeedFault fault = fault(router, named);
            if (fault != null) {
                refuse(fault);
            } else {
                routers.put(router.hash(), router);
            }
        }

        private SeedFault fault(RouterInfo router, Hash named) {
            if (named != null && !named.equals(router.hash())) {
                return SeedFault.ROUTER_MISNAMED;
            }
            if (router.netId() != rules.netId) {
                return SeedFault.ROUTER_OF_OTHER_NETWORK;
            }
            if (router.publishedMillis() - rules.nowMillis > MAX_AHEAD_MILLIS) {
                return SeedFault.ROUTER_FROM_FUTURE;
            }
            if (rules.nowMillis - router.publishedMillis() > rules.maxAgeMillis) {
                return SeedFault.ROUTER_OUTDATED;
            }
            RouterInfo known = routers.get(router.hash());
            if (known != null && known.publishedMillis() >= router.publishedMillis()) {
                return SeedFault.ROUTER_TWICE;
            }
            return router.verify() ? null : SeedFault.ROUTER_BAD_SIGNATURE;
        }

        /** @throws SeedException when there is nothing in it */
        Harvest harvest() throws SeedException {
            if (routers.isEmpty()) {
                throw new SeedException(
                        SeedFault.NO_ROUTERS,
                        refused.isEmpty() ? "no RouterInfo in it" : "no RouterInfo in it that can be used: " + refused,
                        Collections.unmodifiableMap(refused));
            }
            return new Harvest(List.copyOf(routers.values()), Collections.unmodifiableMap(refused));
        }
    }
}
