package dev.samovar.base;

import java.security.SecureRandom;

/** Randomness from the platform's {@link SecureRandom}, which is safe from any thread. */
public final class SecureEntropy implements Entropy {

    public static final SecureEntropy INSTANCE = new SecureEntropy();

    private final SecureRandom random = new SecureRandom();

    private SecureEntropy() {}

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
