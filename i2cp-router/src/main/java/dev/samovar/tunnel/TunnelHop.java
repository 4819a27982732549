package dev.samovar.tunnel;

import dev.samovar.crypto.X25519;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterIdentity;

/**
 * A router that is to be in a tunnel, and the id by which it shall know the tunnel.
 *
 * @param encryptionKey the X25519 key in its identity, 32 bytes, not to be changed
 * @param receiveTunnelId random and not zero; the creator chooses it
 * @param bandwidth what it is told, and no other hop
 */
public record TunnelHop(Hash router, byte[] encryptionKey, int receiveTunnelId, BandwidthOptions bandwidth) {

    public TunnelHop {
        if (encryptionKey.length != X25519.KEY_LENGTH || receiveTunnelId == 0) {
            throw new IllegalArgumentException("a hop has an X25519 key, and an id other than zero");
        }
    }

    /**
     * The hop that a router would be.
     *
     * @throws IllegalArgumentException when its identity has a key of another type
     */
    public static TunnelHop of(RouterIdentity router, int receiveTunnelId, BandwidthOptions bandwidth) {
        return new TunnelHop(router.hash(), router.encryptionKey(), receiveTunnelId, bandwidth);
    }

    @Override
    public String toString() {
        return "[hop]";
    }
}
