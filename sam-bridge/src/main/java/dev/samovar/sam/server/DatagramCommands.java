package dev.samovar.sam.server;

import dev.samovar.data.Destination;
import dev.samovar.datagram.Datagrams;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.protocol.SamSyntaxException;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionRequest;
import dev.samovar.sam.session.SessionStyle;
import io.netty.buffer.ByteBuf;

/**
 * DATAGRAM SEND and RAW SEND on a control socket. There is no reply, whatever becomes of the datagram; a line that does not
 * fit the session closes the socket, since the bytes behind it cannot be told from lines.
 */
final class DatagramCommands {

    private final NameResolver names;

    DatagramCommands(NameResolver names) {
        this.names = names;
    }

    void awaitPayload(SamConnection connection, SamCommand.DatagramSend command) throws SamSyntaxException {
        SessionStyle style = command.repliable() ? SessionStyle.DATAGRAM : SessionStyle.RAW;
        if (connection.state() instanceof SamState.OwnsSession owner
                && owner.session().style() == style) {
            connection.become(new SamState.Payload(owner, command));
            return;
        }
        String subject = command.repliable() ? "DATAGRAM STATUS" : "RAW STATUS";
        throw new SamSyntaxException(subject, "No " + style + " session on this socket", true);
    }

    /** The bytes have come; taken over. */
    void send(SamConnection connection, SamState.Payload payload, ByteBuf bytes) {
        SamState.OwnsSession owner = payload.owner();
        SamCommand.DatagramSend command = payload.command();
        String to = command.destination();
        Destination known = owner.datagrams().lastSentTo(to);
        if (known != null) {
            send(owner.session(), known, command, bytes);
            return;
        }
        SamState.Busy busy = connection.begin(null);
        names.resolve(to, owner.session().i2cp(), answer -> {
            boolean stands = connection.resume(busy);
            if (stands && answer instanceof NameResolver.Answer.Found found) {
                owner.datagrams().sentTo(to, found.destination());
                send(owner.session(), found.destination(), command, bytes);
            } else {
                bytes.release();
            }
            if (stands) {
                connection.process();
            }
        });
    }

    private static void send(SamSession session, Destination to, SamCommand.DatagramSend command, ByteBuf bytes) {
        int fromPort =
                StreamCommands.orElse(command.fromPort(), session.request().fromPort());
        int toPort = StreamCommands.orElse(command.toPort(), session.request().toPort());
        int protocol =
                StreamCommands.orElse(command.protocol(), session.request().protocol());
        send(session, to, protocol, fromPort, toPort, bytes);
    }

    /** Sends in the session's style; takes the bytes over. */
    static void send(SamSession session, Destination to, int protocol, int fromPort, int toPort, ByteBuf bytes) {
        Datagrams datagrams = session.datagrams();
        if (session.style() == SessionStyle.DATAGRAM) {
            datagrams.sendRepliable(to, fromPort, toPort, bytes);
        } else if (SessionRequest.mayBeRaw(protocol)) {
            datagrams.sendRaw(to, protocol, fromPort, toPort, bytes);
        } else {
            bytes.release();
        }
    }
}
