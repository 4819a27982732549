package dev.samovar.sam.session;

import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/** Where a session's datagrams go: its control socket or a UDP port. A sink that is full drops, and counts. */
public interface DatagramSink {

    /** Takes the payload over. */
    void repliable(Destination from, ByteBuf payload);

    /** Takes the payload over. */
    void raw(ByteBuf payload);
}
