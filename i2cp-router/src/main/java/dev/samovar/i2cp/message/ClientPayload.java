package dev.samovar.i2cp.message;

/**
 * The frame around every payload between clients: a gzip member whose time field carries the ports and whose last header
 * byte carries the protocol (I2CP specification, "SendMessage payload format").
 */
public final class ClientPayload {

    /** Gzip header (10) and the header of one stored block (5), bytes. */
    public static final int HEADROOM = 15;

    /** CRC-32 and size, bytes. */
    public static final int TAILROOM = 8;

    private ClientPayload() {}
}
