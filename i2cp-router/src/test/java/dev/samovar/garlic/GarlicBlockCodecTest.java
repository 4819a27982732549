package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Hash;
import dev.samovar.garlic.GarlicBlock.Ack;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.GarlicBlock.Padding;
import dev.samovar.garlic.GarlicBlock.Termination;
import dev.samovar.garlic.GarlicBlock.Unknown;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GarlicBlockCodecTest {

    private static final SeededEntropy ENTROPY = new SeededEntropy(5);
    private static final Hash HASH = Hash.fromBytes(ENTROPY.bytes(32));
    private static final long SEED = 20261126;

    private static List<GarlicBlock> decode(byte[] bytes) throws WireException {
        return GarlicBlockCodec.decode(Unpooled.wrappedBuffer(bytes));
    }

    private static List<GarlicBlock> decode(String hex) throws WireException {
        return decode(HexFormat.of().parseHex(hex));
    }

    private static Fault fault(String hex) {
        return assertThrows(WireException.class, () -> decode(hex)).fault();
    }

    private static byte[] everything() {
        I2npMessage message = new DeliveryStatus(1, 2).toMessage(3, 4_000);
        return GarlicBlockCodec.encode(List.of(
                new DateTime(0xffff_ffffL),
                new GarlicClove(CloveDelivery.LOCAL, message),
                new GarlicClove(new CloveDelivery.ToDestination(HASH), message),
                new GarlicClove(new CloveDelivery.ToRouter(HASH), message),
                new GarlicClove(new CloveDelivery.ToTunnel(HASH, 0x80000001), message),
                new Unknown(77, new byte[] {1, 2}),
                new NextKey(false, true, 5, HASH.toBytes()),
                new NextKey(true, false, 5, null),
                new Ack(new int[] {0x10002, 0xffff_0003}),
                AckRequest.INSTANCE,
                new Termination(2),
                new Padding(9)));
    }

    @Test
    void everyBlockComesBackTheSame() throws WireException {
        byte[] bytes = everything();
        List<GarlicBlock> blocks = decode(bytes);
        assertArrayEquals(bytes, GarlicBlockCodec.encode(blocks));
        assertEquals(bytes.length, GarlicBlockCodec.length(blocks));
        assertEquals(new DateTime(0xffff_ffffL), blocks.get(0));
        GarlicClove toTunnel = assertInstanceOf(GarlicClove.class, blocks.get(4));
        assertEquals(new CloveDelivery.ToTunnel(HASH, 0x80000001), toTunnel.delivery());
        assertEquals(4_000, toTunnel.message().expirationMillis());
        NextKey next = assertInstanceOf(NextKey.class, blocks.get(6));
        assertTrue(next.requestReverse() && !next.reverse());
        assertArrayEquals(HASH.toBytes(), next.key());
        assertArrayEquals(
                new int[] {0x10002, 0xffff_0003},
                assertInstanceOf(Ack.class, blocks.get(8)).messages());
        assertEquals(new Termination(2), blocks.get(10));
        assertEquals(new Padding(9), blocks.get(11));
    }

    @Test
    void inAClovesTunnelDeliveryTheHashComesFirst() {
        I2npMessage message = new I2npMessage(20, 1, 0, Unpooled.EMPTY_BUFFER);
        byte[] bytes = GarlicBlockCodec.encode(
                List.of(new GarlicClove(new CloveDelivery.ToTunnel(HASH, 0x01020304), message)));
        assertEquals(0x60, bytes[3]);
        assertEquals(HASH.toBytes()[0], bytes[4]);
        assertEquals(0x04, bytes[39]);
    }

    @Test
    void anEmptyPayloadHasNoBlocks() throws WireException {
        assertEquals(List.of(), decode(""));
    }

    @Test
    void blocksThatLeaveTheirPlaceAreRefused() {
        assertEquals(Fault.TRUNCATED, fault("000004"));
        assertEquals(Fault.TRUNCATED, fault("00"));
        assertEquals(Fault.TRUNCATED, fault("fe000500"));
        assertEquals(Fault.TRAILING, fault("0000050102030405"));
        assertEquals(Fault.TRUNCATED, fault("0000020102"));
        assertEquals(Fault.TRUNCATED, fault("0b0009" + "00".repeat(9)));
        assertEquals(Fault.TRUNCATED, fault("0b0000"));
    }

    @Test
    void nothingMayFollowPadding() {
        assertEquals(Fault.BAD_VALUE, fault("fe00000000040102" + "0304"));
        assertEquals(Fault.BAD_VALUE, fault("fe0000fe0000"));
    }

    @Test
    void deliveriesThatNobodyCanMakeAreRefused() {
        assertEquals(Fault.BAD_VALUE, fault("0b000a80" + "00".repeat(9)));
        assertEquals(Fault.BAD_VALUE, fault("0b000a10" + "00".repeat(9)));
    }

    @Test
    void thousandsOfBlocksAreRefused() throws WireException {
        byte[] most =
                GarlicBlockCodec.encode(Collections.nCopies(GarlicBlockCodec.MAX_BLOCKS, new Unknown(99, new byte[0])));
        assertEquals(GarlicBlockCodec.MAX_BLOCKS, decode(most).size());
        byte[] more = GarlicBlockCodec.encode(Collections.nCopies(20_000, new Unknown(99, new byte[0])));
        assertEquals(
                Fault.TOO_LARGE,
                assertThrows(WireException.class, () -> decode(more)).fault());
    }

    /** Blocks to which later versions may append something, which is not kept. */
    private static boolean mayGrow(GarlicBlock block) {
        return block instanceof Termination || block instanceof AckRequest;
    }

    @Test
    void blocksOfSessionsThatDoNotFollowTheirLayoutAreRefused() throws WireException {
        assertEquals(Fault.TRUNCATED, fault("040000"));
        assertEquals(Fault.TRUNCATED, fault("0700020000"));
        assertEquals(Fault.TRUNCATED, fault("070003010000"));
        assertEquals(Fault.TRAILING, fault("07000400000000"));
        assertEquals(Fault.BAD_VALUE, fault("070003008000"));
        assertEquals(Fault.BAD_VALUE, fault("080000"));
        assertEquals(Fault.BAD_VALUE, fault("080005" + "00".repeat(5)));
        assertEquals(Fault.TRUNCATED, fault("090000"));
        assertEquals(List.of(new Termination(1)), decode("040003010203"));
        assertEquals(List.of(new NextKey(true, true, 0x7fff, null)), decode("070003067fff"));
    }

    @Test
    void damagedBlocksThrowNothingButWireExceptionAndLeaveNoBuffer() {
        Random random = new Random(SEED);
        List<byte[]> samples =
                List.of(everything(), Vectors.load("router_garlic").bytes("payload"));
        for (int round = 0; round < 10_000; round++) {
            byte[] bytes = Fuzz.mutate(samples.get(random.nextInt(samples.size())), random);
            ByteBuf in = PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(bytes);
            try {
                List<GarlicBlock> blocks = GarlicBlockCodec.decode(in);
                boolean mayGrow = blocks.stream().anyMatch(GarlicBlockCodecTest::mayGrow);
                int length = GarlicBlockCodec.length(blocks);
                if (length > bytes.length || length < bytes.length && !mayGrow) {
                    fail("seed " + SEED + " round " + round + ": bytes got lost");
                }
                GarlicBlockCodec.release(blocks);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            } finally {
                in.release();
            }
        }
    }
}
