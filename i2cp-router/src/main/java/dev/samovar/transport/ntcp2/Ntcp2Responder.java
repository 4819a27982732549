package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.AesCbc;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.X25519;
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
final class Ntcp2Responder implements Ntcp2Handshake {

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
        CONFIRMED,
        END
    }

    private final Router router;
    private final byte[] peerIp;
    private final Supplier<X25519KeyPair> ephemerals;
    private final ReplayCheck replays;
    private final Entropy entropy;
    private final NoiseState noise;

    private Step step = Step.REQUEST;
    private int needed = FIXED_LENGTH;
    private byte[] nextIv;
    private byte[] peerEphemeral;
    private X25519KeyPair ephemeral;
    private int part2Length;
    private long skewMillis;
    private boolean skewKnown;
    private byte[] transmit;
    private Ntcp2Failure failure;
    private RouterInfo peer;
    private Ntcp2DataKeys dataKeys;

    /** @param peerIp where the peer comes from, 4 or 16 bytes */
    Ntcp2Responder(
            Router router, byte[] peerIp, Supplier<X25519KeyPair> ephemerals, ReplayCheck replays, Entropy entropy) {
        this.router = router;
        this.peerIp = peerIp;
        this.ephemerals = ephemerals;
        this.replays = replays;
        this.entropy = entropy;
        this.noise = NoiseState.ntcp2(router.keys.staticKeys().publicKey());
    }

    @Override
    public int handle(byte[] in, int length, long epochMillis) {
        int taken = 0;
        while (step != Step.END && length - taken >= needed) {
            int at = taken;
            taken += needed;
            switch (step) {
                case REQUEST -> onRequest(Arrays.copyOfRange(in, at, taken), epochMillis);
                case REQUEST_PADDING ->
                    onRequestPadding(Arrays.copyOfRange(in, at, taken), taken < length, epochMillis);
                case CONFIRMED -> onConfirmed(in, at, epochMillis);
                default -> throw new IllegalStateException();
            }
        }
        return taken;
    }

    // 1
    private void onRequest(byte[] message, long epochMillis) {
        byte[] hiddenKey = Arrays.copyOf(message, 32);
        // SPEC ntcp2#sessioncreated: the cipher chain goes on, so the IV of Y is the last block of the hidden X
        nextIv = Arrays.copyOfRange(hiddenKey, 16, 32);
        AesCbc.decrypt(router.self.toBytes(), router.keys.iv(), message, 0, 32);
        peerEphemeral = Arrays.copyOf(message, 32);
        if ((peerEphemeral[31] & 0x80) != 0) {
            fail(Ntcp2Failure.MESSAGE_1_KEY);
            return;
        }
        noise.mixHash(peerEphemeral);
        if (!agree(router.keys.staticKeys(), peerEphemeral)) {
            fail(Ntcp2Failure.MESSAGE_1_KEY);
            return;
        }
        byte[] opened = noise.open(Arrays.copyOfRange(message, 32, FIXED_LENGTH));
        if (opened == null) {
            fail(Ntcp2Failure.MESSAGE_1_DECRYPT);
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
            skewMillis = options.seconds() * 1000 - epochMillis;
            skewKnown = true;
            part2Length = options.message3Part2Length();
            step = Step.REQUEST_PADDING;
            needed = options.paddingLength();
        }
    }

    // 2
    private void onRequestPadding(byte[] padding, boolean surplus, long epochMillis) {
        if (surplus) {
            // SPEC ntcp2#sessionrequest: nothing may follow before we answered
            fail(Ntcp2Failure.MESSAGE_1_SURPLUS);
            return;
        }
        if (padding.length > 0) {
            noise.mixHash(padding);
        }
        ephemeral = ephemerals.get();
        byte[] ownKey = ephemeral.publicKey().clone();
        noise.mixHash(ownKey);
        if (!agree(ephemeral, peerEphemeral)) {
            fail(Ntcp2Failure.MESSAGE_1_KEY);
            return;
        }
        byte[] ownPadding = entropy.bytes(entropy.below(MAX_CLEAR_PADDING));
        byte[] sealed = noise.seal(
                new Ntcp2CreatedOptions(ownPadding.length, Ntcp2RequestOptions.toSeconds(epochMillis)).encode());
        if (ownPadding.length > 0) {
            noise.mixHash(ownPadding);
        }
        AesCbc.encrypt(router.self.toBytes(), nextIv, ownKey, 0, 32);
        transmit = new byte[FIXED_LENGTH + ownPadding.length];
        System.arraycopy(ownKey, 0, transmit, 0, 32);
        System.arraycopy(sealed, 0, transmit, 32, sealed.length);
        System.arraycopy(ownPadding, 0, transmit, FIXED_LENGTH, ownPadding.length);
        if (Math.abs(skewMillis) > MAX_SKEW_MILLIS) {
            // the field answers all the same, so that the peer learns what time it is
            fail(Ntcp2Failure.MESSAGE_1_SKEW);
            return;
        }
        step = Step.CONFIRMED;
        needed = PART_1_LENGTH + part2Length;
    }

    // 3
    private void onConfirmed(byte[] in, int at, long epochMillis) {
        int part2At = at + PART_1_LENGTH;
        byte[] peerStatic = noise.open(Arrays.copyOfRange(in, at, part2At));
        if (peerStatic == null) {
            fail(Ntcp2Failure.MESSAGE_3_PART_1);
            return;
        }
        if (!agree(ephemeral, peerStatic)) {
            fail(Ntcp2Failure.MESSAGE_3_PART_1);
            return;
        }
        byte[] payload = noise.open(Arrays.copyOfRange(in, part2At, part2At + part2Length));
        if (payload == null) {
            fail(Ntcp2Failure.MESSAGE_3_PART_2);
            return;
        }
        dataKeys = new Ntcp2DataKeys(noise.chainingKey(), noise.hash(), false);
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
        step = Step.END;
        wipe();
    }

    private boolean agree(X25519KeyPair own, byte[] theirs) {
        byte[] secret = new byte[X25519.KEY_LENGTH];
        boolean agreed = X25519.agree(own.privateKey(), theirs, secret);
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

    /** The peer's RouterInfo once it could be read, verified if {@link State#ESTABLISHED}; else null. */
    RouterInfo peer() {
        return peer;
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
