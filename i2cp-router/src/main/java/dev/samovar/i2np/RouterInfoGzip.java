package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A RouterInfo as one gzip member (RFC 1952; I2NP specification, "DatabaseStore", notes). The header written is the same ten
 * bytes that all routers write, so that it does not tell which one this is: no time, slowest compression, unknown system.
 * Stateless; safe from any thread.
 */
final class RouterInfoGzip {

    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2, (byte) 0xff};
    /** Checksum and size (4 each, little endian). */
    private static final int TRAILER = 8;

    private static final int FLAGS_AT = 3;

    private static final FastThreadLocal<Inflater> INFLATER = new FastThreadLocal<>() {
        @Override
        protected Inflater initialValue() {
            return new Inflater(true);
        }

        @Override
        protected void onRemoval(Inflater inflater) {
            inflater.end();
        }
    };
    private static final FastThreadLocal<Deflater> DEFLATER = new FastThreadLocal<>() {
        @Override
        protected Deflater initialValue() {
            return new Deflater(Deflater.BEST_COMPRESSION, true);
        }

        @Override
        protected void onRemoval(Deflater deflater) {
            deflater.end();
        }
    };

    private RouterInfoGzip() {}

    static byte[] compress(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + HEADER.length + TRAILER + 16);
        out.writeBytes(HEADER);
        Deflater deflater = DEFLATER.get();
        deflater.reset();
        deflater.setInput(bytes);
        deflater.finish();
        byte[] part = new byte[512];
        while (!deflater.finished()) {
            out.write(part, 0, deflater.deflate(part));
        }
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        writeLittleEndian(out, (int) checksum.getValue());
        writeLittleEndian(out, bytes.length);
        return out.toByteArray();
    }

    private static void writeLittleEndian(ByteArrayOutputStream out, int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(value >>> shift);
        }
    }

    /**
     * Opens one member that fills {@code member}. The work done is bounded by {@code mostBytes}, whatever the member would
     * grow to.
     *
     * @throws WireException for anything else, and when more than {@code mostBytes} come out
     */
    static byte[] open(byte[] member, int mostBytes) throws WireException {
        if (member.length < HEADER.length + TRAILER) {
            throw new WireException(Fault.TRUNCATED, "gzip");
        }
        // the time, the kind of compression and the system are of no interest; optional fields are not used here
        if (!Arrays.equals(member, 0, FLAGS_AT, HEADER, 0, FLAGS_AT) || member[FLAGS_AT] != 0) {
            throw new WireException(Fault.BAD_VALUE, "gzip header");
        }
        byte[] out = new byte[mostBytes + 1];
        int length = 0;
        boolean whole;
        Inflater inflater = INFLATER.get();
        try {
            inflater.setInput(member, HEADER.length, member.length - HEADER.length);
            while (!inflater.finished() && length < out.length) {
                int n = inflater.inflate(out, length, out.length - length);
                length += n;
                if (n == 0 && !inflater.finished()) {
                    break;
                }
            }
            if (length == out.length) {
                throw new WireException(Fault.TOO_LARGE, "gzip");
            }
            whole = inflater.finished() && inflater.getRemaining() == TRAILER;
        } catch (DataFormatException notDeflate) {
            whole = false;
        } finally {
            inflater.reset();
        }
        if (!whole || littleEndian(member, member.length - 4) != length) {
            throw new WireException(Fault.BAD_VALUE, "gzip");
        }
        CRC32 checksum = new CRC32();
        checksum.update(out, 0, length);
        if (littleEndian(member, member.length - TRAILER) != (int) checksum.getValue()) {
            throw new WireException(Fault.BAD_SIGNATURE, "gzip");
        }
        return Arrays.copyOf(out, length);
    }

    private static int littleEndian(byte[] bytes, int at) {
        return (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }

    /** Reads the 2-byte length and that many bytes of gzip. */
    static byte[] decode(ByteBuf in, int mostBytes) throws WireException {
        return open(Wire.bytes(in, Wire.u16(in, "router info length"), "router info"), mostBytes);
    }
}
