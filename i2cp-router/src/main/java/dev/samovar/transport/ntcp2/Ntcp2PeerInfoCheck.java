package dev.samovar.transport.ntcp2;

import dev.samovar.data.RouterInfo;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Whether the RouterInfo of message 3 is the sender's and of use (NTCP2 specification, "SessionConfirmed", notes; limits as
 * i2pd has them). A pure function that costs a signature verification.
 */
final class Ntcp2PeerInfoCheck {

    /** What routers in the field take: older ones are refused. */
    static final long MAX_AGE_MILLIS = TimeUnit.MINUTES.toMillis(90);

    static final long MAX_FUTURE_MILLIS = TimeUnit.MINUTES.toMillis(2);

    /** A host changes the rest of its IPv6 address as it likes. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private Ntcp2PeerInfoCheck() {}

    /** Null when all is well. The cheap checks come first. */
    static Ntcp2Failure check(
            RouterInfo peer, byte[] staticKey, byte[] peerIp, Ntcp2Responder.Router router, long epochMillis) {
        if (peer.netId() != router.networkId()) {
            return Ntcp2Failure.ROUTER_INFO_NETWORK;
        }
        if (peer.hash().equals(router.self())) {
            return Ntcp2Failure.OWN_IDENTITY;
        }
        if (epochMillis - peer.publishedMillis() > MAX_AGE_MILLIS) {
            return Ntcp2Failure.ROUTER_INFO_OLD;
        }
        if (peer.publishedMillis() - epochMillis > MAX_FUTURE_MILLIS) {
            return Ntcp2Failure.ROUTER_INFO_FUTURE;
        }
        if (!router.verified().verify(peer)) {
            return Ntcp2Failure.ROUTER_INFO_SIGNATURE;
        }
        return checkAddresses(peer, staticKey, peerIp);
    }

    private static Ntcp2Failure checkAddresses(RouterInfo peer, byte[] staticKey, byte[] peerIp) {
        boolean keyFound = false;
        boolean publishesFamily = false;
        boolean comesFromPublished = false;
        for (Ntcp2Address address : Ntcp2Address.of(peer)) {
            keyFound |= Arrays.equals(address.staticKey(), staticKey);
            if (address.isPublished() && address.ip().length == peerIp.length) {
                publishesFamily = true;
                int compared = peerIp.length == 4 ? 4 : IPV6_PREFIX_BYTES;
                comesFromPublished |= Arrays.equals(address.ip(), 0, compared, peerIp, 0, compared);
            }
        }
        if (!keyFound) {
            return Ntcp2Failure.STATIC_KEY_MISMATCH;
        }
        return publishesFamily && !comesFromPublished ? Ntcp2Failure.ADDRESS_MISMATCH : null;
    }
}
