package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
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
final class Ntcp2Initiator extends Ntcp2Handshake {

    /** Padding in message 3, inside the cipher. Data follows at once as a rule, so little is needed. */
    private static final int MAX_SEALED_PADDING = 63;

    private enum Step {
        BEGIN,
        CREATED,
        CREATED_PADDING
    }

    private final Ntcp2Address address;
    private final Ntcp2Keys own;
    private final byte[] ownRouterInfo;
    private final int networkId;

    private Step step = Step.BEGIN;
    private byte[] part2;

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
        super(address.staticKey(), responder.toBytes(), address.iv(), ephemerals, entropy);
        this.address = address;
        this.own = own;
        this.ownRouterInfo = ownRouterInfo;
        this.networkId = networkId;
    }

    // 1
    /** Makes message 1. Costs a Diffie-Hellman operation. */
    void start(long epochMillis) {
        if (step != Step.BEGIN || state() != State.WAITING) {
            return;
        }
        if (!agreeNewly(address.staticKey())) {
            fail(Ntcp2Failure.MESSAGE_2_KEY);
            return;
        }
        byte[] padding = clearPadding();
        part2 = Ntcp2BlockCodec.encodeConfirmed(ownRouterInfo, entropy.below(MAX_SEALED_PADDING + 1));
        Ntcp2RequestOptions options = new Ntcp2RequestOptions(
                networkId,
                Ntcp2RequestOptions.VERSION,
                padding.length,
                part2.length + Ntcp2FrameCipher.TAG_LENGTH,
                Ntcp2RequestOptions.toSeconds(epochMillis));
        transmit(options.encode(), padding);
        step = Step.CREATED;
        expect(FIXED_LENGTH);
    }

    @Override
    void onPart(byte[] part, boolean surplus, long epochMillis) {
        switch (step) {
            case BEGIN -> throw new IllegalStateException("not started");
            case CREATED -> onCreated(part, epochMillis);
            case CREATED_PADDING -> onCreatedPadding(part, surplus);
        }
    }

    // 2
    private void onCreated(byte[] message, long epochMillis) {
        byte[] opened = open(message, ephemeral(), Ntcp2Failure.MESSAGE_2_KEY, Ntcp2Failure.MESSAGE_2_DECRYPT);
        if (opened == null) {
            return;
        }
        Ntcp2CreatedOptions options = Ntcp2CreatedOptions.decode(opened);
        measure(options.seconds(), epochMillis);
        if (isSkewed()) {
            fail(Ntcp2Failure.MESSAGE_2_SKEW);
        } else if (options.paddingLength() > MAX_CLEAR_PADDING) {
            fail(Ntcp2Failure.MESSAGE_2_PADDING);
        } else {
            step = Step.CREATED_PADDING;
            expect(options.paddingLength());
        }
    }

    // 3
    private void onCreatedPadding(byte[] padding, boolean surplus) {
        if (surplus) {
            // SPEC ntcp2#sessioncreated: nothing may follow before message 3
            fail(Ntcp2Failure.MESSAGE_2_SURPLUS);
            return;
        }
        mixPadding(padding);
        // sealed with the key of message 2, whose nonce has moved to 1
        byte[] sealedStatic = noise.seal(own.staticKeys().publicKey());
        if (!agree(own.staticKeys(), peerEphemeral())) {
            fail(Ntcp2Failure.MESSAGE_2_KEY);
            return;
        }
        byte[] sealedPart2 = noise.seal(part2);
        byte[] message = Arrays.copyOf(sealedStatic, sealedStatic.length + sealedPart2.length);
        System.arraycopy(sealedPart2, 0, message, sealedStatic.length, sealedPart2.length);
        transmit(message);
        makeDataKeys(true);
        end();
    }
}
