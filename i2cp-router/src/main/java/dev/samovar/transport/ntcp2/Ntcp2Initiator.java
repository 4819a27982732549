package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.crypto.AesCbc;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Alice: dials a router whose RouterInfo she has.
 *
 * <ol>
 *   <li>{@link #start}: a new key X, hidden by AES; agree with the peer's static key; seal the options; clear padding.
 *   <li>64 bytes: uncover Y, agree, open the options: the peer's time.
 *   <li>The clear padding that the options announce, and nothing behind it. Then message 3: our static key, our RouterInfo.
 * </ol>
 */
@SansIo
final class Ntcp2Initiator implements Ntcp2Handshake {

    /** Padding in message 3, inside the cipher. Data follows at once as a rule, so little is needed. */
    private static final int MAX_SEALED_PADDING = 63;

    private enum Step {
        BEGIN,
        CREATED,
        CREATED_PADDING,
        END
    }

    private final Ntcp2Address address;
    private final Hash responder;
    private final Ntcp2Keys own;
    private final byte[] ownRouterInfo;
    private final int networkId;
    private final Supplier<X25519KeyPair> ephemerals;
    private final Entropy entropy;
    private final NoiseState noise;

    private Step step = Step.BEGIN;
    private int needed;
    private byte[] nextIv;
    private X25519KeyPair ephemeral;
    private byte[] peerEphemeral;
    private byte[] part2;
    private long skewMillis;
    private boolean skewKnown;
    private byte[] transmit;
    private Ntcp2Failure failure;
    private Ntcp2DataKeys dataKeys;

    /**
     * @param address published
     * @param ownRouterInfo as it is sent in message 3
     */
    Ntcp2Initiator(
            Ntcp2Address address,
            Hash responder,
            Ntcp2Keys own,
            byte[] ownRouterInfo,
            int networkId,
            Supplier<X25519KeyPair> ephemerals,
            Entropy entropy) {
        this.address = address;
        this.responder = responder;
        this.own = own;
        this.ownRouterInfo = ownRouterInfo;
        this.networkId = networkId;
        this.ephemerals = ephemerals;
        this.entropy = entropy;
        this.noise = NoiseState.ntcp2(address.staticKey());
    }

    // 1
    /** Makes message 1. Costs a Diffie-Hellman operation. */
    void start(long epochMillis) {
        if (step != Step.BEGIN) {
            return;
        }
        ephemeral = ephemerals.get();
        byte[] ownKey = ephemeral.publicKey().clone();
        noise.mixHash(ownKey);
        if (!agree(ephemeral, address.staticKey())) {
            fail(Ntcp2Failure.MESSAGE_2_KEY);
            return;
        }
        byte[] padding = entropy.bytes(entropy.below(MAX_CLEAR_PADDING));
        part2 = Ntcp2BlockCodec.encodeConfirmed(ownRouterInfo, entropy.below(MAX_SEALED_PADDING + 1));
        byte[] sealed = noise.seal(new Ntcp2RequestOptions(
                        networkId,
                        Ntcp2RequestOptions.VERSION,
                        padding.length,
                        part2.length + Ntcp2FrameCipher.TAG_LENGTH,
                        Ntcp2RequestOptions.toSeconds(epochMillis))
                .encode());
        if (padding.length > 0) {
            noise.mixHash(padding);
        }
        AesCbc.encrypt(responder.toBytes(), address.iv(), ownKey, 0, 32);
        nextIv = Arrays.copyOfRange(ownKey, 16, 32);
        transmit = new byte[FIXED_LENGTH + padding.length];
        System.arraycopy(ownKey, 0, transmit, 0, 32);
        System.arraycopy(sealed, 0, transmit, 32, sealed.length);
        System.arraycopy(padding, 0, transmit, FIXED_LENGTH, padding.length);
        step = Step.CREATED;
        needed = FIXED_LENGTH;
    }

    @Override
    public int handle(byte[] in, int length, long epochMillis) {
        int taken = 0;
        while (step != Step.END && length - taken >= needed) {
            int at = taken;
            taken += needed;
            switch (step) {
                case CREATED -> onCreated(Arrays.copyOfRange(in, at, taken), epochMillis);
                case CREATED_PADDING -> onCreatedPadding(Arrays.copyOfRange(in, at, taken), taken < length);
                default -> throw new IllegalStateException("not started");
            }
        }
        return taken;
    }

    // 2
    private void onCreated(byte[] message, long epochMillis) {
        AesCbc.decrypt(responder.toBytes(), nextIv, message, 0, 32);
        peerEphemeral = Arrays.copyOf(message, 32);
        if ((peerEphemeral[31] & 0x80) != 0) {
            fail(Ntcp2Failure.MESSAGE_2_KEY);
            return;
        }
        noise.mixHash(peerEphemeral);
        if (!agree(ephemeral, peerEphemeral)) {
            fail(Ntcp2Failure.MESSAGE_2_KEY);
            return;
        }
        byte[] opened = noise.open(Arrays.copyOfRange(message, 32, FIXED_LENGTH));
        if (opened == null) {
            fail(Ntcp2Failure.MESSAGE_2_DECRYPT);
            return;
        }
        Ntcp2CreatedOptions options = Ntcp2CreatedOptions.decode(opened);
        skewMillis = options.seconds() * 1000 - epochMillis;
        skewKnown = true;
        if (Math.abs(skewMillis) > MAX_SKEW_MILLIS) {
            fail(Ntcp2Failure.MESSAGE_2_SKEW);
        } else if (options.paddingLength() > MAX_CLEAR_PADDING) {
            fail(Ntcp2Failure.MESSAGE_2_PADDING);
        } else {
            step = Step.CREATED_PADDING;
            needed = options.paddingLength();
        }
    }

    // 3
    private void onCreatedPadding(byte[] padding, boolean surplus) {
        if (surplus) {
            // SPEC ntcp2#sessioncreated: nothing may follow before message 3
            fail(Ntcp2Failure.MESSAGE_2_SURPLUS);
            return;
        }
        if (padding.length > 0) {
            noise.mixHash(padding);
        }
        // sealed with the key of message 2, whose nonce has moved to 1
        byte[] sealedStatic = noise.seal(own.staticKeys().publicKey());
        if (!agree(own.staticKeys(), peerEphemeral)) {
            fail(Ntcp2Failure.MESSAGE_2_KEY);
            return;
        }
        byte[] sealedPart2 = noise.seal(part2);
        transmit = Arrays.copyOf(sealedStatic, sealedStatic.length + sealedPart2.length);
        System.arraycopy(sealedPart2, 0, transmit, sealedStatic.length, sealedPart2.length);
        dataKeys = new Ntcp2DataKeys(noise.chainingKey(), noise.hash(), true);
        step = Step.END;
        wipe();
    }

    private boolean agree(X25519KeyPair mine, byte[] theirs) {
        byte[] secret = new byte[X25519.KEY_LENGTH];
        boolean agreed = X25519.agree(mine.privateKey(), theirs, secret);
        noise.mixKey(secret);
        Arrays.fill(secret, (byte) 0);
        return agreed;
    }

    private void fail(Ntcp2Failure reason) {
        failure = reason;
        step = Step.END;
        wipe();
    }

    private void wipe() {
        needed = 0;
        noise.destroy();
        if (ephemeral != null) {
            ephemeral.destroy();
        }
    }

    @Override
    public State state() {
        if (step != Step.END) {
            return State.WAITING;
        }
        return failure == null ? State.ESTABLISHED : State.FAILED;
    }

    @Override
    public int needed() {
        return needed;
    }

    @Override
    public byte[] pollTransmit() {
        byte[] next = transmit;
        transmit = null;
        return next;
    }

    @Override
    public Ntcp2Failure failure() {
        return failure;
    }

    @Override
    public long skewMillis() {
        return skewMillis;
    }

    @Override
    public boolean skewKnown() {
        return skewKnown;
    }

    @Override
    public Ntcp2DataKeys dataKeys() {
        return dataKeys;
    }

    @Override
    public void destroy() {
        if (step != Step.END) {
            step = Step.END;
            failure = Ntcp2Failure.LOST;
            wipe();
        }
        if (dataKeys != null) {
            dataKeys.destroy();
        }
    }
}
