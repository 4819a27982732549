package dev.samovar.base;

import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Checked reads from, and writes to, a buffer in I2P's primitive types: big-endian unsigned integers, 8-byte dates,
 * length-prefixed strings (common structures, "Common type specification"). A read that would leave the buffer throws
 * {@link WireException} and never an unchecked exception. Every {@code in} is borrowed and advanced.
 */
public final class Wire {

    /** A String is a 1-byte length and that many bytes of UTF-8. */
    public static final int MAX_STRING_BYTES = 255;

    private Wire() {}

    /** Throws unless {@code bytes} more bytes can be read. */
    public static void need(ByteBuf in, int bytes, String what) throws WireException {
        if (bytes < 0 || in.readableBytes() < bytes) {
            throw new WireException(Fault.TRUNCATED, what);
        }
    }

    /** Throws when bytes are left. */
    public static void end(ByteBuf in, String what) throws WireException {
        if (in.isReadable()) {
            throw new WireException(Fault.TRAILING, what);
        }
    }

    public static int u8(ByteBuf in, String what) throws WireException {
        need(in, 1, what);
        return in.readUnsignedByte();
    }

    public static int u16(ByteBuf in, String what) throws WireException {
        need(in, 2, what);
        return in.readUnsignedShort();
    }

    public static long u32(ByteBuf in, String what) throws WireException {
        need(in, 4, what);
        return in.readUnsignedInt();
    }

    /** Four bytes as an int; ids are compared, never ordered, so the sign does not matter. */
    public static int i32(ByteBuf in, String what) throws WireException {
        need(in, 4, what);
        return in.readInt();
    }

    /** The low 48 bits of a date in milliseconds, as SendMessageExpires carries it. */
    public static long u48(ByteBuf in, String what) throws WireException {
        need(in, 6, what);
        return ((long) in.readUnsignedShort() << 32) | in.readUnsignedInt();
    }

    /** An 8-byte date in milliseconds since 1970; 0 means none. Values beyond 2^63 are refused. */
    public static long date(ByteBuf in, String what) throws WireException {
        need(in, 8, what);
        long value = in.readLong();
        if (value < 0) {
            throw new WireException(Fault.BAD_VALUE, what);
        }
        return value;
    }

    public static byte[] bytes(ByteBuf in, int length, String what) throws WireException {
        need(in, length, what);
        byte[] out = new byte[length];
        in.readBytes(out);
        return out;
    }

    /** A String: 1-byte length, UTF-8. Malformed UTF-8 is refused. */
    public static String string(ByteBuf in, String what) throws WireException {
        return utf8(bytes(in, u8(in, what), what), what);
    }

    /** Strict UTF-8. */
    public static String utf8(byte[] bytes, String what) throws WireException {
        try {
            CharBuffer text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            return text.toString();
        } catch (CharacterCodingException malformed) {
            throw new WireException(Fault.BAD_VALUE, what);
        }
    }

    /**
     * Writes a String.
     *
     * @throws IllegalArgumentException when it takes over {@link #MAX_STRING_BYTES} bytes: callers check user input first
     */
    public static void writeString(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_STRING_BYTES) {
            throw new IllegalArgumentException("a String holds at most " + MAX_STRING_BYTES + " bytes");
        }
        out.writeByte(bytes.length);
        out.writeBytes(bytes);
    }

    /** Writes the low 48 bits. */
    public static void writeU48(ByteBuf out, long value) {
        out.writeShort((int) (value >>> 32));
        out.writeInt((int) value);
    }
}
