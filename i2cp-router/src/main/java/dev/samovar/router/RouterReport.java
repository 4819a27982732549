package dev.samovar.router;

import dev.samovar.netdb.NetDbStatus;
import dev.samovar.netdb.Publisher;
import dev.samovar.peer.BanReason;
import dev.samovar.transport.TransportStatus;
import dev.samovar.transport.TransportStatus.OfTransport;
import dev.samovar.tunnel.TransitStatus;
import dev.samovar.tunnel.TunnelsStatus;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Says how a {@link Router} is, and what it waits for. On the router lane. */
final class RouterReport {

    /** Peers refuse sessions with clocks that are a minute off. */
    private static final long BAD_CLOCK_MILLIS = TimeUnit.SECONDS.toMillis(50);

    private static final int HASH_LETTERS = 4;

    private RouterReport() {}

    static RouterStatus of(Router router) {
        RouterConfig config = router.config();
        String identity =
                dev.samovar.base.Encodings.base64(router.hash().toBytes()).substring(0, HASH_LETTERS);
        Membership membership = router.membership();
        if (membership == null) {
            return new RouterStatus(
                    config.network(),
                    config.netId(),
                    state(router, List.of()),
                    router.obstacle() == null ? List.of() : List.of(router.obstacle()),
                    identity,
                    router.uptimeSeconds(),
                    RouterStatus.Peers.NONE,
                    0,
                    List.of(),
                    0,
                    0,
                    0,
                    Map.of(),
                    null,
                    null,
                    null,
                    router.clients().status(),
                    null);
        }
        NetDbStatus netDb = membership.netDb().status();
        TransportStatus transports = router.transports().status();
        long now = router.lane().clock().nanos();
        OptionalLong skew = membership.skew().medianMillis(now);
        Map<BanReason, Integer> bans = router.bans().counts(now);
        List<String> waitingFor = waitingFor(router, netDb, transports, skew);
        return new RouterStatus(
                config.network(),
                config.netId(),
                state(router, waitingFor),
                waitingFor,
                identity,
                router.uptimeSeconds(),
                new RouterStatus.Peers(transports.sessions(), netDb.routers(), netDb.floodfills()),
                netDb.leaseSets(),
                transports(router, transports),
                transports.transports().stream().mapToLong(OfTransport::bytesIn).sum(),
                transports.transports().stream()
                        .mapToLong(OfTransport::bytesOut)
                        .sum(),
                bans.values().stream().mapToInt(Integer::intValue).sum(),
                refusals(router, netDb, transports),
                skew.isPresent() ? Long.valueOf(skew.getAsLong()) : null,
                router.reseeder() == null ? null : router.reseeder().status(),
                TunnelReport.tunnels(membership.tunnels().status()),
                router.clients().status(),
                TunnelReport.transit(membership.transit().status(), config));
    }

    private static RouterStatus.State state(Router router, List<String> waitingFor) {
        return switch (router.state()) {
            case STARTING -> RouterStatus.State.STARTING;
            case WAITING -> RouterStatus.State.WAITING;
            case RUNNING -> waitingFor.isEmpty() ? RouterStatus.State.INTEGRATED : RouterStatus.State.WAITING;
            case CLOSED -> RouterStatus.State.CLOSING;
        };
    }

    private static List<String> waitingFor(
            Router router, NetDbStatus netDb, TransportStatus transports, OptionalLong skew) {
        List<String> waiting = new ArrayList<>();
        if (skew.isPresent() && Math.abs(skew.getAsLong()) > BAD_CLOCK_MILLIS) {
            waiting.add("this machine's clock differs from the peers' by "
                    + TimeUnit.MILLISECONDS.toSeconds(Math.abs(skew.getAsLong())) + " s: set it");
        }
        if (router.families().isNone()) {
            waiting.add("this machine has no address by which others could be reached: the network is down");
        }
        if (netDb.routers() == 0) {
            waiting.add(
                    router.config().reseed()
                            ? "no other router is known: waiting for the reseed hosts"
                            : "no other router is known: none came to us, and the seed had none that can be used");
            return waiting;
        }
        boolean everConnected =
                transports.transports().stream().anyMatch(each -> each.handshakesIn() + each.handshakesOut() > 0);
        if (!everConnected) {
            waiting.add("no other router has been reached yet"
                    + (transports.dialFailures().isEmpty()
                            ? ""
                            : ": " + transports.dialFailures() + " (is the network up, is the seed old?)"));
        }
        if (netDb.floodfills() == 0) {
            if (router.config().reseed() || !router.config().floodfill()) {
                waiting.add("no floodfill is known");
            }
        } else if (netDb.published() == Publisher.State.UNPUBLISHED || netDb.published() == Publisher.State.WAITING) {
            waiting.add("no floodfill has confirmed our RouterInfo yet");
        }
        boolean fewRouters = !router.config().reseed() && netDb.routers() < TunnelReport.FEW_ROUTERS;
        waiting.addAll(TunnelReport.waitingFor(
                router.membership().tunnels().exploratory().status(), fewRouters));
        return waiting;
    }

    private static List<RouterStatus.Transport> transports(Router router, TransportStatus status) {
        List<RouterStatus.Transport> all = new ArrayList<>();
        List<InetSocketAddress> bound = router.ntcp2().boundAddresses();
        for (OfTransport each : status.transports()) {
            String address = bound.isEmpty()
                    ? null
                    : bound.stream().map(RouterReport::text).collect(Collectors.joining(", "));
            all.add(new RouterStatus.Transport(each.style(), address, address, each.inbound(), each.outbound()));
        }
        return all;
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** Everything that was refused or dropped, of all parts, by part and reason. */
    private static Map<String, Long> refusals(Router router, NetDbStatus netDb, TransportStatus transports) {
        Map<String, Long> all = new TreeMap<>();
        netDb.refusals().forEach((reason, count) -> all.put(name("store", reason), count));
        netDb.lookupRefusals().forEach((reason, count) -> all.put(name("lookup", reason), count));
        router.guard().reported().forEach((reason, count) -> all.put(name("peer", reason), count));
        router.membership().dispatch().drops().forEach((reason, count) -> all.put("message." + reason, count));
        router.clients().drops().forEach((reason, count) -> all.put("session." + reason, count));
        transports.dialFailures().forEach((reason, count) -> all.put("dial." + reason, count));
        transports.dropped().forEach((reason, count) -> all.put("send." + reason, count));
        TunnelsStatus tunnels = router.membership().tunnels().status();
        tunnels.drops().forEach((reason, count) -> all.put("tunnel." + reason, count));
        TransitStatus transit = router.membership().transit().status();
        transit.refusals().forEach((reason, count) -> all.put(name("transit", reason), count));
        transit.drops().forEach((reason, count) -> all.put(name("transit", reason), count));
        for (OfTransport each : transports.transports()) {
            String prefix = each.style().toLowerCase(Locale.ROOT);
            each.rejected().forEach((reason, count) -> all.put(prefix + "." + reason, count));
        }
        return all;
    }

    private static String name(String part, Enum<?> reason) {
        return part + "." + reason.name().toLowerCase(Locale.ROOT);
    }
}
