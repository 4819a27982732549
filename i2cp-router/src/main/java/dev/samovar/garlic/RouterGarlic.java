package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.RouterKeys;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Garlic for a router, from a sender that stays unknown (ECIES routers specification): the sender's ephemeral key (32 bytes,
 * as it is, no Elligator), then the blocks under ChaCha20-Poly1305. One message of the Noise pattern N to the key in the
 * router's identity:
 *
 * <ol>
 *   <li>the state of N, with the router's key mixed in; then the ephemeral key is mixed in too
 *   <li>the agreement of both keys gives the cipher's key
 *   <li>the blocks are sealed under nonce 0, the hash so far as associated data
 * </ol>
 *
 * <p>It carries lookups and stores to floodfills and build messages to the first hops of inbound tunnels, so that whoever
 * brings them does not read them. What is inside is for the router itself: a lookup says by a reply key and tunnel how to
 * answer it, a store is taken as one that came straight but from nobody.
 *
 * <p>Pure functions, for any thread; sealing and opening cost an agreement each. The date inside, and repetition, are judged
 * by {@link RouterGarlicFilter}.
 */
public final class RouterGarlic {

    /** The ephemeral key and the tag. */
    public static final int OVERHEAD = X25519.KEY_LENGTH + ChaChaPoly.TAG_LENGTH;

    /** An empty block is the least that can be inside. */
    private static final int MIN_LENGTH = OVERHEAD + GarlicBlockCodec.BLOCK_HEADER;

    /**
     * Blocks of up to this length leave the tunnel's last hop in one cell: 1003 bytes, less the delivery to a router (35), the
     * message's header (16), the length of the garlic (4), and {@link #OVERHEAD}.
     */
    private static final int ONE_CELL = 900;

    private static final long MILLIS = 1000;

    private RouterGarlic() {}

    /**
     * Seals blocks, of which one has to be a {@link DateTime}, for a router. The messages in cloves stay owned by their
     * cloves.
     *
     * @param routerKey the X25519 key in the router's identity
     * @param ephemeral made for this message alone; the caller destroys it
     * @return what a {@link Garlic} message carries; null when nothing can be sealed for that key, which is no proper one
     */
    public static byte[] seal(byte[] routerKey, List<GarlicBlock> blocks, X25519KeyPair ephemeral) {
        NoiseState noise = agreed(routerKey, ephemeral.publicKey(), ephemeral.privateKey(), routerKey);
        if (noise == null) {
            return null;
        }
        byte[] sealed = noise.seal(GarlicBlockCodec.encode(blocks));
        noise.destroy();
        byte[] out = Arrays.copyOf(ephemeral.publicKey(), X25519.KEY_LENGTH + sealed.length);
        System.arraycopy(sealed, 0, out, X25519.KEY_LENGTH, sealed.length);
        return out;
    }

    /**
     * Seals one message for a router itself, dated now and padded as routers do.
     *
     * @param message taken over
     * @return null when nothing can be sealed for that key
     */
    public static Garlic wrap(byte[] routerKey, I2npMessage message, long nowMillis, Entropy entropy) {
        List<GarlicBlock> blocks = new ArrayList<>();
        blocks.add(new DateTime((nowMillis + MILLIS / 2) / MILLIS));
        blocks.add(GarlicClove.local(message));
        GarlicPadding.append(blocks, ONE_CELL, entropy);
        X25519KeyPair ephemeral = X25519KeyPair.generate(entropy);
        byte[] data = seal(routerKey, blocks, ephemeral);
        ephemeral.destroy();
        message.release();
        return data == null ? null : new Garlic(data);
    }

    /**
     * Opens what was sealed for this router. The caller owns the messages in the cloves.
     *
     * @param data of a {@link Garlic} message
     * @throws WireException {@link Fault#BAD_SIGNATURE} when it was not sealed for this key; other faults for blocks that do
     *     not follow their layout or have no date among them
     */
    public static List<GarlicBlock> open(byte[] data, X25519KeyPair keys) throws WireException {
        if (data.length < MIN_LENGTH) {
            throw new WireException(Fault.TRUNCATED, "router garlic");
        }
        byte[] ephemeral = Arrays.copyOf(data, X25519.KEY_LENGTH);
        NoiseState noise = agreed(keys.publicKey(), ephemeral, keys.privateKey(), ephemeral);
        if (noise == null) {
            throw new WireException(Fault.BAD_VALUE, "ephemeral key");
        }
        byte[] plain = noise.open(Arrays.copyOfRange(data, X25519.KEY_LENGTH, data.length));
        noise.destroy();
        if (plain == null) {
            throw new WireException(Fault.BAD_SIGNATURE, "router garlic");
        }
        List<GarlicBlock> blocks = GarlicBlockCodec.decode(Unpooled.wrappedBuffer(plain));
        for (GarlicBlock block : blocks) {
            if (block instanceof DateTime) {
                return blocks;
            }
        }
        GarlicBlockCodec.release(blocks);
        throw new WireException(Fault.BAD_VALUE, "router garlic without a date");
    }

    /** Opens what was sealed for this router, as {@link #open(byte[], X25519KeyPair)} does. */
    public static List<GarlicBlock> open(byte[] data, RouterKeys keys) throws WireException {
        return open(data, keys.encryptionKeys());
    }

    /** The state with its key set, the same for both sides; null for keys that agree on nothing. */
    private static NoiseState agreed(byte[] routerKey, byte[] ephemeral, SecretBytes own, byte[] other) {
        byte[] secret = new byte[X25519.KEY_LENGTH];
        if (!X25519.agree(own, other, secret)) {
            return null;
        }
        NoiseState noise = NoiseState.n(routerKey);
        noise.mixHash(ephemeral);
        noise.mixKey(secret);
        Arrays.fill(secret, (byte) 0);
        return noise;
    }
}
