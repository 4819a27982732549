package dev.samovar.sam.protocol;

/**
 * The texts that clients read, each one line with its LF. Clients compare some of them byte for byte, so: RESULT first,
 * single blanks, nothing behind the last value, a message only where every client takes one.
 */
public final class SamReply {

    private SamReply() {}

    public static String hello(SamVersion version) {
        return "HELLO REPLY RESULT=OK VERSION=" + version.text() + "\n";
    }

    public static String helloNoVersion() {
        return "HELLO REPLY RESULT=NOVERSION\n";
    }

    public static String helloError(String message) {
        return error("HELLO REPLY", message);
    }

    /** The key is the client's own text, or the one made for it: clients compare it with what they sent. */
    public static String sessionCreated(String privateKey) {
        return "SESSION STATUS RESULT=OK DESTINATION=" + privateKey + "\n";
    }

    /** Without a message: clients compare the whole line. */
    public static String session(SamResult result) {
        return "SESSION STATUS RESULT=" + result + "\n";
    }

    public static String sessionError(String message) {
        return error("SESSION STATUS", message);
    }

    public static String stream(SamResult result) {
        return "STREAM STATUS RESULT=" + result + "\n";
    }

    public static String streamError(String message) {
        return error("STREAM STATUS", message);
    }

    /** The line before the first byte of an accepted stream, up to 3.1. */
    public static String peer(String destination) {
        return destination + "\n";
    }

    public static String nameFound(String name, String destination) {
        return "NAMING REPLY RESULT=OK NAME=" + value(name) + " VALUE=" + destination + "\n";
    }

    public static String name(SamResult result, String name) {
        return "NAMING REPLY RESULT=" + result + " NAME=" + value(name) + "\n";
    }

    public static String nameMissing() {
        return "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=\"\" MESSAGE=\"Must specify NAME\"\n";
    }

    public static String generated(String publicKey, String privateKey) {
        return "DEST REPLY PUB=" + publicKey + " PRIV=" + privateKey + "\n";
    }

    public static String pong(String text) {
        return text.isEmpty() ? "PONG\n" : "PONG " + text + "\n";
    }

    public static String quit() {
        return "QUIT STATUS RESULT=OK MESSAGE=bye\n";
    }

    public static String help() {
        return "HELP STATUS RESULT=OK MESSAGE=\"SAM 3.0 and 3.1: HELLO, SESSION CREATE, STREAM CONNECT, ACCEPT, FORWARD,"
                + " NAMING LOOKUP, DEST GENERATE, DATAGRAM SEND, RAW SEND, PING, QUIT\"\n";
    }

    public static String datagramReceived(String from, int size) {
        return "DATAGRAM RECEIVED DESTINATION=" + from + " SIZE=" + size + "\n";
    }

    public static String rawReceived(int size) {
        return "RAW RECEIVED SIZE=" + size + "\n";
    }

    /** {@code MESSAGE} follows {@code RESULT=I2P_ERROR} directly, in quotes, on one line. */
    static String error(String subject, String message) {
        return subject + " RESULT=I2P_ERROR MESSAGE=\"" + printable(message) + "\"\n";
    }

    /** In quotes only where a blank wants it: many clients know no quotes. */
    private static String value(String text) {
        return text.isEmpty() || text.indexOf(' ') >= 0 || text.indexOf('\t') >= 0
                ? "\"" + printable(text) + "\""
                : text.replace('\r', '_').replace('\n', '_');
    }

    /** ASCII without quotes, backslashes and line ends: some clients read nothing else. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c < ' ' || c > '~' || c == '\\' ? ' ' : c == '"' ? '\'' : c);
        }
        return out.toString();
    }
}
