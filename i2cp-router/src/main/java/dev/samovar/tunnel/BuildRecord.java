package dev.samovar.tunnel;

import dev.samovar.crypto.ChaCha20;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.i2np.ReplyKey;
import java.util.Arrays;

/**
 * A build record under its seal, and the keys that creator and hop alone have from it (ECIES tunnel creation, "Short Request
 * Record Encrypted" and "KDF"): the beginning of the hop's hash (16 bytes), the creator's ephemeral key (32), the request
 * under ChaCha20-Poly1305. One message of the Noise pattern N to the key in the hop's identity; the keys come out of its
 * chaining key. Pure functions, for any thread; sealing and opening cost an agreement each.
 */
final class BuildRecord {

    /** How much of the hop's hash a record begins with. */
    static final int PREFIX_LENGTH = 16;

    static final int HEADER_LENGTH = PREFIX_LENGTH + X25519.KEY_LENGTH;

    private static final int TAG_BYTES = ReplyKey.TAG_LENGTH;

    private BuildRecord() {}

    /** A sealed record, and what came of it. */
    record Sealed(byte[] record, Keys keys) {}

    /**
     * What both sides have after a short record.
     *
     * @param reply seals the hop's reply, and covers the other records
     * @param context authenticated with the reply: the handshake hash
     * @param layer for the cells
     * @param garlic seals the message with the replies to an outbound build; null but for an endpoint
     */
    record Keys(byte[] reply, byte[] context, HopKeys layer, ReplyKey garlic) {

        void destroy() {
            Arrays.fill(reply, (byte) 0);
            layer.destroy();
            if (garlic != null) {
                Arrays.fill(garlic.key(), (byte) 0);
            }
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    /** An opened record: what it says in clear, and the state that further keys come from, which the caller destroys. */
    record Opened(byte[] clear, NoiseState noise) {}

    /** What begins a record for this router. */
    static byte[] prefix(Hash router) {
        return Arrays.copyOf(router.toBytes(), PREFIX_LENGTH);
    }

    /**
     * Seals a short request.
     *
     * @param ephemeral made for this record alone; the caller destroys it
     * @return null when nothing can be sealed for the hop's key, which is no proper one
     */
    static Sealed seal(TunnelHop hop, byte[] clear, boolean endpoint, X25519KeyPair ephemeral) {
        byte[] key = hop.encryptionKey();
        NoiseState noise = agreed(key, ephemeral.publicKey(), ephemeral.privateKey(), key);
        if (noise == null) {
            return null;
        }
        byte[] sealed = noise.seal(clear);
        byte[] record = Arrays.copyOf(hop.router().toBytes(), HEADER_LENGTH + sealed.length);
        System.arraycopy(ephemeral.publicKey(), 0, record, PREFIX_LENGTH, X25519.KEY_LENGTH);
        System.arraycopy(sealed, 0, record, HEADER_LENGTH, sealed.length);
        Keys keys = shortKeys(noise, endpoint);
        noise.destroy();
        return new Sealed(record, keys);
    }

    /** Opens a record, short or long, that was sealed for these keys; null when it was not. */
    static Opened open(byte[] record, X25519KeyPair own) {
        byte[] ephemeral = Arrays.copyOfRange(record, PREFIX_LENGTH, HEADER_LENGTH);
        NoiseState noise = agreed(own.publicKey(), ephemeral, own.privateKey(), ephemeral);
        if (noise == null) {
            return null;
        }
        byte[] clear = noise.open(Arrays.copyOfRange(record, HEADER_LENGTH, record.length));
        if (clear == null) {
            noise.destroy();
            return null;
        }
        return new Opened(clear, noise);
    }

    /** The keys of a short record. The last one derived is special: the IV key is what is left of the chain. */
    static Keys shortKeys(NoiseState noise, boolean endpoint) {
        byte[] context = noise.hash();
        byte[] reply = noise.derive("SMTunnelReplyKey");
        SecretBytes layerKey = SecretBytes.takeOver(noise.derive("SMTunnelLayerKey"));
        if (!endpoint) {
            SecretBytes ivKey = SecretBytes.takeOver(noise.chainingKey());
            return new Keys(reply, context, new HopKeys(layerKey, ivKey), null);
        }
        SecretBytes ivKey = SecretBytes.takeOver(noise.derive("TunnelLayerIVKey"));
        byte[] garlicKey = noise.derive("RGarlicKeyAndTag");
        byte[] chain = noise.chainingKey();
        ReplyKey garlic = new ReplyKey(garlicKey, Arrays.copyOf(chain, TAG_BYTES));
        Arrays.fill(chain, (byte) 0);
        return new Keys(reply, context, new HopKeys(layerKey, ivKey), garlic);
    }

    /** Seals the reply of the hop whose record stands in this slot. */
    static byte[] sealReply(byte[] key, byte[] context, int slot, byte[] clear) {
        byte[] sealed = new byte[clear.length + ChaChaPoly.TAG_LENGTH];
        ChaChaPoly cipher = new ChaChaPoly(key);
        cipher.seal(slot, context, clear, 0, clear.length, sealed, 0);
        cipher.destroy();
        return sealed;
    }

    /** Opens a reply; null when it is not the hop's. */
    static byte[] openReply(byte[] key, byte[] context, int slot, byte[] sealed) {
        byte[] clear = new byte[sealed.length - ChaChaPoly.TAG_LENGTH];
        ChaChaPoly cipher = new ChaChaPoly(key);
        int length = cipher.open(slot, context, sealed, 0, sealed.length, clear, 0);
        cipher.destroy();
        return length < 0 ? null : clear;
    }

    /** Covers or uncovers, in place, the record of somebody else in this slot, as each hop of a short build does. */
    static void cover(byte[] key, int slot, byte[] record) {
        byte[] nonce = new byte[ChaCha20.NONCE_LENGTH];
        nonce[4] = (byte) slot;
        ChaCha20.apply(key, nonce, record, 0, record.length);
    }

    private static NoiseState agreed(byte[] hopKey, byte[] ephemeral, SecretBytes own, byte[] other) {
        byte[] secret = new byte[X25519.KEY_LENGTH];
        if (!X25519.agree(own, other, secret)) {
            return null;
        }
        NoiseState noise = NoiseState.n(hopKey);
        noise.mixHash(ephemeral);
        noise.mixKey(secret);
        Arrays.fill(secret, (byte) 0);
        return noise;
    }
}
