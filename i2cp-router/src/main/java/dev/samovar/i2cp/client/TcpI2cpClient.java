package dev.samovar.i2cp.client;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.DestinationKeys;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The way to a router over TCP: Java I2P, i2pd, or another Samovar. Safe from any lane. */
public final class TcpI2cpClient implements I2cpClient {

    /** Questions for the router's name at a time; while so many wait for an answer, further links fail at once. */
    static final int MAX_LOOKUPS = 64;

    private final EventLoopGroup group;
    private final String host;
    private final int port;
    private final Offload hostLookups;
    private final LinkedI2cpClient client;
    private final AtomicInteger lookups = new AtomicInteger();

    /**
     * @param group where sockets of sessions live whose lane is no event loop
     * @param offload for keys and signatures
     * @param hostLookups for the router's name, if it is one, which may block for long
     */
    public TcpI2cpClient(
            EventLoopGroup group, String host, int port, Entropy entropy, Offload offload, Offload hostLookups) {
        this.group = group;
        this.host = host;
        this.port = port;
        this.hostLookups = hostLookups;
        this.client = new LinkedI2cpClient(this::connect, entropy, offload, false);
    }

    private I2cpLink connect(Lane lane, I2cpLink.Receiver receiver) {
        String router = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        TcpI2cpLink link = new TcpI2cpLink(lane, receiver, router);
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            lane.execute(() -> link.connect(group, new InetSocketAddress(host, port)));
        } else {
            // the system's resolver blocks: not on a lane
            resolve(lane, address -> link.connect(group, address));
        }
        return link;
    }

    /** Tells {@code then} on the lane, where the caller is; an unresolved address when there is none, or none in time. */
    private void resolve(Lane lane, Consumer<InetSocketAddress> then) {
        if (lookups.incrementAndGet() > MAX_LOOKUPS) {
            lookups.decrementAndGet();
            lane.execute(() -> then.accept(InetSocketAddress.createUnresolved(host, port)));
            return;
        }
        boolean[] over = new boolean[1];
        Cancellable timeout =
                lane.schedule(lane.clock().nanos() + TimeUnit.MILLISECONDS.toNanos(TcpI2cpLink.CONNECT_MILLIS), () -> {
                    over[0] = true;
                    then.accept(InetSocketAddress.createUnresolved(host, port));
                });
        hostLookups.submit(lane, () -> new InetSocketAddress(host, port), address -> {
            lookups.decrementAndGet();
            timeout.cancel();
            if (!over[0]) {
                then.accept(address);
            }
        });
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
