package dev.samovar.streaming;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.OffloadShare;
import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.message.ClientPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.function.Consumer;

/**
 * The streams of one session: finds whose packet it is, has signatures made and checked on the pool, moves packets to and
 * from the session, keeps the time of all streams with one timer.
 *
 * <pre>
 * 1 message in       onMessage    decoded; a signed packet goes to the pool first, any other to its stream at once
 * 2 a SYN            synchronize  replays and repetitions told apart; to a waiting accept, the queue, or refused
 * 3 drain            packets polled out while the session takes them, then events told
 * 4 congestion       onWritable   streams that had more to send are drained again
 * </pre>
 *
 * <p>Owner: the session's lane. Bounds: {@value #MAX_STREAMS} streams, each with one packet at the signer; {@value
 * SignatureChecks#MAX} signatures being checked (more are dropped: peers send again); of all these {@value #AT_POOL} are at the
 * pool at a time, so that no session waits for another's flood; {@value AcceptQueue#MAX_STREAMS} streams waiting for an accept
 * (more are refused).
 */
public final class StreamDriver implements Streams {

    /** Tracking numbers of streaming's messages are this and above. */
    private static final int FIRST_TRACKING = 0x4000_0000;

    static final int MAX_STREAMS = 8192;
    static final int AT_POOL = 8;

    /** No packet that is signed, or that comes before a SYN, needs more bytes. */
    static final int MAX_SMALL_PACKET = 4096;

    private static final int MAX_REFUSALS_PER_SECOND = 16;
    private static final int MAX_PONGS_PER_SECOND = 16;
    private static final int MAX_ECHO = 2048;
    private static final int[] NO_NACKS = {};

    /** Signatures made on the lane when a session ends, some ms of them; streams beyond that end without a word. */
    private static final int MAX_LAST_SIGNATURES = 64;

    /** The same for types that take a millisecond and more. */
    private static final int MAX_LAST_SLOW_SIGNATURES = 8;

    /** What may be at the signer, then a CLOSE behind a SYN, or else a RESET. */
    private static final int LAST_SIGNATURES_OF_A_STREAM = 3;

    private static final int SIGNED_KINDS = StreamFlag.SYNCHRONIZE | StreamFlag.CLOSE | StreamFlag.RESET;

    private final I2cpClientSession session;
    private final DestinationKeys keys;
    private final StreamOptions options;
    private final Entropy entropy;
    private final Offload offload;
    private final SignatureChecks checks;
    private final Lane lane;

    private final IntObjectHashMap<DrivenStream> streams = new IntObjectHashMap<>();
    private final IntObjectHashMap<DrivenStream> youngByPeerId = new IntObjectHashMap<>();
    private final RecentSyns recentSyns = new RecentSyns();
    private final EarlyPackets early = new EarlyPackets();
    private final AcceptQueue accepts;
    private final ArrayDeque<DrivenStream> dirty = new ArrayDeque<>();
    private final DeadlineQueue<DrivenStream> deadlines = new DeadlineQueue<>();
    private final StreamPacket packet = new StreamPacket();

    private final RateLimit refusals = new RateLimit(MAX_REFUSALS_PER_SECOND);
    private final RateLimit pongs = new RateLimit(MAX_PONGS_PER_SECOND);
    private Cancellable timer = () -> {};
    private long timerAt = TimerTable.NEVER;
    private boolean draining;
    private boolean closed;
    private int nextTracking = FIRST_TRACKING;
    private final IntObjectHashMap<DrivenStream> tracked = new IntObjectHashMap<>();

    public StreamDriver(
            I2cpClientSession session, DestinationKeys keys, StreamOptions options, Entropy entropy, Offload offload) {
        this.session = session;
        this.keys = keys;
        this.options = options;
        this.entropy = entropy;
        this.offload = new OffloadShare(offload, AT_POOL);
        this.lane = session.lane();
        this.accepts = new AcceptQueue(now());
        this.checks = new SignatureChecks(lane, this.offload);
    }

    long now() {
        return lane.clock().nanos();
    }

    Lane lane() {
        return lane;
    }

    // ---- commands ----

    @Override
    public StreamSocket connect(Destination peer, int fromPort, int toPort, long timeoutNanos) {
        int id = newStreamId();
        StreamConnection connection =
                StreamConnection.connect(keys, options, peer, id, fromPort, toPort, now() + timeoutNanos);
        DrivenStream stream = new DrivenStream(this, connection);
        if (closed || streams.size() >= MAX_STREAMS) {
            connection.sessionClosed();
        } else {
            streams.put(id, stream);
        }
        // the caller has set its listener by then
        lane.execute(() -> touch(stream));
        return stream;
    }

    private int newStreamId() {
        int id;
        do {
            id = entropy.nonZeroInt();
        } while (streams.containsKey(id));
        return id;
    }

    @Override
    public Cancellable accept(Consumer<StreamSocket> whenConnected) {
        if (accepts.listen()) {
            // now it is known that somebody does: all that wait may say that they are there
            for (DrivenStream waiting : accepts.streams()) {
                waiting.queuedUntil = accepts.waitsUntil(now());
                touch(waiting);
            }
        }
        for (DrivenStream waiting = accepts.pollStream(); waiting != null; waiting = accepts.pollStream()) {
            if (waiting.connection.end() == null || waiting.connection.end() == StreamEnd.COMPLETED) {
                waiting.queuedUntil = 0;
                whenConnected.accept(waiting);
                touch(waiting);
                return () -> {};
            }
            waiting.forget();
        }
        return accepts.add(whenConnected);
    }

    /** Streams that wait for a time; never more than there are. */
    int waitingStreams() {
        return deadlines.size();
    }

    @Override
    public int openStreams() {
        return streams.size();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        int signatures = keys.signingKeys().type() == SigType.EdDSA_SHA512_Ed25519
                ? MAX_LAST_SIGNATURES
                : MAX_LAST_SLOW_SIGNATURES;
        for (DrivenStream stream : new ArrayList<>(streams.values())) {
            if (signatures >= LAST_SIGNATURES_OF_A_STREAM) {
                signatures -= lastWords(stream);
            }
        }
        closed = true;
        for (DrivenStream stream : new ArrayList<>(streams.values())) {
            stream.connection.sessionClosed();
            touch(stream);
        }
        early.release();
        accepts.clear();
        timer.cancel();
    }

    /**
     * What a stream can still say before its session is gone: the data that fits the window and its CLOSE, else a RESET.
     * There is no later to come back to from the signer, so it signs here.
     *
     * @return how many signatures that took
     */
    private int lastWords(DrivenStream stream) {
        StreamConnection connection = stream.connection;
        if (connection.peer() == null || connection.end() != null && stream.atSigner == null) {
            return 0;
        }
        int signatures = 0;
        if (stream.atSigner != null) {
            sign(stream, stream.atSigner);
            signatures++;
        }
        if (!isHeld(stream)) {
            connection.shutdownOutput(now());
            signatures += flush(stream);
        }
        if (!connection.isCloseSent()) {
            connection.abandon();
            signatures += flush(stream);
        }
        return signatures;
    }

    private int flush(DrivenStream stream) {
        int signatures = 0;
        while (session.isWritable()) {
            StreamConnection.Outgoing outgoing = stream.connection.pollTransmit(now());
            if (outgoing == null) {
                break;
            }
            if (outgoing.signatureOffset() < 0) {
                send(stream, outgoing.packet(), 0);
            } else {
                sign(stream, outgoing);
                signatures++;
            }
        }
        return signatures;
    }

    private void sign(DrivenStream stream, StreamConnection.Outgoing outgoing) {
        ByteBuf bytes = outgoing.packet();
        byte[] toSign = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), toSign);
        signed(stream, outgoing, keys.signingKeys().sign(toSign));
    }

    /** Sends a packet with its signature. */
    private void signed(DrivenStream stream, StreamConnection.Outgoing outgoing, byte[] signature) {
        StreamConnection connection = stream.connection;
        ByteBuf bytes = outgoing.packet();
        stream.atSigner = null;
        bytes.setBytes(bytes.readerIndex() + outgoing.signatureOffset(), signature);
        connection.signedAndSent(outgoing.sequence(), bytes, now());
        boolean synOut = outgoing.syn() && connection.isInitiator();
        if (closed) {
            bytes.release();
        } else if (send(stream, bytes, synOut ? track(stream) : 0) == SendOutcome.CONGESTED) {
            connection.notSent(outgoing.sequence());
        }
    }

    // ---- 1 messages ----

    @Override
    public void onMessage(InboundMessage message) {
        ByteBuf in = message.payload();
        try {
            if (!closed) {
                receive(in, message);
            }
        } catch (WireException malformed) {
            // dropped: whoever sent it sends again, or is not worth an answer
        } finally {
            in.release();
        }
    }

    private void receive(ByteBuf in, InboundMessage message) throws WireException {
        if (in.readableBytes() < StreamPacket.MIN_LENGTH) {
            return;
        }
        int start = in.readerIndex();
        DrivenStream stream = streams.get(in.getInt(start));
        PeerIdentity known = stream == null ? null : stream.connection.peer();
        SigType signer = known != null ? known.type() : stream == null ? null : typeOf(stream);
        StreamPacketCodec.decode(in, packet, signer, stream == null ? null : stream.connection.peerDestination());
        if (packet.has(StreamFlag.ECHO)) {
            echo(in, start, message);
        } else if (packet.has(SIGNED_KINDS)) {
            verify(in, start, message, stream);
        } else if (stream != null) {
            stream.handle(packet, null);
        } else if (packet.sendStreamId == 0) {
            early(in, start, message);
        }
    }

    private static SigType typeOf(DrivenStream stream) {
        return stream.connection.peerDestination().signingType();
    }

    /** A packet of a peer that does not know our id yet: its SYN may come behind it. */
    private void early(ByteBuf in, int start, InboundMessage message) {
        DrivenStream young = youngByPeerId.get(packet.receiveStreamId);
        if (young != null) {
            young.handle(packet, null);
            return;
        }
        ByteBuf kept = in.retainedSlice(start, in.writerIndex() - start);
        early.add(
                packet.receiveStreamId,
                new InboundMessage(Protocol.STREAMING, message.fromPort(), message.toPort(), kept),
                now());
        arm();
    }

    private void verify(ByteBuf in, int start, InboundMessage message, DrivenStream stream) {
        PeerIdentity signer = signerOf(stream);
        if (signer != null) {
            check(in, start, signer, () -> verified(signer, message));
        }
    }

    /** Has the signature of the packet just decoded checked; the packet stands decoded again when {@code whenHolds} runs. */
    private void check(ByteBuf in, int start, PeerIdentity signer, Runnable whenHolds) {
        checks.check(in, start, packet, signer, bytes -> {
            if (!closed) {
                decodeAgain(bytes, signer);
                whenHolds.run();
            }
        });
    }

    private void decodeAgain(byte[] bytes, PeerIdentity signer) {
        try {
            StreamPacketCodec.decode(Unpooled.wrappedBuffer(bytes), packet, signer.type(), signer.destination());
        } catch (WireException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private PeerIdentity signerOf(DrivenStream stream) {
        if (packet.from == null) {
            if (stream == null) {
                return null;
            }
            PeerIdentity known = stream.connection.peer();
            return known != null && packet.offline == null
                    ? known
                    : PeerIdentity.claimed(stream.connection.peerDestination(), packet.offline);
        }
        if (stream != null && !stream.connection.peerDestination().equals(packet.from)) {
            return null;
        }
        return PeerIdentity.claimed(packet.from, packet.offline);
    }

    private void verified(PeerIdentity signer, InboundMessage message) {
        if (packet.has(StreamFlag.SYNCHRONIZE) && packet.sendStreamId == 0) {
            synchronize(signer, message);
            return;
        }
        DrivenStream stream = streams.get(packet.sendStreamId);
        if (stream == null && packet.sendStreamId == 0) {
            stream = youngByPeerId.get(packet.receiveStreamId);
        }
        if (stream == null) {
            if (packet.has(StreamFlag.SYNCHRONIZE) && refusals.allows(now())) {
                // the answer to a SYN of ours whose stream was given up meanwhile: the peer waits for nobody
                refuse(signer, message);
            }
        } else if (stream.connection.peerDestination().equals(signer.destination())) {
            stream.handle(packet, signer);
        }
    }

    // ---- 2 a peer's SYN ----

    private void synchronize(PeerIdentity signer, InboundMessage message) {
        if (!ReplayProtection.allows(packet, keys.destination().hash()) || packet.receiveStreamId == 0) {
            return;
        }
        Hash peer = signer.destination().hash();
        Integer before = recentSyns.find(peer, packet.receiveStreamId);
        if (before != null) {
            DrivenStream known = streams.get(before);
            if (known != null) {
                known.handle(packet, signer);
            } else if (before == RecentSyns.REFUSED && refusals.allows(now())) {
                // our RESET was lost
                refuse(signer, message);
            }
            return;
        }
        if (streams.size() >= MAX_STREAMS) {
            return;
        }
        boolean wanted = accepts.wantsStream(now());
        if (!wanted && !refusals.allows(now())) {
            return;
        }
        if (!wanted) {
            recentSyns.add(peer, packet.receiveStreamId, RecentSyns.REFUSED);
            refuse(signer, message);
            return;
        }
        DrivenStream stream = answer(signer, message);
        recentSyns.add(peer, packet.receiveStreamId, stream.connection.receiveStreamId());
        youngByPeerId.put(packet.receiveStreamId, stream);
        int peerId = packet.receiveStreamId;
        Consumer<StreamSocket> accept = accepts.pollAccept();
        if (accept != null) {
            accept.accept(stream);
        } else {
            stream.queuedUntil = accepts.waitsUntil(now());
            accepts.add(stream);
        }
        touch(stream);
        replayEarly(peerId);
    }

    private DrivenStream answer(PeerIdentity signer, InboundMessage message) {
        int id = newStreamId();
        DrivenStream stream = new DrivenStream(
                this,
                StreamConnection.accept(
                        keys, options, signer, packet, id, message.toPort(), message.fromPort(), now()));
        streams.put(id, stream);
        return stream;
    }

    /** A stream that only says RESET. */
    private void refuse(PeerIdentity signer, InboundMessage message) {
        DrivenStream stream = answer(signer, message);
        stream.connection.reset();
        stream.forgotten = true;
        touch(stream);
    }

    private void replayEarly(int peerId) {
        // first out of there, then in again: users who hear of them may end the stream, or the session
        for (InboundMessage message : early.take(peerId)) {
            onMessage(message);
        }
    }

    /** SPEC streaming#echo: a ping is signed and names its sender; the pong carries its id and payload back. */
    private void echo(ByteBuf in, int start, InboundMessage message) {
        boolean ping = packet.sendStreamId != 0 && packet.from != null && packet.signature != null;
        if (!ping || !options.answerPings() || packet.payload.readableBytes() > MAX_ECHO || !pongs.allows(now())) {
            return;
        }
        PeerIdentity signer = PeerIdentity.claimed(packet.from, packet.offline);
        check(in, start, signer, () -> pong(signer.destination(), message));
    }

    private void pong(Destination to, InboundMessage message) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.heapBuffer(
                ClientPayload.HEADROOM + StreamPacket.MIN_LENGTH + MAX_ECHO + ClientPayload.TAILROOM);
        out.setIndex(ClientPayload.HEADROOM, ClientPayload.HEADROOM);
        int sizeAt = StreamPacketCodec.beginHeader(
                out, 0, packet.sendStreamId, 0, 0, NO_NACKS, 0, 0, StreamFlag.ECHO | StreamFlag.NO_ACK);
        StreamPacketCodec.endOptions(out, sizeAt);
        out.writeBytes(packet.payload);
        session.send(new OutboundMessage(to, Protocol.STREAMING, message.toPort(), message.fromPort(), 0, out));
    }

    // ---- 3 drain ----

    /** Something happened to this stream: what follows from it happens before the caller's turn ends. */
    void touch(DrivenStream stream) {
        if (!stream.isDirty) {
            stream.isDirty = true;
            dirty.add(stream);
        }
        if (draining) {
            return;
        }
        draining = true;
        try {
            for (DrivenStream next = dirty.poll(); next != null; next = dirty.poll()) {
                next.isDirty = false;
                drain(next);
            }
        } finally {
            draining = false;
        }
    }

    /** Whether it says nothing yet, not even that it is there: perhaps nobody listens. */
    private boolean isHeld(DrivenStream stream) {
        return stream.queuedUntil != 0 && !accepts.isListening();
    }

    private void drain(DrivenStream stream) {
        StreamConnection connection = stream.connection;
        long now = now();
        while (!closed && !isHeld(stream) && session.isWritable()) {
            StreamConnection.Outgoing outgoing = connection.pollTransmit(now);
            if (outgoing == null) {
                break;
            }
            transmit(stream, outgoing);
        }
        stream.blocked = !session.isWritable();
        for (StreamEvents.Event event = stream.nextEvent(); event != null; event = stream.nextEvent()) {
            stream.tell(event);
        }
        if (connection.isOver()) {
            remove(stream);
        } else {
            schedule(stream);
        }
    }

    private void transmit(DrivenStream stream, StreamConnection.Outgoing outgoing) {
        ByteBuf bytes = outgoing.packet();
        if (outgoing.signatureOffset() < 0) {
            if (send(stream, bytes, 0) == SendOutcome.CONGESTED) {
                stream.connection.notSent(outgoing.sequence());
            }
            return;
        }
        byte[] toSign = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), toSign);
        stream.atSigner = outgoing;
        offload.submit(lane, () -> keys.signingKeys().sign(toSign), signature -> {
            // unless the session ended meanwhile, and did not wait
            if (stream.atSigner == outgoing) {
                signed(stream, outgoing, signature);
                touch(stream);
            }
        });
    }

    private SendOutcome send(DrivenStream stream, ByteBuf bytes, int tracking) {
        StreamConnection connection = stream.connection;
        return session.send(new OutboundMessage(
                connection.peerDestination(),
                Protocol.STREAMING,
                connection.localPort(),
                connection.peerPort(),
                tracking,
                bytes));
    }

    private int track(DrivenStream stream) {
        if (stream.tracking == 0) {
            stream.tracking = nextTracking++;
            if (nextTracking < FIRST_TRACKING) {
                nextTracking = FIRST_TRACKING;
            }
            tracked.put(stream.tracking, stream);
        }
        return stream.tracking;
    }

    @Override
    public void onDelivery(int tracking, DeliveryStatus status) {
        DrivenStream stream = tracked.get(tracking);
        if (stream == null) {
            return;
        }
        if (status == DeliveryStatus.NO_LEASE_SET
                || status == DeliveryStatus.UNSUPPORTED_ENCRYPTION
                || status == DeliveryStatus.REJECTED) {
            stream.connection.handleUnreachable();
            touch(stream);
        }
    }

    // ---- 4 congestion and time ----

    @Override
    public void onWritable() {
        if (closed) {
            return;
        }
        for (DrivenStream stream : new ArrayList<>(streams.values())) {
            if (stream.blocked) {
                touch(stream);
            }
        }
    }

    private void schedule(DrivenStream stream) {
        deadlines.lookAt(stream, stream.nextTimeout());
        arm();
    }

    private void arm() {
        long first = Math.min(deadlines.next(), early.nextTimeout());
        if (first < timerAt && !closed) {
            timer.cancel();
            timerAt = first;
            timer = lane.schedule(timerAt, this::timeOut);
        }
    }

    private void timeOut() {
        timerAt = TimerTable.NEVER;
        long now = now();
        early.expire(now);
        for (DrivenStream stream = deadlines.pollDue(now); stream != null; stream = deadlines.pollDue(now)) {
            if (stream.queuedUntil != 0 && stream.queuedUntil <= now) {
                accepts.remove(stream);
                stream.queuedUntil = 0;
                if (!accepts.isListening()) {
                    recentSyns.add(
                            stream.connection.peerDestination().hash(),
                            stream.connection.sendStreamId(),
                            RecentSyns.REFUSED);
                }
                stream.connection.reset();
                stream.forget();
            } else {
                stream.connection.handleTimeout(now);
            }
            touch(stream);
        }
        arm();
    }

    private void remove(DrivenStream stream) {
        if (stream.over) {
            return;
        }
        StreamConnection connection = stream.connection;
        streams.remove(connection.receiveStreamId());
        if (youngByPeerId.get(connection.sendStreamId()) == stream) {
            youngByPeerId.remove(connection.sendStreamId());
        }
        if (stream.tracking != 0) {
            tracked.remove(stream.tracking);
        }
        if (stream.queuedUntil != 0) {
            accepts.remove(stream);
            stream.forget();
        }
        deadlines.remove(stream);
        stream.over = true;
        if (stream.forgotten) {
            connection.release();
        }
    }
}
