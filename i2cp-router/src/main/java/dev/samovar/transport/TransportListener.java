package dev.samovar.transport;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;

/** What a transport, and the {@link TransportManager}, tell. Always on the router lane. */
public interface TransportListener {

    /**
     * A router is connected that was not before.
     *
     * @param peer of an inbound session: as the peer sent it, its signature verified; of an outbound one: as dialled
     */
    void onConnected(RouterInfo peer, boolean inbound);

    /**
     * A session's peer sent its own, newer RouterInfo. Its signature is <b>not</b> verified yet.
     *
     * @param flood the peer asks a floodfill to flood it
     */
    void onRouterInfo(Hash from, RouterInfo info, boolean flood);

    /** A message came. The listener owns it. */
    void onMessage(Hash from, I2npMessage message);

    /** The last session with this router is gone. */
    void onDisconnected(Hash peer, DisconnectReason reason);

    void onDialFailed(Hash peer, DialFailure reason);

    /**
     * A handshake or a session measured the peer's clock.
     *
     * @param skewMillis the peer's clock minus ours; exact to a second
     */
    void onClockSkew(Hash peer, long skewMillis);
}
