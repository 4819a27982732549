package dev.samovar.streaming;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.testkit.FakeI2cpNetwork;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A session whose packets the test makes itself: a peer with rules, or a lack of them, of its own. */
final class HandPeer implements I2cpClientSession.Listener {

    private static final int[] NO_NACKS = {};

    final StreamWorld world;
    final DestinationKeys keys;
    final List<StreamPacket> heard = new ArrayList<>();
    private final FakeI2cpNetwork.FakeSession session;
    private final Destination other;

    /** What it does with a packet, besides keeping it in {@link #heard}. */
    Consumer<StreamPacket> onPacket = packet -> {};

    /** The id that it chose. */
    int ownId = 0x0badcafe;

    /** The id that the other side chose, once heard. */
    int peerId;

    HandPeer(StreamWorld world, DestinationKeys keys, StreamWorld.Side other) {
        this.world = world;
        this.keys = keys;
        this.other = other.keys.destination();
        session = world.network.session(keys.destination(), world.lane);
        session.listener(this);
    }

    @Override
    public void onMessage(InboundMessage message) {
        StreamPacket packet = new StreamPacket();
        try {
            byte[] bytes = new byte[message.payload().readableBytes()];
            message.payload().readBytes(bytes);
            StreamPacketCodec.decode(Unpooled.wrappedBuffer(bytes), packet, SigType.EdDSA_SHA512_Ed25519, null);
        } catch (WireException malformed) {
            throw new AssertionError(malformed);
        } finally {
            message.payload().release();
        }
        heard.add(packet);
        if (packet.receiveStreamId != 0) {
            peerId = packet.receiveStreamId;
        }
        onPacket.accept(packet);
    }

    @Override
    public void onWritable() {
        // what was refused is the test's loss
    }

    @Override
    public void onDelivery(int tracking, DeliveryStatus status) {
        // it asks for none
    }

    @Override
    public void onClosed(CloseReason reason) {
        // the test ends
    }

    /** How many of the packets heard are such. */
    long count(java.util.function.Predicate<StreamPacket> wanted) {
        return heard.stream().filter(wanted).count();
    }

    /** A packet without options but a delay where it is not negative. */
    void send(long sequence, long ackThrough, int delay, byte[] payload) {
        send(Unpooled.buffer(), sequence, ackThrough, delay, payload);
    }

    /** One in a buffer that is counted until it is released. */
    void sendPooled(long sequence, byte[] payload) {
        send(PooledByteBufAllocator.DEFAULT.heapBuffer(), sequence, 0, -1, payload);
    }

    private void send(ByteBuf out, long sequence, long ackThrough, int delay, byte[] payload) {
        int flags = delay >= 0 ? StreamFlag.DELAY_REQUESTED : 0;
        int sizeAt = StreamPacketCodec.beginHeader(
                out,
                peerId,
                ownId,
                sequence,
                Math.max(0, ackThrough),
                NO_NACKS,
                0,
                1,
                flags | (ackThrough < 0 ? StreamFlag.NO_ACK : 0));
        if (delay >= 0) {
            out.writeShort(delay);
        }
        StreamPacketCodec.endOptions(out, sizeAt);
        out.writeBytes(payload);
        transmit(out);
    }

    void ack(long through) {
        send(0, through, -1, new byte[0]);
    }

    void ack(long through, int delay) {
        send(0, through, delay, new byte[0]);
    }

    /** A SYN, as the first packet or as the answer to the other's. */
    void synchronize(long ackThrough) {
        signed(StreamFlag.SYNCHRONIZE | StreamFlag.FROM_INCLUDED, 0, ackThrough, new byte[0]);
    }

    void close(long sequence, long ackThrough) {
        signed(StreamFlag.CLOSE, sequence, ackThrough, new byte[0]);
    }

    void reset() {
        signed(StreamFlag.RESET, 0, -1, new byte[0]);
    }

    /** A signed packet; with the offline signature where its keys have one. */
    void signed(int kind, long sequence, long ackThrough, byte[] payload) {
        transmit(Unpooled.wrappedBuffer(signedBytes(kind, sequence, ackThrough, payload)));
    }

    byte[] signedBytes(int kind, long sequence, long ackThrough, byte[] payload) {
        boolean offline = keys.offline().isPresent();
        int flags = kind
                | StreamFlag.SIGNATURE_INCLUDED
                | (offline ? StreamFlag.OFFLINE_SIGNATURE : 0)
                | (ackThrough < 0 ? StreamFlag.NO_ACK : 0);
        ByteBuf out = Unpooled.buffer();
        boolean first = (kind & StreamFlag.SYNCHRONIZE) != 0 && peerId == 0;
        int sizeAt = StreamPacketCodec.beginHeader(
                out, first ? 0 : peerId, ownId, sequence, Math.max(0, ackThrough), NO_NACKS, 0, 1, flags);
        if ((kind & StreamFlag.FROM_INCLUDED) != 0) {
            keys.destination().encode(out);
        }
        keys.offline().ifPresent(signature -> signature.encode(out));
        int signatureAt = out.writerIndex();
        int signatureLength = keys.signingKeys().type().signatureLength();
        out.writeZero(signatureLength);
        StreamPacketCodec.endOptions(out, sizeAt);
        out.writeBytes(payload);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        byte[] signature = keys.signingKeys().sign(bytes);
        System.arraycopy(signature, 0, bytes, signatureAt, signatureLength);
        return bytes;
    }

    void transmit(ByteBuf packet) {
        world.world.on(
                world.lane, () -> session.send(new OutboundMessage(other, StreamWorld.PROTOCOL, 0, 0, 0, packet)));
    }
}
