package dev.samovar.sam.server;

import dev.samovar.data.Destination;

/** Writes out the sender of a datagram; the last one is remembered, since datagrams come in runs. Belongs to one lane. */
final class SenderText {

    private Destination last;
    private String text;

    /** In base64. */
    String of(Destination sender) {
        if (!sender.equals(last)) {
            last = sender;
            text = sender.toBase64();
        }
        return text;
    }
}
