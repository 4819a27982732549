package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.GarlicBlock.Termination;
import dev.samovar.garlic.SealResult.Reason;
import dev.samovar.garlic.SealResult.Refused;
import dev.samovar.garlic.SealResult.Sealed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The part of {@link RatchetSessions} that seals: puts the session's own blocks around the cloves, and keys to use. */
@SansIo
final class RatchetSealer {

    private static final int TAG_LENGTH = Long.BYTES;
    private static final long MILLIS = 1000;
    /** Blocks of the session itself in a message: two of new keys, question, acknowledgements, padding. */
    private static final int MORE_BLOCKS = 5;

    private final RatchetRegistry registry;
    private final Entropy entropy;

    /** Takes the key of one message after the other. */
    private final ChaChaPoly cipher = new ChaChaPoly(new byte[ChaChaPoly.KEY_LENGTH]);

    private final byte[] noKey = new byte[ChaChaPoly.KEY_LENGTH];
    private final byte[] key = new byte[ChaChaPoly.KEY_LENGTH];
    private final byte[] tag = new byte[TAG_LENGTH];

    RatchetSealer(RatchetRegistry registry, Entropy entropy) {
        this.registry = registry;
        this.entropy = entropy;
    }

    /** Seals cloves, which stay the caller's. */
    SealResult seal(RatchetPeer peer, List<GarlicClove> cloves, SealOptions options, long now, long nowMillis) {
        Reason refusal = refusal(peer.staticKey(), cloves);
        if (refusal != null) {
            return new Refused(refusal, RatchetRegistry.NEVER);
        }
        RatchetSession session = registry.findOrAdd(peer, now);
        if (session == null) {
            return new Refused(Reason.TOO_MANY_SESSIONS, now + RatchetRegistry.SAFE_FROM_EVICTION);
        }
        SealResult result;
        RatchetPair pair = session.sendable(now);
        Response response = session.repliable(now);
        if (pair != null) {
            result = sealExisting(pair, cloves, options, now);
        } else if (response == null && now < session.initiatesAt()) {
            result = new Refused(Reason.TOO_SOON, session.initiatesAt());
        } else if (!registry.makeRoom(session, now)) {
            result = new Refused(Reason.TOO_MANY_SESSIONS, now + RatchetRegistry.SAFE_FROM_EVICTION);
        } else if (response != null) {
            result = sealReply(session, response, cloves, options, now);
        } else {
            result = sealNew(session, cloves, options, now, nowMillis);
        }
        registry.settle(session, now);
        return result;
    }

    private Reason refusal(byte[] staticKey, List<GarlicClove> cloves) {
        if (registry.isDestroyed()) {
            return Reason.DESTROYED;
        }
        if (Arrays.equals(staticKey, registry.ownStatic().publicKey())) {
            return Reason.BAD_KEY;
        }
        boolean fits = cloves.size() <= RatchetSessions.MAX_CLOVES
                && GarlicBlockCodec.length(cloves) <= RatchetSessions.MAX_CLOVE_BYTES;
        return fits ? null : Reason.TOO_LARGE;
    }

    private SealResult sealExisting(RatchetPair pair, List<GarlicClove> cloves, SealOptions options, long now) {
        List<GarlicBlock> blocks = new ArrayList<>(cloves.size() + MORE_BLOCKS);
        addIfAny(blocks, pair.receive().answer());
        addIfAny(blocks, pair.send().question(entropy));
        pair.sent(now);
        long ackId = registry.ackId(options);
        if (ackId != SealResult.NO_ACK) {
            pair.awaitAck(ackId);
        }
        if (ackId != SealResult.NO_ACK || pair.wantsProbe(now)) {
            pair.asked(now);
            blocks.add(AckRequest.INSTANCE);
        }
        addIfAny(blocks, pair.takeAcks());
        blocks.addAll(cloves);
        return new Sealed(sealExisting(pair.send(), blocks), RatchetKind.EXISTING, ackId);
    }

    /** The message that ends a session. */
    byte[] sealEnd(RatchetPair pair) {
        List<GarlicBlock> blocks = new ArrayList<>(2);
        blocks.add(new Termination(0));
        return sealExisting(pair.send(), blocks);
    }

    /** Layout: tag (8), then the padded blocks under the tag's key, its number the nonce and the tag associated data. */
    private byte[] sealExisting(SendTags send, List<GarlicBlock> blocks) {
        GarlicPadding.append(blocks, RatchetKind.EXISTING, entropy);
        int length = GarlicBlockCodec.length(blocks);
        byte[] out = new byte[RatchetKind.EXISTING.overhead() + length];
        int number = send.number();
        ByteBuffer.wrap(tag).putLong(send.next(key));
        System.arraycopy(tag, 0, out, 0, TAG_LENGTH);
        GarlicBlockCodec.encode(blocks, out, TAG_LENGTH);
        cipher.rekey(key);
        cipher.seal(number, tag, out, TAG_LENGTH, length, out, TAG_LENGTH);
        cipher.rekey(noKey);
        Arrays.fill(key, (byte) 0);
        return out;
    }

    private SealResult sealReply(
            RatchetSession session, Response response, List<GarlicClove> cloves, SealOptions options, long now) {
        List<GarlicBlock> blocks = new ArrayList<>(cloves);
        GarlicPadding.append(blocks, RatchetKind.REPLY, entropy);
        byte[] plain = GarlicBlockCodec.encode(blocks);
        ResponderHandshake.Reply reply =
                response.handshake().reply(response.nextTag(now), HiddenKeyPair.generate(entropy), plain);
        Arrays.fill(plain, (byte) 0);
        if (reply == null) {
            registry.remove(response);
            return new Refused(Reason.BAD_KEY, RatchetRegistry.NEVER);
        }
        RatchetPair pair = registry.newPair(session, response, reply.keys(), now);
        response.offer(pair);
        long ackId = registry.ackId(options);
        pair.awaitReplyAck(ackId);
        return new Sealed(reply.message(), RatchetKind.REPLY, ackId);
    }

    private SealResult sealNew(
            RatchetSession session, List<GarlicClove> cloves, SealOptions options, long now, long nowMillis) {
        byte[] plain = firstBlocks(cloves, nowMillis);
        InitiatorHandshake handshake = InitiatorHandshake.begin(
                registry.ownStatic(), session.peer().staticKey(), HiddenKeyPair.generate(entropy), plain);
        Arrays.fill(plain, (byte) 0);
        if (handshake == null) {
            return new Refused(Reason.BAD_KEY, RatchetRegistry.NEVER);
        }
        long ackId = registry.ackId(options);
        byte[] message = handshake.takeMessage();
        registry.add(session, handshake, ackId, now);
        return new Sealed(message, RatchetKind.NEW_SESSION, ackId);
    }

    /** Seals cloves, which stay the caller's, in an unbound message. */
    SealResult sealUnbound(byte[] staticKey, List<GarlicClove> cloves, long nowMillis) {
        Reason refusal = refusal(staticKey, cloves);
        if (refusal != null) {
            return new Refused(refusal, RatchetRegistry.NEVER);
        }
        byte[] plain = firstBlocks(cloves, nowMillis);
        byte[] sealed = InitiatorHandshake.sealUnbound(staticKey, HiddenKeyPair.generate(entropy), plain);
        Arrays.fill(plain, (byte) 0);
        return sealed == null
                ? new Refused(Reason.BAD_KEY, RatchetRegistry.NEVER)
                : new Sealed(sealed, RatchetKind.NEW_SESSION, SealResult.NO_ACK);
    }

    private byte[] firstBlocks(List<GarlicClove> cloves, long nowMillis) {
        List<GarlicBlock> blocks = new ArrayList<>(cloves.size() + 2);
        // SPEC ecies#block-ordering-rules: the date comes first
        blocks.add(new DateTime((nowMillis + MILLIS / 2) / MILLIS));
        blocks.addAll(cloves);
        GarlicPadding.append(blocks, RatchetKind.NEW_SESSION, entropy);
        return GarlicBlockCodec.encode(blocks);
    }

    private static void addIfAny(List<GarlicBlock> blocks, GarlicBlock block) {
        if (block != null) {
            blocks.add(block);
        }
    }

    void destroy() {
        cipher.destroy();
    }
}
