package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DisconnectReason;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The data phase of one session (NTCP2 specification, "Data Phase").
 *
 * <ol>
 *   <li>{@link #handle}: whole frames are opened in place, their blocks become messages ({@link #pollMessage}) and events
 *       ({@link #pollEvent}); a part of a frame is kept until the rest comes.
 *   <li>{@link #write}: what waits is packed into one frame, up to about 16 kB, with a little padding.
 *   <li>Time: a session without frames is ended; our RouterInfo goes out again now and then.
 * </ol>
 *
 * After an {@link Event.End} nothing is taken or given any more, except {@link #writeTermination}.
 */
@SansIo
final class Ntcp2Session implements Ntcp2BlockCodec.Sink {

    /** i2pd's rule: 115 s and up to 10 s at random without a frame in either direction. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(115);

    static final int IDLE_SPREAD_MILLIS = 10_000;

    /** A peer that takes frames for so long and sends none is gone. */
    static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /**
     * Our RouterInfo, as it is then, and the time go out every 25 to 50 minutes, as i2pd's do. One that was only dated anew
     * is not sent at once: peers keep the earlier one for an hour at least, and those who look for it ask floodfills; and all
     * sessions would send at the same moment, which tells that they are one router's.
     */
    static final long OWN_INFO_NANOS = TimeUnit.MINUTES.toNanos(25);

    static final int OWN_INFO_SPREAD_MILLIS = 25 * 60_000;

    /** A frame is not made longer than this by adding a further message. */
    static final int FULL_FRAME = 16 * 1024;

    /** Padding, percent of the payload, where a short one counts as 256 bytes; and at most so many bytes. */
    private static final int PADDING_PERCENT = 6;

    private static final int SHORT_PAYLOAD = 256;
    private static final int MAX_PADDING = 128;

    /** A peer may renew its RouterInfo so often. */
    private static final long LEAST_INFO_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The peer's clock is told so often at most, however often a peer says what time it is. */
    static final long LEAST_SKEW_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final byte[] NOTHING = {};
    private static final int MIN_PART = 1024;

    private static final int CODE_AEAD_FAILURE = 4;
    private static final int CODE_CLOCK_SKEW = 7;
    private static final int CODE_FRAMING = 9;
    private static final int CODE_PAYLOAD_FORMAT = 10;
    private static final int CODE_IDLE = 2;

    /** What is to be done or told. */
    sealed interface Event {

        /** The peer's own RouterInfo; its signature is not verified. */
        record PeerInfo(RouterInfo info, boolean flood) implements Event {}

        record Skew(long millis) implements Event {}

        /** {@link #offerOwnInfo} is expected. */
        record OwnInfoDue() implements Event {}

        /**
         * The session is over.
         *
         * @param code the reason for a termination block, or -1 when the peer is not to be told
         */
        record End(DisconnectReason reason, int code) implements Event {}
    }

    private enum Timer {
        IDLE,
        OWN_INFO
    }

    private final Ntcp2FrameCipher sender;
    private final Ntcp2FrameCipher receiver;
    private final Hash peer;
    private final Entropy entropy;
    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);
    private final ArrayDeque<I2npMessage> messages = new ArrayDeque<>();
    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private final long idleNanos;
    private final byte[] paddingSizes = new byte[64];

    private int paddingAt = paddingSizes.length;
    /** The first byte of a length whose second has not come, or -1. */
    private int firstLengthByte = -1;
    /** Of the frame under way, or -1. */
    private int frameLength = -1;
    /** What has come of the frame under way. */
    private byte[] part = NOTHING;

    private int partLength;
    private long lastActivity;
    private long lastReceived;
    private long lastInfo = Long.MIN_VALUE;
    private long lastSkew = Long.MIN_VALUE;
    private long now;
    private long epochMillis;
    private byte[] ownInfo;
    private boolean ended;
    private long messagesIn;
    private long messagesOut;
    private long expired;
    private long ignoredInfos;

    Ntcp2Session(Ntcp2FrameCipher sender, Ntcp2FrameCipher receiver, Hash peer, Entropy entropy, long now) {
        this.sender = sender;
        this.receiver = receiver;
        this.peer = peer;
        this.entropy = entropy;
        this.idleNanos = IDLE_NANOS + TimeUnit.MILLISECONDS.toNanos(entropy.below(IDLE_SPREAD_MILLIS));
        lastActivity = now;
        lastReceived = now;
        timers.set(Timer.IDLE, now + idleNanos);
        setOwnInfoTimer(now);
    }

    // --- 1 ---

    /** Takes all of {@code in}, which is borrowed; a frame that is not complete is kept. */
    void handle(ByteBuf in, Ntcp2Scratch scratch, long now, long epochMillis) {
        this.now = now;
        this.epochMillis = epochMillis;
        while (!ended && in.isReadable()) {
            if (frameLength < 0) {
                onLengthByte(in.readUnsignedByte());
            } else if (partLength + in.readableBytes() < frameLength) {
                keep(in);
            } else {
                // the part that came before, then the rest from the socket's buffer: copied once onto the heap
                System.arraycopy(part, 0, scratch.in, 0, partLength);
                in.readBytes(scratch.in, partLength, frameLength - partLength);
                int sealed = frameLength;
                frameLength = -1;
                partLength = 0;
                part = NOTHING;
                onFrame(scratch, sealed);
            }
        }
    }

    private void onLengthByte(int next) {
        if (firstLengthByte < 0) {
            firstLengthByte = next;
            return;
        }
        frameLength = receiver.unmaskLength(firstLengthByte << 8 | next);
        firstLengthByte = -1;
        if (frameLength < Ntcp2FrameCipher.TAG_LENGTH) {
            end(DisconnectReason.DECRYPT_FAILED, CODE_FRAMING);
        }
    }

    private void keep(ByteBuf in) {
        int more = in.readableBytes();
        if (part.length < partLength + more) {
            // what a peer only announces costs nothing; what it sent is doubled at most
            part = Arrays.copyOf(part, Math.min(frameLength, Math.max(MIN_PART, 2 * (partLength + more))));
        }
        in.readBytes(part, partLength, more);
        partLength += more;
    }

    private void onFrame(Ntcp2Scratch scratch, int sealed) {
        int plain = receiver.open(scratch.in, 0, sealed);
        if (plain < 0) {
            end(DisconnectReason.DECRYPT_FAILED, CODE_AEAD_FAILURE);
            return;
        }
        lastReceived = now;
        lastActivity = now;
        try {
            Ntcp2BlockCodec.decode(scratch.inView.setIndex(0, plain), this);
        } catch (WireException malformed) {
            end(DisconnectReason.MALFORMED, CODE_PAYLOAD_FORMAT);
        }
    }

    @Override
    public void onDateTime(long seconds) {
        long skew = seconds * 1000 - epochMillis;
        if (lastSkew == Long.MIN_VALUE || now - lastSkew >= LEAST_SKEW_INTERVAL_NANOS) {
            lastSkew = now;
            events.add(new Event.Skew(skew));
        }
        if (Math.abs(skew) > Ntcp2Handshake.MAX_SKEW_MILLIS) {
            end(DisconnectReason.CLOCK_SKEW, CODE_CLOCK_SKEW);
        }
    }

    @Override
    public void onRouterInfo(byte[] routerInfo, boolean flood) {
        if (lastInfo != Long.MIN_VALUE && now - lastInfo < LEAST_INFO_INTERVAL_NANOS) {
            ignoredInfos++;
            return;
        }
        lastInfo = now;
        try {
            RouterInfo info = RouterInfo.fromBytes(routerInfo);
            // SPEC ntcp2#routerinfo: in the data phase it is the peer's own
            if (info.hash().equals(peer)) {
                events.add(new Event.PeerInfo(info, flood));
                return;
            }
        } catch (WireException malformed) {
            // the frame is in order, what it carries is of no use
        }
        ignoredInfos++;
    }

    @Override
    public void onMessage(I2npMessage message) {
        if (ended) {
            message.release();
            return;
        }
        messagesIn++;
        messages.add(message);
    }

    @Override
    public void onTermination(long framesReceived, int reason) {
        end(DisconnectReason.PEER_TERMINATED, -1);
    }

    private void end(DisconnectReason reason, int code) {
        if (!ended) {
            ended = true;
            timers.stopAll();
            events.add(new Event.End(reason, code));
        }
    }

    // --- 2 ---

    /** Sends our RouterInfo, and the time, with the next frame. */
    void offerOwnInfo(byte[] routerInfo) {
        ownInfo = routerInfo;
    }

    /**
     * Makes one frame of what waits; messages that have expired are dropped.
     *
     * @return the length of the frame in {@code scratch.out}; 0 when nothing is to be sent
     */
    int write(MessageRing waiting, Ntcp2Scratch scratch, long now, long epochMillis) {
        if (ended) {
            return 0;
        }
        ByteBuf out = scratch.outView.setIndex(0, Ntcp2FrameCipher.LENGTH_LENGTH);
        if (ownInfo != null) {
            Ntcp2BlockCodec.writeDateTime(out, epochMillis);
            Ntcp2BlockCodec.writeRouterInfo(out, ownInfo);
            ownInfo = null;
        }
        for (I2npMessage next = waiting.peek(); next != null; next = waiting.peek()) {
            int payload = out.writerIndex() - Ntcp2FrameCipher.LENGTH_LENGTH;
            boolean late = next.expirationMillis() < epochMillis;
            if (!late && payload > 0 && payload + Ntcp2BlockCodec.lengthOf(next) > FULL_FRAME) {
                break;
            }
            waiting.poll();
            if (late) {
                expired++;
            } else {
                Ntcp2BlockCodec.writeMessage(out, next);
                messagesOut++;
            }
            next.release();
        }
        int payload = out.writerIndex() - Ntcp2FrameCipher.LENGTH_LENGTH;
        if (payload == 0) {
            return 0;
        }
        lastActivity = now;
        return seal(scratch, payload);
    }

    /** Makes the last frame. */
    int writeTermination(Ntcp2Scratch scratch, int code) {
        ended = true;
        timers.stopAll();
        ByteBuf out = scratch.outView.setIndex(0, Ntcp2FrameCipher.LENGTH_LENGTH);
        Ntcp2BlockCodec.writeTermination(out, receiver.frames(), code);
        return seal(scratch, Ntcp2BlockCodec.TERMINATION_LENGTH);
    }

    private int seal(Ntcp2Scratch scratch, int payload) {
        int limit = Math.max(SHORT_PAYLOAD, payload) * PADDING_PERCENT / 100;
        int room = Ntcp2FrameCipher.MAX_PLAIN - payload - Ntcp2BlockCodec.HEADER_LENGTH;
        limit = Math.min(Math.min(limit, MAX_PADDING), room);
        int padded = payload;
        if (limit > 0) {
            int padding = nextPadding(limit);
            Ntcp2BlockCodec.writePadding(scratch.outView, padding);
            padded += Ntcp2BlockCodec.HEADER_LENGTH + padding;
        }
        return sender.seal(scratch.out, 0, padded);
    }

    /** 0 to {@code limit}, from randomness fetched many at a time. */
    private int nextPadding(int limit) {
        if (paddingAt == paddingSizes.length) {
            entropy.fill(paddingSizes);
            paddingAt = 0;
        }
        return (paddingSizes[paddingAt++] & 0xff) % (limit + 1);
    }

    // --- 3 ---

    void handleTimeout(long now) {
        for (Timer due = timers.pollExpired(now); due != null; due = timers.pollExpired(now)) {
            switch (due) {
                case IDLE -> onIdleTimer(now);
                case OWN_INFO -> {
                    events.add(new Event.OwnInfoDue());
                    setOwnInfoTimer(now);
                }
            }
        }
    }

    private void onIdleTimer(long now) {
        long deadline = idleDeadline();
        if (now >= deadline) {
            end(DisconnectReason.IDLE, CODE_IDLE);
        } else {
            timers.set(Timer.IDLE, deadline);
        }
    }

    private long idleDeadline() {
        return Math.min(lastActivity + idleNanos, lastReceived + SILENCE_NANOS);
    }

    private void setOwnInfoTimer(long now) {
        timers.set(
                Timer.OWN_INFO,
                now + OWN_INFO_NANOS + TimeUnit.MILLISECONDS.toNanos(entropy.below(OWN_INFO_SPREAD_MILLIS)));
    }

    /** Never moves closer by handling or writing. */
    long nextTimeout() {
        return timers.next();
    }

    // --- outputs ---

    /** The next message; the caller owns it. Null when there is none. */
    I2npMessage pollMessage() {
        return messages.poll();
    }

    Event pollEvent() {
        return events.poll();
    }

    boolean isEnded() {
        return ended;
    }

    long messagesIn() {
        return messagesIn;
    }

    long messagesOut() {
        return messagesOut;
    }

    /** Messages dropped because they had expired before they could be sent. */
    long expired() {
        return expired;
    }

    /** RouterInfo blocks that were not the peer's, not readable, or came too often. */
    long ignoredInfos() {
        return ignoredInfos;
    }

    /** Releases what was not taken and wipes the keys. */
    void destroy() {
        ended = true;
        timers.stopAll();
        for (I2npMessage left = messages.poll(); left != null; left = messages.poll()) {
            left.release();
        }
        sender.destroy();
        receiver.destroy();
    }
}
