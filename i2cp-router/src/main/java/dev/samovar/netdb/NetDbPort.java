package dev.samovar.netdb;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;

/** What the netDb needs of the router around it. On the router lane. */
public interface NetDbPort {

    /**
     * Sends to a router, over the session that is up or one that is made for it; takes the message over. False when it was
     * refused at once; a failure to connect is told by {@link NetDb#onUnreachable}.
     */
    boolean send(RouterInfo router, I2npMessage message);

    /** Sends over a session that is up; takes the message over. False when there is none. */
    boolean sendToConnected(Hash router, I2npMessage message);

    /**
     * A message for the gateway of a tunnel that this router itself is, on a turn of the lane of its own: who asks may have
     * chosen us for both; taken over.
     */
    void toOwnGateway(I2npMessage message);

    /**
     * The way through the router's own tunnels, so that floodfills do not learn what this router looks for; null while there
     * are none with hops, and then it is asked for straight.
     */
    default LookupRoute tunnels() {
        return null;
    }

    /** Whether a session is up. */
    boolean isConnected(Hash router);

    /** Whether one of our transports could dial it, or a session is up. */
    boolean canReach(RouterInfo router);

    /** Our own RouterInfo as it was signed last. */
    RouterInfo self();

    /** Signs our own RouterInfo anew, with today's date and what it is to say now; {@link #self} gives it from then on. */
    RouterInfo signSelf();
}
