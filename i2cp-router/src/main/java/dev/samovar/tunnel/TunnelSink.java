package dev.samovar.tunnel;

import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npMessage;

/** Where tunnels put the messages that are to go to routers. */
@FunctionalInterface
public interface TunnelSink {

    /** Sends a message to a router; takes the message over, whatever becomes of it. */
    void send(Hash router, I2npMessage message);
}
