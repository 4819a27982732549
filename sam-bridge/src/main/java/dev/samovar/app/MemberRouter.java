package dev.samovar.app;

import dev.samovar.app.GatewayConfig.RouterChoice;
import dev.samovar.base.CryptoPool;
import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SystemClock;
import dev.samovar.router.Router;
import dev.samovar.router.RouterConfig;
import dev.samovar.transport.ntcp2.Ntcp2TransportFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Router} that is a member of a network, with its threads: one loop is the router lane; half as many loops as there
 * are cores carry the connections to other routers; what blocks has a thread of its own.
 */
final class MemberRouter {

    private static final String FOLDER = "router";
    private static final int FILE_THREADS = 1;
    private static final long QUIET_MILLIS = 50;
    private static final long END_MILLIS = 2_000;

    private final Router router;
    private final MultiThreadIoEventLoopGroup laneLoop;
    private final MultiThreadIoEventLoopGroup netLoops;
    private final CryptoPool files;

    private MemberRouter(
            Router router,
            MultiThreadIoEventLoopGroup laneLoop,
            MultiThreadIoEventLoopGroup netLoops,
            CryptoPool files) {
        this.router = router;
        this.laneLoop = laneLoop;
        this.netLoops = netLoops;
        this.files = files;
    }

    /** Reads or makes the router's keys. Blocks for a moment. */
    static MemberRouter open(RouterChoice.Member choice, Path dataDir, Entropy entropy, CryptoPool crypto)
            throws StartException {
        MultiThreadIoEventLoopGroup laneLoop = loops("router", 1);
        MultiThreadIoEventLoopGroup netLoops =
                loops("net", Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        CryptoPool files = new CryptoPool(FILE_THREADS);
        RouterConfig config = config(choice, dataDir);
        try {
            EventLoopLane lane = new EventLoopLane(laneLoop.next(), SystemClock.INSTANCE);
            Ntcp2TransportFactory ntcp2 = new Ntcp2TransportFactory(lane, netLoops, entropy, crypto);
            Router router = Router.open(config, lane, ntcp2, entropy, crypto, files);
            return new MemberRouter(router, laneLoop, netLoops, files);
        } catch (IOException unusable) {
            throw new StartException("cannot use " + config.folder() + ": " + unusable.getMessage());
        }
    }

    static RouterConfig config(RouterChoice.Member choice, Path dataDir) {
        return new RouterConfig(
                choice.network(),
                choice.netId(),
                dataDir.resolve(FOLDER),
                choice.seed(),
                choice.reseed(),
                choice.hosts(),
                choice.port(),
                choice.floodfill(),
                choice.allowReservedAddresses(),
                choice.minPeerVersion(),
                choice.bandwidth(),
                choice.transit(),
                choice.proxy() == null
                        ? null
                        : new RouterConfig.Proxy(
                                choice.proxy().host(), choice.proxy().port()));
    }

    private static MultiThreadIoEventLoopGroup loops(String name, int count) {
        return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name), NioIoHandler.newFactory());
    }

    Router router() {
        return router;
    }

    /** Ends the router, then its threads; the future completes when the peers were told. */
    Future<Void> close() {
        Future<Void> closed = router.close();
        closed.addListener(done -> {
            netLoops.shutdownGracefully(QUIET_MILLIS, END_MILLIS, TimeUnit.MILLISECONDS);
            files.close();
            laneLoop.shutdownGracefully(QUIET_MILLIS, END_MILLIS, TimeUnit.MILLISECONDS);
        });
        return closed;
    }
}
