package dev.samovar.app;

import dev.samovar.app.GatewayConfig.RouterChoice;
import dev.samovar.base.CryptoPool;
import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.crypto.CryptoProvider;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.TcpI2cpClient;
import dev.samovar.i2cp.server.I2cpServer;
import dev.samovar.router.LocalRouter;
import dev.samovar.router.RouterStatus;
import dev.samovar.sam.server.SamConfig;
import dev.samovar.sam.server.SamServer;
import dev.samovar.sam.session.StreamsFactory;
import dev.samovar.streaming.StreamDriver;
import dev.samovar.streaming.StreamOptions;
import io.netty.channel.ChannelFuture;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the program, wired together: the router or the way to it, the I2CP server, the SAM bridge.
 *
 * <p>Threads: one event loop, the client lane, owns the SAM sockets, the sessions, and, on the network {@code local}, the
 * router, whose only work there is to hand messages over. On other networks the router has a lane of its own. Keys and signatures run on a pool of their own, lookups of host
 * names, which may block for long, on another.
 */
final class Gateway {

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private static final int CRYPTO_THREADS = 2;
    private static final int HOST_LOOKUP_THREADS = 4;
    private static final String HOSTS_FILE = "hosts.txt";

    /** A loop with nothing to do ends after this long, at the latest after the second. */
    private static final long QUIET_MILLIS = 50;

    private static final long END_MILLIS = 2_000;

    private final GatewayConfig config;
    private final Entropy entropy = SecureEntropy.INSTANCE;
    private final CryptoPool crypto = new CryptoPool(CRYPTO_THREADS);
    private final CryptoPool hostLookups = new CryptoPool(HOST_LOOKUP_THREADS);
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("client"), NioIoHandler.newFactory());
    private final EventLoopLane lane = new EventLoopLane(loops.next(), SystemClock.INSTANCE);
    private final I2cpClient client;
    private final LocalRouter localRouter;
    private final MemberRouter member;
    private final I2cpServer i2cpServer;
    private final SamServer sam;
    private final StatusServer statusServer;
    private final String version;
    private CryptoProvider cryptography;
    private long readyNanos;
    private SamServer.Bound samBound;
    private InetSocketAddress i2cpBound;

    /** Reads the router's keys where it has any; blocks for a moment. */
    Gateway(GatewayConfig config, String version) throws StartException {
        this.config = config;
        this.version = version;
        member = config.router() instanceof RouterChoice.Member choice
                ? MemberRouter.open(choice, config.dataDir(), entropy, crypto)
                : null;
        if (config.router() instanceof RouterChoice.External external) {
            localRouter = null;
            i2cpServer = null;
            client = new TcpI2cpClient(loops, external.host(), external.port(), entropy, crypto, hostLookups);
        } else if (member != null) {
            localRouter = null;
            i2cpServer = new I2cpServer(
                    loops, member.router().lane(), member.router().port(), entropy, crypto);
            client = member.router().client();
        } else {
            localRouter = new LocalRouter(lane, entropy, crypto);
            i2cpServer = new I2cpServer(loops, lane, localRouter.port(), entropy, crypto);
            client = localRouter.client();
        }
        SamConfig samConfig = new SamConfig(
                config.sam(), config.samUdp(), config.dataDir().resolve(HOSTS_FILE), SamConfig.Limits.defaults());
        StreamsFactory streams = (session, keys, options) ->
                new StreamDriver(session, keys, StreamOptions.from(options), entropy, crypto);
        sam = new SamServer(samConfig, client, lane, streams, entropy, crypto, hostLookups);
        statusServer =
                new StatusServer(lane, crypto, config.dataDir().resolve(StatusServer.SOCKET_FILE), this::tellStatus);
    }

    /** Begins to listen; the line that says where, or a {@link StartException}. */
    Future<String> start() {
        loadCryptography();
        Promise<String> ready = lane.newPromise();
        sam.start().addListener((Future<SamServer.Bound> done) -> {
            samBound = done.getNow();
            if (!done.isSuccess()) {
                ready.setFailure(cannotListen("SAM", "--sam or --sam-udp", done.cause()));
            } else if (config.router() instanceof RouterChoice.EmbeddedLocal local) {
                startI2cp(local.i2cp(), "local", ready);
            } else if (config.router() instanceof RouterChoice.Member choice) {
                startMember(choice, ready);
            } else if (config.router() instanceof RouterChoice.External external) {
                log.info("SAM bridge over the I2CP router at {}:{}", external.host(), external.port());
                startStatus(
                        ready,
                        readyLine("none") + " network=external router=i2cp://"
                                + new HostPort(external.host(), external.port()).text());
            }
        });
        return ready;
    }

    /** Loads what would otherwise hold up the first session. */
    private void loadCryptography() {
        crypto.submit(lane, CryptoProvider::current, chosen -> {
            cryptography = chosen;
            tellCryptography();
        });
    }

    /** Once, when it is loaded and the program is ready: a start that fails says nothing but why. */
    private void tellCryptography() {
        if (cryptography == null || readyNanos == 0) {
            return;
        }
        log.info("cryptography: {}", cryptography.description());
        if (CryptoProvider.whyNotNative() != null) {
            log.info("without native code, hence slower: {}", CryptoProvider.whyNotNative());
        }
    }

    private void startMember(RouterChoice.Member choice, Promise<String> ready) {
        member.router()
                .start()
                .addListener(done -> lane.run(() -> {
                    if (!done.isSuccess()) {
                        ready.setFailure(cannotListen("other routers", ConfigKey.PORT.flag(), done.cause()));
                    } else {
                        startI2cp(choice.i2cp(), choice.network(), ready);
                    }
                }));
    }

    private void startI2cp(InetSocketAddress address, String network, Promise<String> ready) {
        ChannelFuture binding = i2cpServer.bind(address);
        binding.addListener(done -> {
            if (!done.isSuccess()) {
                ready.setFailure(cannotListen("I2CP", ConfigKey.I2CP.flag(), done.cause()));
                return;
            }
            i2cpBound = (InetSocketAddress) binding.channel().localAddress();
            startStatus(ready, readyLine(HostPort.text(i2cpBound)) + " network=" + network + " router=embedded");
        });
    }

    /** The last step. Without a status the program is as good as with it. */
    private void startStatus(Promise<String> ready, String readyLine) {
        statusServer.start().addListener(done -> {
            if (!done.isSuccess()) {
                log.warn("the command status will not work here", done.cause());
            }
            readyNanos = lane.clock().nanos();
            ready.setSuccess(readyLine);
            tellCryptography();
        });
    }

    private String readyLine(String i2cp) {
        return "READY sam=" + HostPort.text(samBound.tcp()) + " sam-udp=" + HostPort.text(samBound.udp()) + " i2cp="
                + i2cp;
    }

    /** How everything is; called, and answered, on the lane. */
    private void tellStatus(Consumer<GatewayStatus> then) {
        if (member != null) {
            member.router().status(router -> lane.execute(() -> then.accept(status(router))));
            return;
        }
        RouterStatus router = config.router() instanceof RouterChoice.External
                ? RouterStatus.ofNoNetwork("external", RouterStatus.State.UNKNOWN, List.of(), uptimeSeconds())
                : RouterStatus.ofNoNetwork("local", RouterStatus.State.INTEGRATED, List.of(), uptimeSeconds());
        then.accept(status(router));
    }

    private long uptimeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(lane.clock().nanos() - readyNanos);
    }

    private GatewayStatus status(RouterStatus router) {
        SamServer.Status now = sam.status();
        return new GatewayStatus(
                version,
                uptimeSeconds(),
                HostPort.text(samBound.tcp()),
                HostPort.text(samBound.udp()),
                i2cpBound == null ? null : HostPort.text(i2cpBound),
                new GatewayStatus.Clients(
                        now.connections(),
                        now.sessions(),
                        now.streams(),
                        i2cpServer == null ? 0 : i2cpServer.openConnections(),
                        now.refusedConnections(),
                        now.droppedUdp()),
                router);
    }

    private static StartException cannotListen(String what, String flag, Throwable cause) {
        return new StartException("cannot listen for " + what + " (" + cause.getMessage()
                + "): end the program that has the port, or choose another with " + flag);
    }

    /** Ends all sessions, telling their clients, then the threads. */
    Future<?> close() {
        statusServer.close();
        sam.close().addListener(done -> {
            if (i2cpServer != null) {
                i2cpServer.close();
            }
            client.close();
            if (localRouter != null) {
                localRouter.close();
            }
            if (member != null) {
                member.close().addListener(ended -> closeThreads());
            } else {
                closeThreads();
            }
        });
        return loops.terminationFuture();
    }

    private void closeThreads() {
        crypto.close();
        hostLookups.close();
        loops.shutdownGracefully(QUIET_MILLIS, END_MILLIS, TimeUnit.MILLISECONDS);
    }
}
