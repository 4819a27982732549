package dev.samovar.base;

/**
 * Which keys came lately, for filters against repetition. A key is known for at least {@code rememberMillis} after it came
 * and at most for twice as long: two generations are kept, each filled for that time. A generation that is full ends early;
 * that bounds the memory under a flood, at the price of a shorter memory, and is counted.
 */
@SansIo
public final class RecentKeys {

    private static final long NEVER = Long.MIN_VALUE;

    private final long secret;
    private final long rememberMillis;
    private final int mostKeys;
    private Keys current = new Keys();
    private Keys previous = new Keys();
    private long startedAt = NEVER;
    private long forgottenEarly;

    /**
     * Nothing seen yet.
     *
     * @param secret random: without it a peer could choose keys that make the tables slow
     * @param mostKeys in each of the two generations; 32 bytes each at most
     */
    public RecentKeys(long secret, long rememberMillis, int mostKeys) {
        this.secret = secret;
        this.rememberMillis = rememberMillis;
        this.mostKeys = mostKeys;
    }

    /** Remembers a key; false when it is known already. */
    public boolean add(long key, long nowMillis) {
        passTime(nowMillis);
        long mixed = mix(key);
        if (isKnown(mixed)) {
            return false;
        }
        if (current.size >= mostKeys) {
            forgottenEarly += previous.size;
            previous = current;
            current = new Keys();
            startedAt = nowMillis;
        }
        current.add(mixed);
        return true;
    }

    /** Whether a key is known; does not remember it. */
    public boolean contains(long key, long nowMillis) {
        passTime(nowMillis);
        return isKnown(mix(key));
    }

    private boolean isKnown(long mixed) {
        return current.contains(mixed) || previous.contains(mixed);
    }

    /** Keys that made room for others before their time. */
    public long forgottenEarly() {
        return forgottenEarly;
    }

    /** Keys that are known now. */
    public int size() {
        return current.size + previous.size;
    }

    private void passTime(long nowMillis) {
        if (startedAt == NEVER || nowMillis < startedAt) {
            // the first key, or a clock that was set back: what is known stays known for a whole generation from here
            startedAt = nowMillis;
        }
        long age = nowMillis - startedAt;
        if (age >= rememberMillis) {
            previous = age < 2 * rememberMillis ? current : new Keys();
            current = new Keys();
            startedAt = nowMillis;
        }
    }

    /** A one-to-one mixing (the finalizer of SplitMix64), so that no two keys are taken for one. */
    private long mix(long key) {
        long mixed = key ^ secret;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /** A set of mixed keys by open addressing, at most half full. */
    private static final class Keys {

        private static final int FIRST_CAPACITY = 64;
        /** Stands for an empty place; the key of this value is taken for its neighbour. */
        private static final long NONE = 0;

        private long[] table = new long[FIRST_CAPACITY];
        private int size;

        boolean contains(long key) {
            return table[place(table, key)] != NONE;
        }

        /** Adds a key that is not there. */
        void add(long key) {
            table[place(table, key)] = stored(key);
            size++;
            if (size > table.length / 2) {
                grow();
            }
        }

        private void grow() {
            long[] larger = new long[table.length * 2];
            for (long key : table) {
                if (key != NONE) {
                    larger[place(larger, key)] = key;
                }
            }
            table = larger;
        }

        /** Where the key is, or would be. */
        private static int place(long[] table, long key) {
            int mask = table.length - 1;
            int at = (int) key & mask;
            while (table[at] != NONE && table[at] != stored(key)) {
                at = at + 1 & mask;
            }
            return at;
        }

        private static long stored(long key) {
            return key == NONE ? 1 : key;
        }
    }
}
