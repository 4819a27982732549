package dev.samovar.datagram;

import dev.samovar.base.Offload;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.datagram.DatagramCounters.Drop;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.message.ClientPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * The datagrams of one session.
 *
 * <p>Out: 1. copy the payload once, into a buffer with room for what goes before it and behind it; 2. sign on the pool;
 * 3. in the order sent, write the header in front and hand to the router. In: 1. find out the sender; 2. check the
 * signature on the pool; 3. in the order received, hand the payload on in the buffer it came in. At most
 * {@value OrderedWork#MAX_PENDING} datagrams and {@value OrderedWork#MAX_PENDING_BYTES} bytes wait in each direction; what
 * comes beyond is dropped and counted, as datagrams may be.
 *
 * <p>Owner: the session's lane. A buffer that the pool reads belongs to its entry until the entry comes back, and is
 * released then if the session was closed meanwhile.
 */
public final class DatagramSession implements Datagrams {

    private final I2cpClientSession session;
    private final DestinationKeys keys;
    private final Listener listener;
    private final DatagramCounters counters = new DatagramCounters();
    private final RecentSenders senders = new RecentSenders();
    private final int headerLength;
    private final OrderedWork<ToSign, byte[]> signing;
    private final OrderedWork<ToCheck, Boolean> checking;
    private boolean closed;

    /** @param buffer array-backed; its readable bytes are the payload, with room for all headers before and behind */
    private record ToSign(Destination to, int fromPort, int toPort, ByteBuf buffer) {}

    /** @param payload array-backed; its readable bytes are the payload */
    private record ToCheck(Destination from, int fromPort, int toPort, byte[] signature, ByteBuf payload) {}

    public DatagramSession(
            I2cpClientSession session, DestinationKeys keys, Datagrams.Listener listener, Offload offload) {
        this.session = session;
        this.keys = keys;
        this.listener = listener;
        headerLength = Datagram1Codec.headerLength(
                keys.destination(), keys.signingKeys().type());
        signing = new OrderedWork<>(session.lane(), offload, this::sign, this::sendSigned);
        checking = new OrderedWork<>(session.lane(), offload, DatagramSession::verify, this::deliverChecked);
    }

    public DatagramCounters counters() {
        return counters;
    }

    @Override
    public DatagramOutcome sendRepliable(Destination to, int fromPort, int toPort, ByteBuf payload) {
        try {
            int size = payload.readableBytes();
            if (closed) {
                return DatagramOutcome.CLOSED;
            }
            if (!DatagramFormat.DATAGRAM1.allows(size)) {
                return refuse(Drop.SIZE);
            }
            // SPEC datagrams#repliable: no offline signatures in this format
            if (keys.offline().isPresent()) {
                return refuse(Drop.OFFLINE_KEYS);
            }
            if (!signing.hasRoomFor(size)) {
                counters.count(Drop.SIGNING_FULL);
                return DatagramOutcome.CONGESTED;
            }
            int payloadAt = ClientPayload.HEADROOM + headerLength;
            ByteBuf buffer = PooledByteBufAllocator.DEFAULT.heapBuffer(payloadAt + size + ClientPayload.TAILROOM);
            buffer.setIndex(payloadAt, payloadAt);
            buffer.writeBytes(payload);
            signing.add(new ToSign(to, fromPort, toPort, buffer), size);
            return DatagramOutcome.ACCEPTED;
        } finally {
            payload.release();
        }
    }

    private byte[] sign(ToSign datagram) {
        ByteBuf buffer = datagram.buffer;
        return Datagram1Codec.sign(
                keys.signingKeys(),
                buffer.array(),
                buffer.arrayOffset() + buffer.readerIndex(),
                buffer.readableBytes());
    }

    private void sendSigned(OrderedWork.Done<ToSign, byte[]> signed) {
        ToSign datagram = signed.item();
        ByteBuf buffer = datagram.buffer;
        if (closed) {
            buffer.release();
            return;
        }
        int end = buffer.writerIndex();
        int start = buffer.readerIndex() - headerLength;
        buffer.setIndex(start, start);
        Datagram1Codec.encodeHeader(buffer, keys.destination(), signed.result());
        buffer.writerIndex(end);
        send(datagram.to, Protocol.DATAGRAM, datagram.fromPort, datagram.toPort, buffer);
    }

    @Override
    public DatagramOutcome sendRaw(Destination to, int protocol, int fromPort, int toPort, ByteBuf payload) {
        if (closed) {
            payload.release();
            return DatagramOutcome.CLOSED;
        }
        if (DatagramFormat.of(protocol) != DatagramFormat.RAW) {
            payload.release();
            return refuse(Drop.PROTOCOL);
        }
        if (!DatagramFormat.RAW.allows(payload.readableBytes())) {
            payload.release();
            return refuse(Drop.SIZE);
        }
        return send(to, protocol, fromPort, toPort, payload);
    }

    private DatagramOutcome refuse(Drop reason) {
        counters.count(reason);
        return DatagramOutcome.REFUSED;
    }

    private DatagramOutcome send(Destination to, int protocol, int fromPort, int toPort, ByteBuf payload) {
        SendOutcome outcome = session.send(new OutboundMessage(to, protocol, fromPort, toPort, 0, payload));
        if (outcome == SendOutcome.ACCEPTED) {
            counters.countSent();
            return DatagramOutcome.ACCEPTED;
        }
        counters.count(Drop.ROUTER_FULL);
        return outcome == SendOutcome.CONGESTED ? DatagramOutcome.CONGESTED : DatagramOutcome.CLOSED;
    }

    @Override
    public void onMessage(InboundMessage message) {
        if (closed) {
            message.payload().release();
            return;
        }
        DatagramFormat format = DatagramFormat.of(message.protocol());
        if (format == DatagramFormat.DATAGRAM1) {
            check(message);
        } else if (format == DatagramFormat.RAW) {
            counters.countReceived();
            listener.onRaw(message.protocol(), message.fromPort(), message.toPort(), message.payload());
        } else {
            drop(Drop.PROTOCOL, message.payload());
        }
    }

    private void check(InboundMessage message) {
        ByteBuf payload = message.payload();
        int size = payload.readableBytes();
        if (!checking.hasRoomFor(size)) {
            drop(Drop.CHECKING_FULL, payload);
            return;
        }
        Destination from;
        byte[] signature;
        try {
            from = Datagram1Codec.decodeSender(payload, senders);
            SigType type = from.signingType();
            signature = Wire.bytes(payload, type.signatureLength(), "datagram signature");
        } catch (WireException malformed) {
            drop(Drop.MALFORMED, payload);
            return;
        }
        checking.add(new ToCheck(from, message.fromPort(), message.toPort(), signature, onHeap(payload)), size);
    }

    private void drop(Drop reason, ByteBuf payload) {
        counters.count(reason);
        payload.release();
    }

    private static ByteBuf onHeap(ByteBuf payload) {
        if (payload.hasArray()) {
            return payload;
        }
        ByteBuf copy = PooledByteBufAllocator.DEFAULT.heapBuffer(payload.readableBytes());
        copy.writeBytes(payload);
        payload.release();
        return copy;
    }

    private static boolean verify(ToCheck datagram) {
        ByteBuf payload = datagram.payload;
        return Datagram1Codec.verify(
                datagram.from,
                payload.array(),
                payload.arrayOffset() + payload.readerIndex(),
                payload.readableBytes(),
                datagram.signature);
    }

    private void deliverChecked(OrderedWork.Done<ToCheck, Boolean> checked) {
        ToCheck datagram = checked.item();
        if (closed) {
            datagram.payload.release();
        } else if (!checked.result()) {
            drop(Drop.FORGED, datagram.payload);
        } else {
            counters.countReceived();
            senders.add(datagram.from);
            listener.onRepliable(datagram.from, datagram.fromPort, datagram.toPort, datagram.payload);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
