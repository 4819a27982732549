package dev.samovar.i2np;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class I2npMessageTest {

    private static final Vectors I2NP = Vectors.load("i2np");
    private static final long EXPIRATION = 1_700_000_008_000L;

    private static I2npMessage known() {
        return new I2npMessage(
                DeliveryStatus.TYPE,
                0x01020304,
                EXPIRATION,
                Unpooled.wrappedBuffer(I2NP.bytes("delivery_status_body")));
    }

    private static byte[] bytes(ByteBuf out) {
        byte[] bytes = ByteBufUtil.getBytes(out);
        out.release();
        return bytes;
    }

    private static void assertKnown(I2npMessage message) {
        assertEquals(DeliveryStatus.TYPE, message.typeCode());
        assertEquals(0x01020304, message.id());
        assertEquals(EXPIRATION, message.expirationMillis());
        assertArrayEquals(I2NP.bytes("delivery_status_body"), ByteBufUtil.getBytes(message.body()));
    }

    @Test
    void theKnownHeadersAreWritten() {
        ByteBuf out = Unpooled.buffer();
        known().encodeLong(out);
        assertArrayEquals(I2NP.bytes("long"), bytes(out));
        out = Unpooled.buffer();
        known().encodeShort(out);
        assertArrayEquals(I2NP.bytes("short"), bytes(out));
    }

    @Test
    void theKnownHeadersAreRead() throws WireException {
        assertKnown(I2npMessage.decodeLong(Unpooled.wrappedBuffer(I2NP.bytes("long"))));
        assertKnown(I2npMessage.decodeShort(Unpooled.wrappedBuffer(I2NP.bytes("short"))));
    }

    @Test
    void whatFollowsALongMessageIsLeft() throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(I2NP.bytes("long"), new byte[] {9, 9});
        assertKnown(I2npMessage.decodeLong(in));
        assertEquals(2, in.readableBytes());
    }

    @Test
    void aWrongChecksumIsLetPass() throws WireException {
        byte[] message = I2NP.bytes("long");
        message[15]++;
        assertKnown(I2npMessage.decodeLong(Unpooled.wrappedBuffer(message)));
    }

    @Test
    void aTypeThatNobodyKnowsSurvives() throws WireException {
        byte[] message = I2NP.bytes("short");
        message[0] = (byte) 231;
        I2npMessage read = I2npMessage.decodeShort(Unpooled.wrappedBuffer(message));
        assertEquals(231, read.typeCode());
        ByteBuf out = Unpooled.buffer();
        read.encodeShort(out);
        assertArrayEquals(message, bytes(out));
    }

    @Test
    void theBodyIsACopyThatTheReaderOwns() throws WireException {
        ByteBuf in = ByteBufAllocator.DEFAULT.heapBuffer().writeBytes(I2NP.bytes("short"));
        I2npMessage message = I2npMessage.decodeShort(in);
        in.release();
        assertKnown(message);
        message.release();
        assertEquals(0, message.body().refCnt());
    }

    @Test
    void theLastSecondOfAShortExpirationIsReadAsUnsigned() throws WireException {
        byte[] message = I2NP.bytes("short");
        for (int i = 5; i < 9; i++) {
            message[i] = (byte) 0xff;
        }
        I2npMessage read = I2npMessage.decodeShort(Unpooled.wrappedBuffer(message));
        assertEquals(0xffff_ffffL * 1000, read.expirationMillis());
    }

    @Test
    void aSizeBeyondTheBytesOrTheBoundIsRefused() {
        byte[] message = I2NP.bytes("long");
        message[14]++;
        WireException cut =
                assertThrows(WireException.class, () -> I2npMessage.decodeLong(Unpooled.wrappedBuffer(message)));
        assertEquals(Fault.TRUNCATED, cut.fault());
        byte[] huge = new byte[I2npMessage.SHORT_HEADER_LENGTH + I2npMessage.MAX_BODY + 1];
        WireException large =
                assertThrows(WireException.class, () -> I2npMessage.decodeShort(Unpooled.wrappedBuffer(huge)));
        assertEquals(Fault.TOO_LARGE, large.fault());
    }

    @Test
    void aBodyBeyondTheBoundIsABugAndReleased() {
        ByteBuf huge = ByteBufAllocator.DEFAULT.heapBuffer().writeZero(I2npMessage.MAX_BODY + 1);
        assertThrows(IllegalArgumentException.class, () -> new I2npMessage(1, 1, 1, huge));
        assertEquals(0, huge.refCnt());
    }
}
