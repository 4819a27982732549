package dev.samovar.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import net.i2p.data.router.RouterInfo;
import net.i2p.router.Router;

/**
 * A Java I2P router of a network of its own, on loopback only, in a JVM of its own: Java I2P keeps state for the whole
 * process, and its client library would call a router of the same JVM without I2CP.
 *
 * <p>Prints {@code READY i2cp=PORT} and ends with its standard input.
 */
final class JavaI2pRouter {
    private static final String NETWORK = "79";
    private static final String HOST = "127.0.0.1";

    private JavaI2pRouter() {}

    /** @param arguments the folder for its files */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int transport = freePort();
        int i2cp = freePort();

        // Else the router takes over standard output and sets the JVM's time zone.
        for (String what : new String[] {"OUTPUT", "TIMEZONE", "DNS_CACHE", "HTTP_AGENT", "HTTP_KEEPALIVE"}) {
            System.setProperty("I2P_DISABLE_" + what + "_OVERRIDE", "true");
        }
        // Everything it writes goes there; by default it shares ~/.i2p with a router that somebody uses.
        Properties environment = new Properties();
        for (String kind : new String[] {"base", "config", "router", "app", "log", "pid", "temp"}) {
            environment.setProperty("i2p.dir." + kind, folder.toString());
        }
        Path config = folder.resolve("router.config");
        Properties settings = settings(transport, i2cp);
        Files.write(
                config,
                settings.stringPropertyNames().stream()
                        .sorted()
                        .map(name -> name + "=" + settings.getProperty(name))
                        .toList());
        Files.writeString(folder.resolve("clients.config"), "");
        Files.writeString(folder.resolve("hosts.txt"), "");
        Files.writeString(
                folder.resolve("logger.config"),
                "logger.defaultLevel=WARN\nlogger.displayOnScreen=false\nlogger.logFileName=router.log\n");

        Router router = new Router(config.toString(), environment);
        router.setKillVMOnEnd(false);
        router.runRouter();
        awaitReady(router, folder, i2cp);
        System.out.println("READY i2cp=" + i2cp);

        while (System.in.read() >= 0) {}
        // Not an orderly end, which takes seconds: nobody is left to be told.
        Runtime.getRuntime().halt(0);
    }

    private static Properties settings(int transport, int i2cp) {
        Properties settings = new Properties();
        settings.setProperty("router.networkID", NETWORK);
        // Nothing that asks or tells anybody outside.
        settings.setProperty("router.reseedDisable", "true");
        settings.setProperty("router.updateDisabled", "true");
        settings.setProperty("time.disabled", "true");
        settings.setProperty("time.sntpServerList", HOST);
        settings.setProperty("i2np.upnp.enable", "false");
        settings.setProperty("routerconsole.geoip.enable", "false");
        settings.setProperty("router.blocklist.enable", "false");
        settings.setProperty("router.sybilFrequency", "0");
        // Loopback is a routable address, and published at once.
        settings.setProperty("i2np.allowLocal", "true");
        settings.setProperty("i2np.lastIP", HOST);
        settings.setProperty("i2np.ipv6", "false");
        settings.setProperty("i2np.ntcp.ipv6", "false");
        settings.setProperty("i2np.udp.ipv6", "false");
        settings.setProperty("i2np.ntcp.hostname", HOST);
        settings.setProperty("i2np.ntcp.port", Integer.toString(transport));
        settings.setProperty("i2np.ntcp.autoip", "false");
        settings.setProperty("i2np.ntcp.autoport", "false");
        settings.setProperty("i2np.ntcp.bindInterface", HOST);
        settings.setProperty("i2np.udp.host", HOST);
        settings.setProperty("i2np.udp.port", Integer.toString(transport));
        settings.setProperty("i2np.udp.internalPort", Integer.toString(transport));
        settings.setProperty("i2np.udp.bindInterface", HOST);
        settings.setProperty("i2np.udp.addressSources", "local");
        settings.setProperty("i2np.udp.status", "ok");
        settings.setProperty("i2cp.hostname", HOST);
        settings.setProperty("i2cp.port", Integer.toString(i2cp));
        settings.setProperty("i2cp.auth", "false");
        // Alone in its network it can build nothing but tunnels without hops.
        for (String direction : new String[] {"inbound", "outbound"}) {
            String pool = "router." + direction + "Pool.";
            settings.setProperty(pool + "length", "0");
            settings.setProperty(pool + "lengthVariance", "0");
            settings.setProperty(pool + "quantity", "2");
            settings.setProperty(pool + "allowZeroHop", "true");
        }
        for (String limit : new String[] {"inbound", "outbound", "inboundBurst", "outboundBurst"}) {
            settings.setProperty("i2np.bandwidth." + limit + "KBytesPerSecond", "100000");
        }
        return settings;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    /** Ready is: both addresses published and I2CP listening. Who started this bounds the wait. */
    private static void awaitReady(Router router, Path folder, int i2cp) throws InterruptedException {
        while (!published(router.getRouterInfo()) || !Files.exists(folder.resolve("router.info")) || !listens(i2cp)) {
            Thread.sleep(50);
        }
    }

    private static boolean published(RouterInfo info) {
        return info != null
                && info.getAddresses().stream()
                                .filter(address -> address.getHost() != null && address.getPort() > 0)
                                .count()
                        >= 2;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(HOST, port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }
}
