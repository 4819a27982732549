package dev.samovar.netdb;

import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;

/** The way of the router's own lookups: through its tunnels as soon as there are any, straight before. On the router lane. */
final class OwnRoute implements LookupRoute {

    private final NetDbPort port;
    private final LookupRoute direct;

    OwnRoute(NetDbPort port) {
        this.port = port;
        this.direct = LookupRoute.direct(port);
    }

    private LookupRoute current() {
        LookupRoute tunnels = port.tunnels();
        return tunnels == null ? direct : tunnels;
    }

    @Override
    public ReplyPath replyPath() {
        ReplyPath path = current().replyPath();
        return path == null ? direct.replyPath() : path;
    }

    @Override
    public boolean canReach(RouterInfo floodfill) {
        return current().canReach(floodfill);
    }

    @Override
    public boolean send(RouterInfo floodfill, I2npMessage message) {
        return current().send(floodfill, message);
    }

    @Override
    public boolean isPrivate() {
        return false;
    }
}
