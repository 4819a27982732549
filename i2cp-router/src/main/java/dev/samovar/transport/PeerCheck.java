package dev.samovar.transport;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;

/** Who may be talked to, and where misbehaviour is reported. Implemented by the router; on the router lane only. */
public interface PeerCheck {

    /** May we have a session with this router? */
    enum Verdict {
        OK,
        BANNED,
        WRONG_NETWORK,
        /** Older than the least version that this network takes. */
        OLD_VERSION,
        UNUSABLE
    }

    /** What a peer did. Those above {@link #BAD_ROUTER_INFO} happen before anybody is authenticated: only an IP is known. */
    enum Misbehaviour {
        /** Bytes that are no handshake message for us, or too slow a handshake. */
        BAD_HANDSHAKE,
        REPLAYED_HANDSHAKE,
        WRONG_NETWORK,
        /** A RouterInfo that cannot be read, has no valid signature, or is not the sender's. */
        BAD_ROUTER_INFO,
        /** Its RouterInfo is too old or from the future. */
        STALE_ROUTER_INFO,
        /** The static key of the handshake is not in its RouterInfo. */
        STATIC_KEY_MISMATCH,
        /** It publishes another IP than it comes from. */
        ADDRESS_MISMATCH,
        CLOCK_SKEW,
        /** Frames that cannot be decrypted. */
        BAD_FRAME,
        /** Frames that do not follow their layout. */
        MALFORMED
    }

    Verdict check(RouterInfo peer);

    /** Whether nothing is taken from this IP; 4 or 16 bytes. */
    boolean isBanned(byte[] ip);

    /**
     * @param peer the router, or null when it is not known
     * @param ip where it came from or was dialled, 4 or 16 bytes, or null behind a proxy
     */
    void report(Hash peer, byte[] ip, Misbehaviour what);

    /** Lets everybody in and forgets what is reported. */
    static PeerCheck lenient() {
        return new PeerCheck() {
            @Override
            public Verdict check(RouterInfo peer) {
                return Verdict.OK;
            }

            @Override
            public boolean isBanned(byte[] ip) {
                return false;
            }

            @Override
            public void report(Hash peer, byte[] ip, Misbehaviour what) {
                // nobody keeps books
            }
        };
    }
}
