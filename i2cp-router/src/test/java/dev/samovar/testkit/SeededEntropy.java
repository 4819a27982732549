package dev.samovar.testkit;

import dev.samovar.base.Entropy;
import java.util.Random;

/** Repeatable randomness for tests. Print {@link #seed} when a test fails. */
public final class SeededEntropy implements Entropy {

    private final long seed;
    private final Random random;

    public SeededEntropy(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    public long seed() {
        return seed;
    }

    @Override
    public void fill(byte[] out) {
        random.nextBytes(out);
    }

    @Override
    public int below(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }
}
