package dev.samovar.transport.ntcp2;

import java.nio.ByteBuffer;

/**
 * The sealed options of message 2 (NTCP2 specification, "SessionCreated"), big-endian:
 *
 * <pre>
 *   0  0 (2)
 *   2  padding length (2)
 *   4  0 (4)
 *   8  time (4)            seconds, rounded to the nearest
 *   12 0 (4)
 * </pre>
 */
record Ntcp2CreatedOptions(int paddingLength, long seconds) {

    static final int LENGTH = 16;

    static Ntcp2CreatedOptions decode(byte[] options) {
        ByteBuffer in = ByteBuffer.wrap(options);
        return new Ntcp2CreatedOptions(in.getShort(2) & 0xffff, in.getInt(8) & 0xffffffffL);
    }

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .putShort((short) 0)
                .putShort((short) paddingLength)
                .putInt(0)
                .putInt((int) seconds)
                .array();
    }
}
