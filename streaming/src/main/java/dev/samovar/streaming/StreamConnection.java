package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;

/**
 * One stream (streaming specification): numbered packets, acknowledged and sent again until they are, in both directions.
 *
 * <pre>
 * 1 connect        SYN, signed, again after each time-out, until the peer's SYN or the end of patience
 * 2 write          bytes into the send queue; packets of it while the window has room
 * 3 handle         acknowledgements first: what they cover leaves, what they lack twice goes again; then the payload
 * 4 acknowledge    at once on gaps, duplicates, a filled window; else every few packets or after a tenth of a round trip
 * 5 choke          a receiver whose reader is slow says so in its acknowledgements; the sender then only probes
 * 6 shutdownOutput CLOSE, signed, behind the last byte; each direction by itself
 * 7 the end        both CLOSEs acknowledged; then we linger to acknowledge the peer's again
 * 8 keepAlive      a peer that has been silent for long has to answer: an empty packet, or our CLOSE again
 * </pre>
 *
 * <p>A core: time comes in, packets are polled out. While a packet is at the signer nothing else leaves, so that a stream's
 * packets keep their order.
 */
@SansIo
final class StreamConnection {

    /** Time-outs in a row, without any acknowledgement, after which the peer is taken for gone. */
    private static final int MAX_TIME_OUTS = 8;

    /** Packets for a reader who has gone, after which the peer is told. */
    private static final int MAX_UNWANTED = 64;

    /** How long a peer may keep its direction open to a reader who has gone. */
    private static final long ABANDON = TimeUnit.MINUTES.toNanos(5);

    private static final long LINGER = TimeUnit.SECONDS.toNanos(10);

    /** The same on a path whose time-outs may have grown long: two of the longest. */
    private static final long LONG_LINGER = 2 * RttEstimator.MAX_RTO + LINGER;

    private static final long MAX_LINGER = TimeUnit.MINUTES.toNanos(5);
    private static final long KEEP_ALIVE = TimeUnit.SECONDS.toNanos(90);

    /** Repetitions of our CLOSE in a row, without any packet of the peer's, after which it is taken for gone. */
    private static final int MAX_CLOSES_UNANSWERED = 4;

    private enum Timer {
        CONNECT,
        RTO,
        ACK,
        PROBE,
        KEEP_ALIVE,
        ABANDON,
        LINGER
    }

    /** Where the stream stands. */
    enum State {
        /** Our SYN is out. */
        CONNECTING,
        /** Both sides know each other. */
        OPEN,
        /** Both directions have ended; the peer's last packets are still acknowledged. */
        LINGERING,
        /** Nothing is left. */
        DEAD
    }

    private final StreamOptions options;
    private final boolean initiator;
    private final int receiveStreamId;
    private final int localPort;
    private final int peerPort;
    private final Destination peerDestination;

    private final SendQueue sendQueue = new SendQueue();
    private final ReceiveQueue receiveQueue = new ReceiveQueue();
    private final RttEstimator rtt = new RttEstimator();
    private final CongestionWindow window;
    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);

    private final SendWindow underWay = new SendWindow();
    private final AckScheduler acks = new AckScheduler();
    private final PacketWriter writer;
    private final PeerChoke choke = new PeerChoke();
    private final StreamEvents events = new StreamEvents();
    private long recoverUntil = -1;
    private int timeOuts;
    private boolean wasTimedOut;
    private long lastPartial = -1;

    private State state;
    private PeerIdentity peer;
    private int packetSize;
    private boolean atSigner;

    private boolean closeRequested;
    private boolean closeSent;
    private boolean emptyPacketWanted;
    private boolean closeAgainWanted;
    private int unansweredCloses;
    private boolean discardInput;
    private boolean resetRequested;

    private int unwantedPackets;
    private long lingeringSince;
    private long lastRepetition;

    private StreamEnd end;

    /** A packet to send; {@code signatureOffset} is -1, or where its signature goes once made. */
    record Outgoing(ByteBuf packet, int signatureOffset, long sequence, boolean syn) {}

    private StreamConnection(
            DestinationKeys keys,
            StreamOptions options,
            boolean initiator,
            Destination peerDestination,
            int receiveStreamId,
            int localPort,
            int peerPort) {
        this.options = options;
        this.initiator = initiator;
        this.peerDestination = peerDestination;
        this.receiveStreamId = receiveStreamId;
        this.localPort = localPort;
        this.peerPort = peerPort;
        this.packetSize = options.maxPacketSize();
        this.writer = new PacketWriter(keys, options, peerDestination, receiveStreamId, receiveQueue, acks, rtt);
        this.window = new CongestionWindow(options.initialWindow(), options.maxWindow());
    }

    /** A stream that we open. */
    static StreamConnection connect(
            DestinationKeys keys,
            StreamOptions options,
            Destination peer,
            int receiveStreamId,
            int localPort,
            int peerPort,
            long deadline) {
        StreamConnection connection =
                new StreamConnection(keys, options, true, peer, receiveStreamId, localPort, peerPort);
        connection.state = State.CONNECTING;
        connection.timers.set(Timer.CONNECT, deadline);
        return connection;
    }

    /** A stream that a peer opened with this verified SYN. */
    static StreamConnection accept(
            DestinationKeys keys,
            StreamOptions options,
            PeerIdentity peer,
            StreamPacket syn,
            int receiveStreamId,
            int localPort,
            int peerPort,
            long now) {
        StreamConnection connection =
                new StreamConnection(keys, options, false, peer.destination(), receiveStreamId, localPort, peerPort);
        connection.state = State.OPEN;
        connection.peer = peer;
        connection.writer.sendStreamId(syn.receiveStreamId);
        connection.events.onConnected();
        connection.takePacketSize(syn);
        connection.receive(syn, now);
        connection.timers.set(Timer.KEEP_ALIVE, now + KEEP_ALIVE);
        return connection;
    }

    // ---- 1 inputs ----

    /** A packet of this stream whose signature, where it has one, was verified. Its payload is borrowed. */
    void handle(StreamPacket packet, PeerIdentity signer, long now) {
        if (state == State.DEAD) {
            return;
        }
        choke.onPacket();
        unansweredCloses = 0;
        if (packet.has(StreamFlag.RESET)) {
            finish(state == State.CONNECTING ? StreamEnd.REFUSED : StreamEnd.RESET_BY_PEER);
            return;
        }
        if (packet.has(StreamFlag.SYNCHRONIZE)) {
            handleSynchronize(packet, signer, now);
        } else if (state == State.CONNECTING) {
            // it overtook the peer's SYN, and will come again
            return;
        }
        timers.set(Timer.KEEP_ALIVE, now + KEEP_ALIVE);
        boolean wasChoked = choke.isChoked();
        if (packet.has(StreamFlag.DELAY_REQUESTED)) {
            handleDelay(packet.delay, now);
        } else if (choke.isChoked() && packet.isPlainAck()) {
            unchoke();
        }
        if (!packet.has(StreamFlag.NO_ACK)) {
            acknowledge(packet, now);
        }
        if (wasChoked && !choke.isChoked()) {
            resume(now);
        }
        if (!packet.isPlainAck()) {
            if (state == State.LINGERING) {
                lingerOn(now);
            }
            receive(packet, now);
        }
        settle(now);
    }

    private void handleSynchronize(StreamPacket packet, PeerIdentity signer, long now) {
        if (state == State.CONNECTING && initiator) {
            peer = signer;
            writer.sendStreamId(packet.receiveStreamId);
            state = State.OPEN;
            events.onConnected();
            takePacketSize(packet);
            timers.stop(Timer.CONNECT);
        } else if (!initiator && underWay.first() == 0 && !underWay.isEmpty() && !atSigner) {
            // the peer has not got our SYN yet
            underWay.markLost(0);
        } else {
            scheduleAck(now, true);
        }
    }

    private void takePacketSize(StreamPacket packet) {
        if (packet.has(StreamFlag.MAX_PACKET_SIZE_INCLUDED) && packet.maxPacketSize > 0) {
            packetSize = Math.min(packetSize, packet.maxPacketSize);
        }
    }

    private void handleDelay(int millis, long now) {
        if (millis > PeerChoke.ABOVE_MILLIS) {
            if (!choke.isChoked()) {
                choke.begin();
                timers.stop(Timer.RTO);
                timers.set(Timer.PROBE, now + choke.probeDelay(rtt));
            }
            return;
        }
        if (choke.isChoked()) {
            unchoke();
        }
        if (millis == 0) {
            acks.dueNow();
        }
    }

    private void unchoke() {
        choke.end();
        timers.stop(Timer.PROBE);
    }

    /** What the peer had no room for is still missing there, by no fault of the network. */
    private void resume(long now) {
        if (!underWay.isEmpty()) {
            underWay.markLostSentBefore(now - Math.max(0, rtt.smoothed()));
            timers.set(Timer.RTO, now + rtt.rto());
        }
    }

    private void acknowledge(StreamPacket packet, long now) {
        int left = underWay.acknowledge(packet, rtt.smoothed(), !choke.isChoked(), now);
        if (underWay.highestLost() > recoverUntil) {
            // SPEC RFC 5681 3.2: all losses of one window are one sign of congestion
            recoverUntil = underWay.next();
            window.onLoss();
        }
        if (left == 0) {
            return;
        }
        timeOuts = 0;
        if (underWay.sample() >= 0) {
            rtt.sample(underWay.sample());
        }
        if (underWay.first() >= recoverUntil) {
            recoverUntil = -1;
            window.onAcknowledged(left);
        }
        if (underWay.isEmpty()) {
            timers.stop(Timer.RTO);
        } else if (!choke.isChoked()) {
            timers.set(Timer.RTO, now + rtt.rto());
        }
    }

    private void receive(StreamPacket packet, long now) {
        boolean close = packet.has(StreamFlag.CLOSE);
        ReceiveQueue.Verdict verdict = receiveQueue.offer(packet.sequence, packet.payload, close);
        if (!writer.isChoking() && receiveQueue.bytes() > ReceiveQueue.HIGH_MARK) {
            writer.choke();
            acks.dueNow();
        }
        switch (verdict) {
            case ACCEPTED -> {
                if (receiveQueue.isReadable()) {
                    events.onReadable();
                }
                scheduleAck(now, close || packet.has(StreamFlag.SYNCHRONIZE) && initiator);
            }
            case OUT_OF_ORDER, DUPLICATE, NO_ROOM -> scheduleAck(now, true);
            default -> throw new IllegalStateException();
        }
    }

    private void scheduleAck(long now, boolean atOnce) {
        long latest = acks.onPacket(atOnce || receiveQueue.hasGaps(), rtt.smoothed(), now);
        if (!acks.isDue() && !timers.isSet(Timer.ACK)) {
            timers.set(Timer.ACK, latest);
        }
    }

    /** A time has come. */
    void handleTimeout(long now) {
        for (Timer timer = timers.pollExpired(now); timer != null; timer = timers.pollExpired(now)) {
            switch (timer) {
                case CONNECT -> finish(StreamEnd.TIMED_OUT);
                case RTO -> retransmissionTimeOut(now);
                case ACK -> acks.dueNow();
                case PROBE -> probe(now);
                case KEEP_ALIVE -> keepAlive(now);
                case ABANDON -> {
                    resetRequested = true;
                    finish(StreamEnd.RESET);
                }
                case LINGER -> die();
                default -> throw new IllegalStateException();
            }
        }
    }

    private void retransmissionTimeOut(long now) {
        if (underWay.isEmpty()) {
            return;
        }
        if (atSigner) {
            timers.set(Timer.RTO, now + rtt.rto());
            return;
        }
        if (++timeOuts > MAX_TIME_OUTS) {
            giveUp();
            return;
        }
        wasTimedOut = true;
        rtt.backOff();
        window.onTimeOut();
        recoverUntil = -1;
        underWay.markAllLost();
    }

    private void probe(long now) {
        if (!choke.isChoked()) {
            return;
        }
        if (choke.allowProbe()) {
            timers.set(Timer.PROBE, now + choke.probeDelay(rtt));
        } else {
            giveUp();
        }
    }

    /**
     * The peer has been silent for long, and may be gone. What is under way tells; where nothing is, an empty packet does,
     * since it has to be acknowledged, as Java I2P has it. Behind our CLOSE there are no numbers any more: it goes again.
     */
    private void keepAlive(long now) {
        timers.set(Timer.KEEP_ALIVE, now + KEEP_ALIVE);
        if (state != State.OPEN || !underWay.isEmpty()) {
            return;
        }
        if (!closeSent) {
            emptyPacketWanted = true;
        } else if (++unansweredCloses > MAX_CLOSES_UNANSWERED) {
            giveUp();
        } else {
            closeAgainWanted = true;
        }
    }

    /** The peer may hear a RESET yet: it could be waiting for us, with nothing to send that would tell it. */
    private void giveUp() {
        resetRequested = peer != null;
        finish(StreamEnd.TIMED_OUT);
    }

    /** The router knows no way to the peer. */
    void handleUnreachable() {
        if (state == State.CONNECTING) {
            finish(StreamEnd.UNREACHABLE);
        }
    }

    // ---- 2 commands ----

    int write(ByteBuf in) {
        if (closeRequested || end != null) {
            return 0;
        }
        int taken = sendQueue.write(in);
        if (in.isReadable()) {
            events.onWriteLeft();
        }
        return taken;
    }

    int writableBytes() {
        return closeRequested || end != null ? 0 : sendQueue.room();
    }

    ByteBuf read(int max) {
        ByteBuf bytes = receiveQueue.read(max);
        if (bytes == null) {
            events.onReadEmpty();
        } else if (writer.isChoking() && receiveQueue.bytes() < ReceiveQueue.LOW_MARK) {
            writer.unchoke();
            acks.dueNow();
        }
        return bytes;
    }

    /** Whether reading has made a packet or an event due. */
    boolean hasNewsAfterRead() {
        return acks.isDue() || isInputOver() && events.mayTellEndOfInput();
    }

    void shutdownOutput(long now) {
        closeRequested = true;
        settle(now);
    }

    void close(long now) {
        discardInput = true;
        writer.forgetChoke();
        receiveQueue.discard();
        shutdownOutput(now);
    }

    void reset() {
        if (end == null) {
            resetRequested = peer != null;
            finish(StreamEnd.RESET);
        }
    }

    /** The session is about to end, and there is more to say than can be said: the next packet is a RESET. */
    void abandon() {
        if (end == null) {
            resetRequested = peer != null;
            finish(StreamEnd.SESSION_CLOSED);
        }
    }

    /** The session has ended: no packet can be sent any more. */
    void sessionClosed() {
        resetRequested = false;
        finish(StreamEnd.SESSION_CLOSED);
        die();
    }

    // ---- 3 outputs ----

    /** The next packet to send, or null. */
    Outgoing pollTransmit(long now) {
        if (atSigner) {
            return null;
        }
        if (resetRequested) {
            resetRequested = false;
            return signed(StreamFlag.RESET, 0, null, now);
        }
        if (state == State.DEAD) {
            return null;
        }
        Outgoing packet = retransmission(now);
        if (packet == null && state != State.LINGERING) {
            packet = fresh(now);
        }
        if (packet == null && closeAgainWanted && state == State.OPEN) {
            closeAgainWanted = false;
            packet = signed(StreamFlag.CLOSE, underWay.next() - 1, null, now);
        }
        if (packet == null && acks.isDue() && writer.sendStreamId() != 0 && underWay.next() > 0) {
            packet = new Outgoing(writer.plainAck(), -1, -1, false);
        }
        if (!acks.isWaiting()) {
            timers.stop(Timer.ACK);
        }
        return packet;
    }

    private boolean mayTransmit() {
        return choke.isChoked() ? choke.mayProbe() : underWay.onTheWay() < window.packets();
    }

    private Outgoing retransmission(long now) {
        if (!mayTransmit()) {
            return null;
        }
        if (choke.isChoked()) {
            // a probe: the oldest packet again, whatever it is
            if (underWay.isEmpty()) {
                return null;
            }
            choke.onProbeSent();
            underWay.markLost(underWay.first());
        }
        if (!underWay.hasLost()) {
            return null;
        }
        long sequence = underWay.takeLost(now);
        armRetransmission(now);
        ByteBuf signed = underWay.signedPacket(sequence);
        if (signed == null) {
            return data(sequence, underWay.payload(sequence));
        }
        return new Outgoing(writer.again(signed), -1, sequence, sequence == 0);
    }

    private Outgoing fresh(long now) {
        if (state == State.CONNECTING) {
            return underWay.next() == 0 ? synchronize(now) : null;
        }
        if (underWay.next() == 0) {
            return synchronize(now);
        }
        if (!mayTransmit() || underWay.span() >= options.maxWindow()) {
            return null;
        }
        int waiting = sendQueue.bytes();
        if (waiting == 0) {
            if (closeRequested && !closeSent) {
                closeSent = true;
                choke.onProbeSent();
                return signed(StreamFlag.CLOSE, underWay.next(), null, now);
            }
            return emptyPacketWanted && !closeSent ? numbered(Unpooled.EMPTY_BUFFER, now) : null;
        }
        if (waiting < packetSize) {
            // at most one small packet under way: the next is filled meanwhile, or leaves when that is acknowledged
            if (lastPartial >= underWay.first() && !closeRequested) {
                return null;
            }
            lastPartial = underWay.next();
        }
        ByteBuf payload = sendQueue.take(Math.min(waiting, packetSize));
        if (sendQueue.room() >= SendQueue.CAPACITY / 2) {
            events.onRoom();
        }
        return numbered(payload, now);
    }

    /** A new packet with this payload, which belongs to the window from now on. */
    private Outgoing numbered(ByteBuf payload, long now) {
        emptyPacketWanted = false;
        choke.onProbeSent();
        long sequence = underWay.add(payload, now);
        armRetransmission(now);
        return data(sequence, payload);
    }

    private void armRetransmission(long now) {
        if (!choke.isChoked() && !timers.isSet(Timer.RTO)) {
            timers.set(Timer.RTO, now + rtt.rto());
        }
    }

    private Outgoing data(long sequence, ByteBuf payload) {
        // the last packet that the window allows asks for its acknowledgement at once
        boolean full = underWay.onTheWay() >= window.packets() || underWay.span() >= options.maxWindow();
        return new Outgoing(writer.data(sequence, payload, full), -1, sequence, false);
    }

    private Outgoing synchronize(long now) {
        ByteBuf payload = null;
        if (!initiator && sendQueue.bytes() > 0) {
            payload = sendQueue.take(Math.min(sendQueue.bytes(), packetSize));
        }
        return signed(StreamFlag.SYNCHRONIZE, underWay.next(), payload, now);
    }

    /** A packet that the signer has to see first. A new one, by its number, is kept as signed for sending it again. */
    private Outgoing signed(int kind, long sequence, ByteBuf payload, long now) {
        boolean syn = kind == StreamFlag.SYNCHRONIZE;
        boolean isNew = kind != StreamFlag.RESET && sequence == underWay.next();
        PacketWriter.Unsigned packet = writer.unsigned(kind, sequence, payload, syn && initiator);
        if (isNew) {
            underWay.add(null, now);
            armRetransmission(now);
        }
        atSigner = true;
        return new Outgoing(packet.bytes(), packet.signatureOffset(), isNew ? sequence : -1, syn);
    }

    /** The signer is done with the packet of this number; {@code packet} is borrowed, and copied for sending it again. */
    void signedAndSent(long sequence, ByteBuf packet, long now) {
        atSigner = false;
        if (sequence < 0 || state == State.DEAD) {
            return;
        }
        underWay.keepSigned(sequence, packet, now);
    }

    /** The way to the router was full: the packet was not sent, and nothing was lost in the network. */
    void notSent(long sequence) {
        if (sequence < 0) {
            acks.dueNow();
        } else {
            underWay.notSent(sequence);
        }
    }

    /** What the user is to hear next, or null. */
    StreamEvents.Event pollEvent() {
        return events.poll(!discardInput && isInputOver(), end != null);
    }

    private boolean isInputOver() {
        return receiveQueue.isComplete() && !receiveQueue.isReadable();
    }

    /** When {@link #handleTimeout} wants to be called, monotonic nanoseconds. */
    long nextTimeout() {
        return state == State.DEAD ? TimerTable.NEVER : timers.next();
    }

    // ---- the end ----

    private void settle(long now) {
        if (state != State.OPEN || end != null) {
            return;
        }
        boolean outputDone = closeSent && underWay.isEmpty();
        if (outputDone && receiveQueue.isComplete()) {
            end = StreamEnd.COMPLETED;
            state = State.LINGERING;
            timers.stopAll();
            lingeringSince = now;
            lastRepetition = now;
            timers.set(Timer.LINGER, now + (wasTimedOut ? LONG_LINGER : LINGER));
            acks.dueNow();
        } else if (outputDone && discardInput && unwanted()) {
            // nobody reads any more and the peer goes on: it is told
            resetRequested = true;
            finish(StreamEnd.RESET);
        } else if (outputDone && discardInput && !timers.isSet(Timer.ABANDON)) {
            timers.set(Timer.ABANDON, now + ABANDON);
        }
    }

    /**
     * Our last acknowledgement was lost, and the peer has sent again. Should this answer be lost too, it comes again after
     * twice the time: we must still be here then, or it takes a stream that was complete for one that failed.
     */
    private void lingerOn(long now) {
        long next = now + Math.max(LINGER, 3 * (now - lastRepetition));
        lastRepetition = now;
        timers.set(Timer.LINGER, Math.min(next, lingeringSince + MAX_LINGER));
    }

    private boolean unwanted() {
        return acks.isWaiting() && !receiveQueue.isComplete() && ++unwantedPackets > MAX_UNWANTED;
    }

    private void finish(StreamEnd how) {
        if (end == null) {
            end = how;
        }
        timers.stopAll();
        die();
    }

    private void die() {
        state = State.DEAD;
        timers.stopAll();
        sendQueue.release();
        underWay.release();
        if (end == StreamEnd.COMPLETED || end == StreamEnd.RESET_BY_PEER || end == StreamEnd.TIMED_OUT) {
            receiveQueue.dropUnreadable();
        } else {
            receiveQueue.release();
        }
    }

    /** Drops what nobody will read. */
    void release() {
        receiveQueue.release();
    }

    // ---- 4 getters ----

    State state() {
        return state;
    }

    /** Whether nothing will come out any more. */
    boolean isOver() {
        return state == State.DEAD && !resetRequested && !atSigner;
    }

    /** Whether all data and the CLOSE behind it have been sent, at least once. */
    boolean isCloseSent() {
        return closeSent;
    }

    /** How it ended, or null. */
    StreamEnd end() {
        return end;
    }

    /** Who signs for the peer, or null before its SYN. */
    PeerIdentity peer() {
        return peer;
    }

    Destination peerDestination() {
        return peerDestination;
    }

    boolean isInitiator() {
        return initiator;
    }

    int receiveStreamId() {
        return receiveStreamId;
    }

    int sendStreamId() {
        return writer.sendStreamId();
    }

    int localPort() {
        return localPort;
    }

    int peerPort() {
        return peerPort;
    }
}
