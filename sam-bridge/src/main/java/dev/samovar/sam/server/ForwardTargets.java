package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds where a client wants its streams or datagrams forwarded to: a HOST by name or address, its own by default. An
 * address needs nobody; names are asked for elsewhere, {@value #MAX_ASKED} at a time, while {@value #MAX_WAITING} more
 * wait and others are refused. Whatever was not found in time is not known, so that a resolver that hangs holds up those
 * who gave it a name, for some seconds, and nobody else.
 *
 * <p>Owner: the client lane.
 */
final class ForwardTargets {

    /** As many as the pool for host lookups has threads: what it is given it begins at once. */
    static final int MAX_ASKED = 4;

    static final int MAX_WAITING = 256;

    /** From the command to the answer, waiting included. */
    static final long LOOKUP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Lane lane;
    private final Offload hostLookups;
    private final Deque<Lookup> waiting = new ArrayDeque<>();
    private int asked;

    /** @param hostLookups asking for a host name may block for long */
    ForwardTargets(Lane lane, Offload hostLookups) {
        this.lane = lane;
        this.hostLookups = hostLookups;
    }

    /**
     * Tells {@code then} on the lane, perhaps at once; null when the host is not known, or not in time.
     *
     * @return takes the question back
     */
    Cancellable find(Channel client, String host, int port, Consumer<InetSocketAddress> then) {
        if (host == null) {
            InetSocketAddress own = (InetSocketAddress) client.remoteAddress();
            then.accept(own == null ? null : new InetSocketAddress(own.getAddress(), port));
            return () -> {};
        }
        if (isLiteral(host)) {
            then.accept(lookup(host, port).address);
            return () -> {};
        }
        if (waiting.size() >= MAX_WAITING) {
            then.accept(null);
            return () -> {};
        }
        Lookup lookup = new Lookup(host, port, then);
        waiting.add(lookup);
        next();
        return lookup::takeBack;
    }

    private static boolean isLiteral(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return NetUtil.isValidIpV4Address(host)
                || NetUtil.isValidIpV6Address(bracketed ? host.substring(1, host.length() - 1) : host);
    }

    private void next() {
        while (asked < MAX_ASKED && !waiting.isEmpty()) {
            Lookup lookup = waiting.remove();
            asked++;
            hostLookups.submit(lane, () -> lookup(lookup.host, lookup.port), found -> {
                asked--;
                lookup.answer(found.address);
                next();
            });
        }
    }

    private record Found(InetSocketAddress address) {}

    private static Found lookup(String host, int port) {
        try {
            return new Found(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException unknown) {
            return new Found(null);
        }
    }

    /** One name that a client gave. */
    private final class Lookup {

        private final String host;
        private final int port;
        private final Consumer<InetSocketAddress> then;
        private final Cancellable timeout;
        private boolean over;

        Lookup(String host, int port, Consumer<InetSocketAddress> then) {
            this.host = host;
            this.port = port;
            this.then = then;
            timeout = lane.schedule(lane.clock().nanos() + LOOKUP_NANOS, () -> answer(null));
        }

        void answer(InetSocketAddress address) {
            if (!over) {
                takeBack();
                then.accept(address);
            }
        }

        void takeBack() {
            over = true;
            timeout.cancel();
            waiting.remove(this);
        }
    }
}
