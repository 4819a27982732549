package dev.samovar.data;

import dev.samovar.base.Encodings;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.Sha;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The SHA-256 of a structure, 32 bytes: the name of a destination or of a router. Immutable. */
public final class Hash {

    public static final int LENGTH = 32;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The hash of these bytes. */
    public static Hash of(byte[] structure) {
        return new Hash(Sha.sha256(structure));
    }

    /** A hash that is already one; copied. */
    public static Hash fromBytes(byte[] hash) {
        if (hash.length != LENGTH) {
            throw new IllegalArgumentException("a hash has 32 bytes");
        }
        return new Hash(hash.clone());
    }

    public static Hash decode(ByteBuf in) throws WireException {
        return new Hash(Wire.bytes(in, LENGTH, "hash"));
    }

    public void encode(ByteBuf out) {
        out.writeBytes(bytes);
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    /** 52 characters, lower case. */
    public String toBase32() {
        return Encodings.base32(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        // the bytes are a digest: any four serve
        return (bytes[0] << 24) | ((bytes[1] & 0xff) << 16) | ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
    }

    /** Redacted: a hash in a log would link a person to a destination. */
    @Override
    public String toString() {
        return "[hash]";
    }
}
