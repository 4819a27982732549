package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * What follows the keys of an identity: type (1 byte), length (2), payload (common structures, "Certificate"). Type 0,
 * without payload, means ElGamal and DSA; type 5 is a key certificate, whose payload is the signing type (2), the
 * encryption type (2) and whatever of the keys did not fit in front. Other types were never used and are kept as bytes.
 */
public final class Certificate {

    public static final int NULL = 0;
    public static final int KEY = 5;

    /** Type and length. */
    public static final int HEADER_LENGTH = 3;

    private final int type;
    private final byte[] payload;

    private Certificate(int type, byte[] payload) {
        this.type = type;
        this.payload = payload;
    }

    public static Certificate none() {
        return new Certificate(NULL, new byte[0]);
    }

    /** A key certificate; {@code excess} is the part of the signing key beyond 128 bytes. */
    public static Certificate key(int signingTypeCode, int encryptionTypeCode, byte[] excess) {
        byte[] payload = new byte[4 + excess.length];
        payload[0] = (byte) (signingTypeCode >>> 8);
        payload[1] = (byte) signingTypeCode;
        payload[2] = (byte) (encryptionTypeCode >>> 8);
        payload[3] = (byte) encryptionTypeCode;
        System.arraycopy(excess, 0, payload, 4, excess.length);
        return new Certificate(KEY, payload);
    }

    public static Certificate decode(ByteBuf in) throws WireException {
        int type = Wire.u8(in, "certificate type");
        int length = Wire.u16(in, "certificate length");
        byte[] payload = Wire.bytes(in, length, "certificate");
        if (type == KEY && length < 4) {
            throw new WireException(Fault.BAD_VALUE, "key certificate");
        }
        if (type == NULL && length != 0) {
            throw new WireException(Fault.BAD_VALUE, "null certificate");
        }
        return new Certificate(type, payload);
    }

    public void encode(ByteBuf out) {
        out.writeByte(type);
        out.writeShort(payload.length);
        out.writeBytes(payload);
    }

    public int type() {
        return type;
    }

    public int encodedLength() {
        return HEADER_LENGTH + payload.length;
    }

    /** The code of the signing type, {@link SigType#DSA_SHA1} for all but key certificates. */
    public int signingTypeCode() {
        return type == KEY ? u16(0) : SigType.DSA_SHA1.code();
    }

    /** The code of the encryption type of the identity's own key, 0 for all but key certificates. */
    public int encryptionTypeCode() {
        return type == KEY ? u16(2) : 0;
    }

    /** What of the keys stands in the certificate. */
    public byte[] excess() {
        return type == KEY ? Arrays.copyOfRange(payload, 4, payload.length) : new byte[0];
    }

    private int u16(int at) {
        return ((payload[at] & 0xff) << 8) | (payload[at + 1] & 0xff);
    }
}
