package dev.samovar.streaming;

import dev.samovar.data.Hash;

/**
 * SPEC streaming#replay-prevention: the first SYN carries the hash of the destination it is for as eight NACKs, so that it
 * opens no stream at another.
 */
final class ReplayProtection {

    static final int NACKS = 8;

    private ReplayProtection() {}

    /** Writes the hash as NACKs. */
    static void write(Hash target, int[] nacks) {
        byte[] hash = target.toBytes();
        for (int i = 0; i < NACKS; i++) {
            nacks[i] = word(hash, i);
        }
    }

    /** Whether a SYN may be for this destination; those from before 0.9.58 do not say. */
    static boolean allows(StreamPacket syn, Hash own) {
        if (syn.nackCount != NACKS) {
            return true;
        }
        byte[] hash = own.toBytes();
        int different = 0;
        for (int i = 0; i < NACKS; i++) {
            different |= syn.nacks[i] ^ word(hash, i);
        }
        return different == 0;
    }

    private static int word(byte[] hash, int index) {
        return (hash[4 * index] & 0xff) << 24
                | (hash[4 * index + 1] & 0xff) << 16
                | (hash[4 * index + 2] & 0xff) << 8
                | hash[4 * index + 3] & 0xff;
    }
}
