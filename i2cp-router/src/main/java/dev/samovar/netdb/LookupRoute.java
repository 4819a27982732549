package dev.samovar.netdb;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;

/**
 * The way that lookups go out and answers come back: straight, or through the tunnels of whoever asks, so that no floodfill
 * learns who that is. On the router lane.
 */
public interface LookupRoute {

    /**
     * Where an answer is to be sent.
     *
     * @param gateway the router that takes it
     * @param tunnelId the tunnel behind that router; 0 when it is ourselves
     */
    record ReplyPath(Hash gateway, int tunnelId) {}

    /** Where the answer to the next lookup is to go; null while there is no way. */
    ReplyPath replyPath();

    /** Whether this floodfill can be asked this way. */
    boolean canReach(RouterInfo floodfill);

    /** Sends a message to a floodfill; takes it over. False when it could not. */
    boolean send(RouterInfo floodfill, I2npMessage message);

    /**
     * Whether answers count only when they come this way too. A floodfill that could answer over a session of this router would
     * see by what follows whether this router is the one that asked.
     */
    default boolean isPrivate() {
        return true;
    }

    /** The straight way over our own sessions. */
    static LookupRoute direct(NetDbPort port) {
        return new LookupRoute() {
            @Override
            public ReplyPath replyPath() {
                return new ReplyPath(port.self().hash(), 0);
            }

            @Override
            public boolean isPrivate() {
                return false;
            }

            @Override
            public boolean canReach(RouterInfo floodfill) {
                return port.canReach(floodfill);
            }

            @Override
            public boolean send(RouterInfo floodfill, I2npMessage message) {
                return port.send(floodfill, message);
            }
        };
    }
}
