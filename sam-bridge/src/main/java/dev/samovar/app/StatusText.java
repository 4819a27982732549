package dev.samovar.app;

import dev.samovar.router.RouterStatus;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** A status as people read it: one fact a line, its name in front. */
final class StatusText {

    private static final int NAME_WIDTH = 11;

    private final StringBuilder out = new StringBuilder();

    private StatusText() {}

    static String of(GatewayStatus status) {
        StatusText text = new StatusText();
        text.program(status);
        text.router(status.router());
        return text.out.toString();
    }

    private void program(GatewayStatus status) {
        line("samovar", status.version() + ", up " + duration(status.uptimeSeconds()));
        line(
                "listens",
                "SAM " + status.sam() + ", SAM UDP " + status.samUdp()
                        + (status.i2cp() == null ? "" : ", I2CP " + status.i2cp()));
        GatewayStatus.Clients clients = status.clients();
        line(
                "clients",
                count(clients.samSessions(), "SAM session") + ", " + count(clients.streams(), "stream") + ", "
                        + count(clients.samConnections(), "SAM connection") + ", "
                        + count(clients.i2cpConnections(), "I2CP connection")
                        + (clients.refusedConnections() == 0 ? "" : ", " + clients.refusedConnections() + " refused")
                        + (clients.droppedDatagrams() == 0
                                ? ""
                                : ", " + count(clients.droppedDatagrams(), "datagram") + " dropped"));
    }

    private void router(RouterStatus router) {
        line(
                "network",
                router.network() + (router.netId() == 0 ? "" : " " + router.netId()) + ", " + state(router.state()));
        for (String missing : router.waitingFor()) {
            line("waits for", missing);
        }
        if (router.identity() == null) {
            return;
        }
        line("router", router.identity() + "..., up " + duration(router.uptimeSeconds()));
        RouterStatus.Peers peers = router.peers();
        line("peers", peers.connected() + " connected, " + router.bans() + " shut out");
        line(
                "netDb",
                count(peers.known(), "router") + ", " + count(peers.floodfills(), "floodfill") + " among them, "
                        + count(router.leaseSets(), "lease set"));
        for (RouterStatus.Transport transport : router.transports()) {
            line(
                    "transport",
                    transport.style() + ", "
                            + (transport.listening() == null ? "not listening" : "listens on " + transport.listening())
                            + ", "
                            + (transport.published() == null ? "not published" : "published " + transport.published())
                            + ", " + transport.inbound() + " in, " + transport.outbound() + " out");
        }
        if (router.tunnels() != null) {
            tunnels(router.tunnels());
        }
        if (router.sessions() != null) {
            sessions(router.sessions());
        }
        if (router.transit() != null) {
            transit(router.transit());
        }
        line("traffic", bytes(router.bytesIn()) + " in, " + bytes(router.bytesOut()) + " out");
        if (router.clockSkewMillis() != null) {
            line("clock", skew(router.clockSkewMillis()));
        }
        if (router.reseed() != null) {
            reseed(router.reseed());
        }
        if (!router.refusals().isEmpty()) {
            line("refused", reasons(router.refusals()));
        }
    }

    private void tunnels(RouterStatus.Tunnels tunnels) {
        long failed = tunnels.buildsFailed().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        line(
                "tunnels",
                "exploratory " + way(tunnels.inbound()) + " in, " + way(tunnels.outbound()) + " out"
                        + (tunnels.roundTripMillis() == 0
                                ? ""
                                : ", " + tunnels.roundTripMillis() + " ms there and back")
                        + "; " + count(tunnels.buildsAccepted(), "build") + " accepted, " + failed + " failed"
                        + (failed == 0 ? "" : " (" + reasons(tunnels.buildsFailed()) + ")") + ", "
                        + tunnels.buildsPending() + " under way");
    }

    private static String way(RouterStatus.Tunnels.Way way) {
        return way.ready() + " of " + way.wanted()
                + (way.ready() > 0 || way.standIns() == 0 ? "" : ", " + way.standIns() + " without hops,");
    }

    private void sessions(RouterStatus.Sessions sessions) {
        StringJoiner waiting = new StringJoiner(", ");
        sessions.waitingFor().forEach((what, how) -> waiting.add(how + " for " + what));
        line(
                "sessions",
                sessions.total() + ", " + sessions.ready() + " ready" + (waiting.length() == 0 ? "" : "; waiting: ")
                        + waiting);
    }

    private void transit(RouterStatus.Transit transit) {
        if (!transit.on()) {
            line("transit", "off, " + count(transit.refused(), "request") + " refused");
            return;
        }
        line(
                "transit",
                count(transit.gateways(), "gateway") + ", " + count(transit.participants(), "participant") + ", "
                        + count(transit.endpoints(), "endpoint") + ", " + transit.kilobytesPerSecond() + " of "
                        + transit.mostKilobytesPerSecond() + " kB/s; " + count(transit.accepted(), "request")
                        + " accepted, " + transit.refused() + " refused");
    }

    private void reseed(RouterStatus.Reseed reseed) {
        line(
                "reseed",
                reseed.state()
                        + (reseed.nextTrySeconds() == null ? "" : " " + duration(reseed.nextTrySeconds()))
                        + ", " + count(reseed.accepted(), "router") + " from " + count(reseed.hostsAnswered(), "host")
                        + (reseed.failures().isEmpty() ? "" : "; failed: " + reasons(reseed.failures())));
    }

    private void line(String name, String fact) {
        out.append(name);
        for (int i = name.length(); i < NAME_WIDTH; i++) {
            out.append(' ');
        }
        out.append(fact).append('\n');
    }

    private static String state(RouterStatus.State state) {
        return switch (state) {
            case STARTING -> "starting";
            case WAITING -> "not yet integrated";
            case INTEGRATED -> "integrated";
            case CLOSING -> "closing";
            case UNKNOWN -> "by another program, which does not tell";
        };
    }

    private static String reasons(Map<String, Long> counts) {
        StringJoiner all = new StringJoiner(", ");
        counts.forEach((reason, times) ->
                all.add(times + " " + reason.toLowerCase(Locale.ROOT).replace('_', ' ')));
        return all.toString();
    }

    private static String skew(long millis) {
        return millis == 0
                ? "as the peers'"
                : String.format(
                        Locale.ROOT,
                        "%.1f s %s the peers'",
                        Math.abs(millis) / 1000.0,
                        millis > 0 ? "behind" : "ahead of");
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes + " min " + seconds % 60 + " s";
        }
        long hours = minutes / 60;
        return hours < 24 ? hours + " h " + minutes % 60 + " min" : hours / 24 + " d " + hours % 24 + " h";
    }

    static String bytes(long number) {
        if (number < 1000) {
            return number + " B";
        }
        double amount = number;
        int unit = -1;
        while (amount >= 999.95 && unit < 3) {
            amount /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %sB", amount, "kMGT".charAt(unit));
    }
}
