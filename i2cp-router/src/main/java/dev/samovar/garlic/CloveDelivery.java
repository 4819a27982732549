package dev.samovar.garlic;

import dev.samovar.data.Hash;

/**
 * To whom the opener of a garlic message is to give a clove (I2NP specification, "Garlic Clove Delivery Instructions"). One
 * flag byte, whose bits 6 and 5 are the kind, then what the kind needs. Unlike in the cells of a tunnel the hash comes before
 * the tunnel id.
 */
public sealed interface CloveDelivery {

    /** The opener itself. */
    Local LOCAL = new Local();

    /** For whoever opened it; 1 byte. */
    record Local() implements CloveDelivery {}

    /** For a destination behind the opener: hash (32 bytes). */
    record ToDestination(Hash destination) implements CloveDelivery {}

    /** For another router: hash (32 bytes). */
    record ToRouter(Hash router) implements CloveDelivery {}

    /** For a tunnel: hash of its gateway (32 bytes), tunnel id (4). */
    record ToTunnel(Hash gateway, int tunnelId) implements CloveDelivery {}
}
