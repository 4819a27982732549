package dev.samovar.crypto;

import java.util.Arrays;
import java.util.Objects;

/**
 * The bare stream cipher (RFC 7539, section 2.4) from block 1 on, as tunnel build records, SSU2 headers and encrypted
 * lease sets use it: a few hundred bytes at most, for which setting up a cipher of the JDK costs more than the cipher. It
 * hides, and authenticates nothing. Pure function, safe from any thread.
 */
public final class ChaCha20 {

    public static final int KEY_LENGTH = 32;
    public static final int NONCE_LENGTH = 12;

    private static final int BLOCK_LENGTH = 64;
    private static final int DOUBLE_ROUNDS = 10;

    private ChaCha20() {}

    /** Encrypts or decrypts {@code length} bytes of {@code data} in place. */
    public static void apply(byte[] key, byte[] nonce, byte[] data, int at, int length) {
        if (key.length != KEY_LENGTH || nonce.length != NONCE_LENGTH) {
            throw new IllegalArgumentException("a key has 32 bytes, a nonce 12");
        }
        Objects.checkFromIndexSize(at, length, data.length);
        int[] state = new int[16];
        // "expand 32-byte k"
        state[0] = 0x61707865;
        state[1] = 0x3320646e;
        state[2] = 0x79622d32;
        state[3] = 0x6b206574;
        for (int i = 0; i < 8; i++) {
            state[4 + i] = word(key, 4 * i);
        }
        state[12] = 1;
        for (int i = 0; i < 3; i++) {
            state[13 + i] = word(nonce, 4 * i);
        }
        int[] x = new int[16];
        for (int done = 0; done < length; done += BLOCK_LENGTH) {
            System.arraycopy(state, 0, x, 0, 16);
            for (int round = 0; round < DOUBLE_ROUNDS; round++) {
                quarter(x, 0, 4, 8, 12);
                quarter(x, 1, 5, 9, 13);
                quarter(x, 2, 6, 10, 14);
                quarter(x, 3, 7, 11, 15);
                quarter(x, 0, 5, 10, 15);
                quarter(x, 1, 6, 11, 12);
                quarter(x, 2, 7, 8, 13);
                quarter(x, 3, 4, 9, 14);
            }
            int end = Math.min(BLOCK_LENGTH, length - done);
            for (int i = 0; i < end; i++) {
                int word = x[i >> 2] + state[i >> 2];
                data[at + done + i] ^= (byte) (word >>> (8 * (i & 3)));
            }
            state[12]++;
        }
        Arrays.fill(state, 0);
        Arrays.fill(x, 0);
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }

    private static int word(byte[] bytes, int at) {
        return bytes[at] & 0xff
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }
}
