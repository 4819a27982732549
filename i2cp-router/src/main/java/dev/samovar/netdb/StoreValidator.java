package dev.samovar.netdb;

import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.LegacyLeaseSet;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterFamily;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What an entry must be to be kept. First what costs nothing, then, elsewhere, the signature. The rules are those by which
 * Java I2P and i2pd keep entries, so that what we store and flood is what they would. Immutable; safe from any thread.
 */
@SansIo
public final class StoreValidator {

    /** Where an entry comes from. */
    public enum Origin {
        /** A peer sent it. */
        NETWORK,
        /** Our own disk or a seed: it may be old, and still be all that we have. */
        STORAGE
    }

    /** Lease sets longer than this are refused, bytes. */
    public static final int MAX_LEASE_SET = 4096;

    /** Dates may be so far ahead. */
    static final long MAX_AHEAD_MILLIS = TimeUnit.MINUTES.toMillis(2);

    /** A RouterInfo from the network is older than this only when its router is gone. */
    static final long MAX_AGE_MILLIS = TimeUnit.HOURS.toMillis(48);

    /** Of one from the disk; older ones are of no use even to somebody who was away for long. */
    static final long MAX_STORED_AGE_MILLIS = TimeUnit.DAYS.toMillis(60);

    /** A router without an address of its own is reached by introducers, who change within the hour. */
    static final long MAX_AGE_UNPUBLISHED_MILLIS = TimeUnit.MINUTES.toMillis(54);

    /** The same where every address is of the transport that firewalls hurt most. */
    static final long MAX_AGE_SSU_ONLY_MILLIS = TimeUnit.MINUTES.toMillis(75);

    /** A lease may end so far ahead: ten minutes of a tunnel, and some for building it early and for clocks. */
    static final long MAX_LEASE_AHEAD_MILLIS = TimeUnit.MINUTES.toMillis(16);

    /** A list of other lease sets lives longer; 65535 seconds is what its form can say. */
    static final long MAX_META_AHEAD_MILLIS = TimeUnit.SECONDS.toMillis(0xffff + 60);

    /** A lease set whose last lease ended longer ago is of no use to anyone. */
    static final long MAX_LEASE_OVER_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /** Of one whose first lease ended longer ago nobody keeps the newer ones. */
    static final long MAX_FIRST_LEASE_OVER_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** The base64 of the 16 bytes that hide the keys of an NTCP2 handshake. */
    private static final int NTCP2_IV_CHARS = 24;

    private static final Set<SigType> ROUTER_SIGNATURES = Set.of(
            SigType.EdDSA_SHA512_Ed25519,
            SigType.ECDSA_SHA256_P256,
            SigType.ECDSA_SHA384_P384,
            SigType.ECDSA_SHA512_P521);

    private final int netId;
    private final RouterVersion minimumVersion;

    public StoreValidator(int netId, RouterVersion minimumVersion) {
        this.netId = netId;
        this.minimumVersion = minimumVersion;
    }

    /** Why this RouterInfo is not to be kept, its signature left aside; null when it is. */
    public StoreRefusal check(RouterInfo info, Origin origin, long nowMillis) {
        if (!ROUTER_SIGNATURES.contains(info.identity().signingType())) {
            return StoreRefusal.UNSUPPORTED_SIGNATURE;
        }
        if (info.netId() != netId) {
            return info.netId() < 0 ? StoreRefusal.NO_NETWORK : StoreRefusal.WRONG_NETWORK;
        }
        RouterVersion version = info.version();
        if (version == null) {
            return StoreRefusal.NO_VERSION;
        }
        if (version.compareTo(minimumVersion) < 0) {
            return StoreRefusal.OLD_VERSION;
        }
        StoreRefusal addresses = checkAddresses(info);
        return addresses != null ? addresses : checkAge(info, origin, nowMillis - info.publishedMillis());
    }

    private static StoreRefusal checkAddresses(RouterInfo info) {
        for (RouterAddress address : info.addresses()) {
            String iv = address.options().get("i");
            if (isNtcp(address) && iv != null && iv.length() != NTCP2_IV_CHARS) {
                return StoreRefusal.BAD_ADDRESS;
            }
        }
        return null;
    }

    private static StoreRefusal checkAge(RouterInfo info, Origin origin, long age) {
        if (age < -MAX_AHEAD_MILLIS) {
            return StoreRefusal.FUTURE_DATE;
        }
        if (origin == Origin.STORAGE) {
            return age > MAX_STORED_AGE_MILLIS ? StoreRefusal.TOO_OLD : null;
        }
        if (age > MAX_AGE_MILLIS) {
            return StoreRefusal.TOO_OLD;
        }
        boolean unpublished = info.addresses().isEmpty()
                || info.capabilities().unreachable()
                || info.addresses().stream()
                        .anyMatch(address -> address.options().get("ih0") != null);
        if (unpublished && age > MAX_AGE_UNPUBLISHED_MILLIS) {
            return StoreRefusal.NO_ADDRESS;
        }
        boolean ssuOnly = info.addresses().stream().noneMatch(StoreValidator::isNtcp);
        return ssuOnly && age > MAX_AGE_SSU_ONLY_MILLIS ? StoreRefusal.TOO_OLD : null;
    }

    private static boolean isNtcp(RouterAddress address) {
        return address.style().startsWith("NTCP");
    }

    /** Checks the signatures of a RouterInfo: its own and, where it claims one, its family's. Costs up to 0.2 ms. */
    public static StoreRefusal checkSignature(RouterInfo info) {
        if (!info.verify()) {
            return StoreRefusal.BAD_SIGNATURE;
        }
        try {
            RouterFamily family = RouterFamily.read(info.options());
            return family == null || family.verify(info.hash()) ? null : StoreRefusal.BAD_FAMILY;
        } catch (WireException malformed) {
            return StoreRefusal.BAD_FAMILY;
        }
    }

    /**
     * Why this lease set is not to be kept, its signature left aside; null when it is.
     *
     * @param published whether it was given to us as a floodfill; an answer for a client may be one that is not to be
     *     published, and may have lost its last lease
     */
    public StoreRefusal check(LeaseSet leaseSet, boolean published, long nowMillis) {
        if (published && leaseSet instanceof LeaseSet2 set) {
            if ((set.flags() & LeaseSet2.FLAG_UNPUBLISHED) != 0) {
                return StoreRefusal.UNPUBLISHED;
            }
            if (set.leases().isEmpty()) {
                return StoreRefusal.NO_LEASES;
            }
        }
        if (leaseSet instanceof LegacyLeaseSet set && set.leases().isEmpty()) {
            return StoreRefusal.NO_LEASES;
        }
        return checkDates(leaseSet, nowMillis);
    }

    private static StoreRefusal checkDates(LeaseSet leaseSet, long nowMillis) {
        // the form without a date of its own gives its first lease's end here, which may well be ahead
        if (!(leaseSet instanceof LegacyLeaseSet) && leaseSet.publishedMillis() > nowMillis + MAX_AHEAD_MILLIS) {
            return StoreRefusal.FUTURE_DATE;
        }
        long first = leaseSet.publishedMillis();
        long last = leaseSet.expiresMillis();
        if (leaseSet instanceof LeaseSet2 set && !set.leases().isEmpty()) {
            first = Long.MAX_VALUE;
            last = 0;
            for (var lease : set.leases()) {
                long end = TimeUnit.SECONDS.toMillis(lease.endSeconds());
                first = Math.min(first, end);
                last = Math.max(last, end);
            }
            // whichever of both says less
            last = Math.min(last, Math.max(first, leaseSet.expiresMillis()));
        }
        boolean meta = leaseSet.storeType() == LeaseSet.META;
        if (last < nowMillis - MAX_LEASE_OVER_MILLIS || !meta && first < nowMillis - MAX_FIRST_LEASE_OVER_MILLIS) {
            return StoreRefusal.EXPIRED;
        }
        boolean tooFar = last > nowMillis + (meta ? MAX_META_AHEAD_MILLIS : MAX_LEASE_AHEAD_MILLIS);
        return tooFar ? StoreRefusal.LEASE_TOO_FAR : null;
    }
}
