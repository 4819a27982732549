package dev.samovar.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The symmetric state of a Noise handshake with X25519, ChaCha20-Poly1305 and SHA-256 (Noise protocol framework, section
 * 5.2): chaining key, handshake hash, cipher key and nonce. The key agreements are made outside. Belongs to one lane at a
 * time; a core may hand it over with its work.
 */
public final class NoiseState {

    private static final byte[] NTCP2 = initial("Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256");
    private static final byte[] N = initial("Noise_N_25519_ChaChaPoly_SHA256");

    private byte[] chainingKey;
    private byte[] hash;
    private byte[] key;
    private long nonce;

    private NoiseState(byte[] initial, byte[] responderStatic) {
        chainingKey = initial.clone();
        // an empty prologue is mixed in all the same
        hash = Sha.sha256(initial);
        mixHash(responderStatic);
    }

    private NoiseState(NoiseState other) {
        chainingKey = other.chainingKey.clone();
        hash = other.hash.clone();
        key = other.key == null ? null : other.key.clone();
        nonce = other.nonce;
    }

    /** For NTCP2 (its specification, "KDF for Message 1"), with the responder's static key mixed in. */
    public static NoiseState ntcp2(byte[] responderStatic) {
        return new NoiseState(NTCP2, responderStatic);
    }

    /** For one message to a router (pattern N): garlic and tunnel build records (ECIES routers specification). */
    public static NoiseState n(byte[] responderStatic) {
        return new NoiseState(N, responderStatic);
    }

    /** A name of up to 32 bytes is the first chaining key, padded with zeros; a longer one is hashed. */
    private static byte[] initial(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return bytes.length <= HmacSha256.LENGTH ? Arrays.copyOf(bytes, HmacSha256.LENGTH) : Sha.sha256(bytes);
    }

    /** An independent copy. */
    public NoiseState copy() {
        return new NoiseState(this);
    }

    /** MixHash of each part in turn would be another thing: all parts are one input. */
    public void mixHash(byte[]... parts) {
        byte[][] all = new byte[parts.length + 1][];
        all[0] = hash;
        System.arraycopy(parts, 0, all, 1, parts.length);
        hash = Sha.sha256(all);
    }

    /** MixKey: a new chaining key and cipher key; the nonce starts at 0. */
    public void mixKey(byte[] sharedSecret) {
        byte[] both = Hkdf.derive(chainingKey, sharedSecret, "", 64);
        destroyKeys();
        chainingKey = Arrays.copyOf(both, 32);
        key = Arrays.copyOfRange(both, 32, 64);
        nonce = 0;
        Arrays.fill(both, (byte) 0);
    }

    /** EncryptAndHash. */
    public byte[] seal(byte[] plain) {
        byte[] sealed = new byte[plain.length + ChaChaPoly.TAG_LENGTH];
        ChaChaPoly cipher = new ChaChaPoly(key);
        cipher.seal(nonce++, hash, plain, 0, plain.length, sealed, 0);
        cipher.destroy();
        mixHash(sealed);
        return sealed;
    }

    /** DecryptAndHash; null when it does not decrypt, and then the state is as before. */
    public byte[] open(byte[] sealed) {
        if (sealed.length < ChaChaPoly.TAG_LENGTH) {
            return null;
        }
        byte[] plain = new byte[sealed.length - ChaChaPoly.TAG_LENGTH];
        ChaChaPoly cipher = new ChaChaPoly(key);
        int length = cipher.open(nonce, hash, sealed, 0, sealed.length, plain, 0);
        cipher.destroy();
        if (length < 0) {
            return null;
        }
        nonce++;
        mixHash(sealed);
        return plain;
    }

    /** The handshake hash, a copy. */
    public byte[] hash() {
        return hash.clone();
    }

    /** The chaining key, a copy, which the caller wipes. */
    public byte[] chainingKey() {
        return chainingKey.clone();
    }

    public void destroy() {
        destroyKeys();
        Arrays.fill(hash, (byte) 0);
    }

    private void destroyKeys() {
        Arrays.fill(chainingKey, (byte) 0);
        if (key != null) {
            Arrays.fill(key, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
