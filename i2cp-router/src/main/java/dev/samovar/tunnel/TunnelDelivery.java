package dev.samovar.tunnel;

import dev.samovar.data.Hash;

/**
 * Where the end of a tunnel is to send a message (tunnel message specification, "First Fragment Delivery Instructions").
 * Unlike in garlic the tunnel id comes before the hash there, and the codes of the kinds differ.
 */
public sealed interface TunnelDelivery {

    /** The end of the tunnel itself: what every message of an inbound tunnel is. */
    Local LOCAL = new Local();

    /** For whoever the tunnel ends at. */
    record Local() implements TunnelDelivery {}

    /**
     * For the gateway of another tunnel, which sends it in there.
     *
     * @param tunnelId not zero
     */
    record ToTunnel(Hash gateway, int tunnelId) implements TunnelDelivery {
        public ToTunnel {
            if (tunnelId == 0) {
                throw new IllegalArgumentException("zero names no tunnel");
            }
        }
    }

    /** For a router itself. */
    record ToRouter(Hash router) implements TunnelDelivery {}
}
