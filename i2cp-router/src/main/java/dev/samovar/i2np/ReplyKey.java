package dev.samovar.i2np;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;

/**
 * How a floodfill is to hide its reply from the tunnel that brings it (I2NP specification, "DatabaseLookup", "Reply
 * Encryption"): key (32 bytes), number of tags (1), tags. The asker makes both at random for this one lookup.
 *
 * <p>A tag of 8 bytes stands for today's replies, sealed by ChaCha20-Poly1305 under the key, with nonce 0 and the tag as
 * associated data; there is exactly one. A tag of 32 bytes is what askers with ElGamal keys send, for a reply under AES; of
 * several only the first is kept. That encryption is gone from the network and nobody here can make it: a lookup that asks
 * for it is read so that it can be counted and left alone. Answering it in clear would tell the tunnel what was asked.
 *
 * @param key 32 bytes, not to be changed
 * @param tag 8 or 32 bytes, not to be changed
 */
public record ReplyKey(byte[] key, byte[] tag) {

    public static final int KEY_LENGTH = 32;

    /** The tag of today's replies. */
    public static final int TAG_LENGTH = 8;

    /** The tag of replies under AES. */
    static final int AES_TAG_LENGTH = 32;

    private static final int MAX_AES_TAGS = 32;

    public ReplyKey {
        if (key.length != KEY_LENGTH || tag.length != TAG_LENGTH && tag.length != AES_TAG_LENGTH) {
            throw new IllegalArgumentException("key of " + key.length + " bytes, tag of " + tag.length);
        }
    }

    /** Whether the reply can be made, which only the kind with an 8-byte tag can. */
    public boolean isEcies() {
        return tag.length == TAG_LENGTH;
    }

    /** Reads the form with an 8-byte tag. */
    public static ReplyKey decode(ByteBuf in) throws WireException {
        byte[] key = Wire.bytes(in, KEY_LENGTH, "reply key");
        if (Wire.u8(in, "tag count") != 1) {
            throw new WireException(Fault.BAD_VALUE, "tag count");
        }
        return new ReplyKey(key, Wire.bytes(in, TAG_LENGTH, "reply tag"));
    }

    /** Reads the form with 32-byte tags. */
    static ReplyKey decodeAes(ByteBuf in) throws WireException {
        byte[] key = Wire.bytes(in, KEY_LENGTH, "reply key");
        int count = Wire.u8(in, "tag count");
        if (count == 0 || count > MAX_AES_TAGS) {
            throw new WireException(Fault.BAD_VALUE, "tag count");
        }
        byte[] first = Wire.bytes(in, AES_TAG_LENGTH, "reply tag");
        Wire.need(in, (count - 1) * AES_TAG_LENGTH, "reply tag");
        in.skipBytes((count - 1) * AES_TAG_LENGTH);
        return new ReplyKey(key, first);
    }

    public void encode(ByteBuf out) {
        out.writeBytes(key);
        out.writeByte(1);
        out.writeBytes(tag);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
