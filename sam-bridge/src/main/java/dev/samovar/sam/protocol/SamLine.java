package dev.samovar.sam.protocol;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One line in its parts: two words, then keys with values (SAM specification, "General SAM message syntax").
 *
 * <p>Takes what real clients send under every version: any number of blanks or tabs between words and behind the last, a CR
 * before the LF, values in quotes with {@code \"} and {@code \\} inside. The two leading words may be in any case; keys and
 * values are kept as they are.
 *
 * @param command the first word in upper case; empty for an empty line
 * @param subcommand the second word in upper case, or empty
 * @param text everything behind the first word and one blank, as it came: what PING sends back
 * @param parameters keys and values in the order they came, the last of repeated ones; a key without a value has an empty
 *     one
 * @param repeated the keys that came more than once
 */
record SamLine(String command, String subcommand, String text, Map<String, String> parameters, Set<String> repeated) {

    private static final int MAX_SUBJECT = 16;

    /** @throws SamSyntaxException for an unterminated quote */
    static SamLine parse(String line) throws SamSyntaxException {
        Tokens tokens = new Tokens(line);
        String command = tokens.word().toUpperCase(Locale.ROOT);
        if (command.equals("PING") || command.equals("PONG")) {
            return new SamLine(command, "", tokens.rest(), Map.of(), Set.of());
        }
        int beforeSecond = tokens.at;
        String subcommand = tokens.word();
        if (subcommand.indexOf('=') >= 0) {
            tokens.at = beforeSecond;
            subcommand = "";
        }
        subcommand = subcommand.toUpperCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        Set<String> repeated = Set.of();
        while (tokens.skipBlanks()) {
            String key = tokens.key();
            String value = tokens.value();
            if (value == null) {
                throw malformed(command, subcommand, "Unterminated quote");
            }
            if (!key.isEmpty() && parameters.put(key, value) != null) {
                if (repeated.isEmpty()) {
                    repeated = new HashSet<>();
                }
                repeated.add(key);
            }
        }
        return new SamLine(command, subcommand, "", parameters, repeated);
    }

    /** The value, or null for none and for an empty one, which some clients send where they mean none. */
    String get(String key) {
        String value = parameters.get(key);
        return value == null || value.isEmpty() ? null : value;
    }

    /** The value. */
    String required(String key, String message) throws SamSyntaxException {
        String value = get(key);
        if (value == null) {
            throw malformed(message);
        }
        return value;
    }

    /** True only for "true" in any case; a client's garbage counts as false. */
    boolean flag(String key) {
        return "true".equalsIgnoreCase(parameters.get(key));
    }

    /** The decimal number of this key, or {@code absent}. */
    int number(String key, int absent, int min, int max) throws SamSyntaxException {
        String text = get(key);
        if (text == null) {
            return absent;
        }
        int number = Numbers.parse(text);
        if (number < min || number > max) {
            throw malformed("Bad " + key);
        }
        return number;
    }

    /** Throws when one of these keys came twice: nobody can tell which was meant. */
    void once(Set<String> keys) throws SamSyntaxException {
        for (String key : repeated) {
            if (keys.contains(key)) {
                throw malformed("Duplicate parameter " + key);
            }
        }
    }

    /**
     * The error of this line. A socket that failed to become a stream's is of no more use (SAM specification, "STREAM
     * CONNECT"); behind a SEND come bytes that cannot be told from lines.
     */
    SamSyntaxException malformed(String message) {
        return malformed(command, subcommand, message);
    }

    private static SamSyntaxException malformed(String command, String subcommand, String message) {
        boolean fatal = command.equals("STREAM") || subcommand.equals("SEND");
        return new SamSyntaxException(subject(command), message, fatal);
    }

    /** The words that replies to a command begin with. */
    private static String subject(String command) {
        return switch (command) {
            case "HELLO", "NAMING", "DEST" -> command + " REPLY";
            default -> {
                boolean word = !command.isEmpty()
                        && command.length() <= MAX_SUBJECT
                        && command.chars().allMatch(c -> c >= 'A' && c <= 'Z');
                yield (word ? command : "COMMAND") + " STATUS";
            }
        };
    }

    @Override
    public String toString() {
        return "[line]";
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f';
    }

    private static final class Tokens {

        private final String line;
        private int at;

        Tokens(String line) {
            this.line = line;
        }

        boolean skipBlanks() {
            while (at < line.length() && isBlank(line.charAt(at))) {
                at++;
            }
            return at < line.length();
        }

        String word() {
            skipBlanks();
            return untilBlank();
        }

        private String untilBlank() {
            int start = at;
            while (at < line.length() && !isBlank(line.charAt(at))) {
                at++;
            }
            return line.substring(start, at);
        }

        /** What follows one blank, without the CR of a CR LF. */
        String rest() {
            int start = Math.min(line.length(), at + 1);
            int end = line.endsWith("\r") ? Math.max(start, line.length() - 1) : line.length();
            return line.substring(start, end);
        }

        /** Up to the first {@code =}, which alone separates: base64 ends in more of them. */
        String key() {
            int start = at;
            while (at < line.length() && !isBlank(line.charAt(at)) && line.charAt(at) != '=') {
                at++;
            }
            return line.substring(start, at);
        }

        /** The value behind a key; null when a quote is not closed. */
        String value() {
            if (at >= line.length() || line.charAt(at) != '=') {
                return "";
            }
            at++;
            if (at < line.length() && line.charAt(at) == '"') {
                at++;
                return quoted();
            }
            return untilBlank();
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            while (at < line.length()) {
                char c = line.charAt(at++);
                if (c == '"') {
                    return value.toString();
                }
                if (c == '\\' && at < line.length()) {
                    char next = line.charAt(at);
                    if (next == '"' || next == '\\') {
                        c = next;
                        at++;
                    }
                }
                value.append(c);
            }
            return null;
        }
    }
}
