package dev.samovar.router;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.RawRsa;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;

/**
 * A signed file in the format su3 (updates specification, "SU3 File Specification"), big-endian:
 *
 * <pre>
 *  0  6  I2Psu3
 *  6  1  unused          7  1  format version, 0
 *  8  2  signature type 10  2  signature length
 * 12  1  unused         13  1  version length, 16 at least
 * 14  1  unused         15  1  signer length
 * 16  8  content length
 * 24  1  unused         25  1  file type
 * 26  1  unused         27  1  content type
 * 28 12  unused
 * 40     version, padded with zeros; signer; content; signature over all before it
 * </pre>
 *
 * Immutable.
 */
public final class Su3File {

    /** Reseed bundles have a tenth of it. */
    public static final int MAX_LENGTH = 4 * 1024 * 1024;

    /** The only signature type of reseed bundles: RSA-SHA512-4096, raw. */
    public static final int RSA_SHA512_4096 = 6;

    public static final int FILE_TYPE_ZIP = 0;
    public static final int CONTENT_TYPE_RESEED = 3;

    private static final byte[] MAGIC = "I2Psu3".getBytes(StandardCharsets.US_ASCII);
    private static final int MIN_VERSION_LENGTH = 16;
    private static final int RSA_4096_LENGTH = 512;

    private final byte[] bytes;
    private final int signatureType;
    private final int fileType;
    private final int contentType;
    private final String version;
    private final String signer;
    private final int contentAt;
    private final int contentLength;

    private Su3File(byte[] bytes) throws WireException {
        this.bytes = bytes;
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        byte[] magic = Wire.bytes(in, MAGIC.length, "su3 magic");
        if (!MessageDigest.isEqual(magic, MAGIC)) {
            throw new WireException(Fault.BAD_VALUE, "su3 magic");
        }
        skip(in, 1);
        if (Wire.u8(in, "su3 format version") != 0) {
            throw new WireException(Fault.UNKNOWN_TYPE, "su3 format version");
        }
        signatureType = Wire.u16(in, "su3 signature type");
        int signatureLength = Wire.u16(in, "su3 signature length");
        skip(in, 1);
        int versionLength = Wire.u8(in, "su3 version length");
        skip(in, 1);
        int signerLength = Wire.u8(in, "su3 signer length");
        long content = Wire.date(in, "su3 content length");
        skip(in, 1);
        fileType = Wire.u8(in, "su3 file type");
        skip(in, 1);
        contentType = Wire.u8(in, "su3 content type");
        skip(in, 12);
        if (versionLength < MIN_VERSION_LENGTH || signerLength == 0) {
            throw new WireException(Fault.BAD_VALUE, "su3 version or signer");
        }
        version = withoutPadding(Wire.utf8(Wire.bytes(in, versionLength, "su3 version"), "su3 version"));
        signer = Wire.utf8(Wire.bytes(in, signerLength, "su3 signer"), "su3 signer");
        if (content > in.readableBytes()) {
            throw new WireException(Fault.TRUNCATED, "su3 content");
        }
        contentAt = in.readerIndex();
        contentLength = (int) content;
        skip(in, contentLength);
        skip(in, signatureLength);
        Wire.end(in, "su3");
    }

    /**
     * Reads a file; the signature is not looked at.
     *
     * @param bytes all of it; not to be changed afterwards
     */
    public static Su3File parse(byte[] bytes) throws WireException {
        if (bytes.length > MAX_LENGTH) {
            throw new WireException(Fault.TOO_LARGE, "su3");
        }
        return new Su3File(bytes);
    }

    /** Whether these bytes say of themselves that they are such a file. */
    public static boolean looksLike(byte[] bytes) {
        if (bytes.length < MAGIC.length) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes[i] != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    public int signatureType() {
        return signatureType;
    }

    public int fileType() {
        return fileType;
    }

    public int contentType() {
        return contentType;
    }

    /** The version without its padding; of reseed bundles the time of their making, seconds since 1970 in digits. */
    public String version() {
        return version;
    }

    /** The name of who signed, by which their certificate is found. */
    public String signer() {
        return signer;
    }

    public InputStream content() {
        return new ByteArrayInputStream(bytes, contentAt, contentLength);
    }

    /** Whether the file is signed by this key. False for every signature type but {@link #RSA_SHA512_4096}. */
    public boolean verify(RSAPublicKey key) {
        int signedLength = contentAt + contentLength;
        if (signatureType != RSA_SHA512_4096 || bytes.length - signedLength != RSA_4096_LENGTH) {
            return false;
        }
        byte[] signature = new byte[RSA_4096_LENGTH];
        System.arraycopy(bytes, signedLength, signature, 0, RSA_4096_LENGTH);
        return RawRsa.verify(key, sha512(signedLength), signature);
    }

    private byte[] sha512(int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    private static void skip(ByteBuf in, int length) throws WireException {
        Wire.need(in, length, "su3");
        in.skipBytes(length);
    }

    private static String withoutPadding(String version) {
        int end = version.indexOf('\0');
        return end < 0 ? version : version.substring(0, end);
    }
}
