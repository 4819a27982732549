package dev.samovar.transport.ntcp2;

import dev.samovar.base.SansIo;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.SipHash24;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * One direction of the data phase (NTCP2 specification, "Data Phase"). A frame is
 *
 * <pre>
 *   length (2), masked      16..65535, of what follows
 *   ciphertext and tag (16) no associated data, nonce counts frames from 0
 * </pre>
 *
 * The mask of a frame is the low 16 bits of a SipHash chain that moves once a frame. Works in place on arrays; not thread
 * safe.
 */
@SansIo
final class Ntcp2FrameCipher {

    static final int TAG_LENGTH = 16;
    static final int LENGTH_LENGTH = 2;

    /** SPEC ntcp2#data-phase: the length with the tag fits 16 bits. */
    static final int MAX_SEALED = 0xffff;

    static final int MAX_PLAIN = MAX_SEALED - TAG_LENGTH;

    private static final byte[] NO_AD = {};
    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ChaChaPoly cipher;
    private final long sipKey0;
    private final long sipKey1;
    private long sipIv;
    private long frames;

    /** @param lengthKey SipHash keys (8, 8) and IV (8), each little-endian; the rest is unused */
    Ntcp2FrameCipher(byte[] key, byte[] lengthKey) {
        cipher = new ChaChaPoly(key);
        sipKey0 = (long) LE_LONG.get(lengthKey, 0);
        sipKey1 = (long) LE_LONG.get(lengthKey, 8);
        sipIv = (long) LE_LONG.get(lengthKey, 16);
    }

    /** Frames sealed, or opened well, so far. */
    long frames() {
        return frames;
    }

    /** The length of the frame to come, from its two bytes as a big-endian integer. Once a frame, in order. */
    int unmaskLength(int masked) {
        return masked ^ nextMask();
    }

    private int nextMask() {
        sipIv = SipHash24.hash(sipKey0, sipKey1, sipIv);
        return (int) sipIv & 0xffff;
    }

    /**
     * Makes a frame of the plaintext at {@code at + 2}, in place: its length goes before it, its tag behind.
     *
     * @return the frame's length, {@code plainLength + 18}
     */
    int seal(byte[] buffer, int at, int plainLength) {
        if (plainLength > MAX_PLAIN) {
            throw new IllegalArgumentException("a frame too long");
        }
        int start = at + LENGTH_LENGTH;
        int sealed = cipher.seal(frames++, NO_AD, buffer, start, plainLength, buffer, start);
        int masked = sealed ^ nextMask();
        buffer[at] = (byte) (masked >>> 8);
        buffer[at + 1] = (byte) masked;
        return LENGTH_LENGTH + sealed;
    }

    /**
     * Opens what follows a length, in place.
     *
     * @param sealedLength with the tag
     * @return the plaintext's length, or -1 when the frame is not genuine
     */
    int open(byte[] buffer, int at, int sealedLength) {
        int plain = cipher.open(frames, NO_AD, buffer, at, sealedLength, buffer, at);
        if (plain >= 0) {
            frames++;
        }
        return plain;
    }

    void destroy() {
        cipher.destroy();
        sipIv = 0;
    }
}
