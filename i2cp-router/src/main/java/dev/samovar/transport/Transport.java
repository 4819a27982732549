package dev.samovar.transport;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Set;

/**
 * One way to reach other routers. Owned by the router lane: every method and every call of its {@link TransportListener}
 * happens there. A transport holds at most one usable session to a router; it neither queues for routers without one nor
 * tries again, which is {@link TransportManager}'s part.
 */
public interface Transport {

    /** The style of its addresses in a RouterInfo, such as {@code NTCP2}. */
    String style();

    /** What to publish at this moment; changes when a socket is bound or lost. */
    List<RouterAddress> addresses();

    /** Whether an address in this RouterInfo can be dialled from here. */
    boolean canDial(RouterInfo peer);

    /**
     * Begins to dial. {@link TransportListener#onConnected} or {@link TransportListener#onDialFailed} follows, later and
     * never from within this call; neither, when the peer has dialled us meanwhile, which was told then. A dial to the same
     * router that is under way already stands for this one.
     */
    void dial(RouterInfo peer);

    boolean isConnected(Hash peer);

    /** The routers with a session. A copy. */
    Set<Hash> connected();

    /** Takes the message over, whatever the result. */
    SendResult send(Hash peer, I2npMessage message);

    /** Whether so many cells of tunnels would be {@link SendResult#SENT} now over the session with this router. */
    boolean hasRoom(Hash peer, int cells);

    /** Ends the session with this router if there is one; {@link TransportListener#onDisconnected} follows. */
    void disconnect(Hash peer, DisconnectReason reason);

    TransportStatus.OfTransport status();

    /** Tells all peers that we go, closes all sockets; the future completes when they are closed. */
    Future<Void> close();
}
