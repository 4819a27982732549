package dev.samovar.tunnel;

import dev.samovar.crypto.Sha;
import io.netty.buffer.ByteBuf;

/**
 * A cell in clear (tunnel message specification, "Tunnel Message (Decrypted)"): tunnel id (4 bytes), IV (16), checksum (4),
 * padding without any zero, a zero, then instructions and fragments to the end; always {@value #LENGTH} bytes. The checksum
 * is the beginning of the SHA-256 of what is behind the zero, and the IV.
 */
final class Cell {

    /** A cell as the body of a message. */
    static final int LENGTH = 4 + LayerCipher.IV_LENGTH + LayerCipher.DATA_LENGTH;

    /** Where what is ciphered begins. */
    static final int IV_AT = 4;

    private static final int DATA_AT = IV_AT + LayerCipher.IV_LENGTH;
    private static final int CHECKSUM_LENGTH = 4;

    /** What instructions and fragments may take. */
    static final int MAX_PAYLOAD = LayerCipher.DATA_LENGTH - CHECKSUM_LENGTH - 1;

    private Cell() {}

    /**
     * Writes a cell in clear into {@code out}, which is empty and array-backed.
     *
     * @param padding bytes that are random and never zero
     */
    static void write(int tunnelId, byte[] iv, byte[] payload, int length, CellPadding padding, ByteBuf out) {
        out.writeInt(tunnelId);
        out.writeBytes(iv);
        out.writeBytes(Sha.sha256(payload, 0, length, iv, 0, iv.length), 0, CHECKSUM_LENGTH);
        int pad = MAX_PAYLOAD - length;
        padding.fill(out.array(), out.arrayOffset() + out.writerIndex(), pad);
        out.writerIndex(out.writerIndex() + pad);
        out.writeByte(0);
        out.writeBytes(payload, 0, length);
    }

    /**
     * Finds the payload of a cell in clear that begins at {@code at}, the tunnel id first.
     *
     * @return the offset from {@code at}; -1 when there is none, or the checksum does not hold
     */
    static int payloadOf(byte[] array, int at) {
        int end = at + LENGTH;
        int zero = at + DATA_AT + CHECKSUM_LENGTH;
        while (zero < end && array[zero] != 0) {
            zero++;
        }
        if (zero == end) {
            return -1;
        }
        int payload = zero + 1;
        byte[] sum = Sha.sha256(array, payload, end - payload, array, at + IV_AT, LayerCipher.IV_LENGTH);
        for (int i = 0; i < CHECKSUM_LENGTH; i++) {
            if (sum[i] != array[at + DATA_AT + i]) {
                return -1;
            }
        }
        return payload - at;
    }
}
