package dev.samovar.dest;

/** What became of a client's message. */
public enum SendOutcome {
    /** It went out; the network gives no receipts. */
    SENT,
    /** The other side has it. */
    ACKNOWLEDGED,
    /** The lease set of the other side was not found. */
    NO_LEASE_SET,
    /** The other side reads nothing that we can write. */
    UNSUPPORTED_ENCRYPTION,
    /** There was no tunnel in its time that took it, or no lease set of ours yet. */
    NO_TUNNEL,
    /** Its time was over for another reason. */
    EXPIRED,
    /** No message may be so large. */
    TOO_LARGE
}
