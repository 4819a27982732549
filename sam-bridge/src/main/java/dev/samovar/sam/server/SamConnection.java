package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.protocol.SamCommandParser;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.protocol.SamSyntaxException;
import dev.samovar.sam.protocol.SamVersion;
import dev.samovar.sam.session.SamSession;
import dev.samovar.sam.session.SessionDependent;
import dev.samovar.streaming.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket, from HELLO to its end. What it is at a moment, its {@link SamState} says; what commands do, the
 * {@code …Commands} say.
 *
 * <pre>
 * 1 bytes come       channelRead      a stream's go to its pump; others are gathered
 * 2 a line is whole  nextLine         parsed, carried out
 * 3 it has to wait   begin, resume    what follows waits with it
 * 4 a reply          reply            one write of one line
 * 5 CONNECT, ACCEPT  becomeStream     bytes behind the line are the stream's
 * 6 the end          channelInactive  whatever the state holds ends at once
 * </pre>
 *
 * <p>Owner: the client lane, which is the channel's event loop. At most {@value #MAX_LINE} bytes and one read wait here:
 * then the socket is no longer read.
 */
final class SamConnection extends ChannelInboundHandlerAdapter implements SessionDependent {

    /** A longer line is answered, and the socket closed. Keys with options stay far below; a raw datagram just fits. */
    static final int MAX_LINE = 32 * 1024;

    /**
     * Bytes beyond the low-water mark that wait for a client that asks and does not read: then its next lines wait too.
     * Datagrams stop far below, so that a client that only sends is not kept from it.
     */
    private static final long MAX_UNREAD = 1024 * 1024;

    /** How long a socket with its last reply may take to close before it is cut. */
    private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final Logger log = LoggerFactory.getLogger(SamConnection.class);

    private final SamServer server;
    private Channel channel;
    private SamState state = new SamState.AwaitHello();
    private ByteBuf pending;
    private Cancellable timeout;
    private boolean processing;
    private boolean readWanted;
    private boolean inputEnded;
    private boolean broken;
    private boolean counted;

    SamConnection(SamServer server) {
        this.server = server;
    }

    SamState state() {
        return state;
    }

    Channel channel() {
        return channel;
    }

    // ---- the socket ----

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        String refused = server.admit(this);
        if (refused != null) {
            closeWith(server.turnAway(this) ? SamReply.helloError(refused) : null);
            return;
        }
        counted = true;
        armTimeout("Timeout waiting for HELLO VERSION");
        read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        readWanted = false;
        if (state instanceof SamState.Streaming streaming) {
            streaming.pump().fromClient(bytes);
        } else if (state instanceof SamState.Closing) {
            bytes.release();
            read();
        } else {
            gather(bytes);
            process();
        }
    }

    private void gather(ByteBuf bytes) {
        if (pending == null) {
            pending = bytes;
            return;
        }
        // a buffer of which a payload was cut is no longer ours alone to write to
        if (pending.refCnt() > 1 || !pending.isWritable(bytes.readableBytes())) {
            ByteBuf joined = channel.alloc().buffer(pending.readableBytes() + bytes.readableBytes());
            joined.writeBytes(pending);
            pending.release();
            pending = joined;
        }
        pending.writeBytes(bytes);
        bytes.release();
    }

    /** Asks for more bytes, unless enough wait already. */
    private void read() {
        if (!readWanted && (pending == null || pending.readableBytes() <= MAX_LINE) && !isClogged()) {
            readWanted = true;
            channel.read();
        }
    }

    /** Whether the client leaves too many replies unread. */
    private boolean isClogged() {
        return !(state instanceof SamState.Closing) && channel.bytesBeforeWritable() > MAX_UNREAD;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (state instanceof SamState.Streaming streaming) {
            streaming.pump().writabilityChanged();
        } else if (channel.isWritable()) {
            process();
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
        } else if (!processing && !mayOutliveInput()) {
            channel.close();
        }
    }

    /**
     * Whether the client may still want what the socket does, although it sends no more: a stream that is being opened, an
     * answer on its way. All else lives only as long as the client does.
     */
    private boolean mayOutliveInput() {
        return state instanceof SamState.Connecting
                || state instanceof SamState.Busy busy
                        && busy.before() instanceof SamState.Ready
                        && busy.takeBack() == null;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        SamState last = state;
        state = new SamState.Closing();
        stopTimeout();
        leave(last);
        releasePending();
        leaveWaitingRoom();
        server.forget(this);
    }

    /** The socket no longer counts among those that have not said HELLO. */
    private void leaveWaitingRoom() {
        if (counted) {
            counted = false;
            server.greeted();
        }
    }

    /** Ends what the state held. */
    private void leave(SamState last) {
        if (last instanceof SamState.Streaming streaming) {
            streaming.pump().clientGone(broken);
        } else if (last instanceof SamState.OwnsSession owner) {
            end(owner);
        } else if (last instanceof SamState.Payload payload) {
            end(payload.owner());
        } else if (last instanceof SamState.Busy busy) {
            if (busy.takeBack() != null) {
                busy.takeBack().cancel();
            }
            leave(busy.before());
        } else if (last instanceof SamState.Connecting connecting) {
            connecting.stream().reset();
        } else if (last instanceof SamState.Accepting accepting) {
            accepting.session().remove(this);
            accepting.waiting().cancel();
        } else if (last instanceof SamState.Forwarding forwarding) {
            forwarding.session().remove(this);
            forwarding.forwarder().stop();
        }
    }

    private void end(SamState.OwnsSession owner) {
        owner.session().remove(this);
        owner.session().clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken = true;
        if (!(cause instanceof IOException)) {
            // the class alone: a message may hold what the client sent
            log.error("a SAM socket failed and is closed: {}", cause.getClass().getName());
        }
        context.close();
    }

    private void armTimeout(String message) {
        stopTimeout();
        long deadline = server.lane().clock().nanos() + server.helloNanos();
        timeout = server.lane().schedule(deadline, () -> {
            if (state instanceof SamState.AwaitHello) {
                closeWith(SamReply.helloError(message));
            } else if (state instanceof SamState.Ready) {
                closeWith(SamReply.sessionError(message));
            }
        });
    }

    private void stopTimeout() {
        if (timeout != null) {
            timeout.cancel();
            timeout = null;
        }
    }

    // ---- lines ----

    /** Carries out what has come, until a command has to wait. */
    void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            boolean more = true;
            while (more && pending != null && state.takesInput() && !isClogged()) {
                more = state instanceof SamState.Payload payload ? payload(payload) : nextLine();
            }
        } finally {
            processing = false;
        }
        if (inputEnded && !(state instanceof SamState.Streaming) && !mayOutliveInput()) {
            if (!(state instanceof SamState.Closing)) {
                channel.close();
            }
        } else if (!(state instanceof SamState.Streaming)) {
            read();
        }
    }

    private boolean payload(SamState.Payload payload) {
        int size = payload.command().size();
        if (pending.readableBytes() < size) {
            return false;
        }
        ByteBuf bytes = pending.readRetainedSlice(size);
        releasePendingIfEmpty();
        state = payload.owner();
        server.datagramCommands().send(this, payload, bytes);
        return true;
    }

    private boolean nextLine() {
        int length = pending.bytesBefore((byte) '\n');
        if (length < 0 && pending.readableBytes() <= MAX_LINE) {
            releasePendingIfEmpty();
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
        releasePendingIfEmpty();
        if (state instanceof SamState.AwaitHello) {
            hello(text);
            return true;
        }
        try {
            SamCommand command = SamCommandParser.parse(text);
            if (!(command instanceof SamCommand.Nothing)) {
                stopTimeout();
                carryOut(command);
            }
        } catch (SamSyntaxException malformed) {
            stopTimeout();
            refuse(malformed);
        }
        return true;
    }

    private void hello(String text) {
        SamCommand command;
        try {
            command = SamCommandParser.parse(text);
        } catch (SamSyntaxException malformed) {
            if (malformed.subject().startsWith("HELLO")) {
                closeWith(malformed.reply());
                return;
            }
            command = null;
        }
        if (!(command instanceof SamCommand.Hello hello)) {
            // the first wrong line closes: else a web page could make a browser speak SAM behind its own headers
            closeWith(SamReply.helloError("Must start with HELLO VERSION"));
            return;
        }
        SamVersion version = SamVersion.negotiate(hello.min(), hello.max());
        if (version == null) {
            closeWith(SamReply.helloNoVersion());
            return;
        }
        leaveWaitingRoom();
        state = new SamState.Ready();
        armTimeout("command timeout, bye");
        reply(SamReply.hello(version));
    }

    private void carryOut(SamCommand command) throws SamSyntaxException {
        if (command instanceof SamCommand.StreamConnect connect) {
            server.streamCommands().connect(this, connect);
        } else if (command instanceof SamCommand.StreamAccept accept) {
            server.streamCommands().accept(this, accept);
        } else if (command instanceof SamCommand.StreamForward forward) {
            server.streamCommands().forward(this, forward);
        } else if (command instanceof SamCommand.SessionCreate create) {
            server.sessionCommands().create(this, create);
        } else if (command instanceof SamCommand.NamingLookup lookup) {
            server.nameCommands().lookup(this, lookup);
        } else if (command instanceof SamCommand.DestGenerate generate) {
            server.nameCommands().generate(this, generate);
        } else if (command instanceof SamCommand.DatagramSend send) {
            server.datagramCommands().awaitPayload(this, send);
        } else if (command instanceof SamCommand.Ping ping) {
            reply(SamReply.pong(ping.text()));
        } else if (command instanceof SamCommand.Help) {
            reply(SamReply.help());
        } else if (command instanceof SamCommand.Quit) {
            closeWith(SamReply.quit());
        } else if (command instanceof SamCommand.Hello) {
            reply(SamReply.helloError("HELLO was said before"));
        }
    }

    /**
     * Answers a line that cannot be carried out. A socket of a stream's, and one on which datagram bytes may follow that
     * cannot be told from lines, is of no more use; a session survives every other mistake of its client.
     */
    void refuse(SamSyntaxException malformed) {
        boolean streamOnControlSocket =
                state instanceof SamState.OwnsSession && malformed.subject().startsWith("STREAM");
        if (malformed.fatal() && !streamOnControlSocket) {
            closeWith(malformed.reply());
        } else {
            reply(malformed.reply());
        }
    }

    // ---- what commands do to the socket ----

    /** The session whose control socket this is, or null. */
    SamSession ownSession() {
        return state instanceof SamState.OwnsSession owner ? owner.session() : null;
    }

    void become(SamState next) {
        state = next;
    }

    /**
     * Begins a command that waits for somebody else.
     *
     * @param takeBack see {@link SamState.Busy#takeBack}
     * @return for {@link #resume}
     */
    SamState.Busy begin(Cancellable takeBack) {
        SamState.Busy busy = new SamState.Busy(state, takeBack);
        state = busy;
        return busy;
    }

    /** The answer is there: the socket is again what it was before. False when the client has gone meanwhile. */
    boolean resume(SamState.Busy busy) {
        if (state != busy) {
            return false;
        }
        state = busy.before();
        return true;
    }

    /**
     * Turns the socket into the client's end of a stream.
     *
     * @param pauseNanos see {@link StreamPump#start}
     */
    void becomeStream(SamSession session, StreamSocket stream, long pauseNanos) {
        if (log.isDebugEnabled()) {
            log.debug("sam#{}/s{} stands", session.number(), session.nextStreamNumber());
        }
        StreamPump pump = new StreamPump(channel, stream, server.lane());
        state = new SamState.Streaming(pump);
        ByteBuf early = pending;
        pending = null;
        pump.start(early, pauseNanos);
        if (inputEnded) {
            pump.clientEnded();
        }
    }

    @Override
    public void onSessionEnded(String message) {
        SamState now = state instanceof SamState.Busy busy ? busy.before() : state;
        if (now instanceof SamState.OwnsSession || now instanceof SamState.Payload) {
            closeWith(SamReply.sessionError(message));
        } else if (now instanceof SamState.Accepting accepting && !accepting.silent()) {
            closeWith(SamReply.streamError(message));
        } else {
            closeWith(null);
        }
    }

    /** The bridge is ending: a socket without a session goes without a word, a stream once it has written all. */
    void shutDown() {
        if (state instanceof SamState.Closing || state instanceof SamState.Streaming) {
            return;
        }
        closeWith(null);
    }

    // ---- replies ----

    /** One write of one whole line: some clients take what one read returns for the reply. */
    void reply(String line) {
        channel.writeAndFlush(encoded(line));
    }

    private ByteBuf encoded(String line) {
        ByteBuf out = channel.alloc().directBuffer(line.length());
        out.writeCharSequence(line, StandardCharsets.UTF_8);
        return out;
    }

    /**
     * Writes a last line (or none, for null), ends our direction, and throws away what the client still sends for a moment:
     * closing over unread bytes would take the line back from the client.
     */
    void closeWith(String line) {
        SamState last = state;
        state = new SamState.Closing();
        stopTimeout();
        leaveWaitingRoom();
        leave(last);
        releasePending();
        if (line == null) {
            channel.close();
            return;
        }
        timeout = server.lane().schedule(server.lane().clock().nanos() + CLOSING_NANOS, channel::close);
        channel.writeAndFlush(encoded(line)).addListener((ChannelFutureListener) written -> {
            if (!written.isSuccess() || inputEnded || !(channel instanceof DuplexChannel duplex)) {
                channel.close();
            } else {
                duplex.shutdownOutput();
                read();
            }
        });
    }

    private void releasePendingIfEmpty() {
        if (!pending.isReadable()) {
            releasePending();
        }
    }

    private void releasePending() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }
}
