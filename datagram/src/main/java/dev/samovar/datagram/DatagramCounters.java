package dev.samovar.datagram;

/** What became of a session's datagrams. Belongs to the session's lane. */
public final class DatagramCounters {

    /** Why a datagram went no further. */
    public enum Drop {
        /** Not sent: empty, or larger than its format allows. */
        SIZE,
        /** Not sent: keys signed offline have no place in the format. */
        OFFLINE_KEYS,
        /** Not sent, or not delivered: a protocol that has another format than was asked for, or one not spoken here. */
        PROTOCOL,
        /** Not sent: too many waited for a signature. */
        SIGNING_FULL,
        /** Not sent: the way to the router was full, or the session ended meanwhile. */
        ROUTER_FULL,
        /** Not delivered: too many waited for the check of their signature. */
        CHECKING_FULL,
        /** Not delivered: not a datagram. */
        MALFORMED,
        /** Not delivered: the signature does not hold. */
        FORGED
    }

    private final long[] dropped = new long[Drop.values().length];
    private long sent;
    private long received;

    void countSent() {
        sent++;
    }

    void countReceived() {
        received++;
    }

    void count(Drop reason) {
        dropped[reason.ordinal()]++;
    }

    /** Handed to the router. */
    public long sent() {
        return sent;
    }

    /** Handed to the application. */
    public long received() {
        return received;
    }

    /** Dropped for this reason. */
    public long dropped(Drop reason) {
        return dropped[reason.ordinal()];
    }
}
