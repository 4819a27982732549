package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.data.Lease;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.LookupRoute;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.TunnelDelivery;
import dev.samovar.tunnel.TunnelPool;
import java.util.List;

/** The way to floodfills and back through the tunnels of one pool, a pair by chance each time. On the router lane. */
public final class PoolRoute implements LookupRoute {

    private final TunnelPool pool;
    private final Entropy entropy;
    private final boolean isPrivate;

    private PoolRoute(TunnelPool pool, Entropy entropy, boolean isPrivate) {
        this.pool = pool;
        this.entropy = entropy;
        this.isPrivate = isPrivate;
    }

    /** Through a client's own tunnels: answers count only down these. */
    static PoolRoute ofClient(TunnelPool pool, Entropy entropy) {
        return new PoolRoute(pool, entropy, true);
    }

    /** Through the router's tunnels: answers come to the router, however. */
    public static PoolRoute ofRouter(TunnelPool pool, Entropy entropy) {
        return new PoolRoute(pool, entropy, false);
    }

    @Override
    public boolean isPrivate() {
        return isPrivate;
    }

    @Override
    public ReplyPath replyPath() {
        List<Lease> leases = pool.leases();
        if (leases.isEmpty()) {
            return null;
        }
        Lease lease = leases.get(entropy.below(leases.size()));
        return new ReplyPath(lease.gateway(), lease.tunnelId());
    }

    @Override
    public boolean canReach(RouterInfo floodfill) {
        return !pool.outbound().isEmpty();
    }

    @Override
    public boolean send(RouterInfo floodfill, I2npMessage message) {
        List<OutboundTunnel> tunnels = pool.outbound();
        if (tunnels.isEmpty()) {
            message.release();
            return false;
        }
        // the better half, as for messages
        OutboundTunnel tunnel = tunnels.get(entropy.below((tunnels.size() + 1) / 2));
        return pool.send(tunnel, new TunnelDelivery.ToRouter(floodfill.hash()), message);
    }
}
