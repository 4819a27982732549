package dev.samovar.streaming;

import dev.samovar.base.Cancellable;
import dev.samovar.data.Destination;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.InboundMessage;
import java.util.function.Consumer;

/** The streams of one session. All methods run on the session's lane. */
public interface Streams {

    /**
     * Opens a stream; the socket's listener hears {@code onConnected} or {@code onClosed}.
     *
     * @param timeoutNanos how long to wait for the peer's answer
     */
    StreamSocket connect(Destination peer, int fromPort, int toPort, long timeoutNanos);

    /**
     * Waits for one incoming stream. Waiting accepts are served in order; streams that come while none waits are kept for
     * some seconds in a bounded queue once the session has accepted before, and refused otherwise.
     *
     * @return takes the wait back
     */
    Cancellable accept(Consumer<StreamSocket> whenConnected);

    /** Hands in a message of protocol 6; takes the payload over. */
    void onMessage(InboundMessage message);

    /** To be called from the session listener's method of the same name. */
    void onWritable();

    /** To be called from the session listener's method of the same name, for tracking numbers that are streaming's. */
    void onDelivery(int tracking, DeliveryStatus status);

    /** Streams open at this moment, for status and limits. */
    int openStreams();

    /**
     * Ends all. Where the session still stands, peers get what fits the window and a CLOSE, or else a RESET; users get {@link
     * StreamEnd#SESSION_CLOSED}.
     */
    void close();
}
