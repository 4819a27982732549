package dev.samovar.sam.protocol;

import java.util.StringTokenizer;

/**
 * The first line of a UDP packet: {@code 3.x ID DESTINATION[ KEY=VALUE]...} (SAM specification, "SAM Repliable Datagrams",
 * sending). Ports and protocol are those of 3.2; clients of all versions write them.
 *
 * @param destination base64, address or name
 * @param fromPort {@link SamCommand#ABSENT} for the session's
 * @param toPort {@link SamCommand#ABSENT} for the session's
 * @param protocol {@link SamCommand#ABSENT} for the session's
 */
public record SamDatagramHeader(String id, String destination, int fromPort, int toPort, int protocol) {

    private static final String VERSION = "3.";
    private static final String BLANKS = " \t\r";

    /** Reads a header; null for what is none, and for a port or protocol that is none. Unknown keys are passed over. */
    public static SamDatagramHeader parse(String line) {
        StringTokenizer words = new StringTokenizer(line, BLANKS);
        if (words.countTokens() < 3 || !words.nextToken().startsWith(VERSION)) {
            return null;
        }
        String id = words.nextToken();
        String destination = words.nextToken();
        int fromPort = SamCommand.ABSENT;
        int toPort = SamCommand.ABSENT;
        int protocol = SamCommand.ABSENT;
        while (words.hasMoreTokens()) {
            String word = words.nextToken();
            int equals = word.indexOf('=');
            String key = equals < 0 ? word : word.substring(0, equals);
            int number = equals < 0 ? -1 : Numbers.parse(word.substring(equals + 1));
            boolean outside =
                    number < 0 || number > (key.equals("PROTOCOL") ? SamCommand.MAX_PROTOCOL : SamCommand.MAX_PORT);
            switch (key) {
                case "FROM_PORT" -> fromPort = number;
                case "TO_PORT" -> toPort = number;
                case "PROTOCOL" -> protocol = number;
                default -> outside = false;
            }
            if (outside) {
                return null;
            }
        }
        return new SamDatagramHeader(id, destination, fromPort, toPort, protocol);
    }

    @Override
    public String toString() {
        return "[header]";
    }
}
