package dev.samovar.base;

/** The only source of randomness, keys included. Tests hand in a seeded one, so that a run can be repeated. */
public interface Entropy {

    /** Fills {@code out} with random bytes. */
    void fill(byte[] out);

    /** A uniform integer in [0, bound); {@code bound} must be positive. */
    int below(int bound);

    /** 64 uniform bits. */
    long nextLong();

    /** A new array of {@code length} random bytes. */
    default byte[] bytes(int length) {
        byte[] out = new byte[length];
        fill(out);
        return out;
    }

    /** A uniform integer other than zero, as stream and message ids want it. */
    default int nonZeroInt() {
        int value;
        do {
            value = (int) nextLong();
        } while (value == 0);
        return value;
    }
}
