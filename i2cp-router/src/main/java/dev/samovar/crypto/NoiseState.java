package dev.samovar.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The symmetric state of a Noise handshake (Noise revision 34, section 5.2): chaining key, handshake hash, and the cipher
 * key with its nonce. Every handshake of I2P has an empty prologue and knows the responder's static key in advance, so a
 * state begins with both mixed in. Belongs to one thread at a time; {@link #destroy} at the end of the handshake.
 */
public final class NoiseState {

    private static final int HASH_LENGTH = 32;

    private static final byte[] NOTHING = new byte[0];

    private static final Start N = new Start("Noise_N_25519_ChaChaPoly_SHA256");
    private static final Start IK_RATCHET = new Start("Noise_IKelg2+hs2_25519_ChaChaPoly_SHA256");
    private static final Start XK_NTCP2 = new Start("Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256");
    private static final Start XK_SSU2 = new Start("Noise_XKchaobfse+hs1+hs2+hs3_25519_ChaChaPoly_SHA256");

    /** What a protocol name comes to: the first chaining key, and the hash after the empty prologue. */
    static final class Start {

        final byte[] chainingKey;
        final byte[] hash;

        Start(String name) {
            byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
            // SPEC Noise 5.2: a name that fits the hash length is padded with zeros, a longer one is hashed
            this.chainingKey = ascii.length <= HASH_LENGTH ? Arrays.copyOf(ascii, HASH_LENGTH) : Sha.sha256(ascii);
            this.hash = Sha.sha256(chainingKey);
        }
    }

    private byte[] chainingKey;
    private byte[] hash;
    /** Null until the first key is mixed in. */
    private ChaChaPoly cipher;

    private long nonce;

    private NoiseState(Start start, byte[] responderStatic) {
        this.chainingKey = start.chainingKey.clone();
        this.hash = start.hash;
        mixHash(responderStatic);
    }

    /** A hash is never changed in place, so that states may share one; a chaining key is. */
    private NoiseState(byte[] chainingKey, byte[] hash) {
        this.chainingKey = chainingKey;
        this.hash = hash;
    }

    /** The state of an NTCP2 handshake with the holder of this static key (NTCP2 specification, KDF of message 1). */
    public static NoiseState ntcp2(byte[] responderStatic) {
        return new NoiseState(XK_NTCP2, responderStatic);
    }

    /** The state of an SSU2 handshake with the holder of this static key (SSU2 specification, KDF of Session Request). */
    public static NoiseState ssu2(byte[] responderStatic) {
        return new NoiseState(XK_SSU2, responderStatic);
    }

    /** The state of a one-way message to this static key: tunnel build records and garlic to routers. */
    public static NoiseState n(byte[] responderStatic) {
        return new NoiseState(N, responderStatic);
    }

    /** The state of a ratchet handshake with the holder of this static key (ECIES specification, "KDF for Initial ChainKey"). */
    public static NoiseState ratchet(byte[] responderStatic) {
        return new NoiseState(IK_RATCHET, responderStatic);
    }

    /** Chaining key and hash of this one, without its cipher key: a point to go on from more than once. */
    public NoiseState fork() {
        return new NoiseState(chainingKey.clone(), hash);
    }

    /** Mixes all parts, as one, into the handshake hash. */
    public void mixHash(byte[]... parts) {
        byte[][] all = new byte[parts.length + 1][];
        all[0] = hash;
        System.arraycopy(parts, 0, all, 1, parts.length);
        hash = Sha.sha256(all);
    }

    /** Mixes a secret into the chaining key; the next messages go under a new key, from nonce 0. */
    public void mixKey(byte[] sharedSecret) {
        byte[] keys = Hkdf.derive(chainingKey, sharedSecret, "", 2 * HASH_LENGTH);
        byte[] key = Arrays.copyOfRange(keys, HASH_LENGTH, keys.length);
        System.arraycopy(keys, 0, chainingKey, 0, HASH_LENGTH);
        Arrays.fill(keys, (byte) 0);
        if (cipher == null) {
            cipher = new ChaChaPoly(key);
        } else {
            cipher.rekey(key);
        }
        Arrays.fill(key, (byte) 0);
        nonce = 0;
    }

    /** Seals a message, and mixes what was sealed into the hash. 16 bytes longer. */
    public byte[] seal(byte[] plain) {
        byte[] sealed = new byte[plain.length + ChaChaPoly.TAG_LENGTH];
        cipher.seal(nonce++, hash, plain, 0, plain.length, sealed, 0);
        mixHash(sealed);
        return sealed;
    }

    /** Opens a message, and mixes what was sealed into the hash; null, and no change, when it is not authentic. */
    public byte[] open(byte[] sealed) {
        byte[] plain = new byte[Math.max(0, sealed.length - ChaChaPoly.TAG_LENGTH)];
        if (cipher.open(nonce, hash, sealed, 0, sealed.length, plain, 0) < 0) {
            return null;
        }
        nonce++;
        mixHash(sealed);
        return plain;
    }

    /** A copy of the handshake hash. */
    public byte[] hash() {
        return hash.clone();
    }

    /** A copy of the chaining key, which the caller wipes. */
    public byte[] chainingKey() {
        return chainingKey.clone();
    }

    /**
     * A further key from the chaining key, which itself moves on (ECIES tunnel creation, "KDF": the keys of a short build
     * record).
     *
     * @param label what the key is for
     * @return 32 bytes, which the caller wipes
     */
    public byte[] derive(String label) {
        byte[] keys = Hkdf.derive(chainingKey, NOTHING, label, 2 * HASH_LENGTH);
        System.arraycopy(keys, 0, chainingKey, 0, HASH_LENGTH);
        byte[] key = Arrays.copyOfRange(keys, HASH_LENGTH, keys.length);
        Arrays.fill(keys, (byte) 0);
        return key;
    }

    /** The two keys at the end of a handshake, initiator to responder first; 32 bytes each, which the caller wipes. */
    public byte[][] split() {
        byte[] keys = Hkdf.derive(chainingKey, NOTHING, "", 2 * HASH_LENGTH);
        byte[][] both = {Arrays.copyOf(keys, HASH_LENGTH), Arrays.copyOfRange(keys, HASH_LENGTH, keys.length)};
        Arrays.fill(keys, (byte) 0);
        return both;
    }

    /** Wipes keys and hash. The object is of no use afterwards. */
    public void destroy() {
        Arrays.fill(chainingKey, (byte) 0);
        hash = new byte[HASH_LENGTH];
        if (cipher != null) {
            cipher.destroy();
        }
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
