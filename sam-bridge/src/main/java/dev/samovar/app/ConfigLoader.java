package dev.samovar.app;

import dev.samovar.app.GatewayConfig.RouterChoice;
import dev.samovar.data.RouterVersion;
import dev.samovar.transport.ReservedAddresses;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** Puts the settings together: default, then file, then environment, then flags; the last one named wins. */
final class ConfigLoader {

    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug");
    private static final String I2CP_SCHEME = "i2cp://";
    private static final String SOCKS_SCHEME = "socks5://";

    /** What has a meaning only where there are other routers. */
    private static final Set<ConfigKey> MEMBER_KEYS = EnumSet.range(ConfigKey.NET_ID, ConfigKey.PROXY);

    /** What the public network leaves nobody to choose. */
    private static final Set<ConfigKey> PRIVATE_KEYS = EnumSet.of(ConfigKey.NET_ID, ConfigKey.ALLOW_RESERVED_ADDRESSES);

    private static final int LIVE_NET_ID = 2;

    /** Java I2P's minimum for hops and floodfills. */
    private static final RouterVersion LIVE_VERSION = RouterVersion.parse("0.9.59");

    /** The first version with short tunnel builds. */
    private static final RouterVersion PRIVATE_VERSION = RouterVersion.parse("0.9.51");

    /** SPEC proposal 147: 2 is the public network, 1 and 255 are set aside; a network of one's own takes another. */
    private static final int MIN_NET_ID = 3;

    private static final int MAX_NET_ID = 254;

    private static final int MAX_PORT = 65535;

    /** In kB a second. With less, the network database alone would starve the clients. */
    private static final int MIN_BANDWIDTH = 16;

    private static final int MAX_BANDWIDTH = 1_000_000;

    private final Map<ConfigKey, String> given = new EnumMap<>(ConfigKey.class);
    private final Map<String, String> environment;

    /**
     * Reads all sources.
     *
     * @param flags what the command line gave
     * @param environment the process's environment
     */
    ConfigLoader(Map<ConfigKey, String> flags, Map<String, String> environment) throws UsageException {
        this.environment = environment;
        Map<ConfigKey, String> fromEnvironment = new EnumMap<>(ConfigKey.class);
        for (ConfigKey key : ConfigKey.values()) {
            String value = environment.get(key.environment());
            if (value != null && !value.isEmpty()) {
                fromEnvironment.put(key, value);
            }
        }
        String file = flags.getOrDefault(ConfigKey.CONFIG, fromEnvironment.get(ConfigKey.CONFIG));
        if (file != null) {
            readFile(path(file, ConfigKey.CONFIG.flag()));
        }
        given.putAll(fromEnvironment);
        given.putAll(flags);
    }

    /** The log level, which is wanted before anything logs. */
    String logLevel() throws UsageException {
        String level = value(ConfigKey.LOG_LEVEL);
        if (!LOG_LEVELS.contains(level)) {
            throw new UsageException(
                    ConfigKey.LOG_LEVEL.flag() + ": '" + level + "' is none of error, warn, info, debug");
        }
        return level;
    }

    GatewayConfig load() throws UsageException {
        return new GatewayConfig(listen(ConfigKey.SAM), listen(ConfigKey.SAM_UDP), router(), dataDir());
    }

    private RouterChoice router() throws UsageException {
        String router = value(ConfigKey.ROUTER);
        if (router.startsWith(I2CP_SCHEME)) {
            for (ConfigKey other : new ConfigKey[] {ConfigKey.NETWORK, ConfigKey.I2CP}) {
                if (given.containsKey(other)) {
                    throw new UsageException(
                            other.flag() + " belongs to the embedded router; leave it out beside --router " + router);
                }
            }
            HostPort address = HostPort.parse(router.substring(I2CP_SCHEME.length()), ConfigKey.ROUTER.flag());
            if (address.port() == 0) {
                throw new UsageException(ConfigKey.ROUTER.flag() + ": port 0 is no port to connect to");
            }
            refuseMemberKeys("--router " + router);
            return new RouterChoice.External(address.host(), address.port());
        }
        if (!router.equals("embedded")) {
            throw new UsageException(
                    ConfigKey.ROUTER.flag() + ": '" + router + "' is neither embedded nor i2cp://HOST:PORT");
        }
        String network = value(ConfigKey.NETWORK);
        return switch (network) {
            case "local" -> {
                refuseMemberKeys("--network local");
                yield new RouterChoice.EmbeddedLocal(listen(ConfigKey.I2CP));
            }
            case "private" -> privateNetwork();
            case "live" -> liveNetwork();
            default ->
                throw new UsageException(
                        ConfigKey.NETWORK.flag() + ": '" + network + "' is none of local, private, live");
        };
    }

    private void refuseMemberKeys(String beside) throws UsageException {
        for (ConfigKey key : MEMBER_KEYS) {
            refuse(key, PRIVATE_KEYS.contains(key) ? "private" : "private and live", beside);
        }
    }

    private void refuse(ConfigKey key, String where, String beside) throws UsageException {
        if (given.containsKey(key)) {
            throw new UsageException(key.flag() + " belongs to --network " + where + "; leave it out beside " + beside);
        }
    }

    private RouterChoice.Member privateNetwork() throws UsageException {
        int netId = number(ConfigKey.NET_ID, MIN_NET_ID, MAX_NET_ID);
        if (!given.containsKey(ConfigKey.SEED)) {
            throw new UsageException(
                    "--network private wants --seed FILE, with the RouterInfo of another router at least");
        }
        return member("private", netId, false, on(ConfigKey.ALLOW_RESERVED_ADDRESSES), PRIVATE_VERSION);
    }

    private RouterChoice.Member liveNetwork() throws UsageException {
        for (ConfigKey key : PRIVATE_KEYS) {
            refuse(key, "private", "--network live");
        }
        return member("live", LIVE_NET_ID, true, false, LIVE_VERSION);
    }

    private RouterChoice.Member member(
            String network, int netId, boolean reseed, boolean allowReserved, RouterVersion oldest)
            throws UsageException {
        boolean floodfill = on(ConfigKey.FLOODFILL);
        List<InetAddress> hosts = hosts(network, allowReserved);
        if (hosts.isEmpty()) {
            for (ConfigKey key : new ConfigKey[] {ConfigKey.PORT, ConfigKey.FLOODFILL}) {
                if (key == ConfigKey.FLOODFILL ? floodfill : given.containsKey(key)) {
                    throw new UsageException(key.flag() + " wants --host too: others must know where to connect");
                }
            }
        } else if (given.containsKey(ConfigKey.PROXY)) {
            throw new UsageException(ConfigKey.HOST.flag() + " and " + ConfigKey.PROXY.flag()
                    + " do not go together: who comes through a proxy comes from another address than it publishes");
        }
        return new RouterChoice.Member(
                listen(ConfigKey.I2CP),
                network,
                netId,
                seed(),
                reseed,
                hosts,
                given.containsKey(ConfigKey.PORT) ? number(ConfigKey.PORT, 1, MAX_PORT) : 0,
                floodfill,
                allowReserved,
                minPeerVersion(oldest),
                number(ConfigKey.BANDWIDTH, value(ConfigKey.BANDWIDTH), MIN_BANDWIDTH, MAX_BANDWIDTH),
                transit(),
                proxy());
    }

    private RouterVersion minPeerVersion(RouterVersion byDefault) throws UsageException {
        String text = given.get(ConfigKey.MIN_PEER_VERSION);
        if (text == null) {
            return byDefault;
        }
        RouterVersion version = RouterVersion.parse(text);
        if (version == null) {
            throw new UsageException(ConfigKey.MIN_PEER_VERSION.flag() + ": '" + text + "' is not of the form X.Y.Z");
        }
        return version;
    }

    private boolean transit() throws UsageException {
        String text = value(ConfigKey.TRANSIT);
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new UsageException(ConfigKey.TRANSIT.flag() + ": '" + text + "' is neither on nor off");
        };
    }

    /** Null when there is none. */
    private Path seed() throws UsageException {
        String text = given.get(ConfigKey.SEED);
        if (text == null) {
            return null;
        }
        Path seed = path(text, ConfigKey.SEED.flag()).toAbsolutePath();
        if (!Files.isReadable(seed)) {
            throw new UsageException(ConfigKey.SEED.flag() + ": cannot read '" + text + "'");
        }
        return seed;
    }

    /** None, one, or one of each IP version. */
    private List<InetAddress> hosts(String network, boolean allowReserved) throws UsageException {
        List<InetAddress> hosts = new ArrayList<>();
        String text = given.get(ConfigKey.HOST);
        if (text == null) {
            return hosts;
        }
        for (String each : text.split(",", -1)) {
            InetAddress host = host(each, network, allowReserved);
            for (InetAddress other : hosts) {
                if (other.getAddress().length == host.getAddress().length) {
                    throw new UsageException(
                            ConfigKey.HOST.flag() + ": '" + text + "' has two addresses of the same IP version");
                }
            }
            hosts.add(host);
        }
        return hosts;
    }

    /** An address and no name: it is published, and a name may mean another address tomorrow. */
    private static InetAddress host(String text, String network, boolean allowReserved) throws UsageException {
        if (!NetUtil.isValidIpV4Address(text) && !NetUtil.isValidIpV6Address(text)) {
            throw new UsageException(ConfigKey.HOST.flag() + ": '" + text + "' is not an IP address");
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
        if (address == null
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || address.isLinkLocalAddress()) {
            throw new UsageException(ConfigKey.HOST.flag() + ": " + text
                    + " is not an address where others can connect; name the one that they see");
        }
        if (!allowReserved && ReservedAddresses.isReserved(address.getAddress())) {
            throw new UsageException(
                    ConfigKey.HOST.flag() + ": " + text + " is a reserved address, which routers do not talk to; "
                            + (network.equals("live")
                                    ? "leave it out if this machine has no other"
                                    : "add --allow-reserved-addresses if yours do"));
        }
        return address;
    }

    private HostPort proxy() throws UsageException {
        String text = given.get(ConfigKey.PROXY);
        if (text == null) {
            return null;
        }
        if (!text.startsWith(SOCKS_SCHEME)) {
            throw new UsageException(ConfigKey.PROXY.flag() + ": '" + text + "' is not socks5://HOST:PORT");
        }
        HostPort proxy = HostPort.parse(text.substring(SOCKS_SCHEME.length()), ConfigKey.PROXY.flag());
        if (proxy.port() == 0) {
            throw new UsageException(ConfigKey.PROXY.flag() + ": port 0 is no port to connect to");
        }
        return proxy;
    }

    private int number(ConfigKey key, int min, int max) throws UsageException {
        String text = given.get(key);
        if (text == null) {
            throw new UsageException("--network private wants " + key.flag() + " N, from " + min + " to " + max);
        }
        return number(key, text, min, max);
    }

    private static int number(ConfigKey key, String text, int min, int max) throws UsageException {
        int number = -1;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            // reported below, with every other form of wrong
        }
        if (number < min || number > max) {
            throw new UsageException(key.flag() + ": '" + text + "' is not a number from " + min + " to " + max
                    + (key == ConfigKey.NET_ID && number == 2 ? "; 2 is the public network" : ""));
        }
        return number;
    }

    private boolean on(ConfigKey key) throws UsageException {
        String text = value(key);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new UsageException(key.flag() + ": '" + text + "' is neither true nor false");
        };
    }

    private InetSocketAddress listen(ConfigKey key) throws UsageException {
        return HostPort.parse(value(key), key.flag()).toLoopback(key.flag());
    }

    /** Where files are kept; for {@code status}, which wants nothing else. */
    Path dataDir() throws UsageException {
        String directory = given.get(ConfigKey.DATA_DIR);
        if (directory != null) {
            return path(directory, ConfigKey.DATA_DIR.flag()).toAbsolutePath();
        }
        String data = environment.get("XDG_DATA_HOME");
        // SPEC XDG base directories: a relative path there is to be ignored
        if (data != null && path(data, "XDG_DATA_HOME").isAbsolute()) {
            return Path.of(data, "samovar");
        }
        String home = environment.get("HOME");
        if (home == null || home.isEmpty()) {
            home = System.getProperty("user.home");
        }
        if (home == null || home.isEmpty()) {
            throw new UsageException("there is no home directory: name one with " + ConfigKey.DATA_DIR.flag());
        }
        return path(home, "HOME").resolve(".local/share/samovar").toAbsolutePath();
    }

    /** The path of this name. Not every text is one: under a locale of ASCII alone, for one, no name with an umlaut. */
    private static Path path(String text, String setting) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException invalid) {
            throw new UsageException(setting + ": this system has no files of such a name (" + invalid.getReason()
                    + "); a UTF-8 locale may help");
        }
    }

    private String value(ConfigKey key) {
        return given.getOrDefault(key, key.byDefault());
    }

    private void readFile(Path file) throws UsageException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new UsageException(ConfigKey.CONFIG.flag() + ": cannot read '" + file + "'");
        }
        for (String name : properties.stringPropertyNames()) {
            ConfigKey key = ConfigKey.byKey(name);
            if (key == null || key == ConfigKey.CONFIG) {
                throw new UsageException(ConfigKey.CONFIG.flag() + ": there is no setting '" + name + "' in a file");
            }
            given.put(key, properties.getProperty(name).trim());
        }
    }
}
