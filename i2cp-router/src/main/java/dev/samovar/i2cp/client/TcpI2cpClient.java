package dev.samovar.i2cp.client;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.DestinationKeys;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;

/** The way to a router over TCP: Java I2P, i2pd, or another Samovar. Safe from any lane. */
public final class TcpI2cpClient implements I2cpClient {

    private final EventLoopGroup group;
    private final String host;
    private final int port;
    private final Offload offload;
    private final LinkedI2cpClient client;

    /** @param group where sockets of sessions live whose lane is no event loop */
    public TcpI2cpClient(EventLoopGroup group, String host, int port, Entropy entropy, Offload offload) {
        this.group = group;
        this.host = host;
        this.port = port;
        this.offload = offload;
        this.client = new LinkedI2cpClient(this::connect, entropy, offload);
    }

    private I2cpLink connect(Lane lane, I2cpLink.Receiver receiver) {
        String router = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        TcpI2cpLink link = new TcpI2cpLink(lane, receiver, router);
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            lane.execute(() -> link.connect(group, new InetSocketAddress(host, port)));
        } else {
            // the system's resolver blocks: not on a lane
            offload.submit(lane, () -> new InetSocketAddress(host, port), address -> link.connect(group, address));
        }
        return link;
    }

    @Override
    public Future<CreateResult> createSession(
            Lane lane, DestinationKeys keys, SessionOptions options, I2cpClientSession.Listener listener) {
        return client.createSession(lane, keys, options, listener);
    }

    @Override
    public Future<LookupResult> lookup(Lane lane, LookupTarget target) {
        return client.lookup(lane, target);
    }

    @Override
    public void close() {
        client.close();
    }
}
