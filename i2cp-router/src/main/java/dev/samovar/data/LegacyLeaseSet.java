package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SigType;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The first form of a lease set, with one ElGamal key (common structures, "LeaseSet"; store type 1): destination,
 * encryption key (256 bytes), an unused signing key of the destination's type, lease count (1), {@link Lease}s, signature
 * over all before it. Read and checked, never made here. Immutable.
 */
public final class LegacyLeaseSet implements LeaseSet {

    private final Destination destination;
    private final byte[] encryptionKey;
    private final List<Lease> leases;
    private final byte[] signature;
    private final byte[] bytes;

    private LegacyLeaseSet(
            Destination destination, byte[] encryptionKey, List<Lease> leases, byte[] signature, byte[] bytes) {
        this.destination = destination;
        this.encryptionKey = encryptionKey;
        this.leases = List.copyOf(leases);
        this.signature = signature;
        this.bytes = bytes;
    }

    public static LegacyLeaseSet decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        Destination destination = Destination.decode(in);
        SigType type = destination.signingType();
        if (type == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "signature type");
        }
        byte[] encryptionKey = Wire.bytes(in, EncType.ELGAMAL_2048.publicKeyLength(), "encryption key");
        Wire.need(in, type.publicKeyLength(), "signing key");
        in.skipBytes(type.publicKeyLength());
        int count = Wire.u8(in, "lease count");
        if (count > MAX_LEASES) {
            throw new WireException(Fault.TOO_LARGE, "lease count");
        }
        List<Lease> leases = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            leases.add(Lease.decode(in));
        }
        byte[] signature = Wire.bytes(in, type.signatureLength(), "lease set signature");
        byte[] bytes = new byte[in.readerIndex() - start];
        in.getBytes(start, bytes);
        return new LegacyLeaseSet(destination, encryptionKey, leases, signature, bytes);
    }

    @Override
    public int storeType() {
        return LEGACY;
    }

    @Override
    public Destination destination() {
        return destination;
    }

    @Override
    public Hash hash() {
        return destination.hash();
    }

    /** This form bears no date: the end of the lease that ends first stands for it, as all routers have it. */
    @Override
    public long publishedMillis() {
        return leases.stream().mapToLong(Lease::endMillis).min().orElse(0);
    }

    @Override
    public long expiresMillis() {
        return leases.stream().mapToLong(Lease::endMillis).max().orElse(0);
    }

    /** A copy of the ElGamal key. */
    public byte[] encryptionKey() {
        return encryptionKey.clone();
    }

    public List<Lease> leases() {
        return leases;
    }

    @Override
    public boolean verify(long nowMillis) {
        return destination.verify(bytes, 0, bytes.length - signature.length, signature);
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeBytes(bytes);
    }

    @Override
    public String toString() {
        return "[lease set]";
    }
}
