package dev.samovar.transport.ntcp2;

/**
 * One side of a handshake, Noise XK with I2P's additions (NTCP2 specification, "Messages"): {@link Ntcp2Initiator} (Alice)
 * or {@link Ntcp2Responder} (Bob). A core that computes: its inputs cost up to two Diffie-Hellman operations and a
 * signature, so drivers run them off the event loop, one at a time. The clock is the caller's.
 */
sealed interface Ntcp2Handshake permits Ntcp2Initiator, Ntcp2Responder {

    /** SPEC ntcp2#clock-skew-guidelines: further apart than this is fatal. */
    long MAX_SKEW_MILLIS = 60_000;

    /** AES-hidden key (32), sealed options (16 + 16). */
    int FIXED_LENGTH = 64;

    /** A message of 287 bytes is the most that routers in the field read, though the specification has 65535. */
    int MAX_CLEAR_PADDING = 223;

    /** Sealed static key, the first part of message 3. */
    int PART_1_LENGTH = 48;

    /** What a peer that measured itself by the second may be told. */
    enum State {
        /** Waits for {@link #needed} bytes. */
        WAITING,
        /** Keys are there. */
        ESTABLISHED,
        /** No session comes of it, see {@link #failure}. */
        FAILED
    }

    State state();

    /** The fewest bytes with which {@link #handle} gets on. */
    int needed();

    /**
     * Takes what came, as far as the handshake goes; bytes behind message 3 are left.
     *
     * @param length valid bytes in {@code in}, at least {@link #needed}; all that came, so that surplus can be seen
     * @param epochMillis the time of arrival
     * @return how many bytes were taken
     */
    int handle(byte[] in, int length, long epochMillis);

    /** What is to be sent next, in one write, or null. May be there after a failure as well. */
    byte[] pollTransmit();

    /** Why it failed, else null. */
    Ntcp2Failure failure();

    /** The peer's clock minus ours, as of its handshake message; 0 before. */
    long skewMillis();

    /** Whether the peer's time is known: its message was genuine. */
    boolean skewKnown();

    /** Once {@link State#ESTABLISHED}, or failed after message 3 was opened: the keys, owned by the caller. Else null. */
    Ntcp2DataKeys dataKeys();

    /** Wipes what is secret. */
    void destroy();
}
