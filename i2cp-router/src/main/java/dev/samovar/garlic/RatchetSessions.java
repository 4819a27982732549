package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.DecryptResult.Rejected;
import dev.samovar.garlic.GarlicBlock.Ack;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.GarlicBlock.Termination;
import dev.samovar.garlic.SealResult.Reason;
import dev.samovar.garlic.SealResult.Refused;
import dev.samovar.garlic.SealResult.Sealed;
import dev.samovar.i2np.Garlic;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * All ECIES-X25519-AEAD-Ratchet sessions of one destination (ECIES specification): seals cloves for peers and opens what comes
 * for us. The life of a session:
 *
 * <ol>
 *   <li>Alice seals a {@link RatchetKind#NEW_SESSION}, again for each message until a reply comes, at least a second apart
 *   <li>Bob opens it; {@link #bind} tells whose key it came from; each message of his is a {@link RatchetKind#REPLY}
 *   <li>Alice opens a reply: from now on her messages are {@link RatchetKind#EXISTING}
 *   <li>Bob opens one of those: his are, too. Every few thousand messages each direction agrees on new keys
 *   <li>after 8 minutes without a message sent Alice would begin anew
 * </ol>
 *
 * <p>Dates, padding, new keys, acknowledgements and ends of sessions are written and read in here; the caller sees cloves.
 * After each call it takes all events by {@link #pollEvent}, and it calls {@link #handleTimeout} at {@link #nextTimeout}. All
 * memory is bounded by {@link RatchetConfig}.
 */
@SansIo
public final class RatchetSessions {

    /** Cloves in one message at most; leaves room for the blocks of the session itself. */
    public static final int MAX_CLOVES = GarlicBlockCodec.MAX_BLOCKS - 8;

    /** All cloves of one message at most, as blocks, bytes. */
    public static final int MAX_CLOVE_BYTES = Garlic.MAX_DATA - RatchetKind.NEW_SESSION.overhead() - 400;

    private static final int TAG_LENGTH = Long.BYTES;
    private static final int MIN_EXISTING = RatchetKind.EXISTING.overhead();
    /** A date is the least that can be inside. */
    private static final int MIN_NEW_SESSION = RatchetKind.NEW_SESSION.overhead() + 7;

    private static final long MILLIS = 1000;
    /** A peer that waits gets its answer by then, nanoseconds. */
    private static final long REPLY_DELAY = TimeUnit.SECONDS.toNanos(1);

    private static final long SWEEP_INTERVAL = TimeUnit.SECONDS.toNanos(10);
    /** A session that was of use since then is not ended for another. */
    private static final long SAFE_FROM_EVICTION = TimeUnit.MINUTES.toNanos(1);

    private static final long NEVER = Long.MAX_VALUE;

    private final RatchetConfig config;
    private final X25519KeyPair ownStatic;
    private final Entropy entropy;
    private final TagTable table;
    private final TagWindows windows;
    private final NewSessionGuard guard;

    private final Map<RatchetPeer, RatchetSession> sessions = new HashMap<>();
    /** Static key → the session whose peer proved to have it, the latest. */
    private final Map<ByteBuffer, RatchetSession> provenKeys = new HashMap<>();
    /** First messages that nobody has bound yet, though they may belong to a proven key's session; the oldest first. */
    private final Set<Response> unbound = new LinkedHashSet<>();
    /** Sessions whose peer waits → until when; in this order, as all wait for the same time. */
    private final Map<RatchetSession, Long> owing = new LinkedHashMap<>();

    private final Queue<RatchetEvent> events = new ArrayDeque<>();
    private final RatchetCounters counters = new RatchetCounters();

    /** Take the key of one message after the other; null when destroyed. */
    private ChaChaPoly sealer = new ChaChaPoly(new byte[ChaChaPoly.KEY_LENGTH]);

    private final ChaChaPoly opener = new ChaChaPoly(new byte[ChaChaPoly.KEY_LENGTH]);
    private final byte[] noKey = new byte[ChaChaPoly.KEY_LENGTH];
    private final byte[] key = new byte[ChaChaPoly.KEY_LENGTH];
    private final byte[] tagBytes = new byte[TAG_LENGTH];

    private long nextAckId;
    private long nextSerial;
    private long sweepAt = NEVER;

    /**
     * Sessions of nobody yet.
     *
     * @param ownStatic the key in the destination's lease set; stays the caller's, who destroys it after {@link #destroy}
     */
    public RatchetSessions(RatchetConfig config, X25519KeyPair ownStatic, Entropy entropy) {
        this.config = config;
        this.ownStatic = ownStatic;
        this.entropy = entropy;
        table = new TagTable(entropy.nextLong());
        windows = new TagWindows(table, config.maxTags());
        guard = new NewSessionGuard(config, entropy.nextLong());
    }

    /** The first 8 bytes of garlic, by which awaited messages are known; 0 for less. */
    public static long tagOf(byte[] garlic) {
        return garlic.length < TAG_LENGTH ? 0 : ByteBuffer.wrap(garlic).getLong();
    }

    /** Whether a message that begins with this tag is awaited. */
    public boolean expects(long tag) {
        return table.find(tag) >= 0;
    }

    // sealing

    /**
     * What the next message to this peer will be, so that the caller knows what to put in: a lease set has to go with every
     * {@link RatchetKind#NEW_SESSION}. Null when nothing can be sealed before {@link #sealableAt}.
     */
    public RatchetKind nextKind(RatchetPeer peer, long now) {
        RatchetSession session = sessions.get(peer);
        if (session != null) {
            dropDead(session, now);
            if (session.sendable(now) != null) {
                return RatchetKind.EXISTING;
            }
            if (session.repliable(now) != null) {
                return RatchetKind.REPLY;
            }
        }
        return sealer == null || now < sealableAt(peer) ? null : RatchetKind.NEW_SESSION;
    }

    /** From when on a first message to this peer can be sealed, monotonic nanoseconds. */
    public long sealableAt(RatchetPeer peer) {
        RatchetSession session = sessions.get(peer);
        return session == null ? Long.MIN_VALUE : session.initiatesAt();
    }

    /**
     * Seals cloves for a peer, under whatever session there is with it.
     *
     * @param cloves taken over, their messages too, also when the result is a refusal; may be empty
     */
    public SealResult seal(RatchetPeer peer, List<GarlicClove> cloves, SealOptions options, long now, long nowMillis) {
        try {
            SealResult result = sealBorrowed(peer, cloves, options, now, nowMillis);
            counters.count(result);
            return result;
        } finally {
            release(cloves);
        }
    }

    private SealResult sealBorrowed(
            RatchetPeer peer, List<GarlicClove> cloves, SealOptions options, long now, long nowMillis) {
        Reason refusal = refusal(peer.staticKey(), cloves);
        if (refusal != null) {
            return new Refused(refusal, NEVER);
        }
        RatchetSession session = sessions.get(peer);
        if (session == null) {
            session = newSession(peer, now);
            if (session == null) {
                return new Refused(Reason.TOO_MANY_SESSIONS, now + SAFE_FROM_EVICTION);
            }
        }
        dropDead(session, now);
        SealResult result;
        RatchetPair pair = session.sendable(now);
        Response response = session.repliable(now);
        if (pair != null) {
            result = sealExisting(pair, cloves, options, now);
        } else if (response != null && makeRoom(session, now)) {
            result = sealReply(session, response, cloves, options, now);
        } else {
            result = sealNew(session, cloves, options, now, nowMillis);
        }
        updateOwing(session, now);
        removeIfEmpty(session);
        armSweep(now);
        return result;
    }

    private Reason refusal(byte[] staticKey, List<GarlicClove> cloves) {
        if (sealer == null) {
            return Reason.DESTROYED;
        }
        if (Arrays.equals(staticKey, ownStatic.publicKey())) {
            return Reason.BAD_KEY;
        }
        boolean fits = cloves.size() <= MAX_CLOVES && GarlicBlockCodec.length(cloves) <= MAX_CLOVE_BYTES;
        return fits ? null : Reason.TOO_LARGE;
    }

    private SealResult sealExisting(RatchetPair pair, List<GarlicClove> cloves, SealOptions options, long now) {
        SendTags send = pair.send();
        List<GarlicBlock> blocks = new ArrayList<>(cloves.size() + 5);
        addIfAny(blocks, pair.receive().answer());
        addIfAny(blocks, send.question(entropy));
        pair.sent(now);
        long ackId = SealResult.NO_ACK;
        if (options.requestAck()) {
            ackId = nextAckId++;
            pair.awaitAck(ackId);
        }
        boolean probe = pair.wantsProbe(now);
        if (probe) {
            pair.probed(now);
        }
        if (probe || options.requestAck()) {
            blocks.add(AckRequest.INSTANCE);
        }
        addIfAny(blocks, pair.takeAcks());
        blocks.addAll(cloves);
        GarlicPadding.append(blocks, RatchetKind.EXISTING, entropy);
        return new Sealed(sealExisting(send, blocks), RatchetKind.EXISTING, ackId);
    }

    private byte[] sealExisting(SendTags send, List<GarlicBlock> blocks) {
        int length = GarlicBlockCodec.length(blocks);
        byte[] out = new byte[MIN_EXISTING + length];
        int number = send.number();
        ByteBuffer.wrap(tagBytes).putLong(send.next(key));
        System.arraycopy(tagBytes, 0, out, 0, TAG_LENGTH);
        GarlicBlockCodec.encode(blocks, out, TAG_LENGTH);
        sealer.rekey(key);
        sealer.seal(number, tagBytes, out, TAG_LENGTH, length, out, TAG_LENGTH);
        sealer.rekey(noKey);
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
            session.remove(response);
            unbound.remove(response);
            response.destroy(null);
            return new Refused(Reason.BAD_KEY, NEVER);
        }
        RatchetPair pair = new RatchetPair(session, response, reply.keys(), table, windows, nextSerial++, now);
        reply.keys().destroy();
        response.offer(pair);
        long ackId = SealResult.NO_ACK;
        if (options.requestAck()) {
            ackId = nextAckId++;
            pair.awaitReplyAck(ackId);
        }
        return new Sealed(reply.message(), RatchetKind.REPLY, ackId);
    }

    private SealResult sealNew(
            RatchetSession session, List<GarlicClove> cloves, SealOptions options, long now, long nowMillis) {
        if (now < session.initiatesAt()) {
            return new Refused(Reason.TOO_SOON, session.initiatesAt());
        }
        if (!makeRoom(session, now)) {
            return new Refused(Reason.TOO_MANY_SESSIONS, now + SAFE_FROM_EVICTION);
        }
        byte[] plain = firstBlocks(cloves, nowMillis);
        InitiatorHandshake handshake =
                InitiatorHandshake.begin(ownStatic, session.peer().staticKey(), HiddenKeyPair.generate(entropy), plain);
        Arrays.fill(plain, (byte) 0);
        if (handshake == null) {
            return new Refused(Reason.BAD_KEY, NEVER);
        }
        long ackId = options.requestAck() ? nextAckId++ : SealResult.NO_ACK;
        byte[] message = handshake.takeMessage();
        session.add(new Initiation(session, handshake, table, ackId, nextSerial++, now), now);
        return new Sealed(message, RatchetKind.NEW_SESSION, ackId);
    }

    /**
     * Seals cloves so that nobody learns who sent them, and nobody can answer: an unbound message, which costs the receiver no
     * session. Java I2P refuses these for destinations.
     *
     * @param cloves taken over, their messages too
     */
    public SealResult sealUnbound(byte[] staticKey, List<GarlicClove> cloves, long nowMillis) {
        try {
            Reason refusal = refusal(staticKey, cloves);
            SealResult result;
            if (refusal != null) {
                result = new Refused(refusal, NEVER);
            } else {
                byte[] plain = firstBlocks(cloves, nowMillis);
                byte[] sealed = InitiatorHandshake.sealUnbound(staticKey, HiddenKeyPair.generate(entropy), plain);
                Arrays.fill(plain, (byte) 0);
                result = sealed == null
                        ? new Refused(Reason.BAD_KEY, NEVER)
                        : new Sealed(sealed, RatchetKind.NEW_SESSION, SealResult.NO_ACK);
            }
            counters.count(result);
            return result;
        } finally {
            release(cloves);
        }
    }

    private byte[] firstBlocks(List<GarlicClove> cloves, long nowMillis) {
        List<GarlicBlock> blocks = new ArrayList<>(cloves.size() + 2);
        // SPEC ecies#block-ordering-rules: the date comes first
        blocks.add(new DateTime((nowMillis + MILLIS / 2) / MILLIS));
        blocks.addAll(cloves);
        GarlicPadding.append(blocks, RatchetKind.NEW_SESSION, entropy);
        return GarlicBlockCodec.encode(blocks);
    }

    /**
     * Ends the sessions with a peer. Returns the message that tells it so, to be sent if possible; null when there is nothing
     * to tell.
     */
    public byte[] terminate(RatchetPeer peer, long now) {
        RatchetSession session = sessions.get(peer);
        if (session == null) {
            return null;
        }
        RatchetPair pair = session.sendable(now);
        byte[] message = null;
        if (pair != null) {
            List<GarlicBlock> blocks = new ArrayList<>();
            blocks.add(new Termination(0));
            GarlicPadding.append(blocks, RatchetKind.EXISTING, entropy);
            message = sealExisting(pair.send(), blocks);
        }
        remove(session);
        return message;
    }

    /**
     * Sends nothing more on the sessions with a peer, so that the next message to it begins another: for whoever sees that
     * nothing arrives. What is under way to us is still opened for a minute.
     */
    public void giveUp(RatchetPeer peer, long now) {
        RatchetSession session = sessions.get(peer);
        if (session != null) {
            session.stopSending(now);
            updateOwing(session, now);
        }
    }

    // opening

    /**
     * Opens what came for this destination.
     *
     * @param garlic what a {@link Garlic} message carries; not changed, not kept
     * @return opened cloves are the caller's. After an opened {@link RatchetKind#NEW_SESSION} from a known key the caller looks
     *     for the sender's lease set in a clove, checks its signature and that the sender's key is its key of type 4, and
     *     calls {@link #bind}: without that nothing can be answered
     */
    public DecryptResult open(byte[] garlic, long now, long nowMillis) {
        DecryptResult result = openUncounted(garlic, now, nowMillis);
        counters.count(result);
        return result;
    }

    private DecryptResult openUncounted(byte[] garlic, long now, long nowMillis) {
        if (sealer == null) {
            return new Rejected(DecryptResult.Reason.DESTROYED);
        }
        if (garlic.length < MIN_EXISTING) {
            return new Rejected(DecryptResult.Reason.UNKNOWN_TAG);
        }
        int place = table.find(tagOf(garlic));
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
        System.arraycopy(garlic, 0, tagBytes, 0, TAG_LENGTH);
        opener.rekey(set.key(number));
        int length = opener.open(number, tagBytes, garlic, TAG_LENGTH, garlic.length - TAG_LENGTH, plain, 0);
        opener.rekey(noKey);
        if (length < 0) {
            return new Rejected(DecryptResult.Reason.NOT_AUTHENTIC);
        }
        pair.received(now);
        pair.receive().accept(set, number, now);
        RatchetSession session = pair.session();
        Response response = pair.response();
        if (response != null) {
            unbound.remove(response);
            session.choose(pair, response);
            acknowledge(session, pair.choose());
            events.add(new RatchetEvent.Established(session.peer()));
        }
        List<GarlicBlock> blocks = decode(plain, length);
        if (blocks == null) {
            return new Rejected(DecryptResult.Reason.MALFORMED);
        }
        List<GarlicClove> cloves = new ArrayList<>(blocks.size());
        boolean ended = false;
        for (GarlicBlock block : blocks) {
            if (block instanceof GarlicClove clove) {
                cloves.add(clove);
            } else if (block instanceof NextKey next) {
                readNextKey(pair, set, next, now);
            } else if (block instanceof Ack ack) {
                for (int message : ack.messages()) {
                    acknowledge(session, pair.acknowledged(message));
                }
            } else if (block instanceof AckRequest) {
                pair.oweAck(set.id(), number);
            } else if (block instanceof Termination) {
                ended = true;
            }
        }
        if (ended) {
            pair.stopSending(now);
            events.add(new RatchetEvent.Failed(session.peer(), RatchetEvent.Reason.TERMINATED));
        }
        updateOwing(session, now);
        return new Opened(RatchetKind.EXISTING, session.peer().staticKey(), session.peer(), cloves);
    }

    private void readNextKey(RatchetPair pair, ReceiveTagSet set, NextKey next, long now) {
        if (next.reverse()) {
            if (pair.send().answer(next)) {
                counters.countRatchet();
            }
        } else if (pair.receive().question(next, set, entropy, now)) {
            counters.countRatchet();
        }
    }

    private DecryptResult openReply(Initiation initiation, ReceiveTagSet set, int number, byte[] garlic, long now) {
        InitiatorHandshake.Reply reply = initiation.handshake().open(garlic);
        if (reply == null) {
            return new Rejected(DecryptResult.Reason.NOT_AUTHENTIC);
        }
        set.accept(number);
        RatchetSession session = initiation.session();
        if (session.replied(initiation)) {
            session.add(new RatchetPair(session, null, reply.keys(), table, windows, nextSerial++, now));
            events.add(new RatchetEvent.Established(session.peer()));
        }
        reply.keys().destroy();
        provenKeys.put(ByteBuffer.wrap(session.peer().staticKey()), session);
        acknowledge(session, initiation.answer());
        updateOwing(session, now);
        List<GarlicBlock> blocks = decode(reply.blocks(), reply.blocks().length);
        if (blocks == null) {
            return new Rejected(DecryptResult.Reason.MALFORMED);
        }
        return new Opened(RatchetKind.REPLY, session.peer().staticKey(), session.peer(), cloves(blocks));
    }

    private DecryptResult openNew(byte[] garlic, long now, long nowMillis) {
        if (garlic.length < MIN_NEW_SESSION) {
            return new Rejected(DecryptResult.Reason.UNKNOWN_TAG);
        }
        if (!guard.mayTry(now)) {
            return new Rejected(DecryptResult.Reason.BUSY);
        }
        byte[] ephemeral = Elligator2.decode(garlic, 0);
        if (guard.isRepeated(ephemeral, nowMillis)) {
            return new Rejected(DecryptResult.Reason.REPEATED);
        }
        ResponderHandshake handshake = ResponderHandshake.open(garlic, ephemeral, ownStatic);
        if (handshake == null) {
            return new Rejected(DecryptResult.Reason.NOT_FOR_US);
        }
        byte[] theirStatic = handshake.theirStatic();
        byte[] plain = handshake.takeBlocks();
        List<GarlicBlock> blocks = decode(plain, plain.length);
        DecryptResult.Reason refusal =
                blocks == null ? DecryptResult.Reason.MALFORMED : guard.check(ephemeral, blocks, nowMillis);
        if (refusal == null && Arrays.equals(theirStatic, ownStatic.publicKey())) {
            refusal = DecryptResult.Reason.BAD_KEY;
        }
        if (refusal != null) {
            handshake.destroy();
            if (blocks != null) {
                GarlicBlockCodec.release(blocks);
            }
            return new Rejected(refusal);
        }
        RatchetPeer peer = null;
        if (theirStatic == null) {
            handshake.destroy();
        } else {
            peer = accept(new Response(handshake, now), now);
        }
        return new Opened(RatchetKind.NEW_SESSION, theirStatic, peer, cloves(blocks));
    }

    /** Keeps a first message until it is bound; a key that was proven before tells whose it is. */
    private RatchetPeer accept(Response response, long now) {
        if (unbound.size() >= config.maxPending()) {
            Iterator<Response> oldest = unbound.iterator();
            Response dropped = oldest.next();
            oldest.remove();
            if (dropped.session() == null) {
                dropped.destroy(null);
            }
        }
        unbound.add(response);
        armSweep(now);
        RatchetSession known = provenKeys.get(ByteBuffer.wrap(response.theirStatic()));
        if (known == null) {
            return null;
        }
        known.add(response);
        updateOwing(known, now);
        return known.peer();
    }

    /**
     * Says which destination the key has that first messages came from: the caller found its lease set, whose signature holds
     * and whose key of type 4 is this one. From now on they can be replied to.
     *
     * @return whom messages are to be sealed for from now on; null when there is no room for another session
     */
    public RatchetPeer bind(byte[] senderKey, Hash destination, long now) {
        RatchetPeer peer = new RatchetPeer(destination, senderKey);
        RatchetSession session = sessions.get(peer);
        for (Iterator<Response> all = unbound.iterator(); all.hasNext(); ) {
            Response response = all.next();
            if (response.isDestroyed() || !Arrays.equals(response.theirStatic(), senderKey)) {
                continue;
            }
            if (session == null) {
                session = newSession(peer, now);
                if (session == null) {
                    return null;
                }
            }
            all.remove();
            RatchetSession before = response.session();
            if (before != session) {
                if (before != null) {
                    before.remove(response);
                    updateOwing(before, now);
                    removeIfEmpty(before);
                }
                session.add(response);
            }
        }
        if (session != null) {
            session.prove();
            provenKeys.put(ByteBuffer.wrap(peer.staticKey()), session);
            updateOwing(session, now);
        }
        return peer;
    }

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

    private void acknowledge(RatchetSession session, long ackId) {
        if (ackId != SealResult.NO_ACK) {
            events.add(new RatchetEvent.Acknowledged(session.peer(), ackId));
        }
    }

    // sessions

    private RatchetSession newSession(RatchetPeer peer, long now) {
        if (sessions.size() >= config.maxPeers() && !evict(null, now)) {
            return null;
        }
        RatchetSession session = new RatchetSession(peer, now);
        sessions.put(peer, session);
        armSweep(now);
        return session;
    }

    /** Makes room for the tags of one more session of {@code keep}; false when all others were of use just now. */
    private boolean makeRoom(RatchetSession keep, long now) {
        while (!windows.hasRoom()) {
            if (!evict(keep, now)) {
                return false;
            }
        }
        return true;
    }

    /** Ends the session that was longest of no use; first one that never came about. */
    private boolean evict(RatchetSession keep, long now) {
        RatchetSession worst = null;
        for (RatchetSession session : sessions.values()) {
            if (session != keep && (worst == null || isWorse(session, worst))) {
                worst = session;
            }
        }
        if (worst == null || worst.isEstablished() && now - worst.lastUsed() < SAFE_FROM_EVICTION) {
            return false;
        }
        remove(worst);
        events.add(new RatchetEvent.Failed(worst.peer(), RatchetEvent.Reason.EVICTED));
        return true;
    }

    private static boolean isWorse(RatchetSession one, RatchetSession other) {
        return one.isEstablished() == other.isEstablished() ? one.lastUsed() < other.lastUsed() : other.isEstablished();
    }

    private void remove(RatchetSession session) {
        session.destroy();
        unbound.removeIf(response -> response.session() == session);
        forget(session);
    }

    private void removeIfEmpty(RatchetSession session) {
        if (session.isEmpty()) {
            forget(session);
        }
    }

    private void forget(RatchetSession session) {
        sessions.remove(session.peer(), session);
        provenKeys.remove(ByteBuffer.wrap(session.peer().staticKey()), session);
        owing.remove(session);
    }

    private void dropDead(RatchetSession session, long now) {
        if (session.dropLost(now)) {
            events.add(new RatchetEvent.Failed(session.peer(), RatchetEvent.Reason.UNANSWERED));
        }
        if (session.dropExhausted(now)) {
            events.add(new RatchetEvent.Failed(session.peer(), RatchetEvent.Reason.EXHAUSTED));
        }
    }

    private void updateOwing(RatchetSession session, long now) {
        if (!session.owes(now)) {
            owing.remove(session);
        } else {
            owing.putIfAbsent(session, now + REPLY_DELAY);
        }
    }

    private void armSweep(long now) {
        if (sweepAt == NEVER) {
            sweepAt = now + SWEEP_INTERVAL;
        }
    }

    // time and events

    /** When {@link #handleTimeout} is to be called, monotonic nanoseconds; {@link Long#MAX_VALUE} for never. */
    public long nextTimeout() {
        long next = sweepAt;
        Iterator<Long> first = owing.values().iterator();
        return first.hasNext() ? Math.min(next, first.next()) : next;
    }

    /** Tells of peers that wait, and forgets what has had its time. */
    public void handleTimeout(long now) {
        for (Iterator<Map.Entry<RatchetSession, Long>> all = owing.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<RatchetSession, Long> entry = all.next();
            if (entry.getValue() > now) {
                break;
            }
            all.remove();
            events.add(new RatchetEvent.OwesReply(entry.getKey().peer()));
        }
        if (now >= sweepAt) {
            sweep(now);
        }
    }

    private void sweep(long now) {
        unbound.removeIf(response -> {
            boolean over = response.isOver(now);
            if (over && response.session() == null) {
                response.destroy(null);
            }
            return over;
        });
        for (RatchetSession session : List.copyOf(sessions.values())) {
            dropDead(session, now);
            if (session.expire(now)) {
                events.add(new RatchetEvent.Failed(session.peer(), RatchetEvent.Reason.NO_REPLY));
            }
            removeIfEmpty(session);
        }
        sweepAt = sessions.isEmpty() && unbound.isEmpty() ? NEVER : now + SWEEP_INTERVAL;
    }

    /** The next event; null when there is none. */
    public RatchetEvent pollEvent() {
        return events.poll();
    }

    // figures

    /** What was sealed, opened and refused. */
    public RatchetCounters counters() {
        return counters;
    }

    /** Peers with whom something is going on. */
    public int peers() {
        return sessions.size();
    }

    /** Awaited tags. */
    public int tags() {
        return table.size();
    }

    /** Whether messages to this peer go on an established session. */
    public boolean isEstablished(RatchetPeer peer, long now) {
        RatchetSession session = sessions.get(peer);
        return session != null && session.sendable(now) != null;
    }

    /** Ends all sessions without telling anybody, and wipes their keys. Everything is refused from now on. */
    public void destroy() {
        if (sealer == null) {
            return;
        }
        unbound.forEach(response -> {
            if (response.session() == null) {
                response.destroy(null);
            }
        });
        sessions.values().forEach(RatchetSession::destroy);
        sessions.clear();
        provenKeys.clear();
        unbound.clear();
        owing.clear();
        events.clear();
        table.clear();
        sealer.destroy();
        opener.destroy();
        sealer = null;
        sweepAt = NEVER;
    }

    private static void addIfAny(List<GarlicBlock> blocks, GarlicBlock block) {
        if (block != null) {
            blocks.add(block);
        }
    }

    private static void release(List<GarlicClove> cloves) {
        for (GarlicClove clove : cloves) {
            clove.message().release();
        }
    }

    @Override
    public String toString() {
        return "[" + sessions.size() + " ratchet sessions]";
    }
}
