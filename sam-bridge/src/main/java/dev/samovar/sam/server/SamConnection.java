package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.datagram.Datagram1Codec;
import dev.samovar.datagram.DatagramSession;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamLine;
import dev.samovar.sam.protocol.SamNumbers;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.protocol.SamResult;
import dev.samovar.sam.protocol.SamSyntaxException;
import dev.samovar.sam.protocol.SamVersion;
import dev.samovar.sam.session.DatagramSink;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionDependent;
import dev.samovar.sam.session.SessionFactory;
import dev.samovar.sam.session.SessionRequest;
import dev.samovar.sam.session.SessionStyle;
import dev.samovar.streaming.StreamEnd;
import dev.samovar.streaming.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket, from HELLO to its end.
 *
 * <pre>
 * 1 bytes come       channelRead   a stream's go to its pump; others are gathered
 * 2 a line is whole  nextLine      parsed, carried out; while a command runs, what follows waits
 * 3 a reply          reply         one write of one line
 * 4 CONNECT, ACCEPT  become(...)   the socket turns into a stream; bytes behind the line are the stream's
 * 5 the end          channelInactive  whatever the state holds ends at once
 * </pre>
 *
 * <p>Owner: the client lane, which is the channel's event loop. At most {@value #MAX_LINE} bytes wait here: then the socket
 * is no longer read.
 */
final class SamConnection extends ChannelInboundHandlerAdapter implements SessionDependent {

    /** A longer line is answered, and the socket closed. Keys with options stay far below. */
    static final int MAX_LINE = 32 * 1024;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_PROTOCOL = 255;

    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** How long a socket with its last reply may take to close before it is cut. */
    private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final Logger log = LoggerFactory.getLogger(SamConnection.class);

    private final SamServer server;
    private Channel channel;
    private SamState state = new SamState.AwaitHello();
    private ByteBuf pending;
    private boolean processing;
    private boolean inputEnded;
    private boolean broken;
    private boolean readWanted;
    private Cancellable timeout = () -> {};
    private String lastDestinationText;
    private Destination lastDestination;
    private long droppedDatagrams;

    SamConnection(SamServer server) {
        this.server = server;
    }

    // ---- the socket ----

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (!server.admit(this)) {
            closeWith(SamReply.helloError("Too many connections"));
            return;
        }
        armTimeout("Timeout waiting for HELLO VERSION");
        read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state instanceof SamState.Streaming streaming) {
            streaming.pump().fromClient(bytes);
        } else if (state instanceof SamState.Closing) {
            bytes.release();
            channel.read();
        } else {
            readWanted = false;
            gather(bytes);
            process();
        }
    }

    private void gather(ByteBuf bytes) {
        if (pending == null) {
            pending = bytes;
            return;
        }
        if (!pending.isWritable(bytes.readableBytes()) || pending.refCnt() > 1) {
            ByteBuf joined = channel.alloc().buffer(pending.readableBytes() + bytes.readableBytes());
            joined.writeBytes(pending);
            pending.release();
            pending = joined;
        }
        pending.writeBytes(bytes);
        bytes.release();
    }

    private ByteBuf takePending() {
        ByteBuf taken = pending;
        pending = null;
        return taken;
    }

    /** Asks for more bytes, unless enough wait already. */
    private void read() {
        if (!readWanted && (pending == null || pending.readableBytes() <= MAX_LINE)) {
            readWanted = true;
            channel.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (state instanceof SamState.Streaming streaming) {
            streaming.pump().writabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        inputEnded = true;
        if (state instanceof SamState.Streaming streaming) {
            streaming.pump().clientEnded();
        } else if (state instanceof SamState.Connecting) {
            // its bytes and its end go to the stream once that stands
            return;
        } else if (!processing) {
            // a client that ends its direction of anything else waits for nothing more
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        SamState last = state;
        state = new SamState.Closing();
        timeout.cancel();
        if (last instanceof SamState.Streaming streaming) {
            streaming.session().remove(this);
            streaming.pump().clientGone(broken);
        } else if (last instanceof SamState.OwnsSession owner) {
            endSession(owner.session());
        } else if (last instanceof SamState.Payload payload) {
            endSession(payload.session());
        } else if (last instanceof SamState.Busy busy) {
            busy.takeBack().cancel();
        } else if (last instanceof SamState.Connecting connecting) {
            connecting.session().remove(this);
            connecting.stream().reset();
        } else if (last instanceof SamState.Accepting accepting) {
            accepting.session().remove(this);
            accepting.waiting().cancel();
        } else if (last instanceof SamState.Forwarding forwarding) {
            forwarding.session().remove(this);
            forwarding.forwarder().stop();
        }
        if (pending != null) {
            takePending().release();
        }
        server.forget(this);
    }

    private void endSession(SamSession session) {
        session.remove(this);
        session.end("Session is closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken = true;
        if (!(cause instanceof IOException)) {
            log.error("a SAM socket failed and is closed: {}", cause.getClass().getSimpleName());
            log.debug("the failure", cause);
        }
        context.close();
    }

    private void armTimeout(String message) {
        timeout.cancel();
        long deadline = server.lane().clock().nanos() + server.helloNanos();
        timeout = server.lane().schedule(deadline, () -> {
            if (state instanceof SamState.AwaitHello) {
                closeWith(SamReply.helloError(message));
            } else if (state instanceof SamState.Ready) {
                closeWith(SamReply.sessionError(message));
            }
        });
    }

    // ---- lines ----

    private boolean takesLines() {
        return state instanceof SamState.AwaitHello
                || state instanceof SamState.Ready
                || state instanceof SamState.OwnsSession
                || state instanceof SamState.Payload;
    }

    /** Carries out what has come, until a command has to be waited for. */
    private void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            while (pending != null && takesLines()) {
                boolean progress = state instanceof SamState.Payload payload ? payload(payload) : nextLine();
                if (!progress) {
                    break;
                }
            }
        } finally {
            processing = false;
        }
        if (inputEnded && takesLines()) {
            channel.close();
        } else if (!(state instanceof SamState.Streaming) && !(state instanceof SamState.Closing)) {
            read();
        }
    }

    private boolean nextLine() {
        int length = pending.bytesBefore((byte) '\n');
        if (length < 0 && pending.readableBytes() <= MAX_LINE) {
            if (!pending.isReadable()) {
                takePending().release();
            }
            return false;
        }
        if (length < 0 || length > MAX_LINE) {
            String message = "Line too long - max " + MAX_LINE;
            closeWith(
                    state instanceof SamState.AwaitHello
                            ? SamReply.helloError(message)
                            : SamReply.sessionError(message));
            return false;
        }
        String text = pending.readCharSequence(length, StandardCharsets.UTF_8).toString();
        pending.skipBytes(1);
        if (!pending.isReadable()) {
            takePending().release();
        }
        try {
            SamLine line = SamLine.parse(text);
            if (state instanceof SamState.AwaitHello) {
                hello(line);
            } else if (!line.command().isEmpty()) {
                timeout.cancel();
                command(line);
            }
        } catch (SamSyntaxException malformed) {
            closeWith(
                    state instanceof SamState.AwaitHello
                            ? SamReply.helloError(malformed.getMessage())
                            : SamReply.sessionError(malformed.getMessage()));
        }
        return true;
    }

    private void hello(SamLine line) throws SamSyntaxException {
        if (!line.command().equals("HELLO") || !line.subcommand().equals("VERSION")) {
            // the first wrong line closes: else a web page could make a browser speak SAM behind its own headers
            closeWith(SamReply.helloError("Must start with HELLO VERSION"));
            return;
        }
        SamVersion version = SamVersion.negotiate(notEmpty(line.get("MIN")), notEmpty(line.get("MAX")));
        if (version == null) {
            closeWith(SamReply.helloNoVersion());
            return;
        }
        state = new SamState.Ready();
        armTimeout("command timeout, bye");
        reply(SamReply.hello(version));
    }

    private void command(SamLine line) {
        switch (line.command()) {
            case "SESSION" -> session(line);
            case "STREAM" -> stream(line);
            case "NAMING" -> naming(line);
            case "DEST" -> generate(line);
            case "DATAGRAM", "RAW" -> datagram(line);
            case "PING" -> reply(SamReply.pong(line.rest()));
            case "PONG" -> {
                // an answer to a PING that nobody here sends
            }
            case "QUIT", "STOP", "EXIT" -> closeWith(SamReply.quit());
            case "HELP" -> reply(SamReply.help());
            default -> reply(SamReply.unsupported(line.command()));
        }
    }

    /** The state that a socket without a running command is in. */
    private void ready() {
        state = new SamState.Ready();
        process();
    }

    // ---- SESSION ----

    private void session(SamLine line) {
        if (!line.subcommand().equals("CREATE")) {
            boolean later = line.subcommand().equals("ADD") || line.subcommand().equals("REMOVE");
            reply(SamReply.sessionError(
                    later ? "SESSION " + line.subcommand() + " needs SAM 3.3" : "Unrecognized opcode"));
            return;
        }
        if (state instanceof SamState.OwnsSession) {
            reply(SamReply.sessionError("Session already exists"));
            return;
        }
        SessionRequest request;
        try {
            request = SessionRequest.parse(line);
        } catch (SamSyntaxException malformed) {
            reply(SamReply.sessionError(malformed.getMessage()));
            return;
        }
        if (request.forwardPort() == 0) {
            create(request, null);
            return;
        }
        target(request.forwardHost(), request.forwardPort(), target -> {
            if (target == null) {
                reply(SamReply.sessionError("Bad HOST"));
                ready();
            } else {
                create(request, target);
            }
        });
    }

    private void create(SessionRequest request, InetSocketAddress forwardTo) {
        boolean[] answered = new boolean[1];
        Cancellable attempt = server.factory().create(request, outcome -> {
            answered[0] = true;
            if (outcome instanceof SessionFactory.Outcome.Created created) {
                SamSession session = created.session();
                session.sink(
                        forwardTo == null
                                ? new ControlSocketSink()
                                : server.udp().forwardTo(forwardTo));
                session.add(this);
                reply(SamReply.sessionCreated(created.privateKey()));
                state = new SamState.OwnsSession(session);
                process();
            } else if (outcome instanceof SessionFactory.Outcome.Failed failed) {
                reply(
                        failed.result() == SamResult.I2P_ERROR
                                ? SamReply.sessionError(failed.message())
                                : SamReply.session(failed.result()));
                ready();
            }
        });
        if (!answered[0]) {
            state = new SamState.Busy(attempt);
        }
    }

    /** Finds an address that traffic is forwarded to: the client's own host by default. */
    private void target(String host, int port, Consumer<InetSocketAddress> then) {
        if (host == null || host.isEmpty()) {
            InetSocketAddress client = (InetSocketAddress) channel.remoteAddress();
            then.accept(new InetSocketAddress(client.getAddress(), port));
            return;
        }
        boolean[] over = new boolean[1];
        state = new SamState.Busy(() -> over[0] = true);
        server.resolveHost(host, address -> {
            if (!over[0]) {
                then.accept(address == null ? null : new InetSocketAddress(address, port));
            }
        });
    }

    /** The session that this socket controls has ended, or the one whose stream this is. */
    @Override
    public void onSessionEnded(String message) {
        SamState last = state;
        if (last instanceof SamState.OwnsSession || last instanceof SamState.Payload) {
            closeWith(SamReply.sessionError(message));
        } else if (last instanceof SamState.Accepting accepting) {
            accepting.waiting().cancel();
            if (accepting.silent()) {
                closeWith(null);
            } else {
                closeWith(SamReply.streamError(message));
            }
        } else if (last instanceof SamState.Forwarding forwarding) {
            forwarding.forwarder().stop();
            closeWith(null);
        }
        // a stream hears of the end from its own StreamSocket
    }

    /** Whether this socket controls a session that stands: it is not closed for a mistake then. */
    private SamSession ownSession() {
        return state instanceof SamState.OwnsSession owner ? owner.session() : null;
    }

    // ---- STREAM ----

    private void stream(SamLine line) {
        boolean known = line.subcommand().equals("CONNECT")
                || line.subcommand().equals("ACCEPT")
                || line.subcommand().equals("FORWARD");
        if (!known) {
            reply(SamReply.streamError("Unrecognized opcode"));
            return;
        }
        if (ownSession() != null) {
            reply(SamReply.streamError("v3 control socket cannot be used for STREAM"));
            return;
        }
        String id = line.get("ID");
        if (id == null || id.isEmpty()) {
            closeWith(SamReply.streamError("ID not specified"));
            return;
        }
        SamSession session = server.registry().find(id);
        if (session == null) {
            closeWith(SamReply.stream(SamResult.INVALID_ID));
            return;
        }
        if (session.style() != SessionStyle.STREAM) {
            closeWith(SamReply.streamError("The session is not a STREAM session"));
            return;
        }
        switch (line.subcommand()) {
            case "CONNECT" -> connect(line, session);
            case "ACCEPT" -> accept(line, session);
            default -> forward(line, session);
        }
    }

    private void connect(SamLine line, SamSession session) {
        String to = line.get("DESTINATION");
        boolean silent = line.flag("SILENT");
        if (to == null || to.isEmpty()) {
            closeWith(SamReply.streamError("Destination not specified in STREAM CONNECT message"));
            return;
        }
        int fromPort;
        int toPort;
        try {
            fromPort = SamNumbers.parse(
                    "FROM_PORT", line.get("FROM_PORT"), session.request().fromPort(), 0, MAX_PORT);
            toPort = SamNumbers.parse(
                    "TO_PORT", line.get("TO_PORT"), session.request().toPort(), 0, MAX_PORT);
        } catch (SamSyntaxException malformed) {
            closeWith(SamReply.streamError(malformed.getMessage()));
            return;
        }
        boolean[] over = new boolean[1];
        state = new SamState.Busy(() -> over[0] = true);
        server.names().resolve(to, session.i2cp(), answer -> {
            if (over[0]) {
                return;
            }
            if (answer instanceof NameResolver.Answer.Found found) {
                open(session, found.destination(), fromPort, toPort, silent);
            } else if (answer instanceof NameResolver.Answer.NotFound && isBase32(to)) {
                // the peer is not there now: its own fault, and never a wrong key
                failConnect(silent, SamReply.stream(SamResult.CANT_REACH_PEER));
            } else {
                failConnect(silent, SamReply.stream(SamResult.INVALID_KEY));
            }
        });
    }

    private static boolean isBase32(String name) {
        return name.regionMatches(true, Math.max(0, name.length() - 8), ".b32.i2p", 0, 8);
    }

    private void open(SamSession session, Destination peer, int fromPort, int toPort, boolean silent) {
        if (session.hasEnded()) {
            failConnect(silent, SamReply.streamError("Session is closed"));
            return;
        }
        StreamSocket stream = session.streams().connect(peer, fromPort, toPort, CONNECT_NANOS);
        session.add(this);
        state = new SamState.Connecting(session, stream);
        stream.listener(new StreamSocket.Listener() {
            @Override
            public void onConnected() {
                if (state instanceof SamState.Connecting) {
                    if (!silent) {
                        reply(SamReply.stream(SamResult.OK));
                    }
                    becomeStream(session, stream);
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
                // the pump will hear of it
            }

            @Override
            public void onClosed(StreamEnd end) {
                if (state instanceof SamState.Connecting) {
                    session.remove(SamConnection.this);
                    failConnect(silent, connectFailure(end));
                }
            }
        });
        read();
    }

    private static String connectFailure(StreamEnd end) {
        return switch (end) {
            case TIMED_OUT -> SamReply.stream(SamResult.TIMEOUT);
            case SESSION_CLOSED -> SamReply.streamError("Session is closed");
            default -> SamReply.stream(SamResult.CANT_REACH_PEER);
        };
    }

    private void failConnect(boolean silent, String reply) {
        closeWith(silent ? null : reply);
    }

    private void becomeStream(SamSession session, StreamSocket stream) {
        session.remove(this);
        StreamPump pump = new StreamPump(channel, stream, server.lane(), () -> {});
        state = new SamState.Streaming(session, pump);
        pump.start(takePending());
        if (inputEnded) {
            pump.clientEnded();
        }
    }

    private void accept(SamLine line, SamSession session) {
        boolean silent = line.flag("SILENT");
        if (session.isForwarding()) {
            closeWith(SamReply.streamError("The session is forwarding its streams"));
            return;
        }
        if (!session.mayAccept()) {
            closeWith(SamReply.streamError("Too many pending ACCEPTs"));
            return;
        }
        if (!silent) {
            reply(SamReply.stream(SamResult.OK));
        }
        session.add(this);
        StreamSocket[] early = new StreamSocket[1];
        boolean[] armed = new boolean[1];
        Cancellable waiting = session.accept(stream -> {
            if (armed[0]) {
                accepted(session, stream, silent);
            } else {
                early[0] = stream;
            }
        });
        armed[0] = true;
        state = new SamState.Accepting(session, waiting, silent);
        if (early[0] != null) {
            accepted(session, early[0], silent);
        }
    }

    private void accepted(SamSession session, StreamSocket stream, boolean silent) {
        if (!(state instanceof SamState.Accepting)) {
            stream.reset();
            return;
        }
        if (!silent) {
            reply(SamReply.peer(stream.peer().toBase64()));
        }
        becomeStream(session, stream);
    }

    private void forward(SamLine line, SamSession session) {
        int port;
        try {
            port = SamNumbers.parse("PORT", line.get("PORT"), 0, 1, MAX_PORT);
        } catch (SamSyntaxException malformed) {
            closeWith(SamReply.streamError(malformed.getMessage()));
            return;
        }
        if (port == 0) {
            closeWith(SamReply.streamError("PORT not specified"));
            return;
        }
        boolean silent = line.flag("SILENT");
        target(line.get("HOST"), port, target -> {
            if (target == null) {
                closeWith(SamReply.streamError("Forwarding failed : bad HOST"));
            } else if (session.hasEnded()) {
                closeWith(SamReply.streamError("Session is closed"));
            } else if (session.isForwarding()) {
                closeWith(SamReply.streamError("The session is forwarding its streams"));
            } else if (session.hasPendingAccepts()) {
                closeWith(SamReply.streamError("The session has pending ACCEPTs"));
            } else {
                reply(SamReply.stream(SamResult.OK));
                StreamForwarder forwarder =
                        new StreamForwarder(session, target, silent, channel.eventLoop(), server.lane());
                session.add(this);
                state = new SamState.Forwarding(session, forwarder);
                forwarder.start();
                read();
            }
        });
    }

    // ---- NAMING, DEST ----

    private void naming(SamLine line) {
        String name = line.get("NAME");
        if (!line.subcommand().equals("LOOKUP")) {
            reply(SamReply.unsupported("NAMING"));
            return;
        }
        if (name == null || name.isEmpty()) {
            reply(SamReply.nameMissing());
            return;
        }
        SamSession session = ownSession();
        if (name.equals("ME")) {
            // without a session there is no ME, and anybody else's would be a leak
            reply(
                    session == null
                            ? SamReply.name(SamResult.KEY_NOT_FOUND, name)
                            : SamReply.nameFound(name, session.destination().toBase64()));
            return;
        }
        SamState before = state;
        boolean[] over = new boolean[1];
        boolean[] answered = new boolean[1];
        server.names().resolve(name, session == null ? null : session.i2cp(), answer -> {
            answered[0] = true;
            if (over[0]) {
                return;
            }
            if (answer instanceof NameResolver.Answer.Found found) {
                reply(SamReply.nameFound(name, found.destination().toBase64()));
            } else {
                reply(SamReply.name(
                        answer instanceof NameResolver.Answer.Malformed
                                ? SamResult.INVALID_KEY
                                : SamResult.KEY_NOT_FOUND,
                        name));
            }
            if (state instanceof SamState.Busy) {
                resume(before);
            }
        });
        if (!answered[0]) {
            waitIn(before, over);
        }
    }

    /** Waits for a lookup. A socket that controls a session ends it, even now, when it goes away. */
    private void waitIn(SamState before, boolean[] over) {
        state = new SamState.Busy(() -> {
            over[0] = true;
            if (before instanceof SamState.OwnsSession owner) {
                endSession(owner.session());
            }
        });
    }

    private void resume(SamState before) {
        if (before instanceof SamState.OwnsSession owner && owner.session().hasEnded()) {
            closeWith(SamReply.sessionError("Session is closed"));
            return;
        }
        state = before;
        process();
    }

    private void generate(SamLine line) {
        if (!line.subcommand().equals("GENERATE")) {
            reply(SamReply.unsupported("DEST"));
            return;
        }
        String text = line.get("SIGNATURE_TYPE");
        SigType type = text == null || text.isEmpty() ? SigType.DSA_SHA1 : SigType.byText(text);
        if (type == null || !type.usable()) {
            reply(SamReply.generateError("SIGNATURE_TYPE unsupported"));
            return;
        }
        SamState before = state;
        boolean[] over = new boolean[1];
        waitIn(before, over);
        server.offload().submit(server.lane(), () -> DestinationKeys.generate(type, server.entropy()), keys -> {
            if (!over[0]) {
                reply(SamReply.generated(keys.destination().toBase64(), keys.toBase64()));
                resume(before);
            }
        });
    }

    // ---- DATAGRAM, RAW ----

    private void datagram(SamLine line) {
        SamSession session = ownSession();
        boolean repliable = line.command().equals("DATAGRAM");
        String subject = line.command() + " STATUS RESULT=I2P_ERROR MESSAGE=";
        if (!line.subcommand().equals("SEND")) {
            reply(SamReply.unsupported(line.command()));
            return;
        }
        if (session == null || session.style() != (repliable ? SessionStyle.DATAGRAM : SessionStyle.RAW)) {
            // the payload behind this line cannot be told from commands: the socket is of no more use
            closeWith(subject + "\"No " + line.command() + " session on this socket\"\n");
            return;
        }
        try {
            String to = line.get("DESTINATION");
            int max = repliable ? Datagram1Codec.MAX_PAYLOAD : DatagramSession.MAX_RAW_PAYLOAD;
            int size = SamNumbers.parse("SIZE", line.get("SIZE"), 0, 1, max);
            if (size == 0 || to == null || to.isEmpty()) {
                throw new SamSyntaxException(size == 0 ? "Bad SIZE" : "DESTINATION not specified");
            }
            SessionRequest request = session.request();
            state = new SamState.Payload(
                    session,
                    new SamState.PayloadTarget(
                            to,
                            SamNumbers.parse("FROM_PORT", line.get("FROM_PORT"), request.fromPort(), 0, MAX_PORT),
                            SamNumbers.parse("TO_PORT", line.get("TO_PORT"), request.toPort(), 0, MAX_PORT),
                            SamNumbers.parse("PROTOCOL", line.get("PROTOCOL"), request.protocol(), 0, MAX_PROTOCOL)),
                    size);
        } catch (SamSyntaxException malformed) {
            closeWith(subject + "\"" + malformed.getMessage() + "\"\n");
        }
    }

    /** Sends a datagram whose bytes have all come; false when some are missing. No reply, whatever happens to it. */
    private boolean payload(SamState.Payload payload) {
        if (pending.readableBytes() < payload.size()) {
            return false;
        }
        ByteBuf bytes = pending.readRetainedSlice(payload.size());
        if (!pending.isReadable()) {
            takePending().release();
        }
        SamState owner = new SamState.OwnsSession(payload.session());
        state = owner;
        String to = payload.target().destination();
        if (to.equals(lastDestinationText)) {
            send(payload, lastDestination, bytes);
            return true;
        }
        boolean[] over = new boolean[1];
        boolean[] answered = new boolean[1];
        server.names().resolve(to, payload.session().i2cp(), answer -> {
            answered[0] = true;
            if (over[0] || !(answer instanceof NameResolver.Answer.Found found)) {
                bytes.release();
                droppedDatagrams++;
            } else {
                lastDestinationText = to;
                lastDestination = found.destination();
                send(payload, lastDestination, bytes);
            }
            if (!over[0] && state instanceof SamState.Busy) {
                resume(owner);
            }
        });
        if (!answered[0]) {
            waitIn(owner, over);
        }
        return true;
    }

    private static void send(SamState.Payload payload, Destination to, ByteBuf bytes) {
        SamState.PayloadTarget target = payload.target();
        DatagramSession datagrams = payload.session().datagrams();
        if (payload.session().style() == SessionStyle.DATAGRAM) {
            datagrams.sendRepliable(to, target.fromPort(), target.toPort(), bytes);
        } else {
            datagrams.sendRaw(to, target.protocol(), target.fromPort(), target.toPort(), bytes);
        }
    }

    /** Datagrams as RECEIVED lines on the control socket. What the client does not read in time is dropped. */
    private final class ControlSocketSink implements DatagramSink {

        @Override
        public void repliable(Destination from, ByteBuf payload) {
            received(SamReply.datagramReceived(from.toBase64(), payload.readableBytes()), payload);
        }

        @Override
        public void raw(ByteBuf payload) {
            received(SamReply.rawReceived(payload.readableBytes()), payload);
        }

        private void received(String line, ByteBuf payload) {
            if (!channel.isWritable() || state instanceof SamState.Closing) {
                droppedDatagrams++;
                payload.release();
                return;
            }
            ByteBuf out = channel.alloc().directBuffer(line.length() + payload.readableBytes());
            out.writeCharSequence(line, StandardCharsets.US_ASCII);
            out.writeBytes(payload);
            payload.release();
            channel.writeAndFlush(out);
        }
    }

    // ---- replies ----

    /** One write of one whole line: some clients take what one read returns for the reply. */
    private void reply(String line) {
        ByteBuf out = channel.alloc().directBuffer(line.length());
        out.writeCharSequence(line, StandardCharsets.UTF_8);
        channel.writeAndFlush(out);
    }

    /**
     * Writes a last line (or none, for null), ends our direction, and throws away what the client still sends for a moment:
     * closing over unread bytes would take the line back from the client.
     */
    private void closeWith(String line) {
        SamState last = state;
        state = new SamState.Closing();
        timeout.cancel();
        if (last instanceof SamState.OwnsSession owner) {
            endSession(owner.session());
        }
        if (pending != null) {
            takePending().release();
        }
        if (line == null) {
            channel.close();
            return;
        }
        timeout = server.lane().schedule(server.lane().clock().nanos() + CLOSING_NANOS, channel::close);
        ByteBuf out = channel.alloc().directBuffer(line.length());
        out.writeCharSequence(line, StandardCharsets.UTF_8);
        channel.writeAndFlush(out).addListener((ChannelFutureListener) written -> {
            if (!written.isSuccess() || inputEnded || !(channel instanceof DuplexChannel duplex)) {
                channel.close();
            } else {
                duplex.shutdownOutput();
                channel.read();
            }
        });
    }

    /** The bridge is ending. */
    void shutDown() {
        closeWith(null);
    }

    private static String notEmpty(String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
