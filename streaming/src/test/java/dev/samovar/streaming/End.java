package dev.samovar.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;

/** One end of a stream with an application that writes what it is told and keeps what it reads. */
final class End implements StreamSocket.Listener {

    final StreamWorld world;
    final StreamSocket socket;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private byte[] toWrite = new byte[0];
    private int written;
    private int chunk = Integer.MAX_VALUE;
    private boolean shutWhenWritten;
    private boolean reading = true;
    boolean connected;
    boolean endOfInput;
    StreamEnd end;
    int ends;

    End(StreamWorld world, StreamSocket socket) {
        this.world = world;
        this.socket = socket;
        socket.listener(this);
    }

    /** Writes all of this as fast as the stream takes it, in pieces of at most {@code size}, then ends its direction. */
    void write(byte[] bytes, int size, boolean thenShut) {
        toWrite = bytes;
        written = 0;
        chunk = size;
        shutWhenWritten = thenShut;
        pushOn();
    }

    int unwritten() {
        return toWrite.length - written;
    }

    /** Stops reading, or goes on. */
    void reading(boolean wanted) {
        reading = wanted;
        if (wanted) {
            onReadable();
        }
    }

    /** Reads at most this much. */
    void readSome(int max) {
        ByteBuf bytes = socket.read(max);
        if (bytes != null) {
            keep(bytes);
        }
    }

    private void pushOn() {
        while (written < toWrite.length) {
            int length = Math.min(chunk, toWrite.length - written);
            ByteBuf in = Unpooled.copiedBuffer(toWrite, written, length);
            int taken = socket.write(in);
            in.release();
            written += taken;
            if (taken < length) {
                return;
            }
        }
        if (shutWhenWritten) {
            shutWhenWritten = false;
            socket.shutdownOutput();
        }
    }

    private void keep(ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        bytes.release();
        received.writeBytes(copy);
    }

    @Override
    public void onConnected() {
        connected = true;
    }

    @Override
    public void onReadable() {
        if (reading) {
            for (ByteBuf bytes = socket.read(10_000); bytes != null; bytes = socket.read(10_000)) {
                keep(bytes);
            }
        }
    }

    @Override
    public void onWritable() {
        pushOn();
    }

    @Override
    public void onEndOfInput() {
        endOfInput = true;
    }

    @Override
    public void onClosed(StreamEnd how) {
        end = how;
        ends++;
    }
}
