package dev.samovar.netdb;

import dev.samovar.peer.BanReason;

/** Why an entry was not stored: the names under which refusals are counted. */
public enum StoreRefusal {
    /** Bytes that follow no layout. */
    MALFORMED(null),
    /** Longer than any entry may be. */
    TOO_LARGE(null),
    /** Stored under another key than its own. */
    KEY_MISMATCH(null),
    /** Our own RouterInfo, which nobody knows better than we do. */
    OWN(null),
    /** Known already, as new or newer. */
    KNOWN(null),
    /** Its router is banned, or the peer that sent it. */
    BANNED(null),
    /** A signature algorithm that has no place here. */
    UNSUPPORTED_SIGNATURE(BanReason.UNSUPPORTED_SIGNATURE),
    WRONG_NETWORK(BanReason.WRONG_NETWORK),
    NO_NETWORK(BanReason.NO_NETWORK),
    NO_VERSION(null),
    OLD_VERSION(null),
    /** Dated more than two minutes ahead. */
    FUTURE_DATE(BanReason.FUTURE_DATE),
    TOO_OLD(null),
    /** Says nothing of how to reach it, and is not fresh. */
    NO_ADDRESS(null),
    /** An address that breaks its own rules. */
    BAD_ADDRESS(BanReason.BAD_ADDRESS),
    BAD_SIGNATURE(null),
    /** Claims a family that did not sign for it. */
    BAD_FAMILY(null),
    /** A lease set that says it is not to be published. */
    UNPUBLISHED(null),
    /** A lease set without leases. */
    NO_LEASES(null),
    /** A lease that ends later than any tunnel lives. */
    LEASE_TOO_FAR(null),
    EXPIRED(null),
    /** We are no floodfill and did not ask for it. */
    NOT_FLOODFILL(null),
    /** The sender stores more than its share. */
    THROTTLED(null),
    /** Too many signatures wait to be checked. */
    BUSY(null),
    /** No room, and nothing in there that deserves it less. */
    FULL(null);

    private final BanReason ban;

    StoreRefusal(BanReason ban) {
        this.ban = ban;
    }

    /** What the router that signed it is banned for; null for what brings no ban. Holds only for what it really signed. */
    BanReason ban() {
        return ban;
    }
}
