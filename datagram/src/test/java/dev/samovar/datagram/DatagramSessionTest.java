package dev.samovar.datagram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.datagram.DatagramCounters.Drop;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.message.ClientPayload;
import dev.samovar.testkit.OfflineKeys;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

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

        void releaseAll() {
            sent.forEach(message -> message.payload().release());
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
    private final class LateOffload implements Offload {

        private final List<Runnable> waiting = new ArrayList<>();

        @Override
        public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
            waiting.add(() -> {
                T result = work.get();
                lane.execute(() -> then.accept(result));
            });
        }

        void finishAll() {
            while (!waiting.isEmpty()) {
                waiting.remove(0).run();
                world.runReady();
            }
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static ByteBuf pooled(String text) {
        return PooledByteBufAllocator.DEFAULT.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private DatagramSession session(Offload offload) {
        return new DatagramSession(wire, keys, heard, offload);
    }

    @Test
    void aRepliableDatagramArrivesWithItsSenderAndPorts() {
        DatagramSession session = session(Offload.inline());
        wire.receiver = session;
        assertEquals(DatagramOutcome.ACCEPTED, session.sendRepliable(keys.destination(), 7, 9, text("hello")));
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
        assertEquals(1, session.counters().dropped(Drop.FORGED));
    }

    @Test
    void datagramsKeepTheirOrderWhateverTheOrderOfTheirSignatures() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            LateOffload late = new LateOffload();
            DatagramSession session = session(late);
            wire.sent.clear();
            heard.texts.clear();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                session.sendRepliable(keys.destination(), i, 0, text("d" + i));
                expected.add(i + ">0 d" + i);
                if (random.nextInt(4) == 0) {
                    finishOne(late, random);
                }
            }
            while (!late.waiting.isEmpty()) {
                finishOne(late, random);
            }
            for (OutboundMessage message : wire.sent) {
                session.onMessage(
                        new InboundMessage(Protocol.DATAGRAM, message.fromPort(), message.toPort(), message.payload()));
                if (random.nextInt(4) == 0) {
                    finishOne(late, random);
                }
            }
            while (!late.waiting.isEmpty()) {
                finishOne(late, random);
            }
            assertEquals(expected, heard.texts, "seed " + seed);
        }
    }

    private void finishOne(LateOffload late, Random random) {
        if (!late.waiting.isEmpty()) {
            late.waiting.remove(random.nextInt(late.waiting.size())).run();
            world.runReady();
        }
    }

    @Test
    void manyThatWaitLeaveInBatches() {
        LateOffload late = new LateOffload();
        DatagramSession session = session(late);
        int count = OrderedWork.MAX_BATCHES + 2 * OrderedWork.MAX_BATCH;
        for (int i = 0; i < count; i++) {
            session.sendRepliable(keys.destination(), 0, 0, text("x"));
        }
        int batches = 0;
        while (!late.waiting.isEmpty()) {
            assertTrue(late.waiting.size() <= OrderedWork.MAX_BATCHES);
            late.waiting.remove(0).run();
            world.runReady();
            batches++;
        }
        assertEquals(OrderedWork.MAX_BATCHES + 2, batches);
        assertEquals(count, wire.sent.size());
        wire.releaseAll();
    }

    @Test
    void moreThanTheBoundIsDroppedAndCounted() {
        LateOffload late = new LateOffload();
        DatagramSession session = session(late);
        for (int i = 0; i < OrderedWork.MAX_PENDING; i++) {
            assertEquals(DatagramOutcome.ACCEPTED, session.sendRepliable(keys.destination(), 0, 0, text("x")));
        }
        assertEquals(DatagramOutcome.CONGESTED, session.sendRepliable(keys.destination(), 0, 0, text("x")));
        assertEquals(1, session.counters().dropped(Drop.SIGNING_FULL));
        late.finishAll();
        assertEquals(OrderedWork.MAX_PENDING, wire.sent.size());
        assertEquals(DatagramOutcome.ACCEPTED, session.sendRepliable(keys.destination(), 0, 0, text("x")));
        late.finishAll();

        for (OutboundMessage message : wire.sent) {
            session.onMessage(new InboundMessage(Protocol.DATAGRAM, 0, 0, message.payload()));
        }
        assertEquals(1, session.counters().dropped(Drop.CHECKING_FULL));
        late.finishAll();
        assertEquals(OrderedWork.MAX_PENDING, session.counters().received());
    }

    @Test
    void theBytesThatWaitAreBoundedToo() {
        LateOffload late = new LateOffload();
        DatagramSession session = session(late);
        int accepted = 0;
        while (session.sendRepliable(keys.destination(), 0, 0, Unpooled.wrappedBuffer(new byte[31_744]))
                == DatagramOutcome.ACCEPTED) {
            accepted++;
        }
        assertEquals(OrderedWork.MAX_PENDING_BYTES / 31_744, accepted);
        session.close();
        late.finishAll();
    }

    @Test
    void sizesBeyondTheFormatAreRefused() {
        DatagramSession session = session(Offload.inline());
        session.sendRepliable(keys.destination(), 0, 0, Unpooled.EMPTY_BUFFER);
        session.sendRepliable(keys.destination(), 0, 0, Unpooled.wrappedBuffer(new byte[31_745]));
        session.sendRaw(keys.destination(), 18, 0, 0, Unpooled.wrappedBuffer(new byte[32_769]));
        assertEquals(DatagramOutcome.REFUSED, session.sendRaw(keys.destination(), 18, 0, 0, Unpooled.EMPTY_BUFFER));
        world.runReady();
        assertEquals(4, session.counters().dropped(Drop.SIZE));
        assertEquals(0, wire.sent.size());
        session.sendRepliable(keys.destination(), 0, 0, Unpooled.wrappedBuffer(new byte[31_744]));
        session.sendRaw(keys.destination(), 18, 0, 0, Unpooled.wrappedBuffer(new byte[32_768]));
        world.runReady();
        assertEquals(2, wire.sent.size());
        wire.releaseAll();
    }

    @Test
    void aProtocolWithAnotherFormatIsNeitherSentNorHeardAsRaw() {
        DatagramSession session = session(Offload.inline());
        for (int protocol : new int[] {Protocol.STREAMING, Protocol.DATAGRAM, Protocol.DATAGRAM2, Protocol.DATAGRAM3}) {
            assertEquals(DatagramOutcome.REFUSED, session.sendRaw(keys.destination(), protocol, 0, 0, pooled("x")));
        }
        for (int protocol : new int[] {Protocol.STREAMING, Protocol.DATAGRAM2, Protocol.DATAGRAM3}) {
            session.onMessage(new InboundMessage(protocol, 0, 0, pooled("x")));
        }
        assertEquals(7, session.counters().dropped(Drop.PROTOCOL));
        assertEquals(List.of(), heard.texts);
    }

    @Test
    void keysSignedOfflineCannotSendRepliableDatagrams() {
        DestinationKeys offline = OfflineKeys.generate(
                SigType.EdDSA_SHA512_Ed25519, SigType.EdDSA_SHA512_Ed25519, 2_000_000_000, new SeededEntropy(3));
        DatagramSession session = new DatagramSession(wire, offline, heard, Offload.inline());
        assertEquals(DatagramOutcome.REFUSED, session.sendRepliable(keys.destination(), 0, 0, pooled("x")));
        assertEquals(1, session.counters().dropped(Drop.OFFLINE_KEYS));
        assertEquals(DatagramOutcome.ACCEPTED, session.sendRaw(keys.destination(), 18, 0, 0, pooled("x")));
        wire.releaseAll();
    }

    @Test
    void aDatagramThatIsNoneIsDroppedAndCounted() {
        DatagramSession session = session(Offload.inline());
        session.onMessage(new InboundMessage(Protocol.DATAGRAM, 0, 0, pooled("not a datagram")));
        session.onMessage(new InboundMessage(Protocol.DATAGRAM, 0, 0, Unpooled.EMPTY_BUFFER));
        world.runReady();
        assertEquals(2, session.counters().dropped(Drop.MALFORMED));
    }

    @Test
    void aDatagramInADirectBufferIsHeardToo() {
        DatagramSession session = session(Offload.inline());
        session.sendRepliable(keys.destination(), 0, 0, pooled("direct"));
        world.runReady();
        ByteBuf heap = wire.sent.get(0).payload();
        ByteBuf direct = PooledByteBufAllocator.DEFAULT.directBuffer(heap.readableBytes());
        direct.writeBytes(heap);
        heap.release();
        session.onMessage(new InboundMessage(Protocol.DATAGRAM, 1, 2, direct));
        world.runReady();
        assertEquals(List.of("1>2 direct"), heard.texts);
    }

    @Test
    void whatIsSentIsFramedForTheRouterWithoutACopy() {
        DatagramSession session = session(Offload.inline());
        session.sendRepliable(keys.destination(), 0, 0, pooled("x"));
        world.runReady();
        ByteBuf payload = wire.sent.get(0).payload();
        ByteBuf framed = ClientPayload.frame(payload, Protocol.DATAGRAM, 0, 0);
        assertSame(payload, framed);
        framed.release();
    }

    @Test
    void aFullWayToTheRouterDropsAndCounts() {
        DatagramSession session = session(Offload.inline());
        wire.outcome = SendOutcome.CONGESTED;
        session.sendRepliable(keys.destination(), 0, 0, pooled("x"));
        assertEquals(DatagramOutcome.CONGESTED, session.sendRaw(keys.destination(), 18, 0, 0, pooled("x")));
        world.runReady();
        assertEquals(2, session.counters().dropped(Drop.ROUTER_FULL));
    }

    @Test
    void afterTheEndNothingIsSentOrHeard() {
        LateOffload late = new LateOffload();
        DatagramSession other = session(Offload.inline());
        other.sendRepliable(keys.destination(), 0, 0, pooled("x"));
        world.runReady();
        ByteBuf arriving = wire.sent.remove(0).payload();
        DatagramSession session = session(late);
        session.sendRepliable(keys.destination(), 0, 0, pooled("x"));
        session.onMessage(new InboundMessage(Protocol.DATAGRAM, 0, 0, arriving));
        session.close();
        late.finishAll();
        assertEquals(DatagramOutcome.CLOSED, session.sendRaw(keys.destination(), 18, 0, 0, pooled("x")));
        assertEquals(DatagramOutcome.CLOSED, session.sendRepliable(keys.destination(), 0, 0, pooled("x")));
        session.onMessage(new InboundMessage(Protocol.RAW, 0, 0, pooled("x")));
        assertEquals(0, wire.sent.size());
        assertEquals(List.of(), heard.texts);
    }
}
