package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.streaming.StreamEnd;
import dev.samovar.streaming.StreamSocket;
import io.netty.buffer.ByteBuf;
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
 * 3 stream bytes     onReadable    to the socket while it is writable, one flush at the end
 * 4 socket has room  writabilityChanged, as 3
 * 5 socket's end     clientEnded   the stream's output is shut once all is in it
 * 6 stream's end     onEndOfInput  the socket's output is shut once all is in it
 * 7 stream over      onClosed      what is left is written, then the socket closes
 * </pre>
 *
 * <p>Owner: the client lane, which is the channel's event loop.
 */
final class StreamPump implements StreamSocket.Listener {

    private static final int READ_BYTES = 64 * 1024;

    /** How long the peer may stay silent once the client has ended its direction: it may be gone for good. */
    private static final long HALF_CLOSED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Channel channel;
    private final StreamSocket stream;
    private final Lane lane;
    private final Runnable whenOver;

    private ByteBuf unsent;
    private boolean clientEnded;
    private boolean clientGone;
    private boolean outputShut;
    private boolean streamOver;
    private boolean closing;
    private boolean over;
    private boolean readScheduled;
    private long lastFromStream;
    private Cancellable halfClosedTimer = () -> {};

    /**
     * @param whenOver told once when neither side has anything left
     */
    StreamPump(Channel channel, StreamSocket stream, Lane lane, Runnable whenOver) {
        this.channel = channel;
        this.stream = stream;
        this.lane = lane;
        this.whenOver = whenOver;
    }

    /** Begins; {@code early} are bytes that the client sent already, or null, and are taken over. */
    void start(ByteBuf early) {
        stream.listener(this);
        if (early != null && early.isReadable()) {
            fromClient(early);
        } else {
            if (early != null) {
                early.release();
            }
            channel.read();
        }
        toClient();
    }

    /** Bytes of the client's; taken over. */
    void fromClient(ByteBuf bytes) {
        if (over || clientEnded) {
            bytes.release();
            return;
        }
        if (unsent != null) {
            // only bytes that were read before reading was stopped
            ByteBuf joined = channel.alloc().buffer(unsent.readableBytes() + bytes.readableBytes());
            joined.writeBytes(unsent).writeBytes(bytes);
            unsent.release();
            bytes.release();
            unsent = joined;
            return;
        }
        unsent = bytes;
        toStream();
    }

    private void toStream() {
        if (unsent != null) {
            stream.write(unsent);
            if (unsent.isReadable()) {
                return;
            }
            unsent.release();
            unsent = null;
        }
        if (clientGone) {
            stream.close();
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
            clientEnded = true;
            lastFromStream = lane.clock().nanos();
            armHalfClosedTimer();
            toStream();
        }
    }

    private void armHalfClosedTimer() {
        halfClosedTimer = lane.schedule(lastFromStream + HALF_CLOSED_NANOS, () -> {
            if (over) {
                return;
            }
            if (lane.clock().nanos() - lastFromStream >= HALF_CLOSED_NANOS) {
                stream.close();
                channel.close();
                end();
            } else {
                armHalfClosedTimer();
            }
        });
    }

    /** The socket takes bytes again, or no longer. */
    void writabilityChanged() {
        if (channel.isWritable()) {
            toClient();
        }
    }

    private void toClient() {
        if (over || closing || clientGone) {
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
            lastFromStream = lane.clock().nanos();
            channel.flush();
        }
        if (streamOver && channel.isWritable()) {
            finish();
        }
    }

    /** Packets are small, system calls are dear: puts together what is there, in the kind of buffer that sockets take. */
    private ByteBuf gather(ByteBuf first) {
        ByteBuf next = stream.read(READ_BYTES);
        if (next == null) {
            return first;
        }
        ByteBuf gathered = channel.alloc().directBuffer(READ_BYTES);
        gathered.writeBytes(first);
        first.release();
        while (next != null) {
            gathered.writeBytes(next);
            next.release();
            int room = READ_BYTES - gathered.readableBytes();
            next = room > 0 ? stream.read(room) : null;
        }
        return gathered;
    }

    /** The socket is gone. A client that ended its direction before has only lost interest in the peer's. */
    void clientGone(boolean broken) {
        if (over) {
            return;
        }
        if (broken && !clientEnded) {
            stream.reset();
            end();
            return;
        }
        // what the client sent before still has to reach the peer
        clientEnded();
        clientGone = true;
        toStream();
    }

    @Override
    public void onConnected() {
        // the socket was handed in connected
    }

    @Override
    public void onReadable() {
        // at the end of this turn: by then a burst of packets has come, and goes out in one write
        if (!readScheduled) {
            readScheduled = true;
            lane.execute(() -> {
                readScheduled = false;
                toClient();
            });
        }
    }

    @Override
    public void onWritable() {
        if (!over && unsent != null) {
            toStream();
        }
    }

    @Override
    public void onEndOfInput() {
        if (!over && !outputShut && !streamOver) {
            outputShut = true;
            channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> {
                if (channel instanceof DuplexChannel duplex && channel.isActive()) {
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
        }
        toClient();
    }

    private void finish() {
        closing = true;
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
        end();
    }

    private void end() {
        if (!over) {
            over = true;
            halfClosedTimer.cancel();
            if (unsent != null) {
                unsent.release();
                unsent = null;
            }
            whenOver.run();
        }
    }
}
