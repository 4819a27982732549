package dev.samovar.sam.protocol;

import dev.samovar.crypto.SigType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Text in, types out: one line without its LF becomes a {@link SamCommand}. Checks what can be told from the line alone. A
 * key of ours that comes twice is an error, since nobody can tell which was meant; unknown keys are options of SESSION
 * CREATE and passed over elsewhere.
 */
public final class SamCommandParser {

    /** The largest payloads, bytes (SAM specification, "SAM Repliable Datagrams" and "SAM Raw Datagrams"). */
    public static final int MAX_REPLIABLE = 31_744;

    public static final int MAX_RAW = 32_768;

    private static final int MAX_ID = 255;

    /** SAM's own keys of SESSION CREATE, those of later versions included: none of them is an I2CP option. */
    private static final Set<String> SESSION_KEYS = Set.of(
            "STYLE",
            "ID",
            "DESTINATION",
            "SIGNATURE_TYPE",
            "CRYPTO_TYPE",
            "PORT",
            "HOST",
            "FROM_PORT",
            "TO_PORT",
            "PROTOCOL",
            "HEADER",
            "LISTEN_PORT",
            "LISTEN_PROTOCOL",
            "SILENT",
            "sam.udp.host",
            "sam.udp.port");

    private static final Set<String> STREAM_KEYS =
            Set.of("ID", "DESTINATION", "SILENT", "FROM_PORT", "TO_PORT", "HOST", "PORT");
    private static final Set<String> SEND_KEYS = Set.of("DESTINATION", "SIZE", "FROM_PORT", "TO_PORT", "PROTOCOL");
    private static final Set<String> HELLO_KEYS = Set.of("MIN", "MAX");
    private static final Set<String> NAMING_KEYS = Set.of("NAME");
    private static final Set<String> GENERATE_KEYS = Set.of("SIGNATURE_TYPE");

    private SamCommandParser() {}

    /** @throws SamSyntaxException with the reply for the client */
    public static SamCommand parse(String text) throws SamSyntaxException {
        SamLine line = SamLine.parse(text);
        return switch (line.command()) {
            case "" -> new SamCommand.Nothing();
            case "HELLO" -> hello(line);
            case "SESSION" -> session(line);
            case "STREAM" -> stream(line);
            case "NAMING" -> naming(line);
            case "DEST" -> generate(line);
            case "DATAGRAM" -> send(line, true, MAX_REPLIABLE);
            case "RAW" -> send(line, false, MAX_RAW);
            case "PING" -> new SamCommand.Ping(line.text());
            case "PONG" -> new SamCommand.Pong();
            case "QUIT", "STOP", "EXIT" -> new SamCommand.Quit();
            case "HELP" -> new SamCommand.Help();
            default -> throw unsupported(line);
        };
    }

    private static SamCommand hello(SamLine line) throws SamSyntaxException {
        if (!line.subcommand().equals("VERSION")) {
            throw line.malformed("Must start with HELLO VERSION");
        }
        line.once(HELLO_KEYS);
        return new SamCommand.Hello(line.get("MIN"), line.get("MAX"));
    }

    private static SamCommand session(SamLine line) throws SamSyntaxException {
        switch (line.subcommand()) {
            case "CREATE" -> {
                // below
            }
            case "ADD", "REMOVE" -> throw line.malformed("SESSION " + line.subcommand() + " needs SAM 3.3");
            default -> throw line.malformed("Unrecognized opcode");
        }
        if (line.parameters().isEmpty()) {
            throw line.malformed("No parameters for SESSION CREATE");
        }
        line.once(SESSION_KEYS);
        String id = line.required("ID", "ID not specified");
        if (id.length() > MAX_ID || id.chars().anyMatch(c -> c <= ' ')) {
            throw line.malformed("Bad ID");
        }
        Map<String, String> options = new LinkedHashMap<>(line.parameters());
        options.keySet().removeAll(SESSION_KEYS);
        return new SamCommand.SessionCreate(
                line.required("STYLE", "No SESSION STYLE specified"),
                id,
                line.required("DESTINATION", "DESTINATION not specified"),
                line.parameters().get("SIGNATURE_TYPE"),
                line.get("HOST"),
                line.number("PORT", 0, 1, SamCommand.MAX_PORT),
                line.number("FROM_PORT", 0, 0, SamCommand.MAX_PORT),
                line.number("TO_PORT", 0, 0, SamCommand.MAX_PORT),
                line.number("PROTOCOL", SamCommand.ABSENT, 0, SamCommand.MAX_PROTOCOL),
                options);
    }

    private static SamCommand stream(SamLine line) throws SamSyntaxException {
        line.once(STREAM_KEYS);
        switch (line.subcommand()) {
            case "CONNECT" -> {
                return new SamCommand.StreamConnect(
                        line.required("ID", "ID not specified"),
                        line.required("DESTINATION", "Destination not specified in STREAM CONNECT message"),
                        line.flag("SILENT"),
                        line.number("FROM_PORT", SamCommand.ABSENT, 0, SamCommand.MAX_PORT),
                        line.number("TO_PORT", SamCommand.ABSENT, 0, SamCommand.MAX_PORT));
            }
            case "ACCEPT" -> {
                return new SamCommand.StreamAccept(line.required("ID", "ID not specified"), line.flag("SILENT"));
            }
            case "FORWARD" -> {
                String id = line.required("ID", "ID not specified");
                line.required("PORT", "PORT not specified");
                return new SamCommand.StreamForward(
                        id,
                        line.get("HOST"),
                        line.number("PORT", SamCommand.ABSENT, 1, SamCommand.MAX_PORT),
                        line.flag("SILENT"));
            }
            default -> throw line.malformed("Unrecognized opcode");
        }
    }

    private static SamCommand naming(SamLine line) throws SamSyntaxException {
        if (!line.subcommand().equals("LOOKUP")) {
            throw unsupported(line);
        }
        line.once(NAMING_KEYS);
        return new SamCommand.NamingLookup(line.get("NAME"));
    }

    private static SamCommand generate(SamLine line) throws SamSyntaxException {
        if (!line.subcommand().equals("GENERATE")) {
            throw unsupported(line);
        }
        line.once(GENERATE_KEYS);
        String text = line.get("SIGNATURE_TYPE");
        SigType type = text == null ? SigType.DSA_SHA1 : SigType.byText(text);
        if (type == null || !type.usable()) {
            throw line.malformed(unsupportedType(text));
        }
        return new SamCommand.DestGenerate(type);
    }

    private static SamCommand send(SamLine line, boolean repliable, int max) throws SamSyntaxException {
        if (!line.subcommand().equals("SEND")) {
            throw unsupported(line);
        }
        line.once(SEND_KEYS);
        line.required("SIZE", "SIZE not specified");
        return new SamCommand.DatagramSend(
                repliable,
                line.required("DESTINATION", "DESTINATION not specified"),
                line.number("SIZE", SamCommand.ABSENT, 1, max),
                line.number("FROM_PORT", SamCommand.ABSENT, 0, SamCommand.MAX_PORT),
                line.number("TO_PORT", SamCommand.ABSENT, 0, SamCommand.MAX_PORT),
                line.number("PROTOCOL", SamCommand.ABSENT, 0, SamCommand.MAX_PROTOCOL));
    }

    private static SamSyntaxException unsupported(SamLine line) {
        return line.malformed("unsupported command, enter HELP for help");
    }

    /** Clients look for the beginning of this text before they try an older type. */
    public static String unsupportedType(String text) {
        boolean shown =
                text.length() <= 32 && text.chars().allMatch(c -> c < 0x7f && Character.isLetterOrDigit(c) || c == '_');
        return "SIGNATURE_TYPE " + (shown ? text + " " : "") + "unsupported";
    }
}
