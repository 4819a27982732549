package dev.samovar.netdb;

/** Why a lookup of another router was left without an answer: the names under which that is counted. */
public enum LookupRefusal {
    /** A key that is no hash of anything. */
    BAD_KEY,
    /** Only a floodfill answers this. */
    NOT_FLOODFILL,
    /** The asker wants more than its share. */
    THROTTLED,
    /** The answer was to go straight to somebody who did not ask. */
    REFLECTED,
    /** The answer was to be sealed in a way that is gone from the network; in clear it would tell too much. */
    OLD_ENCRYPTION,
    /** Nothing is known of the router that the answer was to go to. */
    UNKNOWN_ROUTER
}
