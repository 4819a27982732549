package dev.samovar.tunnel;

/** Why a request for a tunnel came to nothing: the names under which that is counted. */
public enum TransitRefusal {
    /** Bytes that follow no layout, or a record that contradicts itself. */
    MALFORMED(false),
    /** No record is for this router. */
    NOT_FOR_US(false),
    /** The router before us asks more often than its share. */
    THROTTLED(false),
    /** Too many records wait to be opened. */
    BUSY(false),
    /** The record came before. */
    REPEATED(false),
    /** The record was not sealed for our key. */
    NOT_SEALED_FOR_US(false),
    /** A tunnel id of zero. */
    NO_TUNNEL_ID(false),
    /** We are to be our own neighbour. */
    OURSELVES(false),
    /** The tunnel is to go back to where it comes from. */
    BACK_TO_SENDER(false),
    /** Nobody knows from whom it came, which only a gateway need not know. */
    SENDER_UNKNOWN(false),
    /** Made too long ago. */
    TOO_OLD(false),
    /** Dated ahead of time. */
    FUTURE_DATE(false),
    /** Cells are to be ciphered in a way that does not exist. */
    UNKNOWN_LAYER(false),

    /** No tunnels of others at this time. */
    NOT_ACCEPTING(true),
    /** As many tunnels as there may be. */
    FULL(true),
    /** Too much bandwidth is used, or the router has too much to do; from some point on at random. */
    CONGESTED(true),
    /** A neighbour has its share of tunnels. */
    NEIGHBOUR_SHARE(true),
    /** The tunnel id is taken. */
    TUNNEL_ID_TAKEN(true),
    /** Asks for more bandwidth than there is. */
    TOO_MUCH_BANDWIDTH(true),
    /** Asks for bandwidth in words that mean nothing. */
    BAD_BANDWIDTH(true),
    /** Agreed to, but the next router cannot be reached. */
    NOT_SENT(false);

    private final boolean answered;

    TransitRefusal(boolean answered) {
        this.answered = answered;
    }

    /** Whether the request goes on, with our no in it; the others are dropped in silence. */
    public boolean isAnswered() {
        return answered;
    }
}
