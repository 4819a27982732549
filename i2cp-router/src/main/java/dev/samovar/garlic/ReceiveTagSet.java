package dev.samovar.garlic;

import java.util.Arrays;

/**
 * The awaited tags of one set: a window around the highest number that came. Ahead of it so many tags wait that a burst of
 * lost messages does not end the session, behind it those of messages that may still come out of order. The key of a message
 * is derived when it comes; keys of numbers that were skipped are kept as long as their tags.
 */
final class ReceiveTagSet {

    /** Numbers that may be used; peers end at 65533 or 65534. */
    static final int MOST_MESSAGES = 65_535;

    private static final int NONE = -1;

    /** How far a window reaches. */
    interface Window {
        /** How many tags wait ahead of message {@code number}, when it is the highest that came. */
        int ahead(int number);

        /** How many numbers behind it are not given up. */
        int behind(int number);
    }

    /** What the tags open: an {@link Initiation} for replies, a {@link RatchetPair} for all others. */
    private final Object owner;

    private final int id;
    private final TagChain chain;
    private final Window window;
    private final TagTable table;

    /** Tags and keys of the numbers from {@link #low} to the chain's, each at its number modulo the capacity. */
    private long[] tags;

    private boolean[] awaited;
    private byte[][] keys;
    private int low;
    private int highest = NONE;

    /**
     * A set whose first tags are awaited from now on.
     *
     * @param chain taken over
     */
    ReceiveTagSet(Object owner, int id, TagChain chain, Window window, TagTable table) {
        this.owner = owner;
        this.id = id;
        this.chain = chain;
        this.window = window;
        this.table = table;
        int capacity = Integer.highestOneBit(Math.max(1, window.ahead(0) - 1)) * 2;
        tags = new long[capacity];
        awaited = new boolean[capacity];
        keys = new byte[capacity][];
        extend(window.ahead(0));
    }

    Object owner() {
        return owner;
    }

    int id() {
        return id;
    }

    /** The highest number that came, or -1. */
    int highest() {
        return highest;
    }

    /** The set behind this one. */
    TagChain next(byte[] sharedSecret) {
        return chain.next(sharedSecret);
    }

    /** The key of an awaited number, valid until that number is {@link #accept}ed; not to be changed. */
    byte[] key(int number) {
        while (chain.keys() <= number) {
            byte[] key = new byte[TagChain.KEY_LENGTH];
            int at = chain.keys();
            chain.nextKey(key);
            if (at >= low && awaited[at & awaited.length - 1]) {
                keys[at & keys.length - 1] = key;
            }
        }
        return keys[number & keys.length - 1];
    }

    /** A message of this number came and is authentic: its tag is used up, and the window moves. */
    void accept(int number) {
        forget(number);
        if (number <= highest) {
            return;
        }
        highest = number;
        trim(number - window.behind(number));
        extend(number + 1 + window.ahead(number));
    }

    /** Forgets all tags and keys. */
    void destroy() {
        trim(chain.tags());
        chain.destroy();
    }

    private void extend(int wanted) {
        int end = Math.min(wanted, MOST_MESSAGES);
        while (chain.tags() < end) {
            int number = chain.tags();
            if (number - low >= tags.length) {
                grow();
            }
            long tag = chain.nextTag();
            tags[number & tags.length - 1] = tag;
            awaited[number & tags.length - 1] = true;
            table.add(tag, this, number);
        }
    }

    private void trim(int newLow) {
        while (low < newLow && low < chain.tags()) {
            forget(low);
            low++;
        }
    }

    private void forget(int number) {
        int at = number & tags.length - 1;
        if (awaited[at]) {
            awaited[at] = false;
            table.remove(tags[at], this, number);
            tags[at] = 0;
        }
        if (keys[at] != null) {
            Arrays.fill(keys[at], (byte) 0);
            keys[at] = null;
        }
    }

    private void grow() {
        int capacity = tags.length * 2;
        long[] newTags = new long[capacity];
        boolean[] newAwaited = new boolean[capacity];
        byte[][] newKeys = new byte[capacity][];
        for (int number = low; number < chain.tags(); number++) {
            int from = number & tags.length - 1;
            int to = number & capacity - 1;
            newTags[to] = tags[from];
            newAwaited[to] = awaited[from];
            newKeys[to] = keys[from];
        }
        tags = newTags;
        awaited = newAwaited;
        keys = newKeys;
    }

    @Override
    public String toString() {
        return "[tag set " + id + "]";
    }
}
