package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.crypto.AesCbc;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * One side of a handshake, Noise XK with I2P's additions (NTCP2 specification, "Messages"): {@link Ntcp2Initiator} (Alice)
 * or {@link Ntcp2Responder} (Bob). A core that computes: its inputs cost up to two Diffie-Hellman operations and a
 * signature, so drivers run them off the event loop, one at a time. The clock is the caller's.
 *
 * <p>Here is what both sides do alike: messages 1 and 2 are each a key hidden by AES (32 bytes), sealed options (16 + 16) and
 * clear padding, and the first failure or the keys end it.
 */
@SansIo
abstract sealed class Ntcp2Handshake permits Ntcp2Initiator, Ntcp2Responder {

    /** SPEC ntcp2#clock-skew-guidelines: further apart than this is fatal. */
    static final long MAX_SKEW_MILLIS = 60_000;

    /** AES-hidden key (32), sealed options (16 + 16). */
    static final int FIXED_LENGTH = 64;

    /** A message of 287 bytes is the most that routers in the field read, though the specification has 65535. */
    static final int MAX_CLEAR_PADDING = 223;

    /** Sealed static key, the first part of message 3. */
    static final int PART_1_LENGTH = 48;

    private static final int KEY_LENGTH = X25519.KEY_LENGTH;
    private static final int IV_LENGTH = 16;

    /** What a peer that measured itself by the second may be told. */
    enum State {
        /** Waits for {@link #needed} bytes. */
        WAITING,
        /** Keys are there. */
        ESTABLISHED,
        /** No session comes of it, see {@link #failure}. */
        FAILED
    }

    final Entropy entropy;
    final NoiseState noise;
    private final Supplier<X25519KeyPair> ephemerals;
    private final byte[] responder;

    private boolean ended;
    private int needed;
    private byte[] nextIv;
    private X25519KeyPair ephemeral;
    private byte[] peerEphemeral;
    private long skewMillis;
    private boolean skewKnown;
    private byte[] transmit;
    private Ntcp2Failure failure;
    private Ntcp2DataKeys dataKeys;

    /**
     * A handshake in which nothing was said.
     *
     * @param responderKey Bob's static key
     * @param responder Bob's router hash, by which keys are hidden
     * @param iv of message 1
     */
    Ntcp2Handshake(
            byte[] responderKey, byte[] responder, byte[] iv, Supplier<X25519KeyPair> ephemerals, Entropy entropy) {
        this.noise = NoiseState.ntcp2(responderKey);
        this.responder = responder;
        this.nextIv = iv;
        this.ephemerals = ephemerals;
        this.entropy = entropy;
    }

    // --- for the driver

    final State state() {
        if (!ended) {
            return State.WAITING;
        }
        return failure == null ? State.ESTABLISHED : State.FAILED;
    }

    /** The fewest bytes with which {@link #handle} gets on. */
    final int needed() {
        return needed;
    }

    /**
     * Takes what came, as far as the handshake goes; bytes behind message 3 are left.
     *
     * @param length valid bytes in {@code in}, at least {@link #needed}; all that came, so that surplus can be seen
     * @param epochMillis the time of arrival
     * @return how many bytes were taken
     */
    final int handle(byte[] in, int length, long epochMillis) {
        int taken = 0;
        while (!ended && length - taken >= needed) {
            int at = taken;
            taken += needed;
            onPart(Arrays.copyOfRange(in, at, taken), taken < length, epochMillis);
        }
        return taken;
    }

    /** What is to be sent next, in one write, or null. May be there after a failure as well. */
    final byte[] pollTransmit() {
        byte[] next = transmit;
        transmit = null;
        return next;
    }

    /** Why it failed, else null. */
    final Ntcp2Failure failure() {
        return failure;
    }

    /** The peer's clock minus ours, as of its handshake message; 0 before. */
    final long skewMillis() {
        return skewMillis;
    }

    /** Whether the peer's time is known: its message was genuine. */
    final boolean skewKnown() {
        return skewKnown;
    }

    /** Once {@link State#ESTABLISHED}, or failed after message 3 was opened: the keys, owned by the caller. Else null. */
    final Ntcp2DataKeys dataKeys() {
        return dataKeys;
    }

    /** Wipes what is secret. */
    final void destroy() {
        if (!ended) {
            fail(Ntcp2Failure.LOST);
        }
        if (dataKeys != null) {
            dataKeys.destroy();
        }
    }

    // --- for the two sides

    /**
     * The {@link #needed} bytes that were waited for.
     *
     * @param surplus whether more has come behind them
     */
    abstract void onPart(byte[] part, boolean surplus, long epochMillis);

    /** The next part has so many bytes. */
    final void expect(int bytes) {
        needed = bytes;
    }

    final void fail(Ntcp2Failure reason) {
        failure = reason;
        end();
    }

    /** Nothing more is to be said by either side. */
    final void end() {
        ended = true;
        needed = 0;
        noise.destroy();
        if (ephemeral != null) {
            ephemeral.destroy();
        }
    }

    /** Agrees with a key of the peer's and mixes the secret in; false for one that gives everybody the same secret. */
    final boolean agree(X25519KeyPair mine, byte[] theirs) {
        byte[] secret = new byte[KEY_LENGTH];
        boolean agreed = X25519.agree(mine.privateKey(), theirs, secret);
        noise.mixKey(secret);
        Arrays.fill(secret, (byte) 0);
        return agreed;
    }

    /** Draws our key for this handshake, and agrees with the peer by it. */
    final boolean agreeNewly(byte[] theirs) {
        ephemeral = ephemerals.get();
        noise.mixHash(ephemeral.publicKey());
        return agree(ephemeral, theirs);
    }

    /** Ours, once drawn. */
    final X25519KeyPair ephemeral() {
        return ephemeral;
    }

    /** The peer's, once its message has come. */
    final byte[] peerEphemeral() {
        return peerEphemeral;
    }

    /** Padding of ours for message 1 or 2. */
    final byte[] clearPadding() {
        return entropy.bytes(entropy.below(MAX_CLEAR_PADDING));
    }

    /** Makes message 1 or 2 of our new key, options and padding. */
    final void transmit(byte[] options, byte[] padding) {
        byte[] sealed = noise.seal(options);
        mixPadding(padding);
        transmit = new byte[FIXED_LENGTH + padding.length];
        System.arraycopy(ephemeral.publicKey(), 0, transmit, 0, KEY_LENGTH);
        System.arraycopy(sealed, 0, transmit, KEY_LENGTH, sealed.length);
        System.arraycopy(padding, 0, transmit, FIXED_LENGTH, padding.length);
        AesCbc.encrypt(responder, nextIv, transmit, 0, KEY_LENGTH);
        chain(transmit);
    }

    final void transmit(byte[] message) {
        transmit = message;
    }

    /**
     * Uncovers the key of message 1 or 2, agrees with it by one of ours, and opens the options.
     *
     * @return null after a failure
     */
    final byte[] open(byte[] message, X25519KeyPair mine, Ntcp2Failure badKey, Ntcp2Failure undecipherable) {
        byte[] iv = nextIv;
        chain(message);
        AesCbc.decrypt(responder, iv, message, 0, KEY_LENGTH);
        peerEphemeral = Arrays.copyOf(message, KEY_LENGTH);
        if ((peerEphemeral[KEY_LENGTH - 1] & 0x80) != 0) {
            fail(badKey);
            return null;
        }
        noise.mixHash(peerEphemeral);
        if (!agree(mine, peerEphemeral)) {
            fail(badKey);
            return null;
        }
        byte[] opened = noise.open(Arrays.copyOfRange(message, KEY_LENGTH, FIXED_LENGTH));
        if (opened == null) {
            fail(undecipherable);
        }
        return opened;
    }

    /** SPEC ntcp2#sessioncreated: the cipher chain goes on, so the IV of Y is the last block of the hidden X. */
    private void chain(byte[] hidden) {
        nextIv = Arrays.copyOfRange(hidden, KEY_LENGTH - IV_LENGTH, KEY_LENGTH);
    }

    final void mixPadding(byte[] padding) {
        if (padding.length > 0) {
            noise.mixHash(padding);
        }
    }

    /** What the peer says its time is. */
    final void measure(long seconds, long epochMillis) {
        skewMillis = seconds * 1000 - epochMillis;
        skewKnown = true;
    }

    final boolean isSkewed() {
        return Math.abs(skewMillis) > MAX_SKEW_MILLIS;
    }

    /** All of message 3 is mixed in: the keys of the session. */
    final void makeDataKeys(boolean initiator) {
        dataKeys = new Ntcp2DataKeys(noise.chainingKey(), noise.hash(), initiator);
    }
}
