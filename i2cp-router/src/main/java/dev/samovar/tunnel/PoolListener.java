package dev.samovar.tunnel;

import dev.samovar.i2np.I2npMessage;

/** What the owner of a {@link TunnelPool} is told. On the router lane, never from within a call of the owner's. */
public interface PoolListener {

    /**
     * {@link TunnelPool#leases} gives others than before: a tunnel came to be used, or one failed or ended. The first call
     * says that the pool can be reached.
     */
    void onInboundChanged();

    /**
     * A message came down one of this pool's inbound tunnels; taken over. Anybody may have sent it, and anything may be in
     * it but tunnel messages, builds and lookups: nobody has a reason to send these to a tunnel's end.
     */
    void onMessage(I2npMessage message);
}
