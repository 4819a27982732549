package dev.samovar.datagram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatagramSessionTest {

    private final SimWorld world = new SimWorld(42);
    private final Lane lane = world.newLane();
    private final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(1));
    private final Wire wire = new Wire();
    private final Heard heard = new Heard();

    /** A session whose messages are kept, or handed to a receiver. */
    private final class Wire implements I2cpClientSession {

        private final List<OutboundMessage> sent = new ArrayList<>();
        private DatagramSession receiver;
        private SendOutcome outcome = SendOutcome.ACCEPTED;

        @Override
        public Destination destination() {
            return keys.destination();
        }

        @Override
        public Lane lane() {
            return lane;
        }

        @Override
        public SendOutcome send(OutboundMessage message) {
            if (outcome != SendOutcome.ACCEPTED) {
                message.payload().release();
            } else if (receiver != null) {
                receiver.onMessage(new InboundMessage(
                        message.protocol(), message.fromPort(), message.toPort(), message.payload()));
            } else {
                sent.add(message);
            }
            return outcome;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public Future<LookupResult> lookup(LookupTarget target) {
            throw new AssertionError("no lookup here");
        }

        @Override
        public void close() {
            // nothing to end
        }
    }

    private static final class Heard implements Datagrams.Listener {

        private final List<String> texts = new ArrayList<>();
        private Destination from;

        @Override
        public void onRepliable(Destination sender, int fromPort, int toPort, ByteBuf payload) {
            from = sender;
            texts.add(fromPort + ">" + toPort + " " + payload.toString(StandardCharsets.US_ASCII));
            payload.release();
        }

        @Override
        public void onRaw(int protocol, int fromPort, int toPort, ByteBuf payload) {
            texts.add(protocol + ":" + fromPort + ">" + toPort + " " + payload.toString(StandardCharsets.US_ASCII));
            payload.release();
        }
    }

    /** Work that is done when the test says so, in the order it says. */
    private static final class LateOffload implements Offload {

        private final List<Runnable> waiting = new ArrayList<>();

        @Override
        public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
            waiting.add(() -> {
                T result = work.get();
                lane.execute(() -> then.accept(result));
            });
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private DatagramSession session(Offload offload) {
        return new DatagramSession(wire, keys, heard, offload);
    }

    @Test
    void aRepliableDatagramArrivesWithItsSenderAndPorts() {
        DatagramSession session = session(Offload.inline());
        wire.receiver = session;
        assertEquals(SendOutcome.ACCEPTED, session.sendRepliable(keys.destination(), 7, 9, text("hello")));
        world.runReady();
        assertEquals(List.of("7>9 hello"), heard.texts);
        assertEquals(keys.destination(), heard.from);
        assertEquals(1, session.counters().sent());
        assertEquals(1, session.counters().received());
    }

    @Test
    void aRawDatagramArrivesAsItIsWithItsProtocol() {
        DatagramSession session = session(Offload.inline());
        wire.receiver = session;
        session.sendRaw(keys.destination(), 44, 1, 2, text("raw"));
        assertEquals(List.of("44:1>2 raw"), heard.texts);
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA384_P384", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void everyUsableSignatureTypeSignsDatagramsThatHold(SigType type) throws WireException {
        DestinationKeys sender = DestinationKeys.generate(type, new SeededEntropy(2));
        byte[] payload = "payload".getBytes(StandardCharsets.US_ASCII);
        ByteBuf out = Unpooled.buffer();
        Datagram1Codec.encode(out, sender.destination(), Datagram1Codec.sign(sender, payload), payload);
        assertEquals(Datagram1Codec.headerLength(sender) + payload.length, out.readableBytes());
        Datagram1Codec.Unverified datagram = Datagram1Codec.decode(out.duplicate());
        assertTrue(datagram.verify());
        int last = out.writerIndex() - 1;
        out.setByte(last, out.getByte(last) ^ 1);
        assertFalse(Datagram1Codec.decode(out).verify());
    }

    @Test
    void aForgedDatagramIsDroppedAndCounted() {
        DatagramSession session = session(Offload.inline());
        session.sendRepliable(keys.destination(), 0, 0, text("true words"));
        world.runReady();
        ByteBuf payload = wire.sent.get(0).payload();
        int last = payload.writerIndex() - 1;
        payload.setByte(last, payload.getByte(last) ^ 1);
        session.onMessage(new InboundMessage(Protocol.DATAGRAM, 0, 0, payload));
        world.runReady();
        assertEquals(List.of(), heard.texts);
        assertEquals(1, session.counters().droppedForged());
    }

    @Test
    void datagramsKeepTheirOrderWhateverTheOrderOfTheirSignatures() {
        LateOffload late = new LateOffload();
        DatagramSession session = session(late);
        for (int i = 0; i < 5; i++) {
            session.sendRepliable(keys.destination(), i, 0, text("d" + i));
        }
        for (int i : new int[] {3, 0, 4, 2, 1}) {
            late.waiting.get(i).run();
            world.runReady();
        }
        assertEquals(5, wire.sent.size());
        for (int i = 0; i < 5; i++) {
            assertEquals(i, wire.sent.get(i).fromPort());
        }
        late.waiting.clear();
        for (OutboundMessage message : wire.sent) {
            session.onMessage(
                    new InboundMessage(Protocol.DATAGRAM, message.fromPort(), message.toPort(), message.payload()));
        }
        for (int i : new int[] {4, 1, 0, 3, 2}) {
            late.waiting.get(i).run();
            world.runReady();
        }
        assertEquals(List.of("0>0 d0", "1>0 d1", "2>0 d2", "3>0 d3", "4>0 d4"), heard.texts);
    }

    @Test
    void moreThanTheBoundIsDroppedAndCounted() {
        LateOffload late = new LateOffload();
        DatagramSession session = session(late);
        for (int i = 0; i < DatagramSession.MAX_PENDING; i++) {
            assertEquals(SendOutcome.ACCEPTED, session.sendRepliable(keys.destination(), 0, 0, text("x")));
        }
        assertEquals(SendOutcome.CONGESTED, session.sendRepliable(keys.destination(), 0, 0, text("x")));
        assertEquals(1, session.counters().droppedFull());
        late.waiting.forEach(Runnable::run);
        world.runReady();
        assertEquals(DatagramSession.MAX_PENDING, wire.sent.size());
        assertEquals(SendOutcome.ACCEPTED, session.sendRepliable(keys.destination(), 0, 0, text("x")));
        wire.sent.forEach(message -> message.payload().release());
    }

    @Test
    void sizesBeyondTheFormatAreRefused() {
        DatagramSession session = session(Offload.inline());
        session.sendRepliable(keys.destination(), 0, 0, Unpooled.EMPTY_BUFFER);
        session.sendRepliable(keys.destination(), 0, 0, Unpooled.wrappedBuffer(new byte[31_745]));
        session.sendRaw(keys.destination(), 18, 0, 0, Unpooled.wrappedBuffer(new byte[32_769]));
        session.sendRaw(keys.destination(), 18, 0, 0, Unpooled.EMPTY_BUFFER);
        world.runReady();
        assertEquals(4, session.counters().refusedBySize());
        assertEquals(0, wire.sent.size());
        session.sendRepliable(keys.destination(), 0, 0, Unpooled.wrappedBuffer(new byte[31_744]));
        world.runReady();
        assertEquals(1, wire.sent.size());
        wire.sent.get(0).payload().release();
    }

    @Test
    void aFullWayToTheRouterDropsAndCounts() {
        DatagramSession session = session(Offload.inline());
        wire.outcome = SendOutcome.CONGESTED;
        session.sendRepliable(keys.destination(), 0, 0, text("x"));
        session.sendRaw(keys.destination(), 18, 0, 0, text("x"));
        world.runReady();
        assertEquals(2, session.counters().droppedFull());
    }

    @Test
    void afterTheEndNothingIsSentOrHeard() {
        LateOffload late = new LateOffload();
        DatagramSession session = session(late);
        session.sendRepliable(keys.destination(), 0, 0, text("x"));
        session.close();
        late.waiting.forEach(Runnable::run);
        world.runReady();
        assertEquals(SendOutcome.CLOSED, session.sendRaw(keys.destination(), 18, 0, 0, text("x")));
        session.onMessage(new InboundMessage(Protocol.RAW, 0, 0, text("x")));
        assertEquals(0, wire.sent.size());
        assertEquals(List.of(), heard.texts);
    }

    @Test
    void damagedDatagramsThrowNothingButWireException() {
        long seed = 20261125;
        SeededEntropy entropy = new SeededEntropy(seed);
        byte[] payload = entropy.bytes(40);
        ByteBuf out = Unpooled.buffer();
        Datagram1Codec.encode(out, keys.destination(), Datagram1Codec.sign(keys, payload), payload);
        byte[] sample = new byte[out.readableBytes()];
        out.readBytes(sample);
        for (int round = 0; round < 5000; round++) {
            byte[] bytes = Arrays.copyOf(sample, entropy.below(sample.length + 1));
            if (bytes.length > 0) {
                bytes[entropy.below(bytes.length)] = (byte) entropy.below(256);
                bytes[Math.min(bytes.length - 1, 384 + entropy.below(8))] = (byte) entropy.below(256);
            }
            try {
                Datagram1Codec.Unverified datagram = Datagram1Codec.decode(Unpooled.wrappedBuffer(bytes));
                if (round % 50 == 0) {
                    datagram.verify();
                }
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + seed + " round " + round, other);
            }
        }
        assertThrows(WireException.class, () -> Datagram1Codec.decode(Unpooled.EMPTY_BUFFER));
    }
}
