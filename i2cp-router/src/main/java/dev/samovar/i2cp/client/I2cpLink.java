package dev.samovar.i2cp.client;

import dev.samovar.base.Lane;
import dev.samovar.i2cp.message.I2cpMessage;

/**
 * Moves messages between one client and a router, in order: as bytes over TCP, or as objects within the process. All
 * methods and callbacks run on the client's lane.
 */
public interface I2cpLink {

    /** Sends, taking the message and its payload over; dropped once the link is closed or lost. Never calls back. */
    void send(I2cpMessage message);

    /** Whether there is room: not kept from sending, but what is sent now adds to what waits already. */
    boolean isWritable();

    /** Closes once all that was sent has gone. Nothing is called back afterwards. */
    void close();

    /** What a link tells its client. */
    interface Receiver {

        /** The link stands; before this nothing may be sent. */
        void onOpen();

        /** A message came; the receiver takes it and its payload over. */
        void onMessage(I2cpMessage message);

        /** There is room again. */
        void onWritable();

        /** The link broke or was never made: at most once, last. */
        void onLost(CloseReason reason);
    }

    /** Makes links. */
    @FunctionalInterface
    interface Connector {

        /** Begins to make a link. Called on {@code lane}; calls back later, never from within. */
        I2cpLink connect(Lane lane, Receiver receiver);
    }
}
