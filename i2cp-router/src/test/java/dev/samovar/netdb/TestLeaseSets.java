package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import java.util.List;

/** Lease sets of destinations that nobody else knows. */
final class TestLeaseSets {

    private TestLeaseSets() {}

    /** A destination. */
    static final class Owner {

        private final Entropy entropy;
        private final DestinationKeys keys;

        Owner(Entropy entropy) {
            this.entropy = entropy;
            keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        }

        Hash hash() {
            return keys.destination().hash();
        }

        /** A lease set with one lease, made now and ending so many seconds later. */
        LeaseSet2 sign(long nowMillis, int seconds) {
            return sign(nowMillis, 0, List.of(lease(nowMillis, seconds)));
        }

        LeaseSet2 sign(long nowMillis, int flags, List<Lease2> leases) {
            return LeaseSet2.sign(
                    keys,
                    nowMillis / 1000,
                    flags,
                    Mapping.EMPTY,
                    List.of(new LeaseSet2.EncryptionKey(4, entropy.bytes(32))),
                    leases);
        }

        Lease2 lease(long nowMillis, int seconds) {
            return new Lease2(Hash.fromBytes(entropy.bytes(Hash.LENGTH)), 77, nowMillis / 1000 + seconds);
        }
    }
}
