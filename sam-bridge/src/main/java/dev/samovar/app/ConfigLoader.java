package dev.samovar.app;

import dev.samovar.app.GatewayConfig.RouterChoice;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** Puts the settings together: default, then file, then environment, then flags; the last one named wins. */
final class ConfigLoader {

    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug");
    private static final String I2CP_SCHEME = "i2cp://";

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
            readFile(Path.of(file));
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
            return new RouterChoice.External(address.host(), address.port());
        }
        if (!router.equals("embedded")) {
            throw new UsageException(
                    ConfigKey.ROUTER.flag() + ": '" + router + "' is neither embedded nor i2cp://HOST:PORT");
        }
        String network = value(ConfigKey.NETWORK);
        return switch (network) {
            case "local" -> new RouterChoice.EmbeddedLocal(listen(ConfigKey.I2CP));
            case "private", "live" ->
                throw new UsageException("--network " + network
                        + " is not there yet: the embedded router knows only --network local so far; for the real network use"
                        + " --router i2cp://HOST:PORT with a running I2P router");
            default ->
                throw new UsageException(
                        ConfigKey.NETWORK.flag() + ": '" + network + "' is none of local, private, live");
        };
    }

    private InetSocketAddress listen(ConfigKey key) throws UsageException {
        return HostPort.parse(value(key), key.flag()).toLoopback(key.flag());
    }

    private Path dataDir() throws UsageException {
        String directory = given.get(ConfigKey.DATA_DIR);
        if (directory != null) {
            return Path.of(directory).toAbsolutePath();
        }
        String data = environment.get("XDG_DATA_HOME");
        // SPEC XDG base directories: a relative path there is to be ignored
        if (data != null && Path.of(data).isAbsolute()) {
            return Path.of(data, "samovar");
        }
        String home = environment.get("HOME");
        if (home == null || home.isEmpty()) {
            home = System.getProperty("user.home");
        }
        if (home == null || home.isEmpty()) {
            throw new UsageException("there is no home directory: name one with " + ConfigKey.DATA_DIR.flag());
        }
        return Path.of(home, ".local", "share", "samovar").toAbsolutePath();
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
