package dev.samovar.dest;

import dev.samovar.data.Lease;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Whose destination it is. On the router lane, never from within a call of the client's. */
public interface DestinationClient {

    /** Takes over a payload that came; false when there was no room and it was dropped. */
    boolean deliver(ByteBuf payload);

    /** Wants a lease set with these leases, signed. */
    void requestLeaseSet(List<Lease> leases);

    /** The lease set that was given last is where others look for it, or is not to be published. */
    void onLeaseSetFound();

    /** What became of the message with this ticket. */
    void onSent(long ticket, SendOutcome outcome);

    /** After {@link LocalDestination.Accepted#FULL} or {@link LocalDestination.Accepted#CROWDED}: there is room again. */
    void onWritable();
}
