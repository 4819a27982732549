package dev.samovar.app;

import java.util.EnumMap;
import java.util.Map;

/** What the words behind {@code java -jar samovar.jar} ask for. */
sealed interface CommandLine {

    /** Run with these flags. */
    record Run(Map<ConfigKey, String> flags) implements CommandLine {}

    /**
     * Ask the program that runs.
     *
     * @param flags those that say where its data directory is
     * @param json whether the answer is wanted as JSON
     */
    record Status(Map<ConfigKey, String> flags, boolean json) implements CommandLine {}

    /** {@code --help}. */
    record Help() implements CommandLine {}

    /** {@code --version}. */
    record Version() implements CommandLine {}

    static CommandLine parse(String[] words) throws UsageException {
        boolean status = words.length > 0 && words[0].equals("status");
        boolean json = false;
        Map<ConfigKey, String> flags = new EnumMap<>(ConfigKey.class);
        int at = status || words.length > 0 && words[0].equals("run") ? 1 : 0;
        while (at < words.length) {
            String word = words[at++];
            if (word.equals("--help") || word.equals("-h")) {
                return new Help();
            }
            if (word.equals("--version")) {
                return new Version();
            }
            if (status && word.equals("--json")) {
                json = true;
                continue;
            }
            if (!word.startsWith("--")) {
                throw new UsageException("'" + word + "' is not a command or a flag; --help lists what there is");
            }
            int equals = word.indexOf('=');
            String flag = equals < 0 ? word : word.substring(0, equals);
            ConfigKey key = ConfigKey.byKey(flag.substring(2));
            if (key == null) {
                throw new UsageException("there is no flag " + flag + "; --help lists what there is");
            }
            if (status && key != ConfigKey.DATA_DIR && key != ConfigKey.CONFIG) {
                throw new UsageException(flag + " does not belong to the command status");
            }
            String value;
            if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (key.isSwitch()) {
                value = "true";
            } else if (at < words.length) {
                value = words[at++];
            } else {
                throw new UsageException(flag + " wants a value");
            }
            if (value.isEmpty()) {
                throw new UsageException(flag + " wants a value");
            }
            if (flags.put(key, value) != null) {
                throw new UsageException(flag + " is given twice");
            }
        }
        return status ? new Status(flags, json) : new Run(flags);
    }
}
