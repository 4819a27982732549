package dev.samovar.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class WireTest {

    private static void assertFault(Fault fault, Executable reading) {
        assertEquals(fault, assertThrows(WireException.class, reading).fault());
    }

    @Test
    void aReadBeyondTheEndIsTruncated() {
        for (int length = 0; length < 8; length++) {
            byte[] bytes = new byte[length];
            assertFault(Fault.TRUNCATED, () -> Wire.date(Unpooled.wrappedBuffer(bytes), "date"));
        }
        assertFault(Fault.TRUNCATED, () -> Wire.u8(Unpooled.EMPTY_BUFFER, "u8"));
        assertFault(Fault.TRUNCATED, () -> Wire.u16(Unpooled.wrappedBuffer(new byte[1]), "u16"));
        assertFault(Fault.TRUNCATED, () -> Wire.u32(Unpooled.wrappedBuffer(new byte[3]), "u32"));
        assertFault(Fault.TRUNCATED, () -> Wire.u48(Unpooled.wrappedBuffer(new byte[5]), "u48"));
        assertFault(Fault.TRUNCATED, () -> Wire.bytes(Unpooled.wrappedBuffer(new byte[5]), -1, "negative"));
        assertFault(Fault.TRUNCATED, () -> Wire.string(Unpooled.wrappedBuffer(new byte[] {3, 'a', 'b'}), "string"));
    }

    @Test
    void integersAreBigEndianAndUnsigned() throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(new byte[] {-1, -1, -2, -1, -1, -1, -3, 0, 1, 0, 0, 0, 2});
        assertEquals(255, Wire.u8(in, "u8"));
        assertEquals(0xfffe, Wire.u16(in, "u16"));
        assertEquals(0xfffffffdL, Wire.u32(in, "u32"));
        assertEquals(0x1_0000_0002L, Wire.u48(in, "u48"));
    }

    @Test
    void aDateBeyondSixtyThreeBitsIsRefused() {
        byte[] bytes = {-128, 0, 0, 0, 0, 0, 0, 0};
        assertFault(Fault.BAD_VALUE, () -> Wire.date(Unpooled.wrappedBuffer(bytes), "date"));
    }

    @Test
    void aStringOfBrokenUtf8IsRefused() {
        assertFault(Fault.BAD_VALUE, () -> Wire.string(Unpooled.wrappedBuffer(new byte[] {1, -1}), "string"));
    }

    @Test
    void aStringMayHave255BytesAndNoMore() throws WireException {
        ByteBuf out = Unpooled.buffer();
        Wire.writeString(out, "x".repeat(255));
        assertEquals(255, Wire.string(out, "string").length());
        assertThrows(IllegalArgumentException.class, () -> Wire.writeString(out, "x".repeat(256)));
    }

    @Test
    void bytesLeftOverAreReported() {
        assertFault(Fault.TRAILING, () -> Wire.end(Unpooled.wrappedBuffer(new byte[1]), "end"));
    }
}
