package dev.samovar.transport.ntcp2;

import dev.samovar.transport.PeerCheck.Misbehaviour;

/**
 * Why a connection became no session. Before message 3 is verified nobody learns the reason: the peer is read a little
 * more and the socket closed, in the same way for all (NTCP2 specification, "AEAD Error Handling"). Afterwards the reason
 * is told, as far as the protocol has a code.
 */
enum Ntcp2Failure {
    // responder, before anybody is authenticated
    MESSAGE_1_KEY(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_1_DECRYPT(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_1_NETWORK(0, Misbehaviour.WRONG_NETWORK),
    MESSAGE_1_VERSION(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_1_PADDING(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_1_LENGTH(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_1_SURPLUS(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_1_REPLAYED(0, Misbehaviour.REPLAYED_HANDSHAKE),
    MESSAGE_1_SKEW(0, Misbehaviour.CLOCK_SKEW),
    MESSAGE_3_PART_1(0, Misbehaviour.BAD_HANDSHAKE),
    MESSAGE_3_PART_2(0, Misbehaviour.BAD_HANDSHAKE),
    TIMEOUT(0, Misbehaviour.BAD_HANDSHAKE),
    /** The peer closed during the handshake, which routers do when they end. */
    LOST(0, null),

    // initiator
    MESSAGE_2_KEY(0, null),
    MESSAGE_2_DECRYPT(0, null),
    MESSAGE_2_PADDING(0, null),
    MESSAGE_2_SURPLUS(0, null),
    MESSAGE_2_SKEW(0, Misbehaviour.CLOCK_SKEW),

    // responder, the peer holds the keys that it showed
    MESSAGE_3_BLOCKS(13, Misbehaviour.BAD_ROUTER_INFO),
    ROUTER_INFO_MALFORMED(13, Misbehaviour.BAD_ROUTER_INFO),
    ROUTER_INFO_SIGNATURE(15, Misbehaviour.BAD_ROUTER_INFO),
    ROUTER_INFO_NETWORK(13, Misbehaviour.WRONG_NETWORK),
    ROUTER_INFO_OLD(13, Misbehaviour.STALE_ROUTER_INFO),
    ROUTER_INFO_FUTURE(13, Misbehaviour.STALE_ROUTER_INFO),
    STATIC_KEY_MISMATCH(16, Misbehaviour.STATIC_KEY_MISMATCH),
    ADDRESS_MISMATCH(17, Misbehaviour.ADDRESS_MISMATCH),
    OWN_IDENTITY(13, Misbehaviour.BAD_ROUTER_INFO),
    BANNED(17, null),
    UNACCEPTABLE(13, null),
    TOO_MANY_SESSIONS(0, null),
    TOO_MANY_SESSIONS_OF_ADDRESS(0, null),
    DUPLICATE(0, null),
    CLOSING(3, null),

    // not even begun
    RESERVED_ADDRESS(0, null),
    BANNED_ADDRESS(0, null),
    TOO_MANY_PENDING(0, null),
    TOO_MANY_PENDING_OF_ADDRESS(0, null);

    private final int terminationCode;
    private final Misbehaviour misbehaviour;

    Ntcp2Failure(int terminationCode, Misbehaviour misbehaviour) {
        this.terminationCode = terminationCode;
        this.misbehaviour = misbehaviour;
    }

    /** What a termination block says; 0 is "unspecified". */
    int terminationCode() {
        return terminationCode;
    }

    /** What to report of the peer, or null when it is no fault of its. */
    Misbehaviour misbehaviour() {
        return misbehaviour;
    }
}
