package dev.samovar.datagram;

import dev.samovar.i2cp.client.Protocol;

/**
 * How a message of a protocol is laid out (datagram specification). Formats 2 and 3 are known so that nobody takes their
 * bytes for somebody's raw datagram; nothing here writes or reads them yet.
 */
public enum DatagramFormat {
    /** Sender, signature, payload; the size that SAM allows is a kilobyte less than a raw one's. */
    DATAGRAM1(Protocol.DATAGRAM, 31_744),
    /** The payload alone, under {@link Protocol#RAW} or any other protocol without a format of its own. */
    RAW(Protocol.RAW, 32_768),
    /** Sender, flags, options, payload, signature that names the receiver. */
    DATAGRAM2(Protocol.DATAGRAM2, 31_744),
    /** Hash of the sender, flags, options, payload; not signed. */
    DATAGRAM3(Protocol.DATAGRAM3, 31_744);

    private final int protocol;
    private final int maxPayload;

    DatagramFormat(int protocol, int maxPayload) {
        this.protocol = protocol;
        this.maxPayload = maxPayload;
    }

    public int protocol() {
        return protocol;
    }

    /** The largest payload, bytes; the smallest is 1. */
    public int maxPayload() {
        return maxPayload;
    }

    /** Whether a payload of this size may be sent. */
    public boolean allows(int size) {
        return size >= 1 && size <= maxPayload;
    }

    /** The format of a protocol, or null for streaming, which has no datagrams. */
    public static DatagramFormat of(int protocol) {
        return switch (protocol) {
            case Protocol.STREAMING -> null;
            case Protocol.DATAGRAM -> DATAGRAM1;
            case Protocol.DATAGRAM2 -> DATAGRAM2;
            case Protocol.DATAGRAM3 -> DATAGRAM3;
            default -> RAW;
        };
    }
}
