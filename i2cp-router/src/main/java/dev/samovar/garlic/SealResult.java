package dev.samovar.garlic;

/** What became of cloves that were to be sealed. */
public sealed interface SealResult {

    /**
     * A message to send.
     *
     * @param garlic what a {@link dev.samovar.i2np.Garlic} message carries; the caller's
     * @param ackId by which {@link RatchetEvent.Acknowledged} will tell of its arrival; {@link #NO_ACK} when nobody asked
     */
    record Sealed(byte[] garlic, RatchetKind kind, long ackId) implements SealResult {
        @Override
        public String toString() {
            return "[sealed " + kind + " of " + garlic.length + "]";
        }
    }

    /**
     * Nothing was sealed, and nothing has changed.
     *
     * @param retryAt from when on it may go better, monotonic nanoseconds; {@link Long#MAX_VALUE} for never
     */
    record Refused(Reason reason, long retryAt) implements SealResult {}

    /** The id of a message whose arrival nobody will tell of. */
    long NO_ACK = -1;

    /** Why not. */
    enum Reason {
        /** The last first message has to be waited for: a burst of them is thrown away by its receiver. */
        TOO_SOON,
        /** More bytes or cloves than a garlic message may have. */
        TOO_LARGE,
        /** A key that nothing can be agreed with, or our own. */
        BAD_KEY,
        /** All sessions are in use, and none is idle enough to end. */
        TOO_MANY_SESSIONS,
        /** The sessions were destroyed. */
        DESTROYED
    }
}
