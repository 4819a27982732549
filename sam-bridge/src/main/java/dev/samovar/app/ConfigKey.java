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
            "local",
            "the network of the embedded router; `local` exists only inside this process and gives no anonymity;"
                    + " `private` and `live` are not there yet"),
    ROUTER(
            "router",
            "embedded|i2cp://HOST:PORT",
            "embedded",
            "the router: our own, or any I2P router's I2CP port (then neither --network nor --i2cp may be given)"),
    SAM("sam", "HOST:PORT", "127.0.0.1:7656", "where SAM clients connect (TCP)"),
    SAM_UDP("sam-udp", "HOST:PORT", "127.0.0.1:7655", "where SAM clients send datagrams (UDP)"),
    I2CP("i2cp", "HOST:PORT", "127.0.0.1:7654", "where I2CP clients connect to the embedded router (TCP)"),
    DATA_DIR(
            "data-dir",
            "DIR",
            "$XDG_DATA_HOME/samovar, else ~/.local/share/samovar",
            "where Samovar keeps its files; made with mode 0700"),
    CONFIG("config", "FILE", "none", "a .properties file with the flags' names as keys"),
    LOG_LEVEL("log-level", "error|warn|info|debug", "info", "how much goes to standard error");

    private final String key;
    private final String value;
    private final String byDefault;
    private final String help;

    ConfigKey(String key, String value, String byDefault, String help) {
        this.key = key;
        this.value = value;
        this.byDefault = byDefault;
        this.help = help;
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

    /** The default as text: a value for all but {@link #DATA_DIR} and {@link #CONFIG}, which are found at run time. */
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

                """);
        for (ConfigKey key : values()) {
            out.append("  ").append(key.flag()).append(' ').append(key.value).append('\n');
            out.append("      ").append(key.help.replace("`", "")).append('\n');
            out.append("      default: ").append(key.byDefault).append("; environment: ");
            out.append(key.environment()).append('\n');
        }
        out.append("""
                  --version
                      print the version and exit
                  --help
                      print this and exit

                A flag overrides the environment, the environment the file, the file the default. Port 0 takes a free
                port. Once everything listens, one line on standard output says where:
                  READY sam=H:P sam-udp=H:P i2cp=H:P network=local router=embedded
                Exit codes: 0 ended as asked, 1 could not start, 2 wrong usage or not there yet.
                """);
        return out.toString();
    }

    /** The README's table of flags. */
    static String markdownTable() {
        StringBuilder out = new StringBuilder("| flag | value | default | environment | what it sets |\n");
        out.append("| --- | --- | --- | --- | --- |\n");
        for (ConfigKey key : values()) {
            out.append("| `").append(key.flag()).append("` | `");
            out.append(key.value.replace("|", "\\|")).append("` | ");
            out.append(key.byDefault.replace("|", "\\|")).append(" | `");
            out.append(key.environment()).append("` | ").append(key.help).append(" |\n");
        }
        return out.toString();
    }
}
