package dev.samovar.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A conversation of a SAM client, byte for byte, that can be played against a bridge. The form is explained at the top
 * of each transcript.
 *
 * <p>It reads as impatient clients do: a reply has to be there whole with one {@code read}, and must not bring anything
 * with it.
 */
final class Transcript {
    private static final int TIMEOUT_MILLIS = 90_000;
    private static final Pattern STEP = Pattern.compile("(\\S+) (open|close|closed|>|<\\+|<<|<)(?: (.*))?");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]+)}");
    private static final String BASE64 = "[A-Za-z0-9~-]+={0,2}";

    private final String name;
    private final List<String> steps;

    private Transcript(String name, List<String> steps) {
        this.name = name;
        this.steps = steps;
    }

    static Transcript load(String name) throws IOException {
        try (InputStream in = Transcript.class.getResourceAsStream("/transcripts/" + name)) {
            return new Transcript(
                    name,
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
        }
    }

    /** Plays the whole transcript; the first deviation is an {@link AssertionError} that names its line. */
    void playAgainst(InetSocketAddress bridge) {
        Map<String, Connection> connections = new HashMap<>();
        Map<String, String> kept = new HashMap<>();
        try {
            for (int number = 1; number <= steps.size(); number++) {
                String line = steps.get(number - 1);
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                Matcher step = STEP.matcher(line);
                if (!step.matches()) {
                    throw new IllegalStateException(name + ":" + number + ": not a step");
                }
                String text = step.group(3) == null ? "" : step.group(3).replace("\\n", "\n");
                try {
                    if (step.group(2).equals("open")) {
                        connections.put(step.group(1), new Connection(bridge));
                    } else {
                        connections.get(step.group(1)).perform(step.group(2), text, kept);
                    }
                } catch (IOException | AssertionError failure) {
                    throw new AssertionError(name + ":" + number + ": " + line, failure);
                }
            }
        } finally {
            connections.values().forEach(Connection::close);
        }
    }

    /** One socket of the client. */
    private static final class Connection {
        private final Socket socket = new Socket();
        private byte[] unread = {};

        Connection(InetSocketAddress bridge) throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(bridge, TIMEOUT_MILLIS);
        }

        void perform(String action, String text, Map<String, String> kept) throws IOException {
            switch (action) {
                case ">" -> socket.getOutputStream().write(bytes(resolved(text, kept)));
                case "<" -> {
                    expectLine(text, readOnce(), kept);
                    check(unread.length == 0, unread.length + " bytes came with the reply");
                }
                case "<+" -> expectLine(text, unread.length > 0 ? unread : readOnce(), kept);
                case "<<" -> expectBytes(bytes(text));
                case "close" -> close();
                case "closed" ->
                    check(unread.length == 0 && socket.getInputStream().read() < 0, "more bytes instead of the end");
                default -> throw new IllegalStateException(action);
            }
        }

        private byte[] readOnce() throws IOException {
            check(unread.length == 0, "bytes before the reply was asked for");
            byte[] buffer = new byte[65_536];
            int count = socket.getInputStream().read(buffer);
            check(count >= 0, "the bridge closed the connection");
            return Arrays.copyOf(buffer, count);
        }

        private void expectLine(String expected, byte[] read, Map<String, String> kept) {
            String received = new String(read, StandardCharsets.ISO_8859_1);
            int end = received.indexOf('\n') + 1;
            check(end > 0, "one read did not hold the whole line, but " + read.length + " bytes");
            unread = Arrays.copyOfRange(read, end, read.length);

            StringBuilder pattern = new StringBuilder();
            Matcher placeholder = PLACEHOLDER.matcher(expected);
            int position = 0;
            Map<String, Integer> groups = new HashMap<>();
            while (placeholder.find()) {
                pattern.append(Pattern.quote(expected.substring(position, placeholder.start())));
                position = placeholder.end();
                String key = placeholder.group(1);
                if (key.equals("...")) {
                    pattern.append("[^\n]*");
                } else if (key.startsWith("b32:") || kept.containsKey(key)) {
                    pattern.append(Pattern.quote(resolved(placeholder.group(), kept)));
                } else {
                    groups.put(key, groups.size() + 1);
                    pattern.append('(').append(BASE64).append(')');
                }
            }
            pattern.append(Pattern.quote(expected.substring(position)));
            Matcher match = Pattern.compile(pattern.toString()).matcher(received.substring(0, end));
            check(match.matches(), "received " + shortened(received.substring(0, end)));
            groups.forEach((key, group) -> kept.put(key, match.group(group)));
        }

        private void expectBytes(byte[] expected) throws IOException {
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            received.writeBytes(unread);
            unread = new byte[0];
            while (received.size() < expected.length) {
                received.writeBytes(readOnce());
            }
            check(
                    Arrays.equals(received.toByteArray(), expected),
                    "received " + shortened(received.toString(StandardCharsets.ISO_8859_1)));
        }

        void close() {
            try {
                socket.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private static String resolved(String text, Map<String, String> kept) {
            return PLACEHOLDER.matcher(text).replaceAll(found -> {
                String key = found.group(1);
                boolean hash = key.startsWith("b32:");
                String value = kept.get(hash ? key.substring(4) : key);
                check(value != null, "nothing was kept as " + key);
                return Matcher.quoteReplacement(hash ? base32OfHash(value) : value);
            });
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void check(boolean condition, String failure) {
        if (!condition) {
            throw new AssertionError(failure);
        }
    }

    /** Keys are long, and none of anybody's business: only their ends are shown. */
    private static String shortened(String line) {
        return line.replaceAll("(" + "[A-Za-z0-9~-]{12}" + ")[A-Za-z0-9~-]{60,}", "$1(…)")
                .replace("\n", "\\n");
    }

    static String base32OfHash(String destination) {
        byte[] raw = Base64.getDecoder().decode(destination.replace('-', '+').replace('~', '/'));
        byte[] hash;
        try {
            hash = MessageDigest.getInstance("SHA-256").digest(raw);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < 256; bit += 5) {
            int window = (hash[bit / 8] & 0xff) << 8 | (bit / 8 + 1 < hash.length ? hash[bit / 8 + 1] & 0xff : 0);
            text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(window >> (11 - bit % 8) & 31));
        }
        return text.toString();
    }
}
