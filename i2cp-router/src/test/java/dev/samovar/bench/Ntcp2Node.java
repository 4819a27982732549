package dev.samovar.bench;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.base.WireException;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.transport.PeerCheck;
import dev.samovar.transport.TransportListener;
import dev.samovar.transport.TransportManager;
import dev.samovar.transport.ntcp2.Ntcp2Config;
import dev.samovar.transport.ntcp2.Ntcp2Keys;
import dev.samovar.transport.ntcp2.Ntcp2Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A router that is nothing but its NTCP2 transport, for benchmarks and for talking to real peers. */
public final class Ntcp2Node {

    private static final int REFUSED_LATER = 20;

    final EventLoopGroup routerGroup = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final EventLoopGroup net;
    final EventLoopLane lane = new EventLoopLane(routerGroup.next(), SystemClock.INSTANCE);
    final CryptoPool crypto;
    final RouterKeys keys = RouterKeys.generate(SecureEntropy.INSTANCE);
    final TransportManager manager;
    final String caps;

    private final Ntcp2Config config;
    private Ntcp2Transport transport;
    private RouterInfo info;

    /** Listens when this returns. */
    public Ntcp2Node(Ntcp2Config config, int netThreads, int cryptoThreads, String caps, TransportListener listener)
            throws Exception {
        this.config = config;
        this.caps = caps;
        net = new MultiThreadIoEventLoopGroup(netThreads, NioIoHandler.newFactory());
        crypto = new CryptoPool(cryptoThreads);
        manager = new TransportManager(
                lane,
                List.of(told -> transport = new Ntcp2Transport(
                        config,
                        Ntcp2Keys.generate(SecureEntropy.INSTANCE),
                        keys.identity().hash(),
                        this::info,
                        lane,
                        net,
                        SecureEntropy.INSTANCE,
                        crypto,
                        PeerCheck.lenient(),
                        told)),
                listener);
        transport.start().get(REFUSED_LATER, TimeUnit.SECONDS);
    }

    /** On the lane: what is published, signed anew when old. */
    public RouterInfo info() {
        long now = SystemClock.INSTANCE.epochMillis();
        if (info == null || now - info.publishedMillis() > TimeUnit.MINUTES.toMillis(10)) {
            try {
                info = RouterInfo.sign(
                        keys,
                        now,
                        transport.addresses(),
                        Mapping.of(Map.of(
                                "netId",
                                Integer.toString(config.networkId()),
                                "router.version",
                                "0.9.66",
                                "caps",
                                caps)));
            } catch (WireException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return info;
    }

    /** On the lane: the next {@link #info()} is signed anew. */
    void forgetInfo() {
        info = null;
    }

    /** Runs on the lane and waits. */
    public <T> T on(Callable<T> work) throws Exception {
        return lane.loop().submit(work).get(REFUSED_LATER, TimeUnit.SECONDS);
    }

    /** Ends the sessions and its threads. */
    public void close() throws Exception {
        on(manager::close).get(REFUSED_LATER, TimeUnit.SECONDS);
        net.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        routerGroup.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        crypto.close();
    }
}
