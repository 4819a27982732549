package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.i2np.Garlic;
import java.nio.ByteBuffer;
import java.util.List;

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
 * memory is bounded by {@link RatchetConfig}, and so is the time that strangers can take: see {@link NewSessionGuard}.
 */
@SansIo
public final class RatchetSessions {

    /** Cloves in one message at most; leaves room for the blocks of the session itself. */
    public static final int MAX_CLOVES = GarlicBlockCodec.MAX_BLOCKS - 8;

    /** All cloves of one message at most, as blocks, bytes. */
    public static final int MAX_CLOVE_BYTES = Garlic.MAX_DATA - RatchetKind.NEW_SESSION.overhead() - 400;

    private final RatchetRegistry registry;
    private final RatchetSealer sealer;
    private final RatchetOpener opener;
    private final RatchetCounters counters = new RatchetCounters();

    /**
     * Sessions of nobody yet.
     *
     * @param ownStatic the key in the destination's lease set; stays the caller's, who destroys it after {@link #destroy}
     */
    public RatchetSessions(RatchetConfig config, X25519KeyPair ownStatic, Entropy entropy) {
        registry = new RatchetRegistry(config, ownStatic, entropy);
        sealer = new RatchetSealer(registry, entropy);
        opener = new RatchetOpener(registry, new NewSessionGuard(config, entropy.nextLong()), counters, entropy);
    }

    /** The first 8 bytes of garlic, by which awaited messages are known; 0 for less. */
    public static long tagOf(byte[] garlic) {
        return garlic.length < Long.BYTES ? 0 : ByteBuffer.wrap(garlic).getLong();
    }

    /** Whether a message that begins with this tag is awaited. */
    public boolean expects(long tag) {
        return registry.table().find(tag) >= 0;
    }

    // --- sealing

    /**
     * What the next message to this peer will be, so that the caller knows what to put in: a lease set has to go with every
     * {@link RatchetKind#NEW_SESSION}. Null when nothing can be sealed before {@link #sealableAt}.
     */
    public RatchetKind nextKind(RatchetPeer peer, long now) {
        RatchetSession session = registry.find(peer, now);
        if (session != null) {
            if (session.sendable(now) != null) {
                return RatchetKind.EXISTING;
            }
            if (session.repliable(now) != null) {
                return RatchetKind.REPLY;
            }
        }
        return registry.isDestroyed() || now < sealableAt(peer) ? null : RatchetKind.NEW_SESSION;
    }

    /** From when on a first message to this peer can be sealed, monotonic nanoseconds. */
    public long sealableAt(RatchetPeer peer) {
        RatchetSession session = registry.peek(peer);
        return session == null ? Long.MIN_VALUE : session.initiatesAt();
    }

    /**
     * Seals cloves for a peer, under whatever session there is with it.
     *
     * @param cloves taken over, their messages too, also when the result is a refusal; may be empty
     */
    public SealResult seal(RatchetPeer peer, List<GarlicClove> cloves, SealOptions options, long now, long nowMillis) {
        try {
            SealResult result = sealer.seal(peer, cloves, options, now, nowMillis);
            counters.count(result);
            return result;
        } finally {
            release(cloves);
        }
    }

    /**
     * Seals cloves so that nobody learns who sent them, and nobody can answer: an unbound message, which costs the receiver no
     * session. Java I2P refuses these for destinations.
     *
     * @param cloves taken over, their messages too
     */
    public SealResult sealUnbound(byte[] staticKey, List<GarlicClove> cloves, long nowMillis) {
        try {
            SealResult result = sealer.sealUnbound(staticKey, cloves, nowMillis);
            counters.count(result);
            return result;
        } finally {
            release(cloves);
        }
    }

    private static void release(List<GarlicClove> cloves) {
        for (GarlicClove clove : cloves) {
            clove.message().release();
        }
    }

    // --- opening

    /**
     * Opens what came for this destination.
     *
     * @param garlic what a {@link Garlic} message carries; not changed, not kept
     * @return opened cloves are the caller's. After an opened {@link RatchetKind#NEW_SESSION} from a known key the caller looks
     *     for the sender's lease set in a clove, checks its signature and that the sender's key is its key of type 4, and
     *     calls {@link #bind}: without that nothing can be answered
     */
    public DecryptResult open(byte[] garlic, long now, long nowMillis) {
        DecryptResult result = opener.open(garlic, now, nowMillis);
        counters.count(result);
        return result;
    }

    /**
     * Says which destination the key has that first messages came from: the caller found its lease set, whose signature holds
     * and whose key of type 4 is this one. From now on they can be replied to.
     *
     * @param senderKey 32 bytes, not to be changed
     * @return whom messages are to be sealed for from now on; null when there is no room for another session
     */
    public RatchetPeer bind(byte[] senderKey, Hash destination, long now) {
        return registry.bind(senderKey, destination, now);
    }

    // --- ends of sessions

    /**
     * Ends the sessions with a peer. Returns the message that tells it so, to be sent if possible; null when there is nothing
     * to tell.
     */
    public byte[] terminate(RatchetPeer peer, long now) {
        RatchetSession session = registry.find(peer, now);
        if (session == null) {
            return null;
        }
        RatchetPair pair = session.sendable(now);
        byte[] message = pair == null ? null : sealer.sealEnd(pair);
        registry.remove(session);
        return message;
    }

    /**
     * Sends nothing more on the sessions with a peer, so that the next message to it begins another: for whoever sees that
     * nothing arrives. What is under way to us is still opened for a minute.
     */
    public void giveUp(RatchetPeer peer, long now) {
        RatchetSession session = registry.find(peer, now);
        if (session != null) {
            session.stopSending(now);
            registry.settle(session, now);
        }
    }

    /** Ends all sessions without telling anybody, and wipes their keys. Everything is refused from now on. */
    public void destroy() {
        if (!registry.isDestroyed()) {
            registry.destroy();
            sealer.destroy();
            opener.destroy();
        }
    }

    // --- time and events

    /** When {@link #handleTimeout} is to be called, monotonic nanoseconds; {@link Long#MAX_VALUE} for never. */
    public long nextTimeout() {
        return registry.nextTimeout();
    }

    /** Tells of peers that wait, and forgets what has had its time. */
    public void handleTimeout(long now) {
        registry.handleTimeout(now);
    }

    /** The next event; null when there is none. */
    public RatchetEvent pollEvent() {
        return registry.pollEvent();
    }

    // --- figures

    /** What was sealed, opened and refused. */
    public RatchetCounters counters() {
        return counters;
    }

    /** Peers with whom something is going on. */
    public int peers() {
        return registry.size();
    }

    /** Awaited tags. */
    public int tags() {
        return registry.table().size();
    }

    /** Whether messages to this peer go on an established session. */
    public boolean isEstablished(RatchetPeer peer, long now) {
        RatchetSession session = registry.find(peer, now);
        return session != null && session.sendable(now) != null;
    }

    @Override
    public String toString() {
        return "[" + registry.size() + " ratchet sessions]";
    }
}
