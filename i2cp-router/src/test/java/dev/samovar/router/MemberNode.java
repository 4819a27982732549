package dev.samovar.router;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.Entropy;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.Answer;
import dev.samovar.netdb.NetDbStatus;
import dev.samovar.testkit.HurriedLoops;
import dev.samovar.transport.ntcp2.Ntcp2TransportFactory;
import dev.samovar.tunnel.BandwidthOptions;
import dev.samovar.tunnel.TunnelBuild;
import dev.samovar.tunnel.TunnelHop;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A {@link Router} on threads of its own, for tests that stand outside its lane: every call waits for the answer. */
public final class MemberNode {

    private static final long PATIENCE_SECONDS = 60;
    /** Nothing that a test would notice. */
    static final int BANDWIDTH = 100_000;

    private static final long LOOKUP_MILLIS = 10_000;

    private final HurriedLoops loops;
    private final CryptoPool crypto = new CryptoPool(1);
    private final CryptoPool files = new CryptoPool(1);
    private final Set<Hash> dialledUs = ConcurrentHashMap.newKeySet();
    private final EventLoopLane lane;
    private final Router router;

    /** Starts one on addresses that routers of public networks have. */
    public MemberNode(int netId, Path folder, Path seed, InetAddress host, int port, boolean floodfill)
            throws Exception {
        this(new RouterConfig(
                "private",
                netId,
                folder,
                seed,
                false,
                List.of(host),
                port,
                floodfill,
                false,
                RouterVersion.parse("0.9.51"),
                BANDWIDTH,
                true,
                null));
    }

    private MemberNode(RouterConfig config) throws Exception {
        this(config, 1, Machine.OWN);
    }

    /**
     * Starts one; it listens, or waits for what is missing, when this returns.
     *
     * @param times how many times faster than the machine's its time runs
     * @param machine that it believes to run on
     */
    MemberNode(RouterConfig config, int times, Machine machine) throws Exception {
        loops = new HurriedLoops(2, "member", times);
        lane = new EventLoopLane(loops.next(), loops.clock());
        Ntcp2TransportFactory ntcp2 = new Ntcp2TransportFactory(lane, loops, SecureEntropy.INSTANCE, crypto);
        router = Router.open(config, lane, ntcp2, SecureEntropy.INSTANCE, crypto, files);
        router.watchInbound(peer -> dialledUs.add(peer.hash()));
        router.runOn(machine);
        router.start().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public Hash hash() {
        return router.hash();
    }

    public RouterInfo routerInfo() throws Exception {
        return onLane(router::self);
    }

    public RouterStatus status() throws Exception {
        CompletableFuture<RouterStatus> status = new CompletableFuture<>();
        router.status(status::complete);
        return status.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public NetDbStatus netDb() throws Exception {
        return onLane(() -> router.membership().netDb().status());
    }

    /** Begins to dial a router that has no session with us. */
    public void dial(RouterInfo peer) throws Exception {
        onLane(() -> router.transports().connect(peer));
    }

    public boolean isConnected(Hash peer) throws Exception {
        return onLane(() -> router.transports().isConnected(peer));
    }

    /** Those whose own dialling made a session with us. */
    Set<Hash> dialledUs() {
        return Set.copyOf(dialledUs);
    }

    /** What is known of a router, or null. */
    RouterInfo known(Hash hash) throws Exception {
        return onLane(() -> router.membership().netDb().find(hash));
    }

    /** Asks a router to be the only hop of a tunnel. */
    void askForTunnel(RouterInfo hop) throws Exception {
        Entropy entropy = SecureEntropy.INSTANCE;
        onLane(() -> {
            long nowMillis = lane.clock().epochMillis();
            TunnelBuild build = TunnelBuild.outbound(
                    List.of(TunnelHop.of(hop.identity(), entropy.nonZeroInt(), BandwidthOptions.NONE)),
                    hash(),
                    entropy.nonZeroInt(),
                    entropy.nonZeroInt(),
                    lane.clock().nanos(),
                    nowMillis,
                    entropy);
            I2npMessage request = build.request().toMessage(build.messageId(), nowMillis + LOOKUP_MILLIS);
            build.destroy();
            return router.transports().send(hop, request);
        });
    }

    /** What the network says about a router, whatever is known here; null when it is not found. */
    public RouterInfo askForRouter(Hash hash) throws Exception {
        CompletableFuture<RouterInfo> answer = new CompletableFuture<>();
        lane.execute(() -> router.membership().netDb().refreshRouter(hash, found -> answer.complete(value(found))));
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Sends, over a session that is made for it if there is none; whether it was taken. */
    public boolean send(RouterInfo peer, I2npMessage message) throws Exception {
        return onLane(() -> router.transports().send(peer, message).accepted());
    }

    /** Looks a destination up as a local client has it done; null when it is not found. */
    Destination lookUp(Hash destination) throws Exception {
        CompletableFuture<Destination> answer = new CompletableFuture<>();
        lane.execute(() -> router.port().lookup(destination, LOOKUP_MILLIS, answer::complete));
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T value(Answer<T> answer) {
        return answer.valueOrNull();
    }

    private <T> T onLane(Supplier<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        lane.execute(() -> {
            try {
                result.complete(work.get());
            } catch (RuntimeException failed) {
                result.completeExceptionally(failed);
            }
        });
        return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Ends the router and its threads. */
    public void close() throws Exception {
        router.close().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        crypto.close();
        files.close();
    }
}
