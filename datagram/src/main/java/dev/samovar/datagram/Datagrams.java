package dev.samovar.datagram;

import dev.samovar.data.Destination;
import dev.samovar.i2cp.client.InboundMessage;
import io.netty.buffer.ByteBuf;

/** The datagrams of one session. All methods and callbacks run on the session's lane. */
public interface Datagrams {

    /**
     * Signs and sends a repliable datagram (protocol 17). Takes the payload over. Signing happens elsewhere: datagrams keep
     * their order, and at most a bounded number waits; more are dropped and counted ({@link DatagramOutcome#CONGESTED}).
     * Keys that were signed offline cannot sign this format ({@link DatagramOutcome#REFUSED}).
     */
    DatagramOutcome sendRepliable(Destination to, int fromPort, int toPort, ByteBuf payload);

    /**
     * Sends the payload as it is, under any protocol without a format of its own ({@link DatagramFormat#RAW}). Takes the
     * payload over.
     */
    DatagramOutcome sendRaw(Destination to, int protocol, int fromPort, int toPort, ByteBuf payload);

    /**
     * Hands in a message of any datagram protocol; takes the payload over. Signatures are checked elsewhere, and
     * repliable datagrams keep their order; raw ones do not wait for them.
     */
    void onMessage(InboundMessage message);

    /** Ends all: what waits is dropped. */
    void close();

    /** What comes in. */
    interface Listener {

        /** A repliable datagram whose signature holds; the receiver owns the payload. */
        void onRepliable(Destination from, int fromPort, int toPort, ByteBuf payload);

        /** A raw datagram; the receiver owns the payload. */
        void onRaw(int protocol, int fromPort, int toPort, ByteBuf payload);
    }
}
