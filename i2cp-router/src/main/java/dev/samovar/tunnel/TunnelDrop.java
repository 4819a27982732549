package dev.samovar.tunnel;

/** Why a cell, or what was in it, went no further: the names under which that is counted. */
public enum TunnelDrop {
    /** The cell came before. */
    CELL_REPEATED,
    /** The cell came from another router than the one before us in the tunnel. */
    CELL_FROM_STRANGER,
    /** Under all layers there was no cell: it was changed on the way, or never was one. */
    CELL_DAMAGED,
    /** Instructions that follow no layout; the rest of the cell is lost. */
    BAD_INSTRUCTIONS,
    /** Something else than a message, in a fragment or put together. */
    BAD_MESSAGE,
    /** A fragment that was there already. */
    FRAGMENT_REPEATED,
    /** Fragments that cannot be of one message; all of it is lost. */
    FRAGMENTS_CONTRADICT,
    /** A message whose other fragments did not come in time. */
    FRAGMENTS_MISSING,
    /** A message that made room for a newer one, or found none. */
    NO_ROOM,
    /** A message for somebody else came down an inbound tunnel: it would have shown whose tunnel it is. */
    DELIVERY_NOT_LOCAL,
    /** A message for the end of an outbound tunnel itself, which nobody sends so. */
    DELIVERY_LOCAL,
    /** A message of a type that nobody may send by a tunnel. */
    FORBIDDEN_TYPE,
    /** A message past its time, or that claims to live too long. */
    EXPIRED,
    /** More than the limit of the tunnel lets in. */
    OVER_LIMIT
}
