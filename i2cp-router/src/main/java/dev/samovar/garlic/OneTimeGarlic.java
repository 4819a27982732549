package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.ReplyKey;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Garlic under a key that its receiver chose and sent ahead: the reply to an encrypted lookup (I2NP specification,
 * "DatabaseLookup", "Reply Encryption"), and the reply to an outbound tunnel build. Layout: tag (8 bytes), then the blocks
 * under ChaCha20-Poly1305 with nonce 0 and the tag as associated data. What the specification calls the payload are blocks
 * as in any garlic; the reply is a clove for the receiver itself and has to be the first block.
 *
 * <p>Key and tag serve once. Pure functions, for any thread.
 */
public final class OneTimeGarlic {

    public static final int TAG_LENGTH = ReplyKey.TAG_LENGTH;

    /** The tag in front and the cipher's tag behind. */
    public static final int OVERHEAD = TAG_LENGTH + ChaChaPoly.TAG_LENGTH;

    private static final int MIN_LENGTH = OVERHEAD + GarlicBlockCodec.BLOCK_HEADER;

    /**
     * Blocks of up to this length come down a tunnel in one cell: 1003 bytes, less the local delivery (3), the message's
     * header (16), the length of the garlic (4), and {@link #OVERHEAD}.
     */
    private static final int ONE_CELL = 956;

    private OneTimeGarlic() {}

    /** Seals blocks. The messages in cloves stay owned by their cloves. Returns what a {@link Garlic} message carries. */
    public static byte[] seal(byte[] key, byte[] tag, List<GarlicBlock> blocks) {
        byte[] plain = GarlicBlockCodec.encode(blocks);
        byte[] out = Arrays.copyOf(tag, OVERHEAD + plain.length);
        ChaChaPoly cipher = new ChaChaPoly(key);
        cipher.seal(0, tag, plain, 0, plain.length, out, TAG_LENGTH);
        cipher.destroy();
        return out;
    }

    /**
     * Seals one message, the answer to a lookup, as the asker wants it.
     *
     * @param replyKey one that {@link ReplyKey#isEcies}
     * @param reply taken over
     */
    public static Garlic wrap(ReplyKey replyKey, I2npMessage reply, Entropy entropy) {
        List<GarlicBlock> blocks = new ArrayList<>();
        blocks.add(GarlicClove.local(reply));
        GarlicPadding.append(blocks, ONE_CELL, entropy);
        byte[] data = seal(replyKey.key(), replyKey.tag(), blocks);
        reply.release();
        return new Garlic(data);
    }

    /**
     * Opens what was sealed under this key and the tag that it begins with. Whoever opens garlic asks first whether its
     * beginning is an awaited tag, as that alone tells a reply from other garlic. The caller owns the messages in the cloves.
     *
     * @param data of a {@link Garlic} message
     * @throws WireException {@link Fault#BAD_SIGNATURE} when it was not; other faults for blocks that do not follow their
     *     layout
     */
    public static List<GarlicBlock> open(byte[] key, byte[] data) throws WireException {
        if (data.length < MIN_LENGTH) {
            throw new WireException(Fault.TRUNCATED, "one-time garlic");
        }
        byte[] tag = Arrays.copyOf(data, TAG_LENGTH);
        byte[] plain = new byte[data.length - OVERHEAD];
        ChaChaPoly cipher = new ChaChaPoly(key);
        int length = cipher.open(0, tag, data, TAG_LENGTH, data.length - TAG_LENGTH, plain, 0);
        cipher.destroy();
        if (length < 0) {
            throw new WireException(Fault.BAD_SIGNATURE, "one-time garlic");
        }
        return GarlicBlockCodec.decode(Unpooled.wrappedBuffer(plain));
    }
}
