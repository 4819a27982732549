package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.transport.PeerCheck;
import dev.samovar.transport.TransportListener;
import io.netty.channel.EventLoopGroup;
import java.util.function.Supplier;

/**
 * Makes the NTCP2 of a router that knows no sockets itself.
 *
 * @param lane the router lane
 * @param net loops for connections to other routers
 * @param offload for agreements and signatures
 */
public record Ntcp2TransportFactory(EventLoopLane lane, EventLoopGroup net, Entropy entropy, Offload offload) {

    /** Not yet {@linkplain Ntcp2Transport#start started}; the arguments are its constructor's. */
    public Ntcp2Transport make(
            Ntcp2Config config,
            Ntcp2Keys keys,
            Hash selfHash,
            Supplier<RouterInfo> self,
            PeerCheck peers,
            TransportListener listener) {
        return new Ntcp2Transport(config, keys, selfHash, self, lane, net, entropy, offload, peers, listener);
    }
}
