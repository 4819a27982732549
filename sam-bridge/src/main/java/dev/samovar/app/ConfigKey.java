package dev.samovar.app;

import java.util.Locale;

/**
 * Every setting of the program, once: flag, name in the file, environment variable, default and help line. The help text
 * and the README's table are printed from here.
 */
enum ConfigKey {
    NETWORK(
            "network",
            "local|private|live",
            "live",
            "the network of the embedded router: `live` is the public one, I2P; `private` is one of your own; `local` exists"
                    + " only inside this process and gives no anonymity"),
    ROUTER(
            "router",
            "embedded|i2cp://HOST:PORT",
            "embedded",
            "the router: our own, or any I2P router's I2CP port (then neither --network nor --i2cp may be given)"),
    SAM("sam", "HOST:PORT", "127.0.0.1:7656", "where SAM clients connect (TCP)"),
    SAM_UDP("sam-udp", "HOST:PORT", "127.0.0.1:7655", "where SAM clients send datagrams (UDP)"),
    I2CP("i2cp", "HOST:PORT", "127.0.0.1:7654", "where I2CP clients connect to the embedded router (TCP)"),
    NET_ID("net-id", "N", "none", "the number of the private network, 3 to 254, the same on all of its routers"),
    SEED(
            "seed",
            "FILE",
            "none",
            "the first other routers: a zip or su3 of RouterInfos, a folder of them, or a single router.info; a private"
                    + " network wants it, on `live` the reseed hosts are asked beside it"),
    HOST(
            "host",
            "ADDRESS[,ADDRESS]",
            "none",
            "the IP address where other routers reach this one, or one of IPv4 and one of IPv6: listened on, published, and"
                    + " that of outgoing connections; without it this router only connects to others"),
    PORT("port", "N", "chosen once, then kept", "the port at --host (TCP), the same at both addresses"),
    FLOODFILL("floodfill", "keep a part of the network database for the others; wants --host"),
    ALLOW_RESERVED_ADDRESSES(
            "allow-reserved-addresses",
            "take loopback, private and other reserved addresses for those of routers, as test networks need"),
    MIN_PEER_VERSION(
            "min-peer-version", "X.Y.Z", "0.9.59, on `private` 0.9.51", "the oldest router version that is talked to"),
    BANDWIDTH(
            "bandwidth",
            "KBPS",
            "256",
            "how many kB (of 1024 bytes) a second go to other routers at most, and how many come from them, each; half of"
                    + " it is what others may use of this router, and published as its class"),
    TRANSIT(
            "transit",
            "on|off",
            "on",
            "whether tunnels of others may go through this router, within half of --bandwidth; with `off` it refuses them, and"
                    + " publishes that it does"),
    PROXY(
            "proxy",
            "socks5://HOST:PORT",
            "none",
            "the SOCKS5 proxy through which routers and reseed hosts are reached; it resolves their names"),
    DATA_DIR(
            "data-dir",
            "DIR",
            "$XDG_DATA_HOME/samovar, else ~/.local/share/samovar",
            "where Samovar keeps its files; made with mode 0700, and refused when others may enter it"),
    CONFIG("config", "FILE", "none", "a .properties file with the flags' names as keys"),
    LOG_LEVEL("log-level", "error|warn|info|debug", "info", "how much goes to standard error");

    private final String key;
    private final String value;
    private final String byDefault;
    private final String help;
    private final boolean isSwitch;

    ConfigKey(String key, String value, String byDefault, String help) {
        this(key, value, byDefault, help, false);
    }

    /** A switch: off unless named, on the command line without a value. */
    ConfigKey(String key, String help) {
        this(key, "true|false", "false", help, true);
    }

    ConfigKey(String key, String value, String byDefault, String help, boolean isSwitch) {
        this.key = key;
        this.value = value;
        this.byDefault = byDefault;
        this.help = help;
        this.isSwitch = isSwitch;
    }

    /** The name in a .properties file. */
    String key() {
        return key;
    }

    String flag() {
        return "--" + key;
    }

    String environment() {
        return "SAMOVAR_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Whether the flag stands alone for {@code true}; a value is joined to it by {@code =}. */
    boolean isSwitch() {
        return isSwitch;
    }

    /** The flag as the help and the README show it, with its value. */
    private String usage() {
        return isSwitch ? flag() + "[=" + value + "]" : flag() + " " + value;
    }

    /** The default as text; where it is a value, it is one that could be given. */
    String byDefault() {
        return byDefault;
    }

    /** The key of this name, or null. */
    static ConfigKey byKey(String name) {
        for (ConfigKey candidate : values()) {
            if (candidate.key.equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    /** The text of {@code --help}. */
    static String helpText() {
        StringBuilder out = new StringBuilder("""
                Samovar, an I2P gateway: SAM v3 and I2CP in front, an I2P router behind.

                Usage: java -jar samovar.jar [run] [FLAG VALUE | FLAG=VALUE]...
                       java -jar samovar.jar status [--data-dir DIR] [--json]

                The command status asks the Samovar that runs on the data directory how it is: its router's peers, network database
                and transports, and what it waits for, if anything. Its exit code is 1 when none runs there.

                """);
        for (ConfigKey key : values()) {
            out.append("  ").append(key.usage()).append('\n');
            out.append("      ").append(key.help.replace("`", "")).append('\n');
            out.append("      default: ").append(key.byDefault.replace("`", "")).append("; environment: ");
            out.append(key.environment()).append('\n');
        }
        out.append("""
                  --version
                      print the version and exit
                  --help
                      print this and exit

                A flag overrides the environment, the environment the file, the file the default. Port 0 takes a free
                port. Once everything listens, one line on standard output says where:
                  READY sam=H:P sam-udp=H:P i2cp=H:P network=live router=embedded
                --net-id, --seed and what follows them up to --proxy belong to --network private and live;
                --net-id and --allow-reserved-addresses to private alone.
                Exit codes: 0 ended as asked, 1 could not start, 2 wrong usage.
                """);
        return out.toString();
    }

    /** The README's table of flags. */
    static String markdownTable() {
        StringBuilder out = new StringBuilder("| flag | value | default | environment | what it sets |\n");
        out.append("| --- | --- | --- | --- | --- |\n");
        for (ConfigKey key : values()) {
            out.append("| `").append(key.flag()).append("` | `");
            out.append((key.isSwitch ? "[=" + key.value + "]" : key.value).replace("|", "\\|"));
            out.append("` | ");
            out.append(key.byDefault.replace("|", "\\|")).append(" | `");
            out.append(key.environment()).append("` | ").append(key.help).append(" |\n");
        }
        return out.toString();
    }
}
