package dev.samovar.tunnel;

/**
 * Padding and message ids for the cells of one tunnel: a fast stream from a random beginning (SplitMix64). Neither is a
 * secret, since whoever sees them is at an end of this tunnel or next to us; but no two tunnels may have a stream in common,
 * or two routers that meet could tell that both tunnels are ours.
 */
final class CellPadding {

    private static final long STEP = 0x9e3779b97f4a7c15L;

    /** Every byte is 1 once. */
    private static final long ONES = 0x0101010101010101L;

    private static final long HIGH_BITS = 0x8080808080808080L;

    private long state;

    /** @param seed random, for this tunnel alone */
    CellPadding(long seed) {
        state = seed;
    }

    /** Fills with bytes other than zero. */
    void fill(byte[] out, int at, int length) {
        int end = at + length;
        int i = at;
        while (i < end) {
            long bits = withoutZeros(next());
            for (int n = Math.min(Long.BYTES, end - i); n > 0; n--) {
                out[i++] = (byte) bits;
                bits >>>= Byte.SIZE;
            }
        }
    }

    /** An id other than zero. */
    int nextId() {
        int id;
        do {
            id = (int) (next() >>> Integer.SIZE);
        } while (id == 0);
        return id;
    }

    private long next() {
        state += STEP;
        long mixed = state;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /** The same with each byte that is zero made 1. */
    private static long withoutZeros(long bits) {
        // the high bit of each byte of this is set exactly where the byte is zero
        long zeros = ~((bits & ~HIGH_BITS) + ~HIGH_BITS | bits | ~HIGH_BITS);
        return bits | zeros >>> 7 & ONES;
    }
}
