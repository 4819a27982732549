package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.data.Destination;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.protocol.SamResult;
import dev.samovar.sam.protocol.SamSyntaxException;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionRegistry;
import dev.samovar.sam.session.SessionStyle;
import dev.samovar.streaming.StreamEnd;
import dev.samovar.streaming.StreamSocket;
import java.util.concurrent.TimeUnit;

/** STREAM CONNECT, ACCEPT and FORWARD. Whatever fails closes the socket behind its reply. */
final class StreamCommands {

    private static final String SUBJECT = "STREAM STATUS";
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Between the OK of a CONNECT and the first bytes of a peer that speaks first. */
    private static final long CONNECTED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

    /** Between the OK of an ACCEPT and the line of a peer that waited already. */
    private static final long WAITED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Between a peer's line and its first bytes, which may come in one segment by the rules but better do not. */
    static final long PEER_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final SessionRegistry registry;
    private final NameResolver names;
    private final ForwardTargets targets;
    private final Lane lane;
    private final int maxPendingAccepts;

    StreamCommands(
            SessionRegistry registry, NameResolver names, ForwardTargets targets, Lane lane, int maxPendingAccepts) {
        this.registry = registry;
        this.names = names;
        this.targets = targets;
        this.lane = lane;
        this.maxPendingAccepts = maxPendingAccepts;
    }

    /** The session of this ID; null when the socket was answered and closed. */
    private SamSession session(SamConnection connection, String id) throws SamSyntaxException {
        if (connection.ownSession() != null) {
            throw refused("v3 control socket cannot be used for STREAM");
        }
        SamSession session = registry.find(id);
        if (session == null) {
            // clients make their session anew on this result and on nothing else
            connection.closeWith(SamReply.stream(SamResult.INVALID_ID));
        } else if (session.style() != SessionStyle.STREAM) {
            throw refused("The session is not a STREAM session");
        }
        return session;
    }

    private static SamSyntaxException refused(String message) {
        return new SamSyntaxException(SUBJECT, message, true);
    }

    // ---- CONNECT ----

    void connect(SamConnection connection, SamCommand.StreamConnect command) throws SamSyntaxException {
        SamSession session = session(connection, command.id());
        if (session == null) {
            return;
        }
        SamState.Busy busy = connection.begin(null);
        names.resolve(command.destination(), session.i2cp(), answer -> {
            if (!connection.resume(busy)) {
                return;
            }
            if (session.hasEnded()) {
                fail(connection, command, SamReply.streamError(SamSession.CLOSED));
            } else if (answer instanceof NameResolver.Answer.Found found) {
                open(connection, session, found.destination(), command);
            } else {
                fail(connection, command, SamReply.stream(unresolved(command.destination(), answer)));
            }
            connection.process();
        });
    }

    /**
     * A host name that nobody has is the client's mistake, as a malformed key is; an address without a lease set, or a
     * lookup without an answer, is a peer that is not there now.
     */
    private static SamResult unresolved(String destination, NameResolver.Answer answer) {
        boolean mistaken = answer instanceof NameResolver.Answer.Malformed
                || answer instanceof NameResolver.Answer.NotFound && !NameResolver.isAddress(destination);
        return mistaken ? SamResult.INVALID_KEY : SamResult.CANT_REACH_PEER;
    }

    private void open(
            SamConnection connection, SamSession session, Destination peer, SamCommand.StreamConnect command) {
        int fromPort = orElse(command.fromPort(), session.request().fromPort());
        int toPort = orElse(command.toPort(), session.request().toPort());
        StreamSocket stream = session.streams().connect(peer, fromPort, toPort, CONNECT_NANOS);
        SamState.Connecting connecting = new SamState.Connecting(session, stream);
        connection.become(connecting);
        stream.listener(new StreamSocket.Listener() {
            @Override
            public void onConnected() {
                if (connection.state() == connecting) {
                    if (!command.silent()) {
                        connection.reply(SamReply.stream(SamResult.OK));
                    }
                    connection.becomeStream(session, stream, command.silent() ? 0 : CONNECTED_PAUSE_NANOS);
                }
            }

            @Override
            public void onReadable() {
                // bytes wait in the stream until the pump takes over
            }

            @Override
            public void onWritable() {
                // nothing was written yet
            }

            @Override
            public void onEndOfInput() {
                // the pump hears of it
            }

            @Override
            public void onClosed(StreamEnd end) {
                if (connection.state() == connecting) {
                    fail(connection, command, failure(end));
                }
            }
        });
    }

    static int orElse(int given, int otherwise) {
        return given == SamCommand.ABSENT ? otherwise : given;
    }

    private static String failure(StreamEnd end) {
        return switch (end) {
            case TIMED_OUT -> SamReply.stream(SamResult.TIMEOUT);
            case SESSION_CLOSED -> SamReply.streamError(SamSession.CLOSED);
            default -> SamReply.stream(SamResult.CANT_REACH_PEER);
        };
    }

    /** SPEC SAM#stream-connect: a silent CONNECT hears of its failure by the close alone. */
    private static void fail(SamConnection connection, SamCommand.StreamConnect command, String reply) {
        connection.closeWith(command.silent() ? null : reply);
    }

    // ---- ACCEPT ----

    void accept(SamConnection connection, SamCommand.StreamAccept command) throws SamSyntaxException {
        SamSession session = session(connection, command.id());
        if (session == null) {
            return;
        }
        if (session.isForwarding()) {
            throw refused("The session is forwarding its streams");
        }
        if (session.pendingAccepts() >= maxPendingAccepts) {
            throw refused("Too many pending ACCEPTs");
        }
        // at once, long before any peer comes: clients give up on a late answer
        if (!command.silent()) {
            connection.reply(SamReply.stream(SamResult.OK));
        }
        Arrival arrival = new Arrival(connection, session, command.silent());
        Cancellable waiting = session.accept(arrival::connected);
        session.add(connection);
        connection.become(new SamState.Accepting(session, waiting, command.silent()));
        arrival.armed();
    }

    /** The stream that an ACCEPT gets. One that was there before comes a moment after the OK, not glued to it. */
    private final class Arrival {

        private final SamConnection connection;
        private final SamSession session;
        private final boolean silent;
        private boolean armed;
        private StreamSocket early;

        Arrival(SamConnection connection, SamSession session, boolean silent) {
            this.connection = connection;
            this.session = session;
            this.silent = silent;
        }

        void connected(StreamSocket stream) {
            if (armed) {
                begin(stream);
            } else {
                early = stream;
            }
        }

        void armed() {
            armed = true;
            if (early == null) {
                return;
            }
            if (silent) {
                begin(early);
            } else {
                lane.schedule(lane.clock().nanos() + WAITED_PAUSE_NANOS, () -> begin(early));
            }
        }

        private void begin(StreamSocket stream) {
            if (!(connection.state() instanceof SamState.Accepting)) {
                // the client went away in this moment
                stream.reset();
                return;
            }
            session.remove(connection);
            if (!silent) {
                connection.reply(SamReply.peer(stream.peer().toBase64()));
            }
            connection.becomeStream(session, stream, silent ? 0 : PEER_PAUSE_NANOS);
        }
    }

    // ---- FORWARD ----

    void forward(SamConnection connection, SamCommand.StreamForward command) throws SamSyntaxException {
        SamSession session = session(connection, command.id());
        if (session == null) {
            return;
        }
        Cancellable[] lookup = {() -> {}};
        SamState.Busy busy = connection.begin(() -> lookup[0].cancel());
        lookup[0] = targets.find(connection.channel(), command.host(), command.port(), target -> {
            if (!connection.resume(busy)) {
                return;
            }
            String refused = refusal(session, target == null);
            if (refused != null) {
                connection.closeWith(SamReply.streamError(refused));
                return;
            }
            connection.reply(SamReply.stream(SamResult.OK));
            StreamForwarder forwarder = new StreamForwarder(
                    session, target, command.silent(), connection.channel().eventLoop(), lane);
            session.add(connection);
            connection.become(new SamState.Forwarding(session, forwarder));
            forwarder.start();
            connection.process();
        });
    }

    private static String refusal(SamSession session, boolean unknownHost) {
        if (unknownHost) {
            return "Forwarding failed : bad HOST";
        }
        if (session.hasEnded()) {
            return SamSession.CLOSED;
        }
        if (session.isForwarding()) {
            return "The session is forwarding its streams";
        }
        return session.pendingAccepts() > 0 ? "The session has pending ACCEPTs" : null;
    }
}
