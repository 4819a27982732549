package dev.samovar.streaming;

import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/**
 * One stream, as its user sees it. All methods and callbacks run on the session's lane. Methods are safe to call from
 * within callbacks, and after the end (they then do nothing).
 */
public interface StreamSocket {

    Destination peer();

    int localPort();

    int peerPort();

    /** Sets who is told; before that, what happens is kept and told then. */
    void listener(Listener listener);

    /**
     * Takes as many bytes of {@code in} as the send queue has room for and advances it.
     *
     * @return the number of bytes taken; when some are left, {@link Listener#onWritable} follows
     */
    int write(ByteBuf in);

    /** Room in the send queue, bytes; 0 when full or closed for output. */
    int writableBytes();

    /**
     * The next bytes, at most {@code maxBytes}; the caller owns them. Taking bytes opens the peer's window.
     *
     * @return null when there are none now
     */
    ByteBuf read(int maxBytes);

    /** Ends our direction once all that was written is sent. The other direction goes on. */
    void shutdownOutput();

    /**
     * Ends our direction as {@link #shutdownOutput}, and throws away what is there unread and what still comes. Who does not
     * read to the end calls this, after {@link Listener#onClosed} too: only so the unread bytes are given back.
     */
    void close();

    /** Ends both directions at once: the peer gets a RESET, unsent bytes are lost. */
    void reset();

    /** What a stream tells its user. */
    interface Listener {

        /** The peer has answered. Told at once for incoming streams. */
        void onConnected();

        /** {@link #read} has bytes again. Told once; read until null to be told again. */
        void onReadable();

        /** {@link #write} takes bytes again after it left some. */
        void onWritable();

        /** The peer has ended its direction and all its bytes were read. Not told when {@link #onClosed} comes before that. */
        void onEndOfInput();

        /** The stream is over: exactly once, last. All bytes that arrived in order can still be read. */
        void onClosed(StreamEnd end);
    }
}
