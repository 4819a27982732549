package dev.samovar.i2cp.client;

import dev.samovar.base.Lane;
import dev.samovar.data.Destination;
import io.netty.util.concurrent.Future;

/**
 * One destination's presence on a router: the seam between the router and all that speaks through it. All methods and
 * callbacks run on {@link #lane}.
 */
public interface I2cpClientSession {

    Destination destination();

    Lane lane();

    /** Sends a message, taking its payload over whatever the outcome. Messages to one destination keep their order. */
    SendOutcome send(OutboundMessage message);

    /** Whether {@link #send} would accept a message now. */
    boolean isWritable();

    /** Looks up through this session. At most 64 at a time; more are {@link LookupResult.Unavailable}. */
    Future<LookupResult> lookup(LookupTarget target);

    /** Ends the session; {@link Listener#onClosed} follows. Again: nothing. */
    void close();

    /** What a session tells its owner, on its lane. */
    interface Listener {

        /** A message came; the receiver owns the payload. May come before the create future has completed. */
        void onMessage(InboundMessage message);

        /** Messages are accepted again after {@link SendOutcome#CONGESTED}. */
        void onWritable();

        /** The fate of a message with a tracking number other than 0; at most once for each. */
        void onDelivery(int tracking, DeliveryStatus status);

        /** The session has ended: exactly once, last, and only if it was created. */
        void onClosed(CloseReason reason);
    }
}
