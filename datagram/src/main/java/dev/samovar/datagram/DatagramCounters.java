package dev.samovar.datagram;

/** What became of a session's datagrams. Belongs to the session's lane. */
public final class DatagramCounters {

    private long sent;
    private long received;
    private long refusedBySize;
    private long droppedFull;
    private long droppedMalformed;
    private long droppedForged;

    void countSent() {
        sent++;
    }

    void countReceived() {
        received++;
    }

    void countRefusedBySize() {
        refusedBySize++;
    }

    void countDroppedFull() {
        droppedFull++;
    }

    void countDroppedMalformed() {
        droppedMalformed++;
    }

    void countDroppedForged() {
        droppedForged++;
    }

    /** Handed to the router. */
    public long sent() {
        return sent;
    }

    /** Handed to the application. */
    public long received() {
        return received;
    }

    /** Not sent: empty, or larger than the format allows. */
    public long refusedBySize() {
        return refusedBySize;
    }

    /** Dropped because too many waited for a signature, a check, or the router. */
    public long droppedFull() {
        return droppedFull;
    }

    /** Dropped on arrival: not a datagram. */
    public long droppedMalformed() {
        return droppedMalformed;
    }

    /** Dropped on arrival: the signature does not hold. */
    public long droppedForged() {
        return droppedForged;
    }
}
