package dev.samovar.datagram;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.Sha;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.data.Destination;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The repliable datagram of protocol 17 (datagram specification, "Repliable Datagrams"): the sender's destination (387
 * bytes and more), its signature (as long as the type of its key says), the payload (the rest). The signature covers the
 * payload; with DSA, the SHA-256 of the payload. Keys signed offline have no place in this format. Nothing in it names the
 * receiver or the time, so whoever has one may send it again, to anybody.
 *
 * <p>The costly halves, {@link #sign} and {@link #verify}, are pure functions of arrays, safe from any thread.
 */
public final class Datagram1Codec {

    private Datagram1Codec() {}

    /** Bytes in front of the payload of this sender. */
    public static int headerLength(Destination from, SigType type) {
        return from.encodedLength() + type.signatureLength();
    }

    /** Writes all but the payload, with {@code signature}. */
    public static void encodeHeader(ByteBuf out, Destination from, byte[] signature) {
        from.encode(out);
        out.writeBytes(signature);
    }

    /**
     * Reads the sender and leaves the signature and the payload.
     *
     * @param known senders met before, which need not be decoded again
     * @throws WireException also for a sender whose signature type has no algorithm here, and when less than a signature
     *     follows
     */
    static Destination decodeSender(ByteBuf in, RecentSenders known) throws WireException {
        Destination from = known.find(in);
        if (from == null) {
            from = Destination.decode(in);
        } else {
            in.skipBytes(from.encodedLength());
        }
        SigType type = from.signingType();
        if (type == null || !type.usable()) {
            throw new WireException(Fault.UNKNOWN_TYPE, "datagram signature type");
        }
        Wire.need(in, type.signatureLength(), "datagram");
        return from;
    }

    /** Signs a payload. Costs a signature. */
    public static byte[] sign(SigningKeys keys, byte[] array, int offset, int length) {
        if (keys.type() == SigType.DSA_SHA1) {
            return keys.sign(digest(array, offset, length));
        }
        return keys.sign(array, offset, length);
    }

    /** Whether {@code from} signed this payload. Costs the check of a signature. */
    public static boolean verify(Destination from, byte[] array, int offset, int length, byte[] signature) {
        if (from.signingType() == SigType.DSA_SHA1) {
            return from.verify(digest(array, offset, length), signature);
        }
        return from.verify(array, offset, length, signature);
    }

    // SPEC datagrams#repliable: DSA signs the digest of the payload, the others the payload
    private static byte[] digest(byte[] array, int offset, int length) {
        return Sha.sha256(Arrays.copyOfRange(array, offset, offset + length));
    }
}
