package dev.samovar.tunnel;

import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npMessage;

/** What {@link TransitTunnels} need of the router. Called on the router lane. */
public interface TransitPort {

    /** The hash of this router. */
    Hash self();

    /**
     * Sends a message to another router, which may not be known yet. Hashes come from strangers: whoever implements this bounds
     * what it looks up and dials for them.
     *
     * @param message taken over, whatever becomes of it
     * @return false when it was dropped at once
     */
    boolean send(Hash router, I2npMessage message);

    /**
     * Takes a message that a tunnel of somebody else brought for this router itself, from nobody knows whom: the same as what
     * comes in garlic. A {@link dev.samovar.i2np.TunnelGateway} is for a gateway that is not one of the transit tunnels.
     *
     * @param message taken over
     */
    void receive(I2npMessage message);

    /** Whether tunnels of others are welcome at all: not when the operator said no, at the start, or before the end. */
    boolean acceptsTransit();

    /** How busy the router is with everything else, per cent: 100 refuses all new tunnels of others. */
    int loadPercent();
}
