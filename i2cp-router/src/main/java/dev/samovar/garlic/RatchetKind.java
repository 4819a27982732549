package dev.samovar.garlic;

/** The three messages of a ratchet session, in the order of its life (ECIES specification, "Message format"). */
public enum RatchetKind {
    /** Alice's first: Elligator key (32), her static key sealed (48), blocks sealed. */
    NEW_SESSION(96),
    /** Bob's answer: tag (8), Elligator key (32), a code of nothing (16), blocks sealed. */
    REPLY(72),
    /** All others: tag (8), blocks sealed. */
    EXISTING(24);

    private final int overhead;

    RatchetKind(int overhead) {
        this.overhead = overhead;
    }

    /** What a message is longer by than its blocks, bytes. */
    public int overhead() {
        return overhead;
    }
}
