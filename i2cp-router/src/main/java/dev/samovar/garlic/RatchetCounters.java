package dev.samovar.garlic;

import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.DecryptResult.Rejected;
import dev.samovar.garlic.SealResult.Refused;
import dev.samovar.garlic.SealResult.Sealed;

/** What the ratchet sessions of a destination did. */
public final class RatchetCounters {

    private final long[] sealed = new long[RatchetKind.values().length];
    private final long[] refused = new long[SealResult.Reason.values().length];
    private final long[] opened = new long[RatchetKind.values().length];
    private final long[] rejected = new long[DecryptResult.Reason.values().length];
    private long ratchets;

    void count(SealResult result) {
        if (result instanceof Sealed message) {
            sealed[message.kind().ordinal()]++;
        } else if (result instanceof Refused refusal) {
            refused[refusal.reason().ordinal()]++;
        }
    }

    void count(DecryptResult result) {
        if (result instanceof Opened message) {
            opened[message.kind().ordinal()]++;
        } else if (result instanceof Rejected rejection) {
            rejected[rejection.reason().ordinal()]++;
        }
    }

    void countRatchet() {
        ratchets++;
    }

    public long sealed(RatchetKind kind) {
        return sealed[kind.ordinal()];
    }

    public long refused(SealResult.Reason reason) {
        return refused[reason.ordinal()];
    }

    public long opened(RatchetKind kind) {
        return opened[kind.ordinal()];
    }

    public long rejected(DecryptResult.Reason reason) {
        return rejected[reason.ordinal()];
    }

    /** Agreements on new keys, of both directions. */
    public long ratchets() {
        return ratchets;
    }
}
