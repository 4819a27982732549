package dev.samovar.sam.protocol;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line in its parts: two words, then keys with values.
 *
 * @param command the first word in upper case; empty for an empty line
 * @param subcommand the second word in upper case, or empty
 * @param rest everything behind the first word and one blank, as it came: what PING sends back
 * @param parameters keys and values in the order they came; a key without a value has an empty one
 * @param repeated a key that came twice, or null
 */
public record SamLine(String command, String subcommand, String rest, Map<String, String> parameters, String repeated) {

    /**
     * Splits a line (SAM specification, "General SAM message syntax"). Takes what real clients send: any number of blanks or
     * tabs between words and behind the last, a CR before the LF, values in quotes with backslash escapes inside. The two
     * leading words may be in any case; keys and values are kept as they are. The last of repeated keys wins.
     *
     * @throws SamSyntaxException for an unterminated quote
     */
    public static SamLine parse(String line) throws SamSyntaxException {
        Tokens tokens = new Tokens(line);
        String command = tokens.word();
        String rest = line.substring(Math.min(line.length(), tokens.at + (tokens.at < line.length() ? 1 : 0)));
        if (rest.endsWith("\r")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        String verb = command.toUpperCase(Locale.ROOT);
        if (verb.equals("PING") || verb.equals("PONG")) {
            return new SamLine(verb, "", rest, Map.of(), null);
        }
        int beforeSecond = tokens.at;
        String subcommand = tokens.word();
        if (subcommand.indexOf('=') >= 0) {
            tokens.at = beforeSecond;
            subcommand = "";
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        String repeated = null;
        while (tokens.skipBlanks()) {
            String key = tokens.key();
            String value = tokens.value();
            if (!key.isEmpty() && parameters.put(key, value) != null) {
                repeated = key;
            }
        }
        return new SamLine(verb, subcommand.toUpperCase(Locale.ROOT), rest, parameters, repeated);
    }

    /** The value, or null. */
    public String get(String key) {
        return parameters.get(key);
    }

    /** True only for "true" in any case; a client's garbage counts as false. */
    public boolean flag(String key) {
        return "true".equalsIgnoreCase(parameters.get(key));
    }

    /** The name of the command as its replies begin: {@code SESSION}, {@code STREAM}. */
    @Override
    public String toString() {
        return command + " " + subcommand;
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
            int start = at;
            while (at < line.length() && !isBlank(line.charAt(at))) {
                at++;
            }
            return line.substring(start, at);
        }

        /** Up to the first {@code =}, which alone separates. */
        String key() {
            int start = at;
            while (at < line.length() && !isBlank(line.charAt(at)) && line.charAt(at) != '=') {
                at++;
            }
            return line.substring(start, at);
        }

        String value() throws SamSyntaxException {
            if (at >= line.length() || line.charAt(at) != '=') {
                return "";
            }
            at++;
            if (at < line.length() && line.charAt(at) == '"') {
                at++;
                return quoted();
            }
            int start = at;
            while (at < line.length() && !isBlank(line.charAt(at))) {
                at++;
            }
            return line.substring(start, at);
        }

        private String quoted() throws SamSyntaxException {
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
            throw new SamSyntaxException("Unterminated quote");
        }
    }
}
