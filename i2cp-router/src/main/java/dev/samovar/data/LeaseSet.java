package dev.samovar.data;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import io.netty.buffer.ByteBuf;

/**
 * What a destination publishes about how to reach it, in one of four forms with a store type each (I2NP specification,
 * "DatabaseStore"). Immutable; every form keeps the bytes it was read from, since its signature covers those.
 */
public sealed interface LeaseSet permits LegacyLeaseSet, LeaseSet2, EncryptedLeaseSet, MetaLeaseSet {

    int LEGACY = 1;
    int LEASE_SET_2 = 3;
    int ENCRYPTED = 5;
    int META = 7;

    /** Leases in one set. */
    int MAX_LEASES = 16;

    /** Which form this is: one of the constants above. */
    int storeType();

    /** The destination, or null where the form hides it. */
    Destination destination();

    /** The key under which it is stored: the hash of its destination, or of the blinded key. */
    Hash hash();

    /** When it was made, milliseconds since 1970: of two of one destination the later is valid. */
    long publishedMillis();

    /** When it ends, milliseconds since 1970. */
    long expiresMillis();

    /**
     * Whether the signature holds, and that of the offline key where there is one. False for signature types without an
     * algorithm here. Costs a signature check or two.
     */
    boolean verify(long nowMillis);

    /** Writes the bytes as they were read or signed. */
    void encode(ByteBuf out);

    /** Reads the form of this store type and leaves what follows. */
    static LeaseSet decode(int storeType, ByteBuf in) throws WireException {
        return switch (storeType) {
            case LEGACY -> LegacyLeaseSet.decode(in);
            case LEASE_SET_2 -> LeaseSet2.decode(in);
            case ENCRYPTED -> EncryptedLeaseSet.decode(in);
            case META -> MetaLeaseSet.decode(in);
            default -> throw new WireException(Fault.UNKNOWN_TYPE, "lease set type");
        };
    }
}
