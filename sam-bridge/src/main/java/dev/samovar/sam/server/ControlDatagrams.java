package dev.samovar.sam.server;

import dev.samovar.data.Destination;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.session.DatagramSink;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;

/**
 * What a control socket remembers of its session's datagrams, and the way of those that arrive: {@code RECEIVED} lines with
 * the bytes behind them, flushed once a turn. A client that does not read loses what comes beyond the socket's high-water
 * mark, and that is counted. Owner: the client lane.
 */
final class ControlDatagrams implements DatagramSink {

    private final Channel channel;
    private final SenderText senders = new SenderText();
    private String lastSentToText;
    private Destination lastSentTo;
    private boolean flushScheduled;
    private long dropped;

    ControlDatagrams(Channel channel) {
        this.channel = channel;
    }

    /** The destination of this text when the last datagram went to it, else null: most clients talk to one peer. */
    Destination lastSentTo(String text) {
        return text.equals(lastSentToText) ? lastSentTo : null;
    }

    /** Remembers whom a text means, unless it is a name, which may mean somebody else tomorrow. */
    void sentTo(String text, Destination destination) {
        if (NameResolver.isWrittenOut(text)) {
            lastSentToText = text;
            lastSentTo = destination;
        }
    }

    /** Datagrams that the client did not read in time. */
    long dropped() {
        return dropped;
    }

    @Override
    public void repliable(Destination from, ByteBuf payload) {
        received(SamReply.datagramReceived(senders.of(from), payload.readableBytes()), payload);
    }

    @Override
    public void raw(ByteBuf payload) {
        received(SamReply.rawReceived(payload.readableBytes()), payload);
    }

    private void received(String line, ByteBuf payload) {
        if (!channel.isWritable()) {
            dropped++;
            payload.release();
            return;
        }
        ByteBuf out = channel.alloc().directBuffer(line.length() + payload.readableBytes());
        out.writeCharSequence(line, StandardCharsets.US_ASCII);
        out.writeBytes(payload);
        payload.release();
        channel.write(out);
        if (!flushScheduled) {
            flushScheduled = true;
            channel.eventLoop().execute(() -> {
                flushScheduled = false;
                channel.flush();
            });
        }
    }
}
