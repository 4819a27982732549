package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.garlic.GarlicBlock.NextKey;
import java.util.Arrays;

/**
 * Tags and keys of what one side of a session sends, and how it gets new sets of them (ECIES specification, "DH Ratchet"). The
 * sender of the tags asks: for set 1 with its first key for the receiver's first, for even sets with a new key of its own,
 * for odd ones for a new key of the receiver. It repeats the question until it is answered, and goes over to the new set at
 * once. A set's number is 1 + own key id + the receiver's key id.
 */
final class SendTags {

    /** From this number on a new set is asked for. */
    static final int NEXT_KEY_AT = 4096;

    /** Numbers of a set that are used at most; the last few are left out, which peers disagree on. */
    static final int MOST_MESSAGES = 65_000;

    private static final int NO_KEY = -1;
    private static final int LAST_SET = 65_535;

    private TagChain chain;
    private int setId;

    private X25519KeyPair own;
    private int ownId = NO_KEY;
    private byte[] theirs;
    private int theirId = NO_KEY;
    /** Null while nothing is asked. */
    private NextKey question;

    /** Takes {@code chain} over, the first set. */
    SendTags(TagChain chain) {
        this.chain = chain;
    }

    /** Whether there is a tag left. */
    boolean isUsable() {
        return chain != null && chain.tags() < MOST_MESSAGES;
    }

    /** Whether all tags that there were are used. */
    boolean isExhausted() {
        return chain != null && chain.tags() >= MOST_MESSAGES;
    }

    int setId() {
        return setId;
    }

    /** The number that the next message has. */
    int number() {
        return chain.tags();
    }

    /** The question that the next message has to carry; null for none. */
    NextKey question(Entropy entropy) {
        if (question == null && chain.tags() >= NEXT_KEY_AT && setId < LAST_SET) {
            int next = setId + 1;
            boolean newOwn = next == 1 || next % 2 == 0;
            if (newOwn) {
                if (own != null) {
                    own.destroy();
                }
                own = X25519KeyPair.generate(entropy);
                ownId++;
            }
            question = new NextKey(false, next % 2 != 0, ownId, newOwn ? own.publicKey() : null);
        }
        return question;
    }

    /** The tag of the next message; writes its key to {@code key}. */
    long next(byte[] key) {
        long tag = chain.nextTag();
        chain.nextKey(key);
        return tag;
    }

    /** An answer came. Returns whether it was the one that was asked for, and from now on tags are of the new set. */
    boolean answer(NextKey answer) {
        if (question == null) {
            return false;
        }
        boolean newTheirs = question.requestReverse();
        if (answer.keyId() != (newTheirs ? theirId + 1 : theirId) || newTheirs != (answer.key() != null)) {
            return false;
        }
        byte[] secret = new byte[X25519.KEY_LENGTH];
        if (!own.agree(newTheirs ? answer.key() : theirs, secret)) {
            return false;
        }
        if (newTheirs) {
            theirs = answer.key();
            theirId++;
        }
        TagChain next = chain.next(secret);
        Arrays.fill(secret, (byte) 0);
        chain.destroy();
        chain = next;
        setId++;
        question = null;
        return true;
    }

    void destroy() {
        if (chain != null) {
            chain.destroy();
            chain = null;
        }
        if (own != null) {
            own.destroy();
        }
        question = null;
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
