package dev.samovar.i2cp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.base.WireException;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class ClientPayloadTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    private static byte[] gzip(byte[] bytes) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            try (GZIPOutputStream deflate = new GZIPOutputStream(out)) {
                deflate.write(bytes);
            }
            byte[] member = out.toByteArray();
            member[4] = 0x12;
            member[5] = 0x34;
            member[6] = 0x56;
            member[7] = 0x78;
            member[9] = 6;
            return member;
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] opened(byte[] framed) throws WireException {
        ByteBuf in = Unpooled.copiedBuffer(framed);
        ClientPayload.Opened opened = ClientPayload.open(in);
        byte[] bytes = ByteBufUtil.getBytes(opened.payload());
        opened.payload().release();
        assertEquals(0, in.refCnt());
        return bytes;
    }

    @Test
    void theKnownFrameIsMade() {
        ByteBuf framed = ClientPayload.frame(Unpooled.copiedBuffer(HELLO), 6, 0x1234, 0x5678);
        assertArrayEquals(Vectors.load("streaming").bytes("gzip_stored"), ByteBufUtil.getBytes(framed));
        framed.release();
    }

    @Test
    void aBufferWithRoomIsFramedAndOpenedInPlace() throws WireException {
        ByteBuf buffer = Unpooled.buffer(15 + 5 + 8, 28);
        buffer.setIndex(15, 15).writeBytes(HELLO);
        ByteBuf framed = ClientPayload.frame(buffer, 18, 65535, 1);
        assertSame(buffer, framed);
        assertArrayEquals(gunzip(ByteBufUtil.getBytes(framed)), HELLO);
        ClientPayload.Opened opened = ClientPayload.open(framed);
        assertSame(buffer, opened.payload());
        assertEquals(18, opened.protocol());
        assertEquals(65535, opened.fromPort());
        assertEquals(1, opened.toPort());
        assertArrayEquals(HELLO, ByteBufUtil.getBytes(opened.payload()));
        opened.payload().release();
    }

    private static byte[] gunzip(byte[] member) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(member))) {
            return in.readAllBytes();
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void aBufferThatSomebodyElseHoldsIsCopied() {
        ByteBuf buffer = Unpooled.buffer(64).setIndex(15, 15).writeBytes(HELLO);
        buffer.retain();
        ByteBuf framed = ClientPayload.frame(buffer, 18, 0, 0);
        assertNotSame(buffer, framed);
        assertEquals(1, buffer.refCnt());
        assertArrayEquals(HELLO, ByteBufUtil.getBytes(buffer));
        assertArrayEquals(HELLO, gunzip(ByteBufUtil.getBytes(framed)));
        framed.release();
        buffer.release();
    }

    @Test
    void directBuffersServeToo() throws WireException {
        ByteBuf direct = Unpooled.directBuffer(64).setIndex(15, 15).writeBytes(HELLO);
        ByteBuf framed = ClientPayload.frame(direct, 18, 0, 0);
        assertSame(direct, framed);
        ClientPayload.Opened opened = ClientPayload.open(framed);
        assertArrayEquals(HELLO, ByteBufUtil.getBytes(opened.payload()));
        opened.payload().release();
        ByteBuf compressed = Unpooled.directBuffer().writeBytes(gzip(HELLO));
        opened = ClientPayload.open(compressed);
        assertArrayEquals(HELLO, ByteBufUtil.getBytes(opened.payload()));
        opened.payload().release();
    }

    @Test
    void allSizesUpToTheBoundComeBack() throws WireException {
        Random random = new Random(2);
        for (int length : new int[] {0, 1, 2, 100, 1730, 32768, 65534, 65535}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            ByteBuf framed = ClientPayload.frame(Unpooled.wrappedBuffer(bytes), 17, 0, 0);
            byte[] member = ByteBufUtil.getBytes(framed);
            framed.release();
            assertArrayEquals(bytes, gunzip(member));
            assertArrayEquals(bytes, opened(member));
            assertArrayEquals(bytes, opened(gzip(bytes)), "deflated, " + length);
        }
    }

    @Test
    void compressedPayloadsAreInflated() throws WireException {
        byte[] zeros = new byte[65535];
        assertArrayEquals(zeros, opened(gzip(zeros)));
        ByteBuf in = Unpooled.wrappedBuffer(gzip(HELLO));
        ClientPayload.Opened opened = ClientPayload.open(in);
        assertEquals(6, opened.protocol());
        assertEquals(0x1234, opened.fromPort());
        assertEquals(0x5678, opened.toPort());
        opened.payload().release();
    }

    @Test
    void tooLargeIsRefusedOnBothWays() {
        ByteBuf large = Unpooled.buffer(65536).writeZero(65536);
        assertThrows(IllegalArgumentException.class, () -> ClientPayload.frame(large, 0, 0, 0));
        assertEquals(0, large.refCnt());
        assertThrows(WireException.class, () -> opened(gzip(new byte[65536])));
        byte[] lying = gzip(new byte[10_000_000]);
        lying[lying.length - 4] = 100;
        lying[lying.length - 3] = 0;
        lying[lying.length - 2] = 0;
        lying[lying.length - 1] = 0;
        assertThrows(WireException.class, () -> opened(lying));
    }

    @Test
    void aChangedByteOfAFrameIsNoticedUnlessItMeansNothing() {
        byte[] good = Vectors.load("streaming").bytes("gzip_stored");
        for (int i = 0; i < good.length; i++) {
            boolean means = i < 4 || i >= 10;
            if (means) {
                byte[] bad = good.clone();
                bad[i] ^= 0x04;
                assertThrows(WireException.class, () -> opened(bad), "byte " + i);
            }
        }
    }

    @Test
    void noBytesMakeOpenThrowAnythingElseOrLeak() {
        long seed = 21;
        Random random = new Random(seed);
        byte[][] good = {
            Vectors.load("streaming").bytes("gzip_stored"), gzip(HELLO), gzip(new byte[3000]), gzip(gzip(HELLO))
        };
        for (int i = 0; i < 40_000; i++) {
            ByteBuf in = Unpooled.buffer().writeBytes(Fuzz.mutate(good[i % good.length], random));
            try {
                ClientPayload.open(in).payload().release();
            } catch (WireException malformed) {
                // what it may throw
            } catch (RuntimeException bug) {
                throw new AssertionError("seed " + seed + ", round " + i, bug);
            }
            assertEquals(0, in.refCnt(), "seed " + seed + ", round " + i);
        }
    }
}
