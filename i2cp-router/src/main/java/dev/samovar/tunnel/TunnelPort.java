package dev.samovar.tunnel;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;

/** What our own tunnels need of the router around them. On the router lane. Nothing here calls back from within. */
public interface TunnelPort {

    /**
     * Sends over the session that is up or one that is made for it; takes the message over. False when it was refused at
     * once; a failure to connect is told by {@link Tunnels#onUnreachable}.
     */
    boolean send(RouterInfo router, I2npMessage message);

    /** The same to a router that is known by hash; false too when nothing is known of it and no session is up. */
    boolean send(Hash router, I2npMessage message);

    /**
     * A message that a tunnel of ours without hops brings to this router itself, and that is for none of our own tunnels;
     * taken over. It is as good as one that came from nobody.
     */
    void toSelf(I2npMessage message);

    /** Whether a session is up. */
    boolean isConnected(Hash router);

    /** Whether so many cells for this router would find room now, in its session or to wait for that. */
    boolean hasRoom(Hash router, int cells);

    /** Whether one of our transports could dial it, or a session is up. */
    boolean canReach(RouterInfo router);

    /** Our own RouterInfo as it was signed last. */
    RouterInfo self();

    /** The RouterInfo of a router, or null. */
    RouterInfo find(Hash router);
}
