package dev.samovar.transport.ntcp2;

import java.nio.ByteBuffer;

/**
 * The sealed options of message 1 (NTCP2 specification, "SessionRequest"), big-endian:
 *
 * <pre>
 *   0  network id (1)
 *   1  version (1)         2
 *   2  padding length (2)  of the clear padding behind
 *   4  message 3 part 2 length (2), with its tag
 *   6  0 (2)
 *   8  time (4)            seconds, rounded to the nearest
 *   12 0 (4)
 * </pre>
 */
record Ntcp2RequestOptions(int networkId, int version, int paddingLength, int message3Part2Length, long seconds) {

    static final int LENGTH = 16;
    static final int VERSION = 2;

    static Ntcp2RequestOptions decode(byte[] options) {
        ByteBuffer in = ByteBuffer.wrap(options);
        return new Ntcp2RequestOptions(
                in.get(0) & 0xff,
                in.get(1) & 0xff,
                in.getShort(2) & 0xffff,
                in.getShort(4) & 0xffff,
                in.getInt(8) & 0xffffffffL);
    }

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .put((byte) networkId)
                .put((byte) version)
                .putShort((short) paddingLength)
                .putShort((short) message3Part2Length)
                .putShort((short) 0)
                .putInt((int) seconds)
                .array();
    }

    /** SPEC ntcp2#datetime: rounded, or every clock in the network would seem half a second late. */
    static long toSeconds(long epochMillis) {
        return (epochMillis + 500) / 1000;
    }
}
