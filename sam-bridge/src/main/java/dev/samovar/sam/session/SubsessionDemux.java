package dev.samovar.sam.session;

import dev.samovar.i2cp.client.Protocol;
import java.util.HashMap;
import java.util.Map;

/**
 * Who gets a message, by protocol and port (SAM specification, "Primary sessions": how incoming traffic is routed). The
 * most exact wins: protocol and port; protocol on any port; any protocol on the port; any on any. Streaming never goes to
 * a taker of any protocol. A plain session is the only taker of its demux. Owner: the client lane.
 *
 * @param <T> who takes messages
 */
public final class SubsessionDemux<T> {

    /** Stands for every port. */
    public static final int ANY_PORT = 0;

    private final Map<Integer, T> takers = new HashMap<>();

    /** Registers a taker; false when another has this very pair. */
    public boolean add(int protocol, int port, T taker) {
        return takers.putIfAbsent(key(protocol, port), taker) == null;
    }

    public void remove(int protocol, int port) {
        takers.remove(key(protocol, port));
    }

    /** The taker of a message, or null: then it is dropped. */
    public T find(int protocol, int port) {
        T taker = takers.get(key(protocol, port));
        if (taker == null) {
            taker = takers.get(key(protocol, ANY_PORT));
        }
        if (taker == null && protocol != Protocol.STREAMING) {
            taker = takers.get(key(Protocol.ANY, port));
            if (taker == null) {
                taker = takers.get(key(Protocol.ANY, ANY_PORT));
            }
        }
        return taker;
    }

    private static int key(int protocol, int port) {
        return (protocol << 16) | port;
    }
}
