package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.DecryptResult.Reason;
import dev.samovar.garlic.DecryptResult.Rejected;
import dev.samovar.garlic.GarlicBlock.Ack;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.GarlicBlock.Termination;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The part of {@link RatchetSessions} that opens. The first 8 bytes decide: an awaited tag is of a session or of a reply to us,
 * anything else is tried as a first message, within bounds. The session's own blocks are seen to here.
 */
@SansIo
final class RatchetOpener {

    private static final int TAG_LENGTH = Long.BYTES;
    private static final int MIN_EXISTING = RatchetKind.EXISTING.overhead();
    /** A date is the least that can be inside. */
    private static final int MIN_NEW_SESSION = RatchetKind.NEW_SESSION.overhead() + 7;

    private final RatchetRegistry registry;
    private final NewSessionGuard guard;
    private final RatchetCounters counters;
    private final Entropy entropy;

    /** Takes the key of one message after the other. */
    private final ChaChaPoly cipher = new ChaChaPoly(new byte[ChaChaPoly.KEY_LENGTH]);

    private final byte[] noKey = new byte[ChaChaPoly.KEY_LENGTH];
    private final byte[] tag = new byte[TAG_LENGTH];

    RatchetOpener(RatchetRegistry registry, NewSessionGuard guard, RatchetCounters counters, Entropy entropy) {
        this.registry = registry;
        this.guard = guard;
        this.counters = counters;
        this.entropy = entropy;
    }

    DecryptResult open(byte[] garlic, long now, long nowMillis) {
        if (registry.isDestroyed()) {
            return new Rejected(Reason.DESTROYED);
        }
        if (garlic.length < MIN_EXISTING) {
            return new Rejected(Reason.UNKNOWN_TAG);
        }
        TagTable table = registry.table();
        int place = table.find(RatchetSessions.tagOf(garlic));
        if (place < 0) {
            return openNew(garlic, now, nowMillis);
        }
        ReceiveTagSet set = table.set(place);
        int number = table.number(place);
        return set.owner() instanceof Initiation initiation
                ? openReply(initiation, set, number, garlic, now)
                : openExisting((RatchetPair) set.owner(), set, number, garlic, now);
    }

    private DecryptResult openExisting(RatchetPair pair, ReceiveTagSet set, int number, byte[] garlic, long now) {
        byte[] plain = new byte[garlic.length - MIN_EXISTING];
        System.arraycopy(garlic, 0, tag, 0, TAG_LENGTH);
        cipher.rekey(set.key(number));
        int length = cipher.open(number, tag, garlic, TAG_LENGTH, garlic.length - TAG_LENGTH, plain, 0);
        cipher.rekey(noKey);
        if (length < 0) {
            return new Rejected(Reason.NOT_AUTHENTIC);
        }
        pair.received(now);
        pair.receive().accept(set, number, now);
        Response response = pair.response();
        if (response != null) {
            registry.chosen(pair, response);
        }
        RatchetSession session = pair.session();
        List<GarlicBlock> blocks = decode(plain, length);
        if (blocks == null) {
            registry.settle(session, now);
            return new Rejected(Reason.MALFORMED);
        }
        List<GarlicClove> cloves = read(blocks, pair, set, number, now);
        registry.settle(session, now);
        return new Opened(RatchetKind.EXISTING, session.peer().staticKey(), session.peer(), cloves);
    }

    /** Sees to the blocks of the session, and returns the cloves. */
    private List<GarlicClove> read(
            List<GarlicBlock> blocks, RatchetPair pair, ReceiveTagSet set, int number, long now) {
        List<GarlicClove> cloves = new ArrayList<>(blocks.size());
        boolean ended = false;
        for (GarlicBlock block : blocks) {
            if (block instanceof GarlicClove clove) {
                cloves.add(clove);
            } else if (block instanceof NextKey next) {
                boolean made = next.reverse()
                        ? pair.send().answer(next)
                        : pair.receive().question(next, set, entropy, now);
                if (made) {
                    counters.countRatchet();
                }
            } else if (block instanceof Ack ack) {
                pair.read();
                for (int message : ack.messages()) {
                    registry.acknowledge(pair.session(), pair.acknowledged(message));
                }
            } else if (block instanceof AckRequest) {
                pair.oweAck(set.id(), number);
            } else if (block instanceof Termination) {
                ended = true;
            }
        }
        if (ended) {
            pair.stopSending(now);
            registry.fail(pair.session(), RatchetEvent.Reason.TERMINATED);
        }
        return cloves;
    }

    private DecryptResult openReply(Initiation initiation, ReceiveTagSet set, int number, byte[] garlic, long now) {
        InitiatorHandshake.Reply reply = initiation.handshake().open(garlic);
        if (reply == null) {
            return new Rejected(Reason.NOT_AUTHENTIC);
        }
        set.accept(number);
        registry.replied(initiation, reply.keys(), now);
        List<GarlicBlock> blocks = decode(reply.blocks(), reply.blocks().length);
        if (blocks == null) {
            return new Rejected(Reason.MALFORMED);
        }
        RatchetPeer peer = initiation.session().peer();
        return new Opened(RatchetKind.REPLY, peer.staticKey(), peer, cloves(blocks));
    }

    private DecryptResult openNew(byte[] garlic, long now, long nowMillis) {
        if (garlic.length < MIN_NEW_SESSION) {
            return new Rejected(Reason.UNKNOWN_TAG);
        }
        if (!guard.mayTry(now)) {
            return new Rejected(Reason.BUSY);
        }
        byte[] ephemeral = Elligator2.decode(garlic, 0);
        if (guard.isRepeated(ephemeral, nowMillis)) {
            return new Rejected(Reason.REPEATED);
        }
        ResponderHandshake handshake = ResponderHandshake.open(garlic, ephemeral, registry.ownStatic());
        if (handshake == null) {
            return new Rejected(Reason.NOT_FOR_US);
        }
        byte[] plain = handshake.takeBlocks();
        List<GarlicBlock> blocks = decode(plain, plain.length);
        Reason refusal = judge(handshake, ephemeral, blocks, nowMillis);
        if (refusal != null) {
            handshake.destroy();
            if (blocks != null) {
                GarlicBlockCodec.release(blocks);
            }
            return new Rejected(refusal);
        }
        byte[] theirStatic = handshake.theirStatic();
        RatchetPeer peer = null;
        if (theirStatic == null) {
            handshake.destroy();
        } else {
            peer = registry.add(new Response(handshake, now), now);
        }
        return new Opened(RatchetKind.NEW_SESSION, theirStatic, peer, cloves(blocks));
    }

    private Reason judge(ResponderHandshake handshake, byte[] ephemeral, List<GarlicBlock> blocks, long nowMillis) {
        if (blocks == null) {
            return Reason.MALFORMED;
        }
        if (Arrays.equals(handshake.theirStatic(), registry.ownStatic().publicKey())) {
            return Reason.BAD_KEY;
        }
        return guard.check(ephemeral, blocks, nowMillis);
    }

    /** Null when the blocks do not follow their layout. */
    private static List<GarlicBlock> decode(byte[] plain, int length) {
        try {
            return GarlicBlockCodec.decodeInPlace(plain, 0, length);
        } catch (WireException malformed) {
            return null;
        }
    }

    private static List<GarlicClove> cloves(List<GarlicBlock> blocks) {
        List<GarlicClove> cloves = new ArrayList<>(blocks.size());
        for (GarlicBlock block : blocks) {
            if (block instanceof GarlicClove clove) {
                cloves.add(clove);
            }
        }
        return cloves;
    }

    void destroy() {
        cipher.destroy();
    }
}
