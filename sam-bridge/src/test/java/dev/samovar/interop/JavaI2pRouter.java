package dev.samovar.interop;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import net.i2p.data.router.RouterInfo;
import net.i2p.router.Router;

/**
 * A Java I2P router in a JVM of its own, since Java I2P keeps state for the whole process and its client library would
 * call a router of the same JVM without I2CP: alone in a network of its own on loopback, or as a member of the network of
 * a namespace.
 *
 * <p>Prints {@code READY i2cp=PORT} and ends with its standard input.
 */
final class JavaI2pRouter {
    private static final String NETWORK = "79";
    private static final String HOST = "127.0.0.1";

    /** The oldest version of a router that 2.7.0 builds tunnels with or stores at; i2pd 2.45.1 says 0.9.57. */
    private static final String MINIMUM = "0.9.59";

    private static final String LOWERED = "0.9.51";

    /** The classes that hold {@link #MINIMUM} as a constant. */
    private static final List<String> WITH_MINIMUM = List.of(
            "net/i2p/router/tunnel/pool/TunnelPeerSelector.class", "net/i2p/router/networkdb/kademlia/StoreJob.class");

    private JavaI2pRouter() {}

    /**
     * The command for a member of a network of older routers: it works with them, as far as they can.
     *
     * @param folder for its files
     * @param host the address that it binds and publishes
     * @param routerInfos files with the RouterInfos of other members
     */
    static List<String> memberCommand(Path folder, int network, String host, List<Path> routerInfos)
            throws IOException {
        Path lowered = lowerMinimum(Files.createDirectories(folder.resolve("lowered-minimum")));
        List<String> arguments = new ArrayList<>(List.of(folder.toString(), "" + network, host));
        routerInfos.forEach(file -> arguments.add(file.toString()));
        return ExternalProgram.javaCommand(
                256, List.of(lowered), JavaI2pRouter.class, arguments.toArray(String[]::new));
    }

    /** Waits until a router that was started serves clients; its I2CP port. */
    static int awaitReady(ExternalProgram router, Duration patience) throws InterruptedException {
        String ready = router.awaitLine(line -> line.startsWith("READY i2cp="), patience);
        return Integer.parseInt(ready.substring(ready.indexOf('=') + 1));
    }

    /** Writes the classes with the minimum changed, for the front of a class path; the folder. */
    private static Path lowerMinimum(Path folder) throws IOException {
        for (String name : WITH_MINIMUM) {
            byte[] code;
            try (InputStream in = JavaI2pRouter.class.getClassLoader().getResourceAsStream(name)) {
                code = in.readAllBytes();
            }
            // A string constant of a class file: tag 1, two bytes of length, the text. One of the same length fits.
            String constant = "\u0001\u0000" + (char) MINIMUM.length();
            String text = new String(code, StandardCharsets.ISO_8859_1);
            String changed = text.replace(constant + MINIMUM, constant + LOWERED);
            if (changed.equals(text)) {
                throw new IOException(name + " has no such constant");
            }
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, changed.getBytes(StandardCharsets.ISO_8859_1));
        }
        return folder;
    }

    /** @param arguments the folder for its files; for a member its network, its address and files with RouterInfos */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        boolean member = arguments.length > 1;
        String network = member ? arguments[1] : NETWORK;
        String host = member ? arguments[2] : HOST;
        for (int i = 3; i < arguments.length; i++) {
            RouterFile.read(Path.of(arguments[i])).store(folder.resolve("netDb"));
        }
        int transport = freePort(host);
        int i2cp = freePort(HOST);

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
        Properties settings = settings(network, host, transport, i2cp);
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

    private static Properties settings(String network, String host, int transport, int i2cp) {
        Properties settings = new Properties();
        settings.setProperty("router.networkID", network);
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
        settings.setProperty("i2np.lastIP", host);
        settings.setProperty("i2np.ipv6", "false");
        settings.setProperty("i2np.ntcp.ipv6", "false");
        settings.setProperty("i2np.udp.ipv6", "false");
        settings.setProperty("i2np.ntcp.hostname", host);
        settings.setProperty("i2np.ntcp.port", Integer.toString(transport));
        settings.setProperty("i2np.ntcp.autoip", "false");
        settings.setProperty("i2np.ntcp.autoport", "false");
        settings.setProperty("i2np.ntcp.bindInterface", host);
        settings.setProperty("i2np.udp.host", host);
        settings.setProperty("i2np.udp.port", Integer.toString(transport));
        settings.setProperty("i2np.udp.internalPort", Integer.toString(transport));
        settings.setProperty("i2np.udp.bindInterface", host);
        settings.setProperty("i2np.udp.addressSources", "local");
        settings.setProperty("i2np.udp.status", "ok");
        settings.setProperty("i2cp.hostname", HOST);
        settings.setProperty("i2cp.port", Integer.toString(i2cp));
        settings.setProperty("i2cp.auth", "false");
        // Alone in its network it can build nothing but tunnels without hops; as a member it so deals straight with
        // floodfills.
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

    private static int freePort(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
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
