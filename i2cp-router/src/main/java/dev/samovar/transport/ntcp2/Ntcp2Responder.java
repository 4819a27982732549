package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Bob: answers who dialled us.
 *
 * <ol>
 *   <li>64 bytes: uncover X, agree with our static key, open the options; network, version, time, replay.
 *   <li>The clear padding that the options announce, and nothing behind it. Then message 2 with a new key Y.
 *   <li>48 bytes and as many as the options announced: the peer's static key, its RouterInfo.
 *   <li>The RouterInfo is the peer's: signature, static key, address.
 * </ol>
 */
@SansIo
final class Ntcp2Responder extends Ntcp2Handshake {

    /** RouterInfo of the largest size, options, and room for padding. */
    static final int MAX_PART_2_LENGTH = 6 * 1024;

    /** A sealed block with an empty RouterInfo; anything shorter cannot be right. */
    static final int MIN_PART_2_LENGTH = 16 + 4;

    /** Whether a handshake with this hidden key was never accepted before. */
    @FunctionalInterface
    interface ReplayCheck {
        boolean isFresh(byte[] hiddenKey);
    }

    /** What all handshakes of a router have in common. {@code self} is our router hash. */
    record Router(Ntcp2Keys keys, Hash self, int networkId, VerifiedInfos verified) {

        Router(Ntcp2Keys keys, Hash self, int networkId) {
            this(keys, self, networkId, new VerifiedInfos());
        }
    }

    private enum Step {
        REQUEST,
        REQUEST_PADDING,
        CONFIRMED
    }

    private final Router router;
    private final byte[] peerIp;
    private final ReplayCheck replays;

    private Step step = Step.REQUEST;
    private int part2Length;
    private RouterInfo peer;

    /** @param peerIp where the peer comes from, 4 or 16 bytes */
    Ntcp2Responder(
            Router router, byte[] peerIp, Supplier<X25519KeyPair> ephemerals, ReplayCheck replays, Entropy entropy) {
        super(router.keys.staticKeys().publicKey(), router.self.toBytes(), router.keys.iv(), ephemerals, entropy);
        this.router = router;
        this.peerIp = peerIp;
        this.replays = replays;
        expect(FIXED_LENGTH);
    }

    @Override
    void onPart(byte[] part, boolean surplus, long epochMillis) {
        switch (step) {
            case REQUEST -> onRequest(part, epochMillis);
            case REQUEST_PADDING -> onRequestPadding(part, surplus, epochMillis);
            case CONFIRMED -> onConfirmed(part, epochMillis);
        }
    }

    // 1
    private void onRequest(byte[] message, long epochMillis) {
        byte[] hiddenKey = Arrays.copyOf(message, 32);
        byte[] opened =
                open(message, router.keys.staticKeys(), Ntcp2Failure.MESSAGE_1_KEY, Ntcp2Failure.MESSAGE_1_DECRYPT);
        if (opened == null) {
            return;
        }
        Ntcp2RequestOptions options = Ntcp2RequestOptions.decode(opened);
        // SPEC ntcp2#sessionrequest: 0 is let through, another network is not
        if (options.networkId() != 0 && options.networkId() != router.networkId) {
            fail(Ntcp2Failure.MESSAGE_1_NETWORK);
        } else if (options.version() != Ntcp2RequestOptions.VERSION) {
            fail(Ntcp2Failure.MESSAGE_1_VERSION);
        } else if (options.message3Part2Length() < MIN_PART_2_LENGTH
                || options.message3Part2Length() > MAX_PART_2_LENGTH) {
            fail(Ntcp2Failure.MESSAGE_1_LENGTH);
        } else if (options.paddingLength() > MAX_CLEAR_PADDING) {
            fail(Ntcp2Failure.MESSAGE_1_PADDING);
        } else if (!replays.isFresh(hiddenKey)) {
            fail(Ntcp2Failure.MESSAGE_1_REPLAYED);
        } else {
            measure(options.seconds(), epochMillis);
            part2Length = options.message3Part2Length();
            step = Step.REQUEST_PADDING;
            expect(options.paddingLength());
        }
    }

    // 2
    private void onRequestPadding(byte[] padding, boolean surplus, long epochMillis) {
        if (surplus) {
            // SPEC ntcp2#sessionrequest: nothing may follow before we answered
            fail(Ntcp2Failure.MESSAGE_1_SURPLUS);
            return;
        }
        mixPadding(padding);
        if (!agreeNewly(peerEphemeral())) {
            fail(Ntcp2Failure.MESSAGE_1_KEY);
            return;
        }
        byte[] ownPadding = clearPadding();
        transmit(
                new Ntcp2CreatedOptions(ownPadding.length, Ntcp2RequestOptions.toSeconds(epochMillis)).encode(),
                ownPadding);
        if (isSkewed()) {
            // the field answers all the same, so that the peer learns what time it is
            fail(Ntcp2Failure.MESSAGE_1_SKEW);
            return;
        }
        step = Step.CONFIRMED;
        expect(PART_1_LENGTH + part2Length);
    }

    // 3
    private void onConfirmed(byte[] message, long epochMillis) {
        byte[] peerStatic = noise.open(Arrays.copyOf(message, PART_1_LENGTH));
        if (peerStatic == null) {
            fail(Ntcp2Failure.MESSAGE_3_PART_1);
            return;
        }
        if (!agree(ephemeral(), peerStatic)) {
            fail(Ntcp2Failure.MESSAGE_3_PART_1);
            return;
        }
        byte[] payload = noise.open(Arrays.copyOfRange(message, PART_1_LENGTH, message.length));
        if (payload == null) {
            fail(Ntcp2Failure.MESSAGE_3_PART_2);
            return;
        }
        makeDataKeys(false);
        onPeer(peerStatic, payload, epochMillis);
    }

    // 4
    private void onPeer(byte[] peerStatic, byte[] payload, long epochMillis) {
        byte[] routerInfo;
        try {
            routerInfo = Ntcp2BlockCodec.decodeConfirmed(payload);
        } catch (WireException malformed) {
            fail(Ntcp2Failure.MESSAGE_3_BLOCKS);
            return;
        }
        try {
            peer = RouterInfo.fromBytes(routerInfo);
        } catch (WireException malformed) {
            fail(Ntcp2Failure.ROUTER_INFO_MALFORMED);
            return;
        }
        Ntcp2Failure found = Ntcp2PeerInfoCheck.check(peer, peerStatic, peerIp, router, epochMillis);
        if (found != null) {
            fail(found);
            return;
        }
        end();
    }

    /** The peer's RouterInfo once it could be read, verified if {@link State#ESTABLISHED}; else null. */
    RouterInfo peer() {
        return peer;
    }
}
