package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.streaming.StreamEnd;
import dev.samovar.streaming.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * Moves bytes between a socket and a stream, with credit both ways: the socket is read only while the stream takes what
 * came, and the stream is read only while the socket takes what is written. What is held in between is at most one read
 * of the socket and one high-water mark of its writes. Each direction may end by itself.
 *
 * <pre>
 * 1 socket bytes     fromClient    into the stream; what does not fit waits, and no more is read
 * 2 stream has room  onWritable    the rest, then the socket is read again
 * 3 stream bytes     onReadable    to the socket while it is writable, once a turn, with one flush
 * 4 socket has room  writabilityChanged, as 3
 * 5 socket's end     clientEnded   the stream's output is shut once all is in it
 * 6 stream's end     onEndOfInput  the socket's output is shut once all is in it
 * 7 stream over      onClosed      what is left is written, then the socket closes
 * 8 socket gone      clientGone    what came from it still goes into the stream; what comes for it is thrown away
 * </pre>
 *
 * <p>Owner: the client lane, which is the channel's event loop.
 */
final class StreamPump implements StreamSocket.Listener {

    private static final int READ_BYTES = 64 * 1024;

    /**
     * How long the peer may stay silent once the client has ended its direction, and how long it may take nothing of what a
     * client left that has gone: it may be gone for good.
     */
    private static final long HALF_CLOSED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Channel channel;
    private final StreamSocket stream;
    private final Lane lane;

    private ByteBuf unsent;
    private boolean clientEnded;
    private boolean clientGone;
    private boolean pausing;
    private boolean pauseScheduled;
    private boolean readScheduled;
    private boolean outputShut;
    private boolean outputDone;
    private boolean streamOver;
    private boolean over;
    private long pauseUntil;
    private long lastProgress;
    private Cancellable halfClosedTimer;

    StreamPump(Channel channel, StreamSocket stream, Lane lane) {
        this.channel = channel;
        this.stream = stream;
        this.lane = lane;
    }

    /**
     * Begins.
     *
     * @param early bytes that the client sent already, or null; taken over
     * @param pauseNanos how long the peer's first bytes wait unless the client speaks first: a line was just written to the
     *     client, and some take all that one read returns for that line. A client that speaks has read it
     */
    void start(ByteBuf early, long pauseNanos) {
        stream.listener(this);
        if (early != null && early.isReadable()) {
            fromClient(early);
        } else {
            if (early != null) {
                early.release();
            }
            channel.read();
        }
        pausing = pauseNanos > 0;
        pauseUntil = lane.clock().nanos() + pauseNanos;
        toClient();
    }

    /** Whether it is too early for the first bytes; then comes back when it no longer is. */
    private boolean pauses() {
        if (!pausing) {
            return false;
        }
        if (lane.clock().nanos() - pauseUntil >= 0) {
            pausing = false;
        } else if (!pauseScheduled) {
            pauseScheduled = true;
            lane.schedule(pauseUntil, () -> {
                pausing = false;
                toClient();
            });
        }
        return pausing;
    }

    // ---- socket to stream ----

    /** Bytes of the client's; taken over. */
    void fromClient(ByteBuf bytes) {
        if (over || clientEnded) {
            bytes.release();
            return;
        }
        pausing = false;
        // more only from a read that was asked for before reading stopped
        unsent = unsent == null ? bytes : Unpooled.wrappedBuffer(unsent, bytes);
        toStream();
    }

    private void toStream() {
        if (unsent != null) {
            if (stream.write(unsent) > 0) {
                lastProgress = lane.clock().nanos();
            }
            if (unsent == null || unsent.isReadable()) {
                return;
            }
            unsent.release();
            unsent = null;
        }
        if (clientGone) {
            end();
        } else if (clientEnded) {
            stream.shutdownOutput();
        } else {
            channel.read();
        }
    }

    /** The client has ended its direction. */
    void clientEnded() {
        if (!clientEnded && !over) {
            endInput();
            toStream();
        }
    }

    private void endInput() {
        clientEnded = true;
        lastProgress = lane.clock().nanos();
        armHalfClosedTimer();
    }

    private void armHalfClosedTimer() {
        halfClosedTimer = lane.schedule(lastProgress + HALF_CLOSED_NANOS, () -> {
            if (over) {
                return;
            }
            if (lane.clock().nanos() - lastProgress >= HALF_CLOSED_NANOS) {
                channel.close();
                end();
            } else {
                armHalfClosedTimer();
            }
        });
    }

    /**
     * The socket is gone. Broken off, it takes the stream with it at once; else what the client sent before still reaches
     * the peer. A client that ended its direction before has only lost interest in the peer's.
     */
    void clientGone(boolean broken) {
        if (over || clientGone) {
            return;
        }
        clientGone = true;
        if (streamOver) {
            end();
        } else if (broken && !clientEnded) {
            stream.reset();
            end();
        } else {
            if (!clientEnded) {
                endInput();
            }
            throwAway();
            toStream();
        }
    }

    /** Reads what nobody wants: a peer that waits for us to read before it reads must not hold up what the client left. */
    private void throwAway() {
        for (ByteBuf unwanted = stream.read(READ_BYTES); unwanted != null; unwanted = stream.read(READ_BYTES)) {
            unwanted.release();
        }
    }

    @Override
    public void onWritable() {
        if (!over && unsent != null) {
            toStream();
        }
    }

    // ---- stream to socket ----

    /** The socket takes bytes again, or no longer. */
    void writabilityChanged() {
        if (channel.isWritable()) {
            toClient();
        }
    }

    @Override
    public void onReadable() {
        // at the end of the turn: all packets of a turn go out together
        if (!readScheduled) {
            readScheduled = true;
            lane.execute(() -> {
                readScheduled = false;
                toClient();
            });
        }
    }

    private void toClient() {
        if (over) {
            return;
        }
        if (clientGone) {
            throwAway();
            return;
        }
        if (pauses()) {
            return;
        }
        boolean wrote = false;
        while (channel.isWritable()) {
            ByteBuf part = stream.read(READ_BYTES);
            if (part == null) {
                break;
            }
            channel.write(gather(part));
            wrote = true;
        }
        if (wrote) {
            lastProgress = lane.clock().nanos();
            channel.flush();
        }
        // a socket whose output is shut is never writable again, and has had all bytes
        if (streamOver && outputShut) {
            if (outputDone) {
                channel.close();
            }
            end();
        } else if (streamOver && channel.isWritable()) {
            // all of it is in the socket's queue, which is written before the close
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            end();
        }
    }

    /** Packets are small, system calls are dear: puts together what is there, in the kind of buffer that sockets take. */
    private ByteBuf gather(ByteBuf first) {
        int room = READ_BYTES - first.readableBytes();
        ByteBuf next = room > 0 ? stream.read(room) : null;
        if (next == null) {
            return first;
        }
        ByteBuf gathered = channel.alloc().directBuffer(READ_BYTES);
        gathered.writeBytes(first);
        first.release();
        while (next != null) {
            gathered.writeBytes(next);
            next.release();
            room = READ_BYTES - gathered.readableBytes();
            next = room > 0 ? stream.read(room) : null;
        }
        return gathered;
    }

    @Override
    public void onConnected() {
        // the stream was handed in connected
    }

    @Override
    public void onEndOfInput() {
        if (!over && !outputShut && !streamOver && !clientGone) {
            outputShut = true;
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
                outputDone = true;
                if (streamOver || !(channel instanceof DuplexChannel duplex)) {
                    channel.close();
                } else if (channel.isActive()) {
                    duplex.shutdownOutput();
                }
            });
        }
    }

    @Override
    public void onClosed(StreamEnd end) {
        if (over) {
            return;
        }
        streamOver = true;
        if (clientGone) {
            end();
        } else {
            toClient();
        }
    }

    /** Lets go of the stream, whatever is in it unread, and of what did not get into it. */
    private void end() {
        if (over) {
            return;
        }
        over = true;
        stream.close();
        if (halfClosedTimer != null) {
            halfClosedTimer.cancel();
            halfClosedTimer = null;
        }
        if (unsent != null) {
            unsent.release();
            unsent = null;
        }
    }
}
