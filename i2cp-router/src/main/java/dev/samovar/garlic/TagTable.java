package dev.samovar.garlic;

import java.util.Arrays;

/**
 * Which set of tags an awaited tag belongs to, and its number there: open addressing without an object per tag, at most half
 * full. A secret goes into the places, so that nobody can choose sessions whose tags crowd together.
 */
final class TagTable {

    private static final int FIRST_CAPACITY = 256;
    private static final long MULTIPLIER = 0xbf58476d1ce4e5b9L;

    private final long secret;
    private long[] tags = new long[FIRST_CAPACITY];
    /** Null for an empty place. */
    private ReceiveTagSet[] sets = new ReceiveTagSet[FIRST_CAPACITY];

    private int[] numbers = new int[FIRST_CAPACITY];
    private int size;

    TagTable(long secret) {
        this.secret = secret;
    }

    /** How many tags are awaited. */
    int size() {
        return size;
    }

    /** The place of a tag, for {@link #set} and {@link #number}, until the table changes; -1 when it is not awaited. */
    int find(long tag) {
        int at = place(tag);
        return sets[at] == null ? -1 : at;
    }

    ReceiveTagSet set(int place) {
        return sets[place];
    }

    int number(int place) {
        return numbers[place];
    }

    /** Adds a tag. One that is there already, which hardly ever happens, stays what it is. */
    void add(long tag, ReceiveTagSet set, int number) {
        int at = place(tag);
        if (sets[at] != null) {
            return;
        }
        if (size >= tags.length / 2) {
            grow();
            at = place(tag);
        }
        tags[at] = tag;
        sets[at] = set;
        numbers[at] = number;
        size++;
    }

    /** Removes a tag that this set has under this number, if so. */
    void remove(long tag, ReceiveTagSet set, int number) {
        int at = place(tag);
        if (sets[at] != set || numbers[at] != number) {
            return;
        }
        int mask = tags.length - 1;
        int hole = at;
        for (int next = hole + 1 & mask; sets[next] != null; next = next + 1 & mask) {
            // what was pushed on past the hole moves back into it
            if ((next - home(tags[next]) & mask) >= (next - hole & mask)) {
                tags[hole] = tags[next];
                sets[hole] = sets[next];
                numbers[hole] = numbers[next];
                hole = next;
            }
        }
        tags[hole] = 0;
        sets[hole] = null;
        size--;
    }

    /** Forgets all. */
    void clear() {
        Arrays.fill(tags, 0);
        Arrays.fill(sets, null);
        size = 0;
    }

    private void grow() {
        long[] oldTags = tags;
        ReceiveTagSet[] oldSets = sets;
        int[] oldNumbers = numbers;
        tags = new long[oldTags.length * 2];
        sets = new ReceiveTagSet[tags.length];
        numbers = new int[tags.length];
        for (int i = 0; i < oldTags.length; i++) {
            if (oldSets[i] != null) {
                int at = place(oldTags[i]);
                tags[at] = oldTags[i];
                sets[at] = oldSets[i];
                numbers[at] = oldNumbers[i];
            }
        }
    }

    /** Where the tag is, or would be. */
    private int place(long tag) {
        int mask = tags.length - 1;
        int at = home(tag);
        while (sets[at] != null && tags[at] != tag) {
            at = at + 1 & mask;
        }
        return at;
    }

    private int home(long tag) {
        long mixed = (tag ^ secret) * MULTIPLIER;
        return (int) (mixed ^ mixed >>> 32) & tags.length - 1;
    }
}
