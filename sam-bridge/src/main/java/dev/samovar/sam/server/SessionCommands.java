package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.protocol.SamResult;
import dev.samovar.sam.protocol.SamSyntaxException;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionFactory;
import dev.samovar.sam.session.SessionFactory.Outcome;
import dev.samovar.sam.session.SessionRequest;
import dev.samovar.sam.session.SessionStyle;
import java.net.InetSocketAddress;

/** SESSION CREATE. A failed attempt leaves the socket open: clients try again on it, with another key or type. */
final class SessionCommands {

    private final SessionFactory factory;
    private final ForwardTargets targets;
    private final SamUdpHandler udp;

    SessionCommands(SessionFactory factory, ForwardTargets targets, SamUdpHandler udp) {
        this.factory = factory;
        this.targets = targets;
        this.udp = udp;
    }

    void create(SamConnection connection, SamCommand.SessionCreate command) throws SamSyntaxException {
        if (connection.ownSession() != null) {
            throw new SamSyntaxException("SESSION STATUS", "Session already exists");
        }
        SessionRequest request = SessionRequest.of(command);
        if (request.forwardPort() == 0) {
            create(connection, request, null);
            return;
        }
        Cancellable[] lookup = {() -> {}};
        SamState.Busy busy = connection.begin(() -> lookup[0].cancel());
        lookup[0] = targets.find(connection.channel(), request.forwardHost(), request.forwardPort(), target -> {
            if (!connection.resume(busy)) {
                return;
            }
            if (target == null) {
                connection.reply(SamReply.sessionError("Bad HOST"));
            } else {
                create(connection, request, target);
            }
            connection.process();
        });
    }

    private void create(SamConnection connection, SessionRequest request, InetSocketAddress forwardTo) {
        Cancellable[] attempt = new Cancellable[1];
        SamState.Busy busy = connection.begin(() -> attempt[0].cancel());
        attempt[0] = factory.create(request, outcome -> {
            if (!connection.resume(busy)) {
                return;
            }
            if (outcome instanceof Outcome.Created created) {
                own(connection, created, forwardTo);
            } else if (outcome instanceof Outcome.Failed failed) {
                connection.reply(
                        failed.result() == SamResult.I2P_ERROR
                                ? SamReply.sessionError(failed.message())
                                : SamReply.session(failed.result()));
            }
            connection.process();
        });
    }

    private void own(SamConnection connection, Outcome.Created created, InetSocketAddress forwardTo) {
        SamSession session = created.session();
        ControlDatagrams datagrams = null;
        if (session.style() != SessionStyle.STREAM) {
            datagrams = new ControlDatagrams(connection.channel());
            session.sink(forwardTo == null ? datagrams : udp.forwardTo(forwardTo));
        }
        session.add(connection);
        connection.become(new SamState.OwnsSession(session, datagrams));
        connection.reply(SamReply.sessionCreated(created.privateKey()));
    }
}
