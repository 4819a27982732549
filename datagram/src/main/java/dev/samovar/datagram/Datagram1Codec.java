package dev.samovar.datagram;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.Sha;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import io.netty.buffer.ByteBuf;

/**
 * The repliable datagram of protocol 17 (datagram specification, "Repliable Datagrams"): the sender's destination, its
 * signature, the payload. The signature covers the payload; with DSA, the SHA-256 of the payload. Keys signed offline have
 * no place in this format. Pure functions, safe from any thread.
 */
public final class Datagram1Codec {

    /** The largest payload that may be sent, bytes. */
    public static final int MAX_PAYLOAD = 31_744;

    private Datagram1Codec() {}

    /** A datagram as received, not verified yet. */
    public record Unverified(Destination from, byte[] signature, byte[] payload) {

        /** Whether the sender signed the payload. Costs a signature check. */
        public boolean verify() {
            return from.verify(signedBytes(from.signingType(), payload), signature);
        }

        @Override
        public String toString() {
            return "[datagram]";
        }
    }

    /** Bytes in front of the payload for a sender with these keys. */
    public static int headerLength(DestinationKeys keys) {
        return keys.destination().encodedLength() + keys.signingKeys().type().signatureLength();
    }

    /** Signs {@code payload}. Costs a signature. */
    public static byte[] sign(DestinationKeys keys, byte[] payload) {
        return keys.signingKeys().sign(signedBytes(keys.signingKeys().type(), payload));
    }

    /** Writes the datagram. */
    public static void encode(ByteBuf out, Destination from, byte[] signature, byte[] payload) {
        from.encode(out);
        out.writeBytes(signature);
        out.writeBytes(payload);
    }

    /**
     * Reads a datagram that fills {@code in}, which is borrowed.
     *
     * @throws WireException also for a sender whose signature type has no algorithm here
     */
    public static Unverified decode(ByteBuf in) throws WireException {
        Destination from = Destination.decode(in);
        SigType type = from.signingType();
        if (type == null || !type.usable()) {
            throw new WireException(Fault.UNKNOWN_TYPE, "datagram signature type");
        }
        byte[] signature = Wire.bytes(in, type.signatureLength(), "datagram signature");
        byte[] payload = Wire.bytes(in, in.readableBytes(), "datagram payload");
        return new Unverified(from, signature, payload);
    }

    private static byte[] signedBytes(SigType type, byte[] payload) {
        // SPEC datagrams#repliable: DSA signs the digest of the payload, the others the payload
        return type == SigType.DSA_SHA1 ? Sha.sha256(payload) : payload;
    }
}
