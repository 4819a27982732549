package dev.samovar.sam.session;

import dev.samovar.base.Wire;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import dev.samovar.datagram.DatagramFormat;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.protocol.SamCommandParser;
import dev.samovar.sam.protocol.SamSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A SESSION CREATE that can be carried out here, as far as its text tells (SAM specification, "SESSION CREATE").
 *
 * @param privateKey the client's key text, or null for TRANSIENT
 * @param transientType the type of a key to be made
 * @param forwardHost where datagrams go, or null for the client's own address
 * @param forwardPort where datagrams go, or 0 for the control socket
 * @param fromPort the local port of what is sent
 * @param toPort the port that what is sent is for
 * @param protocol the protocol of what is sent
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

    private static final String SUBJECT = "SESSION STATUS";
    private static final String TRANSIENT = "TRANSIENT";
    private static final int MAX_OPTIONS = 256;

    /** @throws SamSyntaxException with the reply for the client */
    public static SessionRequest of(SamCommand.SessionCreate command) throws SamSyntaxException {
        SessionStyle style = SessionStyle.byText(command.style());
        if (style == null) {
            throw refused("Unrecognized SESSION STYLE; this bridge has STREAM, DATAGRAM and RAW");
        }
        boolean isTransient = command.destination().equals(TRANSIENT);
        boolean datagrams = style != SessionStyle.STREAM;
        return new SessionRequest(
                style,
                command.id(),
                isTransient ? null : command.destination(),
                isTransient ? transientType(command.signatureType()) : null,
                datagrams ? command.host() : null,
                datagrams ? command.port() : 0,
                command.fromPort(),
                command.toPort(),
                protocol(style, command.protocol()),
                options(command.options()));
    }

    private static SigType transientType(String text) throws SamSyntaxException {
        if (text == null) {
            // SPEC SAM#session-create: the default is the oldest type
            return SigType.DSA_SHA1;
        }
        SigType type = SigType.byText(text);
        if (type == null || !type.usable()) {
            throw refused(SamCommandParser.unsupportedType(text));
        }
        return type;
    }

    private static int protocol(SessionStyle style, int asked) throws SamSyntaxException {
        if (style != SessionStyle.RAW || asked == SamCommand.ABSENT) {
            return style.protocol();
        }
        if (!mayBeRaw(asked)) {
            throw refused("Bad PROTOCOL");
        }
        return asked;
    }

    /** Whether a raw datagram may carry this protocol: not one with a format of its own. */
    public static boolean mayBeRaw(int protocol) {
        return DatagramFormat.of(protocol) == DatagramFormat.RAW;
    }

    private static SessionOptions options(Map<String, String> entries) throws SamSyntaxException {
        if (entries.size() > MAX_OPTIONS) {
            throw refused("Too many options");
        }
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            if (bytes(entry.getKey()) > Wire.MAX_STRING_BYTES || bytes(entry.getValue()) > Wire.MAX_STRING_BYTES) {
                throw refused("An option is longer than " + Wire.MAX_STRING_BYTES + " bytes");
            }
        }
        SessionOptions options = SessionOptions.of(entries);
        int ours = EncType.ECIES_X25519.code();
        if (!options.leaseSetEncTypes(List.of(ours)).contains(ours)) {
            throw refused(SessionOptions.LEASE_SET_ENC_TYPE + " must name " + ours
                    + " (ECIES-X25519), the only type of this bridge, alone or among others");
        }
        return options.with(SessionOptions.LEASE_SET_ENC_TYPE, Integer.toString(ours));
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static SamSyntaxException refused(String message) {
        return new SamSyntaxException(SUBJECT, message);
    }

    /** The style alone: the rest may be secret. */
    @Override
    public String toString() {
        return style.name();
    }
}
