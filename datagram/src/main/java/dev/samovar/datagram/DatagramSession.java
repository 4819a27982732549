package dev.samovar.datagram;

import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.message.ClientPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;

/**
 * The datagrams of one session.
 *
 * <p>Out: sign on the pool, in the order sent; then frame, hand to the router. In: decode, check the signature on the pool;
 * then hand to the listener, in the order received. Each direction holds at most {@value #MAX_PENDING} datagrams and
 * {@value #MAX_PENDING_BYTES} bytes; what comes beyond is dropped and counted, as datagrams may be.
 *
 * <p>Owner: the session's lane.
 */
public final class DatagramSession implements Datagrams {

    /** The largest raw payload, bytes. */
    public static final int MAX_RAW_PAYLOAD = 32_768;

    static final int MAX_PENDING = 512;
    static final int MAX_PENDING_BYTES = 4 * 1024 * 1024;

    private final I2cpClientSession session;
    private final DestinationKeys keys;
    private final Listener listener;
    private final Offload offload;
    private final DatagramCounters counters = new DatagramCounters();
    private final PendingOrder<ToSend> outbound = new PendingOrder<>();
    private final PendingOrder<ToCheck> inbound = new PendingOrder<>();
    private boolean closed;

    private record ToSend(Destination to, int fromPort, int toPort, byte[] payload) {}

    private record ToCheck(int fromPort, int toPort, Datagram1Codec.Unverified datagram) {}

    public DatagramSession(
            I2cpClientSession session, DestinationKeys keys, Datagrams.Listener listener, Offload offload) {
        this.session = session;
        this.keys = keys;
        this.listener = listener;
        this.offload = offload;
    }

    public DatagramCounters counters() {
        return counters;
    }

    @Override
    public SendOutcome sendRepliable(Destination to, int fromPort, int toPort, ByteBuf payload) {
        try {
            int size = payload.readableBytes();
            if (closed) {
                return SendOutcome.CLOSED;
            }
            // SPEC datagrams#repliable: no offline signatures in this format
            if (size < 1 || size > Datagram1Codec.MAX_PAYLOAD || keys.offline().isPresent()) {
                counters.countRefusedBySize();
                return SendOutcome.CLOSED;
            }
            if (!outbound.hasRoomFor(size)) {
                counters.countDroppedFull();
                return SendOutcome.CONGESTED;
            }
            byte[] bytes = new byte[size];
            payload.readBytes(bytes);
            PendingOrder<ToSend>.Entry entry = outbound.add(new ToSend(to, fromPort, toPort, bytes), size);
            offload.submit(session.lane(), () -> Datagram1Codec.sign(keys, bytes), signature -> {
                entry.complete(signature);
                sendSigned();
            });
            return SendOutcome.ACCEPTED;
        } finally {
            payload.release();
        }
    }

    private void sendSigned() {
        for (PendingOrder<ToSend>.Entry entry = outbound.pollCompleted();
                entry != null;
                entry = outbound.pollCompleted()) {
            if (closed) {
                continue;
            }
            ToSend datagram = entry.item();
            int length = Datagram1Codec.headerLength(keys) + datagram.payload.length;
            ByteBuf out = newPayload(length);
            Datagram1Codec.encode(out, keys.destination(), (byte[]) entry.result(), datagram.payload);
            send(datagram.to, Protocol.DATAGRAM, datagram.fromPort, datagram.toPort, out);
        }
    }

    @Override
    public SendOutcome sendRaw(Destination to, int protocol, int fromPort, int toPort, ByteBuf payload) {
        int size = payload.readableBytes();
        if (closed || size < 1 || size > MAX_RAW_PAYLOAD) {
            payload.release();
            if (!closed) {
                counters.countRefusedBySize();
            }
            return SendOutcome.CLOSED;
        }
        return send(to, protocol, fromPort, toPort, payload);
    }

    private SendOutcome send(Destination to, int protocol, int fromPort, int toPort, ByteBuf payload) {
        SendOutcome outcome = session.send(new OutboundMessage(to, protocol, fromPort, toPort, 0, payload));
        if (outcome == SendOutcome.ACCEPTED) {
            counters.countSent();
        } else {
            counters.countDroppedFull();
        }
        return outcome;
    }

    @Override
    public void onMessage(InboundMessage message) {
        if (closed) {
            message.payload().release();
        } else if (message.protocol() == Protocol.DATAGRAM) {
            check(message);
        } else {
            counters.countReceived();
            listener.onRaw(message.protocol(), message.fromPort(), message.toPort(), message.payload());
        }
    }

    private void check(InboundMessage message) {
        ByteBuf payload = message.payload();
        try {
            int size = payload.readableBytes();
            if (!inbound.hasRoomFor(size)) {
                counters.countDroppedFull();
                return;
            }
            Datagram1Codec.Unverified datagram = Datagram1Codec.decode(payload);
            PendingOrder<ToCheck>.Entry entry =
                    inbound.add(new ToCheck(message.fromPort(), message.toPort(), datagram), size);
            offload.submit(session.lane(), datagram::verify, verdict -> {
                entry.complete(verdict);
                deliverChecked();
            });
        } catch (WireException malformed) {
            counters.countDroppedMalformed();
        } finally {
            payload.release();
        }
    }

    private void deliverChecked() {
        for (PendingOrder<ToCheck>.Entry entry = inbound.pollCompleted();
                entry != null;
                entry = inbound.pollCompleted()) {
            if (closed) {
                continue;
            }
            if (!(Boolean) entry.result()) {
                counters.countDroppedForged();
                continue;
            }
            ToCheck checked = entry.item();
            byte[] bytes = checked.datagram.payload();
            ByteBuf payload = PooledByteBufAllocator.DEFAULT.heapBuffer(bytes.length);
            payload.writeBytes(bytes);
            counters.countReceived();
            listener.onRepliable(checked.datagram.from(), checked.fromPort, checked.toPort, payload);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private static ByteBuf newPayload(int length) {
        ByteBuf out =
                PooledByteBufAllocator.DEFAULT.heapBuffer(ClientPayload.HEADROOM + length + ClientPayload.TAILROOM);
        return out.setIndex(ClientPayload.HEADROOM, ClientPayload.HEADROOM);
    }

    /** Things whose work ends in any order and that leave in the order they came. */
    private static final class PendingOrder<T> {

        private final ArrayDeque<Entry> entries = new ArrayDeque<>();
        private int bytes;

        final class Entry {

            private final T item;
            private final int size;
            private Object result;

            private Entry(T item, int size) {
                this.item = item;
                this.size = size;
            }

            T item() {
                return item;
            }

            Object result() {
                return result;
            }

            void complete(Object value) {
                result = value;
            }
        }

        boolean hasRoomFor(int size) {
            return entries.size() < MAX_PENDING && bytes + size <= MAX_PENDING_BYTES;
        }

        Entry add(T item, int size) {
            Entry entry = new Entry(item, size);
            entries.add(entry);
            bytes += size;
            return entry;
        }

        /** The oldest, if its work is done; else null. */
        Entry pollCompleted() {
            Entry oldest = entries.peek();
            if (oldest == null || oldest.result == null) {
                return null;
            }
            bytes -= oldest.size;
            return entries.poll();
        }
    }
}
