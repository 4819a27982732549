package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.Sha;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * A message between routers: its header and, still encoded, its body (I2NP specification, "I2NP Message Header"). The
 * header has two forms:
 *
 * <ul>
 *   <li>long, 16 bytes: type (1), id (4), expiration in milliseconds (8), size of the body (2), checksum (1, the first byte
 *       of the body's SHA-256). Used inside tunnels and tunnel gateways;
 *   <li>short, 9 bytes: type (1), id (4), expiration in seconds (4, unsigned). Used by the transports and in garlic cloves,
 *       which know the size and protect the bytes themselves.
 * </ul>
 *
 * <p>A type that has no layout here is kept as it is: a router passes on more than it understands. Whoever receives a
 * message owns its body, and releases the message or hands it on.
 */
public final class I2npMessage {

    /** The longest body that the routers of the network take, bytes. */
    public static final int MAX_BODY = 62_708;

    public static final int LONG_HEADER_LENGTH = 16;

    public static final int SHORT_HEADER_LENGTH = 9;

    private static final int MILLIS = 1000;
    private static final long MAX_SHORT_SECONDS = 0xffff_ffffL;

    private final int typeCode;
    private final int id;
    private final long expirationMillis;
    private final ByteBuf body;

    /**
     * A message.
     *
     * @param expirationMillis when it has lost its use, milliseconds since 1970
     * @param body taken over; at most {@link #MAX_BODY} bytes
     * @throws IllegalArgumentException when the body is longer: whoever makes a message knows its bound
     */
    public I2npMessage(int typeCode, int id, long expirationMillis, ByteBuf body) {
        if (typeCode < 0 || typeCode > 0xff || body.readableBytes() > MAX_BODY) {
            body.release();
            throw new IllegalArgumentException("type " + typeCode + ", body of " + body.readableBytes());
        }
        this.typeCode = typeCode;
        this.id = id;
        this.expirationMillis = expirationMillis;
        this.body = body;
    }

    /** The number that says what the body is; {@code TYPE} of the body's record. */
    public int typeCode() {
        return typeCode;
    }

    public int id() {
        return id;
    }

    public long expirationMillis() {
        return expirationMillis;
    }

    /** The encoded body, still owned by this message. */
    public ByteBuf body() {
        return body;
    }

    /** The same body under another id, as each hop of a tunnel gives it one. This message must not be used any more. */
    public I2npMessage withId(int newId) {
        return new I2npMessage(typeCode, newId, expirationMillis, body);
    }

    public void release() {
        body.release();
    }

    /** Writes header and body in the long form. The body stays owned by the message. */
    public void encodeLong(ByteBuf out) {
        int size = body.readableBytes();
        out.writeByte(typeCode);
        out.writeInt(id);
        out.writeLong(expirationMillis);
        out.writeShort(size);
        out.writeByte(checksum(body));
        out.writeBytes(body, body.readerIndex(), size);
    }

    /** Writes header and body in the short form. The body stays owned by the message. */
    public void encodeShort(ByteBuf out) {
        out.writeByte(typeCode);
        out.writeInt(id);
        out.writeInt((int) Math.max(0, Math.min(MAX_SHORT_SECONDS, expirationMillis / MILLIS)));
        out.writeBytes(body, body.readerIndex(), body.readableBytes());
    }

    /** What {@link #encodeLong} writes, bytes. */
    public int longLength() {
        return LONG_HEADER_LENGTH + body.readableBytes();
    }

    /** What {@link #encodeShort} writes, bytes. */
    public int shortLength() {
        return SHORT_HEADER_LENGTH + body.readableBytes();
    }

    /**
     * Reads a message with the long header; bytes behind its body are left in {@code in}. The checksum is not compared: what
     * carries this form is authenticated or checked already, and half of the network no longer computes it on receipt.
     */
    public static I2npMessage decodeLong(ByteBuf in) throws WireException {
        Wire.need(in, LONG_HEADER_LENGTH, "message header");
        int type = Wire.u8(in, "type");
        int id = Wire.i32(in, "message id");
        long expiration = Wire.date(in, "expiration");
        int size = Wire.u16(in, "message size");
        in.skipBytes(1);
        Wire.need(in, size, "message body");
        return new I2npMessage(type, id, expiration, body(in, size));
    }

    /** Reads a message with the short header; its body is all the rest of {@code in}. */
    public static I2npMessage decodeShort(ByteBuf in) throws WireException {
        Wire.need(in, SHORT_HEADER_LENGTH, "message header");
        int type = Wire.u8(in, "type");
        int id = Wire.i32(in, "message id");
        long expiration = Wire.u32(in, "expiration") * MILLIS;
        return new I2npMessage(type, id, expiration, body(in, in.readableBytes()));
    }

    /**
     * Reads a message with the short header; its body is the rest of {@code in} itself, which stays alive for it: for buffers
     * that hold little more.
     */
    public static I2npMessage decodeShortInPlace(ByteBuf in) throws WireException {
        Wire.need(in, SHORT_HEADER_LENGTH, "message header");
        int type = Wire.u8(in, "type");
        int id = Wire.i32(in, "message id");
        long expiration = Wire.u32(in, "expiration") * MILLIS;
        if (in.readableBytes() > MAX_BODY) {
            throw new WireException(Fault.TOO_LARGE, "message body");
        }
        return new I2npMessage(type, id, expiration, in.readRetainedSlice(in.readableBytes()));
    }

    /** A copy of its own: a slice would keep the larger buffer of a socket or a tunnel alive. */
    private static ByteBuf body(ByteBuf in, int size) throws WireException {
        if (size > MAX_BODY) {
            throw new WireException(Fault.TOO_LARGE, "message body");
        }
        ByteBuf body = in.alloc().heapBuffer(size, size);
        body.writeBytes(in, size);
        return body;
    }

    private static byte checksum(ByteBuf body) {
        return Sha.sha256(ByteBufUtil.getBytes(body, body.readerIndex(), body.readableBytes(), false))[0];
    }

    /** Type and size only: a body may belong to a client. */
    @Override
    public String toString() {
        return "[message of type " + typeCode + "]";
    }
}
