package dev.samovar.router;

import dev.samovar.base.Entropy;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.LookupRoute;
import dev.samovar.tunnel.InboundTunnel;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.TunnelDelivery;
import dev.samovar.tunnel.TunnelPool;
import java.util.List;

/**
 * The way to floodfills and back through the router's own tunnels, those with hops only: one without would show who asks. On
 * the router lane.
 */
final class OwnTunnelRoute implements LookupRoute {

    private final TunnelPool pool;
    private final Entropy entropy;

    OwnTunnelRoute(TunnelPool pool, Entropy entropy) {
        this.pool = pool;
        this.entropy = entropy;
    }

    /** Whether there are tunnels with hops both ways. */
    boolean isThere() {
        return !inbound().isEmpty() && !outbound().isEmpty();
    }

    private List<InboundTunnel> inbound() {
        return pool.inbound().stream()
                .filter(tunnel -> !tunnel.hops().isEmpty())
                .toList();
    }

    private List<OutboundTunnel> outbound() {
        return pool.outbound().stream()
                .filter(tunnel -> !tunnel.hops().isEmpty())
                .toList();
    }

    @Override
    public ReplyPath replyPath() {
        List<InboundTunnel> tunnels = inbound();
        if (tunnels.isEmpty()) {
            return null;
        }
        InboundTunnel tunnel = tunnels.get(entropy.below(tunnels.size()));
        return new ReplyPath(tunnel.gateway(), tunnel.gatewayTunnelId());
    }

    @Override
    public boolean canReach(RouterInfo floodfill) {
        return !outbound().isEmpty();
    }

    @Override
    public boolean send(RouterInfo floodfill, I2npMessage message) {
        List<OutboundTunnel> tunnels = outbound();
        if (tunnels.isEmpty()) {
            message.release();
            return false;
        }
        OutboundTunnel tunnel = tunnels.get(entropy.below(tunnels.size()));
        return pool.send(tunnel, new TunnelDelivery.ToRouter(floodfill.hash()), message);
    }

    /** Answers come to the router, down whichever of its tunnels. */
    @Override
    public boolean isPrivate() {
        return false;
    }
}
