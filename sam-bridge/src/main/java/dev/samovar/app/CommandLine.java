package dev.samovar.app;

import java.util.EnumMap;
import java.util.Map;

/** What the words behind {@code java -jar samovar.jar} ask for. */
sealed interface CommandLine {

    /** Run with these flags. */
    record Run(Map<ConfigKey, String> flags) implements CommandLine {}

    /** {@code --help}. */
    record Help() implements CommandLine {}

    /** {@code --version}. */
    record Version() implements CommandLine {}

    static CommandLine parse(String[] words) throws UsageException {
        Map<ConfigKey, String> flags = new EnumMap<>(ConfigKey.class);
        int at = words.length > 0 && words[0].equals("run") ? 1 : 0;
        while (at < words.length) {
            String word = words[at++];
            if (word.equals("--help") || word.equals("-h")) {
                return new Help();
            }
            if (word.equals("--version")) {
                return new Version();
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
            String value;
            if (equals >= 0) {
                value = word.substring(equals + 1);
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
        return new Run(flags);
    }
}
