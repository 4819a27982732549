package dev.samovar.sam.protocol;

import dev.samovar.crypto.SigType;
import java.util.Map;

/**
 * What a client asks for, a record for each command of SAM 3.0 and 3.1 and those of 3.2 that clients of all versions use.
 * Laid out for 3.3: ports, protocols and unknown keys are kept. Texts may be keys and names, so nothing here prints.
 */
public sealed interface SamCommand {

    /** A port or protocol that the client did not give: the session's own counts. */
    int ABSENT = -1;

    int MAX_PORT = 65_535;
    int MAX_PROTOCOL = 255;

    /** An empty line: no reply. */
    record Nothing() implements SamCommand {}

    /**
     * {@code HELLO VERSION}.
     *
     * @param min null for none
     * @param max null for none
     */
    record Hello(String min, String max) implements SamCommand {}

    /**
     * {@code SESSION CREATE}.
     *
     * @param destination {@code TRANSIENT} or a private key in base64
     * @param signatureType for TRANSIENT; null when not given
     * @param host where datagrams go, or null for the client's own
     * @param port where datagrams go, or 0 for the control socket
     * @param options all keys that are not SAM's own
     */
    record SessionCreate(
            String style,
            String id,
            String destination,
            String signatureType,
            String host,
            int port,
            int fromPort,
            int toPort,
            int protocol,
            Map<String, String> options)
            implements SamCommand {
        @Override
        public String toString() {
            return "[SESSION CREATE]";
        }
    }

    /** {@code STREAM CONNECT}. {@code destination}: base64, address or name. */
    record StreamConnect(String id, String destination, boolean silent, int fromPort, int toPort)
            implements SamCommand {
        @Override
        public String toString() {
            return "[STREAM CONNECT]";
        }
    }

    /** {@code STREAM ACCEPT}. */
    record StreamAccept(String id, boolean silent) implements SamCommand {
        @Override
        public String toString() {
            return "[STREAM ACCEPT]";
        }
    }

    /** {@code STREAM FORWARD}. {@code host}: a name or an address, or null for the client's own. */
    record StreamForward(String id, String host, int port, boolean silent) implements SamCommand {
        @Override
        public String toString() {
            return "[STREAM FORWARD]";
        }
    }

    /** {@code NAMING LOOKUP}. {@code name}: null when missing, which has a reply of its own. */
    record NamingLookup(String name) implements SamCommand {
        @Override
        public String toString() {
            return "[NAMING LOOKUP]";
        }
    }

    /** {@code DEST GENERATE}. */
    record DestGenerate(SigType type) implements SamCommand {}

    /** {@code DATAGRAM SEND} or {@code RAW SEND}: {@code size} bytes follow the line. */
    record DatagramSend(boolean repliable, String destination, int size, int fromPort, int toPort, int protocol)
            implements SamCommand {
        @Override
        public String toString() {
            return "[SEND]";
        }
    }

    /** {@code PING}. {@code text}: what comes back, byte for byte. */
    record Ping(String text) implements SamCommand {
        @Override
        public String toString() {
            return "[PING]";
        }
    }

    /** {@code PONG}: an answer to a PING that nobody here sends. No reply. */
    record Pong() implements SamCommand {}

    /** {@code QUIT}, {@code STOP} or {@code EXIT}. */
    record Quit() implements SamCommand {}

    /** {@code HELP}. */
    record Help() implements SamCommand {}
}
