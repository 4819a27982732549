package dev.samovar.transport.ntcp2;

import dev.samovar.base.Cancellable;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Lane;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: moves bytes between the socket and the cores, on the socket's event loop.
 *
 * <ol>
 *   <li>The handshake core computes on the crypto pool, one step at a time; meanwhile the socket is not read.
 *   <li>A handshake that failed before the peer was authenticated: read a random number of bytes for a random time, then
 *       reset, whatever the reason was. So a prober learns nothing.
 *   <li>One that succeeded is told to the router lane, which admits it or not; meanwhile the socket is not read.
 *   <li>Data: messages come in batches to the router lane, which is not sent more than it handles; what the router lane put
 *       into the ring goes out in frames while the socket takes them and the bandwidth allows.
 *   <li>An end is told to the peer if it may know; then our half is closed, so that the last frame arrives.
 * </ol>
 */
final class Ntcp2ChannelHandler extends ChannelInboundHandlerAdapter {

    /** A prober is read at most so many bytes more; the largest first message has 287. */
    private static final int PROBE_BYTES = 1024;

    /** How long the last frame may take to leave, and the peer to hang up. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** A socket that takes nothing for so long is given up. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Bytes of messages handed to the router lane and not handled: reading stops at the first, goes on at the second. */
    private static final int UNHANDLED_HIGH = 512 * 1024;

    private static final int UNHANDLED_LOW = 128 * 1024;

    /** What a message costs beside its body. */
    private static final int MESSAGE_OVERHEAD = 64;

    /** Frames in one turn; then other sessions of the loop have theirs. */
    private static final int FRAMES_PER_TURN = 16;

    /** Why the socket is not read. */
    private static final int PAUSE_BUSY = 1;

    private static final int PAUSE_BANDWIDTH = 2;
    private static final int PAUSE_ROUTER = 4;

    private static final Logger LOG = LoggerFactory.getLogger("ntcp2");

    private static final FastThreadLocal<Ntcp2Scratch> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected Ntcp2Scratch initialValue() {
            return new Ntcp2Scratch();
        }
    };

    private enum Phase {
        /** Waits for the socket. */
        CONNECTING,
        HANDSHAKE,
        /** The router lane decides. */
        ADMISSION,
        DATA,
        /** Failed; pretends to listen. */
        MUTE,
        /** Our half is closed or about to be. */
        CLOSING,
        CLOSED
    }

    /** What a step of the handshake left behind. */
    private record Ciphers(Ntcp2FrameCipher sender, Ntcp2FrameCipher receiver) {}

    private final Ntcp2Shared shared;
    private final Ntcp2Transport transport;
    /** The router dialled, or null: inbound. */
    private final RouterInfo dialled;
    /** The peer's IP; null behind a proxy. */
    private final byte[] ip;

    private final Ntcp2Handshake handshake;
    /** Belongs to the router lane. */
    private Channel socket;

    private final AtomicInteger unhandled = new AtomicInteger();
    private final AtomicBoolean routerPaused = new AtomicBoolean();

    private SocketChannel channel;
    private Lane lane;
    private Phase phase = Phase.CONNECTING;
    private boolean computing;
    private int pauses;
    private ByteBuf held;
    private Cancellable deadline;
    private long handshakeEnd;
    private int muteBytes;
    private int muteCode = -1;
    private Ciphers ciphers;
    private Ntcp2Session session;
    private Ntcp2Link link;
    private boolean lossTold;
    private List<I2npMessage> batch = new ArrayList<>();
    private int batchBytes;
    private Cancellable sessionTimer;
    private long outPausedUntil = Long.MIN_VALUE;
    private boolean outScheduled;
    private long unwritableSince;
    private long countedIn;
    private long countedOut;
    private long countedExpired;

    /** A connection that came in. */
    Ntcp2ChannelHandler(Ntcp2Shared shared, Ntcp2Transport transport, byte[] ip) {
        this.shared = shared;
        this.transport = transport;
        this.dialled = null;
        this.ip = ip;
        this.handshake = new Ntcp2Responder(
                shared.router,
                ip,
                shared.ephemerals,
                key -> shared.replays.isFresh(key, shared.clock.nanos()),
                shared.entropy);
    }

    /** A connection to {@code peer}. */
    Ntcp2ChannelHandler(
            Ntcp2Shared shared,
            Ntcp2Transport transport,
            RouterInfo peer,
            Ntcp2Address address,
            byte[] ip,
            byte[] ownRouterInfo) {
        this.shared = shared;
        this.transport = transport;
        this.dialled = peer;
        this.ip = ip;
        this.handshake = new Ntcp2Initiator(
                address,
                peer.hash(),
                shared.keys,
                ownRouterInfo,
                shared.config.networkId(),
                shared.ephemerals,
                shared.entropy);
    }

    // --- for the router lane ---

    /** Once, before anything else: the socket, which may not be registered yet. */
    void attach(Channel made) {
        socket = made;
    }

    Channel socket() {
        return socket;
    }

    boolean inbound() {
        return dialled == null;
    }

    RouterInfo dialled() {
        return dialled;
    }

    byte[] ip() {
        return ip;
    }

    /** Who has proven to be the peer by signature and static key, though this failure made no session of it; else null. */
    Hash provenPeer(Ntcp2Failure failure) {
        boolean proven = failure == Ntcp2Failure.ADDRESS_MISMATCH && handshake instanceof Ntcp2Responder;
        return proven ? ((Ntcp2Responder) handshake).peer().hash() : null;
    }

    // --- 1: handshake ---

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = (SocketChannel) context.channel();
        lane = new EventLoopLane(channel.eventLoop(), shared.clock);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (inbound()) {
            begin();
        }
        context.fireChannelActive();
    }

    /** The socket is connected, through the proxy if there is one. */
    void begin() {
        if (phase != Phase.CONNECTING) {
            return;
        }
        phase = Phase.HANDSHAKE;
        handshakeEnd = shared.clock.nanos()
                + TimeUnit.MILLISECONDS.toNanos(shared.config.limits().handshakeMillis());
        deadline = lane.schedule(handshakeEnd, () -> onHandshakeTimeout());
        if (!inbound()) {
            compute(() -> ((Ntcp2Initiator) handshake).start(shared.clock.epochMillis()));
        }
    }

    private void compute(Runnable step) {
        computing = true;
        pause(PAUSE_BUSY);
        shared.offload.submit(
                lane,
                () -> {
                    step.run();
                    Ntcp2DataKeys keys = handshake.dataKeys();
                    if (keys == null) {
                        return new Ciphers(null, null);
                    }
                    Ciphers made = new Ciphers(keys.sender(), keys.receiver());
                    keys.destroy();
                    return made;
                },
                this::onComputed);
    }

    private void onComputed(Ciphers made) {
        computing = false;
        ciphers = made;
        if (phase != Phase.HANDSHAKE) {
            // timed out or closed meanwhile
            wipe();
            return;
        }
        byte[] answer = handshake.pollTransmit();
        if (answer != null) {
            send(answer);
        }
        switch (handshake.state()) {
            case WAITING -> {
                resume(PAUSE_BUSY);
                onHandshakeBytes();
            }
            case ESTABLISHED -> onEstablished();
            case FAILED -> onHandshakeFailed(handshake.failure());
        }
    }

    private void send(byte[] bytes) {
        shared.bytesOut.add(bytes.length);
        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes), channel.voidPromise());
    }

    private void onHandshakeBytes() {
        if (computing || held == null || phase != Phase.HANDSHAKE || held.readableBytes() < handshake.needed()) {
            return;
        }
        // all that came, so that the core sees surplus; what it leaves is put back
        byte[] bytes = new byte[held.readableBytes()];
        held.readBytes(bytes);
        releaseHeld();
        long millis = shared.clock.epochMillis();
        int[] taken = new int[1];
        compute(() -> {
            taken[0] = handshake.handle(bytes, bytes.length, millis);
            if (taken[0] < bytes.length) {
                lane.execute(() -> putBack(bytes, taken[0]));
            }
        });
    }

    /** Runs before {@link #onComputed}, which is sent to the lane after it. */
    private void putBack(byte[] bytes, int from) {
        ByteBuf rest = Unpooled.wrappedBuffer(bytes, from, bytes.length - from);
        hold(held == null ? rest : Unpooled.wrappedBuffer(rest, held));
    }

    private void onHandshakeTimeout() {
        if (phase == Phase.HANDSHAKE) {
            phase = Phase.MUTE;
            transport.onLane(() -> transport.onFailed(this, Ntcp2Failure.TIMEOUT, 0, false));
            reset();
        }
    }

    // --- 2: failure ---

    private void onHandshakeFailed(Ntcp2Failure failure) {
        long skew = handshake.skewMillis();
        boolean skewKnown = handshake.skewKnown();
        transport.onLane(() -> transport.onFailed(this, failure, skew, skewKnown));
        if (ciphers.sender != null) {
            // the peer showed that it holds its keys: it may know
            refuse(failure);
        } else if (failure == Ntcp2Failure.MESSAGE_1_SKEW) {
            closeGently();
        } else if (inbound()) {
            mute(-1);
        } else {
            reset();
        }
    }

    /**
     * Reads on without a word, then resets.
     *
     * @param code what a termination says at the end, or -1 for nothing
     */
    private void mute(int code) {
        phase = Phase.MUTE;
        muteCode = code;
        muteBytes = shared.entropy.below(PROBE_BYTES);
        cancel(deadline);
        long now = shared.clock.nanos();
        long longest = Math.max(1, TimeUnit.NANOSECONDS.toMillis(handshakeEnd - now));
        if (code >= 0) {
            longest = shared.config.limits().handshakeMillis();
        }
        long millis = 1 + shared.entropy.below((int) Math.min(Integer.MAX_VALUE, longest));
        deadline = lane.schedule(now + TimeUnit.MILLISECONDS.toNanos(millis), this::onMuteEnd);
        pauses = 0;
        channel.config().setAutoRead(true);
        if (held != null) {
            onMuteBytes(held.readableBytes());
        }
    }

    private void onMuteBytes(int count) {
        releaseHeld();
        muteBytes -= count;
        if (muteBytes <= 0 && phase == Phase.MUTE) {
            onMuteEnd();
        }
    }

    private void onMuteEnd() {
        if (phase != Phase.MUTE) {
            return;
        }
        if (muteCode >= 0 && session != null) {
            terminate(muteCode);
        } else {
            reset();
        }
    }

    /** Ends the connection with a TCP reset, as every failure of a handshake does. */
    private void reset() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }

    // --- 3: admission ---

    private void onEstablished() {
        phase = Phase.ADMISSION;
        cancel(deadline);
        deadline = null;
        RouterInfo peer = inbound() ? ((Ntcp2Responder) handshake).peer() : dialled;
        long skew = handshake.skewMillis();
        transport.onLane(() -> transport.onEstablished(this, peer, skew));
    }

    /** From the router lane: the session may begin. */
    void admit(Ntcp2Link admitted, byte[] ownRouterInfo) {
        lane.run(() -> {
            if (phase != Phase.ADMISSION) {
                return;
            }
            phase = Phase.DATA;
            link = admitted;
            long now = shared.clock.nanos();
            session = new Ntcp2Session(
                    ciphers.sender, ciphers.receiver, admitted.peer().hash(), shared.entropy, now);
            if (ownRouterInfo != null) {
                session.offerOwnInfo(ownRouterInfo);
            }
            armSessionTimer();
            resume(PAUSE_BUSY);
            if (held != null) {
                // came behind message 3
                ByteBuf early = held;
                held = null;
                onData(early);
                early.release();
            }
            drain();
        });
    }

    /** The peer is known and may know why it is sent away. */
    void refuse(Ntcp2Failure failure) {
        lane.run(() -> {
            if (phase != Phase.ADMISSION && phase != Phase.HANDSHAKE) {
                return;
            }
            session = new Ntcp2Session(
                    ciphers.sender,
                    ciphers.receiver,
                    Hash.fromBytes(new byte[Hash.LENGTH]),
                    shared.entropy,
                    shared.clock.nanos());
            terminate(failure.terminationCode());
        });
    }

    // --- 4: data in ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int count = bytes.readableBytes();
        shared.bytesIn.add(count);
        switch (phase) {
            case HANDSHAKE -> {
                hold(bytes);
                onHandshakeBytes();
            }
            case CONNECTING, ADMISSION -> hold(bytes);
            case DATA -> {
                onData(bytes);
                bytes.release();
                long wait = shared.in.take(count, shared.clock.nanos());
                if (wait > 0 && phase == Phase.DATA) {
                    pause(PAUSE_BANDWIDTH);
                    lane.schedule(shared.clock.nanos() + wait, () -> resume(PAUSE_BANDWIDTH));
                }
            }
            case MUTE -> {
                bytes.release();
                onMuteBytes(count);
            }
            default -> bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (phase == Phase.DATA) {
            QuickAcknowledgements.send(channel);
        }
        context.fireChannelReadComplete();
    }

    private void hold(ByteBuf bytes) {
        held = held == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), held, bytes);
    }

    private void releaseHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void onData(ByteBuf bytes) {
        session.handle(bytes, SCRATCH.get(), shared.clock.nanos(), shared.clock.epochMillis());
        collect();
        deliver();
        onEvents();
    }

    private void collect() {
        for (I2npMessage next = session.pollMessage(); next != null; next = session.pollMessage()) {
            batch.add(next);
            batchBytes += next.body().readableBytes() + MESSAGE_OVERHEAD;
        }
    }

    private void deliver() {
        if (batch.isEmpty()) {
            return;
        }
        List<I2npMessage> messages = batch;
        int bytes = batchBytes;
        Hash from = link.peer().hash();
        batch = new ArrayList<>();
        batchBytes = 0;
        shared.messagesIn.add(messages.size());
        int waiting = unhandled.addAndGet(bytes);
        transport.onLane(() -> {
            transport.onMessages(from, messages);
            if (unhandled.addAndGet(-bytes) < UNHANDLED_LOW && routerPaused.compareAndSet(true, false)) {
                lane.execute(() -> resume(PAUSE_ROUTER));
            }
        });
        if (waiting > UNHANDLED_HIGH) {
            pause(PAUSE_ROUTER);
            routerPaused.set(true);
            // it may have caught up in between, and looks no more
            if (unhandled.get() < UNHANDLED_LOW && routerPaused.compareAndSet(true, false)) {
                resume(PAUSE_ROUTER);
            }
        }
    }

    private void onEvents() {
        for (Ntcp2Session.Event event = session.pollEvent(); event != null; event = session.pollEvent()) {
            Hash from = link.peer().hash();
            if (event instanceof Ntcp2Session.Event.PeerInfo told) {
                transport.onLane(() -> transport.onPeerInfo(from, told.info(), told.flood()));
            } else if (event instanceof Ntcp2Session.Event.Skew told) {
                transport.onLane(() -> transport.onSkew(from, told.millis()));
            } else if (event instanceof Ntcp2Session.Event.OwnInfoDue) {
                transport.onLane(() -> {
                    byte[] own = transport.ownRouterInfo();
                    lane.execute(() -> offerOwnInfo(own));
                });
            } else if (event instanceof Ntcp2Session.Event.End end) {
                onEnd(end.reason(), end.code());
            }
        }
    }

    private void offerOwnInfo(byte[] own) {
        if (phase == Phase.DATA) {
            session.offerOwnInfo(own);
            drain();
        }
    }

    private void pause(int why) {
        pauses |= why;
        channel.config().setAutoRead(false);
    }

    private void resume(int why) {
        pauses &= ~why;
        if (pauses == 0 && channel.isOpen()) {
            channel.config().setAutoRead(true);
        }
    }

    // --- 4: data out ---

    /** Sends what waits in the ring, as far as the socket and the bandwidth go. */
    void drain() {
        if (link == null) {
            return;
        }
        link.beginDrain();
        if (phase != Phase.DATA) {
            return;
        }
        long now = shared.clock.nanos();
        if (now < outPausedUntil) {
            // what was scheduled before the pause began comes too early, and had kept the end of the pause from being
            scheduleDrain(outPausedUntil);
            return;
        }
        Ntcp2Scratch scratch = SCRATCH.get();
        boolean wrote = false;
        for (int frames = 0; channel.isWritable(); frames++) {
            if (frames == FRAMES_PER_TURN) {
                scheduleDrain(now);
                break;
            }
            int length = session.write(link.ring(), scratch, now, shared.clock.epochMillis());
            if (length == 0) {
                break;
            }
            channel.write(channel.alloc().ioBuffer(length).writeBytes(scratch.out, 0, length), channel.voidPromise());
            shared.bytesOut.add(length);
            wrote = true;
            long wait = shared.out.take(length, now);
            if (wait > 0) {
                outPausedUntil = now + wait;
                scheduleDrain(outPausedUntil);
                break;
            }
        }
        if (wrote) {
            channel.flush();
            count();
        }
    }

    private void scheduleDrain(long at) {
        if (!outScheduled) {
            outScheduled = true;
            Runnable later = () -> {
                outScheduled = false;
                drain();
            };
            if (at <= shared.clock.nanos()) {
                lane.execute(later);
            } else {
                lane.schedule(at, later);
            }
        }
    }

    private void count() {
        shared.messagesOut.add(session.messagesOut() - countedOut);
        countedOut = session.messagesOut();
        shared.messagesDropped.add(session.expired() - countedExpired);
        countedExpired = session.expired();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        unwritableSince = channel.isWritable() ? Long.MIN_VALUE : shared.clock.nanos();
        if (channel.isWritable() && phase == Phase.DATA) {
            // this may be called from within a write of ours
            scheduleDrain(shared.clock.nanos());
        }
        context.fireChannelWritabilityChanged();
    }

    // --- time ---

    private void armSessionTimer() {
        long at = session.nextTimeout();
        if (!channel.isWritable()) {
            at = Math.min(at, shared.clock.nanos() + STALL_NANOS);
        }
        if (at != TimerTable.NEVER) {
            // a deadline that moved away since is found out when it comes
            sessionTimer = lane.schedule(at, this::onSessionTimer);
        }
    }

    private void onSessionTimer() {
        if (phase != Phase.DATA) {
            return;
        }
        long now = shared.clock.nanos();
        if (!channel.isWritable() && now - unwritableSince >= STALL_NANOS) {
            onEnd(DisconnectReason.STALLED, -1);
            return;
        }
        session.handleTimeout(now);
        onEvents();
        if (phase == Phase.DATA) {
            armSessionTimer();
        }
    }

    // --- 5: end ---

    /**
     * From the router lane. At a shutdown what is in the ring leaves first; else the router lane takes it back and sends it
     * by another session.
     */
    void end(DisconnectReason reason, int code) {
        lane.run(() -> {
            if (phase == Phase.DATA) {
                if (reason == DisconnectReason.SHUTDOWN) {
                    drain();
                }
                onEnd(reason, code);
            } else if (phase == Phase.ADMISSION) {
                channel.close();
            }
        });
    }

    private void onEnd(DisconnectReason reason, int code) {
        if (phase != Phase.DATA) {
            return;
        }
        tellLoss(reason);
        if (reason == DisconnectReason.DECRYPT_FAILED) {
            // SPEC ntcp2#aead-error-handling: no oracle; read on for a while, then tell
            mute(code);
        } else if (code >= 0) {
            terminate(code);
        } else {
            phase = Phase.CLOSING;
            releaseHeld();
            channel.close();
        }
    }

    /** Once: the router lane owns the ring from here on. */
    private void tellLoss(DisconnectReason reason) {
        if (link != null && !lossTold) {
            lossTold = true;
            count();
            Ntcp2Link lost = link;
            transport.onLane(() -> transport.onLinkLost(lost, reason));
        }
    }

    /** A last frame, then the gentle close. */
    private void terminate(int code) {
        Ntcp2Scratch scratch = SCRATCH.get();
        int length = session.writeTermination(scratch, code);
        shared.bytesOut.add(length);
        channel.write(channel.alloc().ioBuffer(length).writeBytes(scratch.out, 0, length));
        closeGently();
    }

    /** Our half first: a close with unread input would reset the connection and take the last words away. */
    private void closeGently() {
        phase = Phase.CLOSING;
        cancel(deadline);
        releaseHeld();
        pauses = 0;
        channel.config().setAutoRead(true);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener((ChannelFutureListener) sent -> channel.shutdownOutput());
        deadline = lane.schedule(shared.clock.nanos() + LINGER_NANOS, channel::close);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Phase before = phase;
        phase = Phase.CLOSED;
        cancel(deadline);
        cancel(sessionTimer);
        releaseHeld();
        if (before == Phase.HANDSHAKE || before == Phase.CONNECTING) {
            transport.onLane(() -> transport.onFailed(this, Ntcp2Failure.LOST, 0, false));
        }
        tellLoss(DisconnectReason.LOST);
        transport.onLane(() -> transport.onGone(this));
        wipe();
        context.fireChannelInactive();
    }

    private void wipe() {
        if (computing || phase != Phase.CLOSED) {
            return;
        }
        handshake.destroy();
        if (session != null) {
            session.destroy();
        } else if (ciphers != null && ciphers.sender != null) {
            ciphers.sender.destroy();
            ciphers.receiver.destroy();
        }
    }

    private static void cancel(Cancellable timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("a connection failed and is closed: {}", cause.getClass().getSimpleName());
            LOG.debug("the failure", cause);
        }
        channel.close();
    }
}
