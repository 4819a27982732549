package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.transport.ntcp2.Ntcp2Handshake.State;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Decoders and states against damage: cut, changed, repeated, swapped, in any order. Nothing escapes, nothing false passes. */
class Ntcp2FuzzTest {

    private static final long SEED = 20261125;
    private static final long NOW = 1_767_225_600_000L;

    private final SeededEntropy entropy = new SeededEntropy(SEED);
    private final Random random = new Random(SEED);
    private final Ntcp2TestRouter aliceRouter = new Ntcp2TestRouter(entropy);
    private final Ntcp2TestRouter bobRouter = new Ntcp2TestRouter(entropy);
    private final RouterInfo aliceInfo = aliceRouter.info(NOW, aliceRouter.published("44.1.0.1", 4567));

    private static final Ntcp2BlockCodec.Sink NOWHERE = new Ntcp2BlockCodec.Sink() {
        @Override
        public void onDateTime(long seconds) {}

        @Override
        public void onRouterInfo(byte[] routerInfo, boolean flood) {}

        @Override
        public void onMessage(I2npMessage message) {
            message.release();
        }

        @Override
        public void onTermination(long framesReceived, int reason) {}
    };

    private Ntcp2Initiator alice() {
        Ntcp2Initiator alice = new Ntcp2Initiator(
                Ntcp2Address.read(bobRouter.published("44.2.0.1", 1234)),
                bobRouter.hash(),
                aliceRouter.keys,
                aliceInfo.bytes(),
                Ntcp2TestRouter.NETWORK,
                () -> X25519KeyPair.generate(entropy),
                entropy);
        alice.start(NOW);
        return alice;
    }

    private Ntcp2Responder bob() {
        return new Ntcp2Responder(
                new Ntcp2Responder.Router(bobRouter.keys, bobRouter.hash(), Ntcp2TestRouter.NETWORK),
                new byte[] {44, 1, 0, 1},
                () -> X25519KeyPair.generate(entropy),
                key -> true,
                entropy);
    }

    private static byte[] blocks() {
        ByteBuf out = Unpooled.buffer();
        Ntcp2BlockCodec.writeDateTime(out, NOW);
        Ntcp2BlockCodec.writeRouterInfo(out, new byte[300]);
        Ntcp2BlockCodec.writeMessage(out, new I2npMessage(20, 7, NOW, Unpooled.wrappedBuffer(new byte[40])));
        Ntcp2BlockCodec.writeTermination(out, 5, 0);
        Ntcp2BlockCodec.writePadding(out, 6);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    @Test
    void damagedBlocksThrowNothingButWireException() {
        byte[] good = blocks();
        byte[] confirmed = Ntcp2BlockCodec.encodeConfirmed(aliceInfo.bytes(), 9);
        for (int round = 0; round < 20_000; round++) {
            try {
                Ntcp2BlockCodec.decode(Unpooled.wrappedBuffer(Fuzz.mutate(good, random)), NOWHERE);
                Ntcp2BlockCodec.decodeConfirmed(Fuzz.mutate(confirmed, random));
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            }
        }
    }

    @Test
    void damagedAddressesAreReadOrLeft() throws WireException {
        List<RouterAddress> good = List.of(
                aliceRouter.published("44.1.0.1", 4567),
                aliceRouter.published("2a00::1", 9),
                aliceRouter.unpublished());
        for (int round = 0; round < 20_000; round++) {
            RouterAddress from = good.get(random.nextInt(good.size()));
            Map<String, String> options = new HashMap<>(from.options().entries());
            for (Map.Entry<String, String> option : options.entrySet()) {
                if (random.nextInt(3) == 0) {
                    byte[] mutated = Fuzz.mutate(
                            option.getValue().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), random);
                    option.setValue(new String(mutated, java.nio.charset.StandardCharsets.US_ASCII)
                            .substring(0, Math.min(80, mutated.length)));
                }
            }
            Ntcp2Address read = Ntcp2Address.read(new RouterAddress(1, from.style(), Mapping.of(options)));
            if (read != null && read.isPublished()) {
                assertTrue(read.ip().length == 4 || read.ip().length == 16);
                assertTrue(read.port() > 0 && read.port() < 65536);
                assertEquals(16, read.iv().length);
            }
        }
    }

    @Test
    void adamagedMessage1IsNeverAnsweredWithAMessageThatAliceTakes() {
        for (int round = 0; round < 150; round++) {
            Ntcp2Initiator alice = alice();
            byte[] good = alice.pollTransmit();
            byte[] bad = Fuzz.mutate(good, random);
            if (Arrays.equals(good, bad)) {
                continue;
            }
            Ntcp2Responder bob = bob();
            if (bad.length >= bob.needed()) {
                bob.handle(bad, bad.length, NOW);
            }
            byte[] message2 = bob.pollTransmit();
            if (message2 != null) {
                // only the padding was hit, which the next message covers
                alice.handle(message2, message2.length, NOW);
                assertEquals(State.FAILED, alice.state(), "seed " + SEED + " round " + round);
            }
            assertNotEquals(State.ESTABLISHED, bob.state());
        }
    }

    @Test
    void damagedMessages2And3AreNoticed() {
        for (int round = 0; round < 100; round++) {
            Ntcp2Initiator alice = alice();
            Ntcp2Responder bob = bob();
            byte[] message1 = alice.pollTransmit();
            bob.handle(message1, message1.length, NOW);
            byte[] message2 = bob.pollTransmit();
            byte[] bad = Fuzz.mutate(message2, random);
            boolean second = round % 2 == 0 && !Arrays.equals(bad, message2);
            byte[] given = second ? bad : message2;
            if (given.length >= alice.needed()) {
                alice.handle(given, given.length, NOW);
            }
            byte[] message3 = alice.pollTransmit();
            if (message3 == null) {
                assertTrue(second);
                continue;
            }
            if (!second) {
                byte[] cut = Fuzz.mutate(message3, random);
                if (Arrays.equals(cut, message3) || cut.length > message3.length) {
                    continue;
                }
                message3 = cut;
            }
            if (message3.length >= bob.needed()) {
                bob.handle(message3, message3.length, NOW);
            }
            assertNotEquals(State.ESTABLISHED, bob.state(), "seed " + SEED + " round " + round);
            assertNull(bob.dataKeys());
        }
    }

    @Test
    void messagesInAnyOrderToAnybodyMakeNoSession() {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Ntcp2Initiator alice = alice();
            Ntcp2Responder bob = bob();
            messages.add(alice.pollTransmit());
            bob.handle(messages.get(messages.size() - 1), messages.get(messages.size() - 1).length, NOW);
            messages.add(bob.pollTransmit());
            byte[] message2 = messages.get(messages.size() - 1);
            alice.handle(message2, message2.length, NOW);
            messages.add(alice.pollTransmit());
        }
        for (int round = 0; round < 120; round++) {
            Ntcp2Handshake victim = random.nextBoolean() ? bob() : alice();
            victim.pollTransmit();
            for (int step = 0; step < 6; step++) {
                byte[] any = messages.get(random.nextInt(messages.size()));
                byte[] given = random.nextBoolean() ? any : Fuzz.mutate(any, random);
                if (victim.state() == State.WAITING && given.length >= victim.needed()) {
                    victim.handle(given, given.length, NOW);
                }
                victim.pollTransmit();
            }
            assertNotEquals(State.ESTABLISHED, victim.state(), "seed " + SEED + " round " + round);
            victim.destroy();
        }
    }

    /** Two sessions, frames lost, cut, changed; any operation at any time. What arrives was sent, in order, or it ends. */
    @Test
    void sessionsSurviveAnySequenceOfOperations() {
        for (int round = 0; round < 300; round++) {
            byte[] key = entropy.bytes(32);
            byte[] hash = entropy.bytes(32);
            Ntcp2DataKeys a = new Ntcp2DataKeys(key, hash, true);
            Ntcp2DataKeys b = new Ntcp2DataKeys(key, hash, false);
            Ntcp2Session alice = new Ntcp2Session(a.sender(), a.receiver(), bobRouter.hash(), entropy, 0);
            Ntcp2Session bob = new Ntcp2Session(b.sender(), b.receiver(), aliceRouter.hash(), entropy, 0);
            MessageRing ring = new MessageRing();
            Ntcp2Scratch scratch = new Ntcp2Scratch();
            ByteBuf wire = Unpooled.buffer();
            boolean damaged = false;
            int sent = 0;
            int got = 0;
            long now = 0;
            for (int step = 0; step < 60; step++) {
                now += random.nextInt(1_000_000);
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        if (ring.offer(
                                new I2npMessage(
                                        20, sent, NOW + 1000, Unpooled.wrappedBuffer(new byte[random.nextInt(3000)])),
                                random.nextBoolean())) {
                            sent++;
                        }
                    }
                    case 3, 4 -> {
                        int length = alice.write(ring, scratch, now, NOW);
                        byte[] frame = Arrays.copyOf(scratch.out, length);
                        if (length > 0 && random.nextInt(40) == 0) {
                            byte[] changed = Fuzz.mutate(frame, random);
                            damaged |= !Arrays.equals(changed, frame);
                            frame = changed;
                        }
                        wire.writeBytes(frame);
                    }
                    case 5 -> {
                        ByteBuf part = wire.readSlice(random.nextInt(wire.readableBytes() + 1));
                        // what a session leaves has to be given to it again
                        ByteBuf in = Unpooled.buffer().writeBytes(part);
                        bob.handle(in, scratch, now, NOW);
                        wire = Unpooled.buffer().writeBytes(in).writeBytes(wire);
                    }
                    case 6 -> alice.offerOwnInfo(aliceInfo.bytes());
                    default -> bob.handleTimeout(now);
                }
                for (I2npMessage message = bob.pollMessage(); message != null; message = bob.pollMessage()) {
                    assertEquals(got++, message.id(), "seed " + SEED + " round " + round);
                }
                while (bob.pollEvent() != null) {
                    // whatever
                }
            }
            assertTrue(!bob.isEnded() || damaged, "seed " + SEED + " round " + round);
            assertTrue(got <= sent);
            alice.destroy();
            bob.destroy();
        }
    }

    @Test
    void storedKeysAreReadBackAndNothingElseIs() throws WireException {
        ByteBuf out = Unpooled.buffer();
        aliceRouter.keys.encode(out);
        assertEquals(Ntcp2Keys.ENCODED_LENGTH, out.readableBytes());
        assertEquals(aliceRouter.keys, Ntcp2Keys.decode(out.copy()));
        for (int length = 0; length < Ntcp2Keys.ENCODED_LENGTH; length++) {
            try {
                assertNotNull(Ntcp2Keys.decode(out.slice(0, length)));
                fail("a part was taken");
            } catch (WireException expected) {
                // cut
            }
        }
    }
}
