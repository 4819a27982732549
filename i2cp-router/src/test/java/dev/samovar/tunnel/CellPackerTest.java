package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CellPackerTest {

    private static final long SEED = 20261127;

    private final SeededEntropy entropy = new SeededEntropy(SEED);
    private final CellPacker packer = new CellPacker(3, entropy, new CellPadding(9));
    private final List<byte[]> cells = new ArrayList<>();
    private final CellPacker.Output output = cell -> {
        cells.add(ByteBufUtil.getBytes(cell));
        cell.release();
    };
    private final TunnelMemory memory = new TunnelMemory(1, 100, 1 << 20);
    private final FragmentAssembler assembler = new FragmentAssembler(memory);

    private record Given(TunnelDelivery delivery, int id, byte[] body) {}

    private byte[] add(TunnelDelivery delivery, int id, int bytes) {
        byte[] body = entropy.bytes(bytes);
        packer.add(delivery, new I2npMessage(20, id, 1, Unpooled.wrappedBuffer(body)), output);
        return body;
    }

    private List<Given> read() {
        packer.flush(output);
        List<Given> given = new ArrayList<>();
        for (byte[] cell : cells) {
            assertEquals(Cell.LENGTH, cell.length);
            int payload = Cell.payloadOf(cell, 0);
            assertTrue(payload > 0);
            assembler.accept(Unpooled.wrappedBuffer(cell, payload, cell.length - payload), 0, (delivery, message) -> {
                given.add(new Given(delivery, message.id(), ByteBufUtil.getBytes(message.body())));
                message.release();
            });
        }
        cells.clear();
        return given;
    }

    @Test
    void whatIsPackedIsReadAgainWhateverItsSizesAndOrder() {
        Random random = new Random(SEED);
        List<TunnelDelivery> deliveries = List.of(
                TunnelDelivery.LOCAL,
                new TunnelDelivery.ToRouter(Hash.of(new byte[1])),
                new TunnelDelivery.ToTunnel(Hash.of(new byte[2]), 6));
        for (int round = 0; round < 500; round++) {
            List<Given> sent = new ArrayList<>();
            int count = 1 + random.nextInt(10);
            for (int i = 1; i <= count; i++) {
                TunnelDelivery delivery = deliveries.get(random.nextInt(3));
                int size = random.nextInt(20) == 0 ? random.nextInt(I2npMessage.MAX_BODY + 1) : random.nextInt(2100);
                sent.add(new Given(delivery, i, add(delivery, i, size)));
            }
            List<Given> given = read();
            assertEquals(sent.size(), given.size(), "seed " + SEED);
            for (int i = 0; i < sent.size(); i++) {
                assertEquals(sent.get(i).delivery, given.get(i).delivery);
                assertEquals(sent.get(i).id, given.get(i).id);
                assertArrayEquals(sent.get(i).body, given.get(i).body);
            }
            assertEquals(0, memory.drops().size(), memory.drops().toString());
        }
    }

    @Test
    void aMessageThatFillsACellGoesAtOnce() {
        add(TunnelDelivery.LOCAL, 1, Cell.MAX_PAYLOAD - 3 - 16);
        assertEquals(1, cells.size());
        assertEquals(1, read().size());
    }

    @Test
    void aMessageBeginsInTheCurrentCellOnlyWhereThatSavesOne() {
        add(TunnelDelivery.LOCAL, 1, 500);
        add(TunnelDelivery.LOCAL, 2, 900);
        assertEquals(1, cells.size(), "both alone: two cells, as many as split");
        packer.flush(output);
        assertEquals(2, cells.size());
        read();
        add(TunnelDelivery.LOCAL, 1, 500);
        add(TunnelDelivery.LOCAL, 2, 1300);
        packer.flush(output);
        assertEquals(2, cells.size(), "split: two cells in place of three");
        assertEquals(2, read().size());
    }

    @Test
    void aMessageWithoutAnIdGetsOneForItsFragments() {
        add(TunnelDelivery.LOCAL, 0, 3000);
        List<Given> given = read();
        assertEquals(1, given.size());
        assertEquals(0, given.get(0).id);
    }

    @Test
    void paddingHasNoZeroAndRepeatsNothing() {
        for (int i = 0; i < 200; i++) {
            add(TunnelDelivery.LOCAL, 1, 100);
            packer.flush(output);
        }
        for (int i = 0; i < cells.size(); i++) {
            int payload = Cell.payloadOf(cells.get(i), 0);
            assertEquals(Cell.LENGTH - 100 - 16 - 3, payload, "a zero in the padding would be taken for its end");
            if (i > 0) {
                assertNotEquals(
                        ByteBufUtil.hexDump(cells.get(i), 24, 800), ByteBufUtil.hexDump(cells.get(i - 1), 24, 800));
            }
        }
        byte[] padding = new byte[1 << 20];
        new CellPadding(1).fill(padding, 0, padding.length);
        int[] counts = new int[256];
        for (byte b : padding) {
            counts[b & 0xff]++;
        }
        assertEquals(0, counts[0]);
        for (int value = 2; value < 256; value++) {
            assertTrue(counts[value] > 3_700 && counts[value] < 4_500, value + ": " + counts[value]);
        }
    }

    @Test
    void aCoverCellHoldsNothing() {
        byte[] cell = new byte[Cell.LENGTH];
        io.netty.buffer.ByteBuf out = Unpooled.wrappedBuffer(cell).clear();
        Cell.write(1, new byte[16], new byte[0], 0, new CellPadding(3), out);
        assertEquals(Cell.LENGTH, Cell.payloadOf(cell, 0));
        cells.add(cell);
        assertEquals(List.of(), read());
    }
}
