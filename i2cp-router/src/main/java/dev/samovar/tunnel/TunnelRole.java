package dev.samovar.tunnel;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;

/** What a hop is in its tunnel (ECIES tunnel creation, "Short Build Request Records": the first byte of flags). */
public enum TunnelRole {
    /** In the middle: cells come from one router and go to another. */
    PARTICIPANT(0),
    /** First of an inbound tunnel: takes messages from anyone and makes cells of them. */
    GATEWAY(0x80),
    /** Last of an outbound tunnel: makes messages of the cells and sends them to anyone. */
    ENDPOINT(0x40);

    private final int flags;

    TunnelRole(int flags) {
        this.flags = flags;
    }

    int flags() {
        return flags;
    }

    /** The role that these flags say; the bits that nobody uses yet are passed over. Nobody is both ends at once. */
    static TunnelRole of(int flags) throws WireException {
        boolean gateway = (flags & GATEWAY.flags) != 0;
        boolean endpoint = (flags & ENDPOINT.flags) != 0;
        if (gateway && endpoint) {
            throw new WireException(Fault.BAD_VALUE, "both ends of a tunnel");
        }
        return gateway ? GATEWAY : endpoint ? ENDPOINT : PARTICIPANT;
    }
}
