package dev.samovar.i2cp.client;

import dev.samovar.base.Lane;
import dev.samovar.data.DestinationKeys;
import io.netty.util.concurrent.Future;

/**
 * The way to a router, embedded or over TCP. Each session has a link of its own, so that the router can not tell which
 * sessions belong to one user by their connection. Methods may be called from any lane; the futures complete on the lane
 * that was handed in.
 */
public interface I2cpClient {

    /**
     * Makes a session, waits until it stands. Cancelling the future takes the attempt back and frees the destination.
     *
     * @param lane the lane on which the session and its listener live
     */
    Future<CreateResult> createSession(
            Lane lane, DestinationKeys keys, SessionOptions options, I2cpClientSession.Listener listener);

    /** Looks up without a session of the caller's. */
    Future<LookupResult> lookup(Lane lane, LookupTarget target);

    /** Ends all links. Sessions are told. */
    void close();
}
