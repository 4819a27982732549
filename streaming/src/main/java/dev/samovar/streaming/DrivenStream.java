package dev.samovar.streaming;

import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;

/** A stream between its driver and its user: commands in, events out. Owner: the session's lane. */
final class DrivenStream extends DeadlineQueue.Entry implements StreamSocket {

    final StreamConnection connection;
    private final StreamDriver driver;
    private Listener listener;

    /** Waits to be drained. */
    boolean isDirty;

    /** Had more to send than the session took. */
    boolean blocked;

    /** Its user reads no more. */
    boolean forgotten;

    /** Removed from its driver. */
    boolean over;

    /** Until when it waits for an accept; 0 when it does not. */
    long queuedUntil;

    /** The number under which its SYN's fate is told; 0 for none. */
    int tracking;

    /** The packet that is being signed, or null. */
    StreamConnection.Outgoing atSigner;

    DrivenStream(StreamDriver driver, StreamConnection connection) {
        this.driver = driver;
        this.connection = connection;
    }

    void handle(StreamPacket packet, PeerIdentity signer) {
        connection.handle(packet, signer, driver.now());
        driver.touch(this);
    }

    StreamEvents.Event nextEvent() {
        return listener == null ? null : connection.pollEvent();
    }

    long nextTimeout() {
        long next = connection.nextTimeout();
        return queuedUntil != 0 ? Math.min(next, queuedUntil) : next;
    }

    void tell(StreamEvents.Event event) {
        switch (event) {
            case CONNECTED -> listener.onConnected();
            case WRITABLE -> listener.onWritable();
            case READABLE -> listener.onReadable();
            case END_OF_INPUT -> listener.onEndOfInput();
            case CLOSED -> {
                listener.onClosed(connection.end());
                if (forgotten) {
                    connection.release();
                }
            }
            default -> throw new IllegalStateException();
        }
    }

    /** Nobody will read what came. */
    void forget() {
        forgotten = true;
        queuedUntil = 0;
        connection.release();
    }

    @Override
    public Destination peer() {
        return connection.peerDestination();
    }

    @Override
    public int localPort() {
        return connection.localPort();
    }

    @Override
    public int peerPort() {
        return connection.peerPort();
    }

    @Override
    public void listener(Listener told) {
        listener = told;
        if (told != null) {
            driver.lane().execute(() -> driver.touch(this));
        }
    }

    @Override
    public int write(ByteBuf in) {
        int taken = connection.write(in);
        if (taken > 0) {
            driver.touch(this);
        }
        return taken;
    }

    @Override
    public int writableBytes() {
        return connection.writableBytes();
    }

    @Override
    public ByteBuf read(int maxBytes) {
        ByteBuf bytes = connection.read(maxBytes);
        if (connection.hasNewsAfterRead()) {
            driver.touch(this);
        }
        return bytes;
    }

    @Override
    public void shutdownOutput() {
        connection.shutdownOutput(driver.now());
        driver.touch(this);
    }

    @Override
    public void close() {
        forgotten = true;
        connection.close(driver.now());
        driver.touch(this);
    }

    @Override
    public void reset() {
        forgotten = true;
        connection.reset();
        connection.release();
        driver.touch(this);
    }
}
