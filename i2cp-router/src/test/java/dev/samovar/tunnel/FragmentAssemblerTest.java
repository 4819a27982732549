package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages in fragments that are lost, repeated, mixed, and false. */
class FragmentAssemblerTest {

    private static final long SEED = 20261126;

    private final TunnelMemory memory = new TunnelMemory(1, 100, 1 << 20);
    private final FragmentAssembler assembler = new FragmentAssembler(memory);
    private final List<byte[]> given = new ArrayList<>();
    private long now = 5;

    @AfterEach
    void nothingIsHeld() {
        assembler.destroy();
        assertEquals(0, memory.fragmentBytes());
    }

    private static byte[] message(int id, int bytes) {
        ByteBuf out = Unpooled.buffer();
        byte[] body = new byte[bytes];
        new Random(id).nextBytes(body);
        new I2npMessage(20, id, 1, Unpooled.wrappedBuffer(body)).encodeLong(out);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] fragment(DeliveryInstructions instructions, byte[] bytes) {
        ByteBuf out = Unpooled.buffer();
        instructions.encode(out);
        out.writeBytes(bytes);
        return ByteBufUtil.getBytes(out);
    }

    /** The fragments of a message, so many bytes in each. */
    private static List<byte[]> fragments(int id, byte[] message, int size) {
        List<byte[]> fragments = new ArrayList<>();
        for (int at = 0; at < message.length; at += size) {
            int end = Math.min(message.length, at + size);
            byte[] part = java.util.Arrays.copyOfRange(message, at, end);
            fragments.add(fragment(
                    at == 0
                            ? DeliveryInstructions.first(TunnelDelivery.LOCAL, id, part.length)
                            : DeliveryInstructions.later(at / size, end == message.length, id, part.length),
                    part));
        }
        return fragments;
    }

    private void give(byte[] payload) {
        assembler.accept(Unpooled.wrappedBuffer(payload), now, (delivery, message) -> {
            ByteBuf out = Unpooled.buffer();
            message.encodeLong(out);
            message.release();
            given.add(ByteBufUtil.getBytes(out));
        });
    }

    @Test
    void fragmentsOfManyMessagesInAnyOrderAndTwice() {
        Random random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            Map<Integer, byte[]> messages = new HashMap<>();
            List<byte[]> all = new ArrayList<>();
            for (int i = 1; i <= 8; i++) {
                byte[] message = message(i, random.nextInt(9000) + 1);
                messages.put(i, message);
                int least = message.length / 64 + 1;
                List<byte[]> fragments = fragments(i, message, Math.max(least, 1 + random.nextInt(990)));
                if (fragments.size() > 1) {
                    all.addAll(fragments);
                    all.add(fragments.get(random.nextInt(fragments.size() - 1)));
                }
            }
            Collections.shuffle(all, random);
            given.clear();
            all.forEach(this::give);
            for (byte[] message : given) {
                int id = Unpooled.wrappedBuffer(message).getInt(1);
                assertArrayEquals(messages.get(id), message, "seed " + SEED);
            }
            // what was doubled after its message was complete waits in vain
            now += FragmentAssembler.PATIENCE_NANOS;
            assembler.giveUpOld(now);
            assertEquals(0, memory.fragmentBytes());
        }
    }

    @Test
    void aLossCostsItsMessageOnly() {
        Random random = new Random(SEED);
        for (int id = 1; id < 400; id++) {
            List<byte[]> fragments = fragments(id, message(id, 5000), 990);
            boolean lost = random.nextInt(3) == 0;
            if (lost) {
                fragments.remove(random.nextInt(fragments.size()));
            }
            int before = given.size();
            fragments.forEach(this::give);
            assertEquals(lost ? 0 : 1, given.size() - before, "seed " + SEED);
            now += 200_000_000;
        }
        assertTrue(memory.dropped(TunnelDrop.FRAGMENTS_MISSING) > 50);
        assertEquals(0, memory.dropped(TunnelDrop.NO_ROOM));
    }

    @Test
    void theOldestMakesRoomInATunnel() {
        for (int id = 1; id <= FragmentAssembler.MOST_UNFINISHED + 10; id++) {
            give(fragments(id, message(id, 1500), 990).get(0));
        }
        assertEquals(FragmentAssembler.MOST_UNFINISHED, assembler.unfinished());
        assertEquals(10, memory.dropped(TunnelDrop.NO_ROOM));
        give(fragments(5, message(5, 1500), 990).get(1));
        assertEquals(0, given.size());
        give(fragments(70, message(70, 1500), 990).get(1));
        assertEquals(1, given.size());
    }

    @Test
    void theBytesOfATunnelAreBounded() {
        for (int id = 1; id <= 20; id++) {
            List<byte[]> fragments = fragments(id, message(id, 60_000), 990);
            fragments.subList(0, fragments.size() - 1).forEach(this::give);
            assertTrue(memory.fragmentBytes() <= FragmentAssembler.MOST_BYTES);
        }
        assertTrue(memory.dropped(TunnelDrop.NO_ROOM) >= 15);
    }

    @Test
    void tinyFragmentsAreNoWayAroundTheBound() {
        for (int id = 1; id <= 64; id++) {
            for (int number = 1; number < 60; number++) {
                give(fragment(DeliveryInstructions.later(number, false, id, 1), new byte[1]));
            }
        }
        assertTrue(memory.fragmentBytes() >= 60 * 60 * 64);
        assertTrue(memory.fragmentBytes() <= FragmentAssembler.MOST_BYTES);
    }

    @Test
    void theBytesOfAllTunnelsAreBounded() {
        TunnelMemory small = new TunnelMemory(1, 100, 5_000);
        List<FragmentAssembler> tunnels = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            FragmentAssembler tunnel = new FragmentAssembler(small);
            byte[] first = fragments(1, message(1, 1500), 990).get(0);
            tunnel.accept(Unpooled.wrappedBuffer(first), now, (delivery, message) -> message.release());
            tunnels.add(tunnel);
        }
        assertTrue(small.fragmentBytes() <= 5_000);
        assertEquals(6, small.dropped(TunnelDrop.NO_ROOM));
        tunnels.forEach(FragmentAssembler::destroy);
        assertEquals(0, small.fragmentBytes());
    }

    @Test
    void fragmentsThatContradictEachOtherAreNoMessage() {
        List<byte[]> good = fragments(1, message(1, 3000), 900);
        give(good.get(3));
        give(fragment(DeliveryInstructions.later(2, true, 1, 5), new byte[5]));
        assertEquals(1, memory.dropped(TunnelDrop.FRAGMENTS_CONTRADICT));
        give(fragment(DeliveryInstructions.later(5, false, 2, 5), new byte[5]));
        give(fragment(DeliveryInstructions.later(3, true, 2, 5), new byte[5]));
        assertEquals(2, memory.dropped(TunnelDrop.FRAGMENTS_CONTRADICT));
        give(fragment(DeliveryInstructions.later(3, true, 3, 5), new byte[5]));
        give(fragment(DeliveryInstructions.later(5, false, 3, 5), new byte[5]));
        assertEquals(3, memory.dropped(TunnelDrop.FRAGMENTS_CONTRADICT));
        assertEquals(0, memory.fragmentBytes());
    }

    @Test
    void aMessageLongerThanAnyIsGivenUp() {
        for (int number = 1; number < 64; number++) {
            give(fragment(DeliveryInstructions.later(number, false, 1, 996), new byte[996]));
        }
        assertEquals(1, memory.dropped(TunnelDrop.FRAGMENTS_CONTRADICT));
    }

    @Test
    void whatIsNoMessageIsCounted() {
        give(fragment(DeliveryInstructions.whole(TunnelDelivery.LOCAL, 5), new byte[5]));
        byte[] cut = java.util.Arrays.copyOf(message(1, 50), 40);
        give(fragment(DeliveryInstructions.whole(TunnelDelivery.LOCAL, cut.length), cut));
        assertEquals(2, memory.dropped(TunnelDrop.BAD_MESSAGE));
    }

    @Test
    void instructionsThatFollowNoLayoutEndTheCellButNotWhatCameBefore() {
        byte[] message = message(1, 50);
        byte[] good = fragment(DeliveryInstructions.whole(TunnelDelivery.LOCAL, message.length), message);
        for (byte[] bad : List.of(
                new byte[] {0, 0, 0},
                new byte[] {0x60, 0, 1, 1},
                new byte[] {0x10, 0, 1, 1},
                new byte[] {0x04, 0, 1, 1},
                new byte[] {(byte) 0x80, 0, 0, 0, 1, 0, 1, 1},
                new byte[] {0, 0, 2, 1},
                new byte[] {0x40, 1, 2},
                fragmentForTunnelZero())) {
            long before = memory.dropped(TunnelDrop.BAD_INSTRUCTIONS);
            ByteBuf cell = Unpooled.buffer().writeBytes(good).writeBytes(bad);
            given.clear();
            give(ByteBufUtil.getBytes(cell));
            assertEquals(1, given.size());
            assertEquals(1, memory.dropped(TunnelDrop.BAD_INSTRUCTIONS) - before);
        }
    }

    private static byte[] fragmentForTunnelZero() {
        byte[] bytes = new byte[40];
        bytes[0] = 0x20;
        bytes[38] = 1;
        return bytes;
    }

    /** Any bytes at all: nothing is thrown, and what is held stays within its bounds. */
    @Test
    void rubbishDoesNoHarm() {
        SeededEntropy entropy = new SeededEntropy(SEED);
        for (int round = 0; round < 5_000; round++) {
            byte[] payload = entropy.bytes(entropy.below(1003));
            for (int i = 0; i + 7 < payload.length; i += 8 + entropy.below(40)) {
                payload[i] = (byte) (0x80 | entropy.below(128));
                payload[i + 1] = payload[i + 2] = payload[i + 3] = 0;
                payload[i + 4] = (byte) entropy.below(90);
                payload[i + 5] = 0;
                payload[i + 6] = (byte) (1 + entropy.below(30));
            }
            give(payload);
            assertTrue(
                    memory.fragmentBytes() <= FragmentAssembler.MOST_BYTES
                            && assembler.unfinished() <= FragmentAssembler.MOST_UNFINISHED,
                    "seed " + SEED);
            now += entropy.below(50_000_000);
        }
    }
}
