package dev.samovar.streaming;

import dev.samovar.base.SansIo;

/** What a stream's user is to hear: each thing once, and again only once the user has acted on it. */
@SansIo
final class StreamEvents {

    /** In the order in which they are told. */
    enum Event {
        CONNECTED,
        WRITABLE,
        READABLE,
        END_OF_INPUT,
        CLOSED
    }

    private boolean connected;
    private boolean writable;
    private boolean writableWanted;
    private boolean readable;
    private boolean readableWanted = true;
    private boolean endOfInputTold;
    private boolean endTold;

    void onConnected() {
        connected = true;
    }

    /** A write has left bytes. */
    void onWriteLeft() {
        writableWanted = true;
    }

    /** There is much room to write again. */
    void onRoom() {
        writable |= writableWanted;
        writableWanted = false;
    }

    /** There is something to read. */
    void onReadable() {
        readable |= readableWanted;
        readableWanted = false;
    }

    /** A read has found nothing. */
    void onReadEmpty() {
        readableWanted = true;
    }

    /** Whether the end of input would be told now, if all had been read. */
    boolean mayTellEndOfInput() {
        return !endOfInputTold && !endTold;
    }

    /**
     * The next one, or null.
     *
     * @param inputOver whether the user has read all that the peer will ever send
     * @param over whether the stream is over
     */
    Event poll(boolean inputOver, boolean over) {
        if (connected) {
            connected = false;
            return Event.CONNECTED;
        }
        if (writable) {
            writable = false;
            return Event.WRITABLE;
        }
        if (readable) {
            readable = false;
            return Event.READABLE;
        }
        if (inputOver && mayTellEndOfInput()) {
            endOfInputTold = true;
            return Event.END_OF_INPUT;
        }
        if (over && !endTold) {
            endTold = true;
            return Event.CLOSED;
        }
        return null;
    }
}
