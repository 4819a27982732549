package dev.samovar.garlic;

/**
 * Limits of the sessions of one destination.
 *
 * @param maxPeers peers with sessions; about 1 kB each, without their tags
 * @param maxTags awaited tags, about 60 bytes each; from half of it on, windows shrink, and at the end idle sessions go
 * @param maxPending first messages of others that nobody has bound to a destination yet
 * @param newSessionsPerSecond apparent first messages that are tried, each a key agreement or more
 * @param newSessionBurst how many of them at once
 */
public record RatchetConfig(int maxPeers, int maxTags, int maxPending, int newSessionsPerSecond, int newSessionBurst) {

    /** Tags without which not even one session can live. */
    static final int LEAST_TAGS = 1024;

    public RatchetConfig {
        if (maxPeers < 1 || maxTags < LEAST_TAGS || maxPending < 1 || newSessionsPerSecond < 1 || newSessionBurst < 1) {
            throw new IllegalArgumentException("limits of ratchet sessions");
        }
    }

    /** For a destination at work. */
    public static RatchetConfig defaults() {
        return new RatchetConfig(4096, 50_000, 256, 200, 200);
    }
}
