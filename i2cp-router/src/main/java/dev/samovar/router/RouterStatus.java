package dev.samovar.router;

import java.util.List;
import java.util.Map;

/**
 * How a router is at one moment, for its operator. It names no peer: counts, and of the router itself what the operator
 * has set or published anyway. What a kind of router does not have is empty, zero or null.
 *
 * @param network {@code local}, {@code private}, {@code live} or {@code external}
 * @param netId the number of the network, or 0
 * @param state how far it has come
 * @param waitingFor what is missing until it is {@linkplain State#INTEGRATED integrated}, a sentence each; empty then
 * @param identity the first four characters of the router's hash, or null
 * @param uptimeSeconds since the router began
 * @param peers other routers
 * @param leaseSets lease sets of others that are kept
 * @param transports one for each way to reach others
 * @param bytesIn received from other routers
 * @param bytesOut sent to other routers
 * @param bans routers and addresses that are shut out now
 * @param refusals what was refused since the start, by reason, in the order of the reasons' names
 * @param clockSkewMillis how far the peers' clocks are ahead of ours, or null while too few have told
 * @param reseed where the first RouterInfos come from, or null where none are needed
 * @param tunnels its own tunnels and those of its clients, or null
 * @param sessions of clients, or null
 * @param transit tunnels of others, or null
 */
public record RouterStatus(
        String network,
        int netId,
        State state,
        List<String> waitingFor,
        String identity,
        long uptimeSeconds,
        Peers peers,
        int leaseSets,
        List<Transport> transports,
        long bytesIn,
        long bytesOut,
        int bans,
        Map<String, Long> refusals,
        Long clockSkewMillis,
        Reseed reseed,
        Tunnels tunnels,
        Sessions sessions,
        Transit transit) {

    /** How far a router has come. */
    public enum State {
        /** Reads its files, opens its sockets. */
        STARTING,
        /** Runs, but is not yet a useful member of its network: {@link RouterStatus#waitingFor} says why. */
        WAITING,
        /** Does its work. */
        INTEGRATED,
        /** Was asked to end. */
        CLOSING,
        /** Another program's: it does not tell. */
        UNKNOWN
    }

    /**
     * Other routers.
     *
     * @param connected with a session now
     * @param known with a RouterInfo in the network database
     * @param floodfills those of {@code known} that serve as floodfills
     */
    public record Peers(int connected, int known, int floodfills) {

        public static final Peers NONE = new Peers(0, 0, 0);
    }

    /**
     * One transport.
     *
     * @param style as in a RouterAddress, {@code NTCP2}
     * @param listening where it listens, one address or several, or null
     * @param published what others are told, or null
     * @param inbound sessions that peers began
     * @param outbound sessions that this router began
     */
    public record Transport(String style, String listening, String published, int inbound, int outbound) {}

    /**
     * Where the first RouterInfos come from.
     *
     * @param state {@code idle}, {@code fetching}, {@code waiting} or {@code done}
     * @param hostsAnswered hosts whose bundle was good, since the start
     * @param accepted RouterInfos that were good, since the start
     * @param failures what went wrong, by reason, since the start
     * @param nextTrySeconds until the next try while {@code waiting}, else null
     */
    public record Reseed(
            String state, int hostsAnswered, int accepted, Map<String, Long> failures, Long nextTrySeconds) {}

    /**
     * Tunnels that the router builds for itself, called exploratory, and for its clients.
     *
     * @param inbound exploratory tunnels towards it
     * @param outbound exploratory tunnels from it
     * @param roundTripMillis that a test of the exploratory tunnels takes, or 0
     * @param buildsPending under way, of all tunnels, also those of clients
     * @param buildsAccepted since the start
     * @param buildsFailed since the start, by reason
     */
    public record Tunnels(
            Way inbound,
            Way outbound,
            long roundTripMillis,
            int buildsPending,
            long buildsAccepted,
            Map<String, Long> buildsFailed) {

        /**
         * One direction.
         *
         * @param ready with hops, and not known to fail
         * @param wanted how many there should be
         * @param standIns tunnels without hops beside those, for want of others
         */
        public record Way(int ready, int wanted, int standIns) {}
    }

    /**
     * Sessions of clients, each with a destination. That some wait does not make the router less {@link State#INTEGRATED}: new
     * ones always do, and a client may want what cannot be had.
     *
     * @param total all
     * @param ready those that can send, and be found if they want to
     * @param waitingFor what the others lack, and how many of them
     */
    public record Sessions(int total, int ready, Map<String, Integer> waitingFor) {}

    /**
     * What the router does for the tunnels of others.
     *
     * @param on whether it takes any
     * @param gateways tunnels that begin here
     * @param participants tunnels that pass
     * @param endpoints tunnels that end here
     * @param kilobytesPerSecond carried lately
     * @param mostKilobytesPerSecond that may be carried
     * @param accepted requests, since the start
     * @param refused requests, since the start; the reasons are among the refusals
     */
    public record Transit(
            boolean on,
            int gateways,
            int participants,
            int endpoints,
            int kilobytesPerSecond,
            int mostKilobytesPerSecond,
            long accepted,
            long refused) {}

    /** A router without a network of its own: one that needs nobody else, or another program's. */
    public static RouterStatus ofNoNetwork(String network, State state, List<String> waitingFor, long uptimeSeconds) {
        return new RouterStatus(
                network,
                0,
                state,
                List.copyOf(waitingFor),
                null,
                uptimeSeconds,
                Peers.NONE,
                0,
                List.of(),
                0,
                0,
                0,
                Map.of(),
                null,
                null,
                null,
                null,
                null);
    }
}
