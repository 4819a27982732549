package dev.samovar.garlic;

import dev.samovar.crypto.Hkdf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of one set of tags, in one direction of a session (ECIES specification, "Ratchets"): the session tag ratchet, which
 * gives tag after tag, the symmetric key ratchet, which gives the key of each, and the root that the next set grows from. Each
 * step destroys what it came from. All derivations are HKDF-SHA256:
 *
 * <ol>
 *   <li>root and key (KDFDHRatchetStep): root of the next set, and a seed
 *   <li>seed (TagAndKeyGenKeys): the first chain of tags, and the first chain of keys
 *   <li>chain of tags (STInitialization): the chain of tags before tag 0, and a constant
 *   <li>chain of tags with the constant (SessionTagKeyGen): the next chain, and 8 bytes of tag
 *   <li>chain of keys (SymmetricRatchet): the next chain, and 32 bytes of key
 * </ol>
 */
final class TagChain {

    static final int KEY_LENGTH = 32;
    private static final int TWO_KEYS = 64;

    private static final byte[] NOTHING = new byte[0];

    private static final byte[] DH_RATCHET_STEP = ascii("KDFDHRatchetStep");
    private static final byte[] TAG_AND_KEY = ascii("TagAndKeyGenKeys");
    private static final byte[] TAG_INITIALIZATION = ascii("STInitialization");
    private static final byte[] TAG_STEP = ascii("SessionTagKeyGen");
    private static final byte[] KEY_STEP = ascii("SymmetricRatchet");
    private static final byte[] NEXT_SET = ascii("XDHRatchetTagSet");
    private static final byte[] REPLY_TAGS = ascii("SessionReplyTags");

    private final byte[] nextRoot = new byte[KEY_LENGTH];
    private final byte[] tagChain = new byte[KEY_LENGTH];
    private final byte[] tagConstant = new byte[KEY_LENGTH];
    private final byte[] keyChain = new byte[KEY_LENGTH];
    private final byte[] step = new byte[TWO_KEYS];
    private int tags;
    private int keys;

    /** The keys that grow from a root and a key, 32 bytes each, which stay the caller's. */
    TagChain(byte[] root, byte[] key) {
        Hkdf.derive(root, key, DH_RATCHET_STEP, step);
        System.arraycopy(step, 0, nextRoot, 0, KEY_LENGTH);
        System.arraycopy(step, KEY_LENGTH, tagChain, 0, KEY_LENGTH);
        Hkdf.derive(tagChain, NOTHING, TAG_AND_KEY, step);
        System.arraycopy(step, 0, tagChain, 0, KEY_LENGTH);
        System.arraycopy(step, KEY_LENGTH, keyChain, 0, KEY_LENGTH);
        Hkdf.derive(tagChain, NOTHING, TAG_INITIALIZATION, step);
        System.arraycopy(step, 0, tagChain, 0, KEY_LENGTH);
        System.arraycopy(step, KEY_LENGTH, tagConstant, 0, KEY_LENGTH);
        Arrays.fill(step, (byte) 0);
    }

    /** The tags of replies to a first message, which both sides derive from the chaining key behind it. */
    static TagChain ofReplies(byte[] chainingKey) {
        byte[] key = new byte[KEY_LENGTH];
        Hkdf.derive(chainingKey, NOTHING, REPLY_TAGS, key);
        TagChain chain = new TagChain(chainingKey, key);
        Arrays.fill(key, (byte) 0);
        return chain;
    }

    /** The set behind this one, after both sides agreed on a secret; it stays the caller's. */
    TagChain next(byte[] sharedSecret) {
        byte[] key = new byte[KEY_LENGTH];
        Hkdf.derive(sharedSecret, NOTHING, NEXT_SET, key);
        TagChain chain = new TagChain(nextRoot, key);
        Arrays.fill(key, (byte) 0);
        return chain;
    }

    /** How many tags were taken, which is the number of the next. */
    int tags() {
        return tags;
    }

    /** How many keys were taken, which is the number of the next. */
    int keys() {
        return keys;
    }

    long nextTag() {
        Hkdf.derive(tagChain, tagConstant, TAG_STEP, step);
        System.arraycopy(step, 0, tagChain, 0, KEY_LENGTH);
        long tag = ByteBuffer.wrap(step).getLong(KEY_LENGTH);
        Arrays.fill(step, (byte) 0);
        tags++;
        return tag;
    }

    /** Writes the next key to {@code out}, 32 bytes, which the caller wipes. */
    void nextKey(byte[] out) {
        Hkdf.derive(keyChain, NOTHING, KEY_STEP, step);
        System.arraycopy(step, 0, keyChain, 0, KEY_LENGTH);
        System.arraycopy(step, KEY_LENGTH, out, 0, KEY_LENGTH);
        Arrays.fill(step, (byte) 0);
        keys++;
    }

    void destroy() {
        Arrays.fill(nextRoot, (byte) 0);
        Arrays.fill(tagChain, (byte) 0);
        Arrays.fill(tagConstant, (byte) 0);
        Arrays.fill(keyChain, (byte) 0);
    }

    static byte[] ascii(String label) {
        return label.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
