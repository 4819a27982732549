package dev.samovar.sam.session;

import dev.samovar.base.Wire;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.sam.protocol.SamLine;
import dev.samovar.sam.protocol.SamNumbers;
import dev.samovar.sam.protocol.SamSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a SESSION CREATE asks for, checked as far as its text goes (SAM specification, "SESSION CREATE").
 *
 * @param privateKey the client's key text, or null for TRANSIENT
 * @param transientType the type of a key to be made
 * @param forwardHost where datagrams go, or null for the client's own address
 * @param forwardPort where datagrams go, or 0 for the control socket
 * @param fromPort the local port of what is sent
 * @param toPort the port that what is sent is for
 * @param protocol the protocol of what a RAW session sends
 * @param options what is not SAM's own, for the router and the streaming library
 */
public record SessionRequest(
        SessionStyle style,
        String id,
        String privateKey,
        SigType transientType,
        String forwardHost,
        int forwardPort,
        int fromPort,
        int toPort,
        int protocol,
        SessionOptions options) {

    private static final int MAX_PORT = 65535;
    private static final int MAX_PROTOCOL = 255;
    private static final int MAX_ID = 255;
    private static final int MAX_OPTIONS = 256;

    private static final Set<String> OWN_KEYS = Set.of(
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

    /** The keys that may not come twice. */
    private static final Set<String> ONCE = Set.of("STYLE", "ID", "DESTINATION", "SIGNATURE_TYPE", "PORT", "HOST");

    /** @throws SamSyntaxException with the message for the client */
    public static SessionRequest parse(SamLine line) throws SamSyntaxException {
        if (line.parameters().isEmpty()) {
            throw new SamSyntaxException("No parameters for SESSION CREATE");
        }
        if (line.repeated() != null && ONCE.contains(line.repeated())) {
            throw new SamSyntaxException("Duplicate parameter " + line.repeated());
        }
        String id = required(line, "ID", "ID not specified");
        if (id.length() > MAX_ID || id.chars().anyMatch(c -> c <= ' ')) {
            throw new SamSyntaxException("Bad ID");
        }
        String styleText = required(line, "STYLE", "No SESSION STYLE specified");
        SessionStyle style = SessionStyle.byText(styleText);
        if (style == null) {
            throw new SamSyntaxException("Unrecognized SESSION STYLE; this bridge has STREAM, DATAGRAM and RAW");
        }
        String destination = required(line, "DESTINATION", "DESTINATION not specified");
        boolean isTransient = destination.equals("TRANSIENT");
        SigType type = SigType.DSA_SHA1;
        String typeText = line.get("SIGNATURE_TYPE");
        if (isTransient && typeText != null) {
            type = SigType.byText(typeText);
            if (type == null || !type.usable()) {
                // clients look for this beginning before they try an older type
                throw new SamSyntaxException("SIGNATURE_TYPE " + shown(typeText) + " unsupported");
            }
        }
        int protocol = style.protocol();
        if (style == SessionStyle.RAW) {
            protocol = SamNumbers.parse("PROTOCOL", line.get("PROTOCOL"), Protocol.RAW, 0, MAX_PROTOCOL);
            if (protocol == Protocol.STREAMING
                    || protocol == Protocol.DATAGRAM
                    || protocol == Protocol.DATAGRAM2
                    || protocol == Protocol.DATAGRAM3) {
                throw new SamSyntaxException("Bad PROTOCOL");
            }
        }
        String host = line.get("HOST");
        return new SessionRequest(
                style,
                id,
                isTransient ? null : destination,
                type,
                style == SessionStyle.STREAM || host == null || host.isEmpty() ? null : host,
                style == SessionStyle.STREAM ? 0 : SamNumbers.parse("PORT", line.get("PORT"), 0, 1, MAX_PORT),
                SamNumbers.parse("FROM_PORT", line.get("FROM_PORT"), 0, 0, MAX_PORT),
                SamNumbers.parse("TO_PORT", line.get("TO_PORT"), 0, 0, MAX_PORT),
                protocol,
                options(line));
    }

    private static SessionOptions options(SamLine line) throws SamSyntaxException {
        Map<String, String> kept = new TreeMap<>();
        for (Map.Entry<String, String> entry : line.parameters().entrySet()) {
            if (!OWN_KEYS.contains(entry.getKey())) {
                if (bytes(entry.getKey()) > Wire.MAX_STRING_BYTES || bytes(entry.getValue()) > Wire.MAX_STRING_BYTES) {
                    throw new SamSyntaxException("An option is longer than 255 bytes");
                }
                kept.put(entry.getKey(), entry.getValue());
            }
        }
        if (kept.size() > MAX_OPTIONS) {
            throw new SamSyntaxException("Too many options");
        }
        SessionOptions options = SessionOptions.of(kept);
        int ours = EncType.ECIES_X25519.code();
        List<Integer> wanted = options.leaseSetEncTypes(List.of(ours));
        if (!wanted.contains(ours)) {
            throw new SamSyntaxException(SessionOptions.LEASE_SET_ENC_TYPE + " must name " + ours
                    + " (ECIES-X25519), the only type of this bridge, perhaps among others");
        }
        return options.with(SessionOptions.LEASE_SET_ENC_TYPE, Integer.toString(ours));
    }

    private static String required(SamLine line, String key, String message) throws SamSyntaxException {
        String value = line.get(key);
        if (value == null || value.isEmpty()) {
            throw new SamSyntaxException(message);
        }
        return value;
    }

    private static String shown(String typeText) {
        return typeText.length() <= 32 && typeText.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_')
                ? typeText
                : "";
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return style.name();
    }
}
