package dev.samovar.i2cp.client;

/**
 * The protocol numbers in the header of a client payload (I2CP specification, "SendMessage payload format"). A plain int
 * elsewhere, since RAW sessions may choose any of 0 to 255 that is not taken here.
 */
public final class Protocol {

    public static final int ANY = 0;
    public static final int STREAMING = 6;
    public static final int DATAGRAM = 17;
    public static final int RAW = 18;
    public static final int DATAGRAM2 = 19;
    public static final int DATAGRAM3 = 20;

    private Protocol() {}
}
