package dev.samovar.streaming;

/** The bits of a packet's flags (streaming specification, "Flags"). Bits that are not named here are ignored. */
final class StreamFlag {

    static final int SYNCHRONIZE = 1;
    static final int CLOSE = 1 << 1;
    static final int RESET = 1 << 2;
    static final int SIGNATURE_INCLUDED = 1 << 3;
    static final int FROM_INCLUDED = 1 << 5;
    static final int DELAY_REQUESTED = 1 << 6;
    static final int MAX_PACKET_SIZE_INCLUDED = 1 << 7;
    static final int ECHO = 1 << 9;
    static final int NO_ACK = 1 << 10;
    static final int OFFLINE_SIGNATURE = 1 << 11;

    private StreamFlag() {}
}
