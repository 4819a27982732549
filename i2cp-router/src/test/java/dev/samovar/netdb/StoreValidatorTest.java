package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterFamily;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.netdb.StoreValidator.Origin;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.TestRouters;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StoreValidatorTest {

    private static final long NOW = 1_767_225_600_000L;
    private static final long MINUTE = TimeUnit.MINUTES.toMillis(1);

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final RouterKeys keys = RouterKeys.generate(entropy);
    private final StoreValidator validator = new StoreValidator(TestRouters.NET_ID, RouterVersion.parse("0.9.59"));

    private StoreRefusal check(RouterInfo info) {
        return validator.check(info, Origin.NETWORK, NOW);
    }

    private RouterInfo with(Map<String, String> options) {
        return TestRouters.info(keys, NOW, List.of(TestRouters.ntcp2("44.1.1.1")), options);
    }

    private RouterInfo published(long millis, RouterAddress... addresses) {
        return TestRouters.info(keys, millis, List.of(addresses), Map.of());
    }

    @Test
    void aRouterOfThisNetworkIsKept() {
        assertNull(check(with(Map.of())));
        assertNull(StoreValidator.checkSignature(with(Map.of())));
    }

    @Test
    void anotherNetworkNoNetworkAndNoVersionAreRefused() {
        assertEquals(StoreRefusal.WRONG_NETWORK, check(with(Map.of("netId", "2"))));
        assertEquals(StoreRefusal.NO_NETWORK, check(with(Map.of("netId", ""))));
        assertEquals(StoreRefusal.NO_VERSION, check(with(Map.of("router.version", ""))));
        assertEquals(StoreRefusal.OLD_VERSION, check(with(Map.of("router.version", "0.9.58"))));
        assertNull(check(with(Map.of("router.version", "0.9.59"))));
    }

    @Test
    void aFamilyHasToHaveSignedForItsRouter() throws WireException {
        SigningKeys family = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        Hash self = keys.identity().hash();
        assertNull(StoreValidator.checkSignature(with(RouterFamily.sign("clan", family, self))));
        Hash other = Hash.fromBytes(entropy.bytes(Hash.LENGTH));
        assertEquals(
                StoreRefusal.BAD_FAMILY, StoreValidator.checkSignature(with(RouterFamily.sign("clan", family, other))));
        assertEquals(StoreRefusal.BAD_FAMILY, StoreValidator.checkSignature(with(Map.of("family", "clan"))));
    }

    @Test
    void datesAreNeitherAheadNorLongPast() {
        RouterAddress address = TestRouters.ntcp2("44.1.1.1");
        assertNull(check(published(NOW + 2 * MINUTE, address)));
        assertEquals(StoreRefusal.FUTURE_DATE, check(published(NOW + 2 * MINUTE + 1, address)));
        assertNull(check(published(NOW - 48 * 60 * MINUTE, address)));
        assertEquals(StoreRefusal.TOO_OLD, check(published(NOW - 48 * 60 * MINUTE - 1, address)));
        RouterInfo old = published(NOW - 48 * 60 * MINUTE - 1, address);
        assertNull(validator.check(old, Origin.STORAGE, NOW));
        assertEquals(StoreRefusal.TOO_OLD, validator.check(old, Origin.STORAGE, NOW + TimeUnit.DAYS.toMillis(60)));
    }

    @Test
    void whoPublishesNoAddressIsKeptWhileFresh() {
        assertNull(check(published(NOW - 54 * MINUTE)));
        assertEquals(StoreRefusal.NO_ADDRESS, check(published(NOW - 54 * MINUTE - 1)));
        RouterAddress introduced = TestRouters.address("SSU2", Map.of("ih0", "x", "v", "2"));
        assertEquals(StoreRefusal.NO_ADDRESS, check(published(NOW - 55 * MINUTE, introduced)));
        RouterAddress ssu = TestRouters.address("SSU2", Map.of("host", "44.1.1.1", "port", "1", "v", "2", "i", "x"));
        assertNull(check(published(NOW - 75 * MINUTE, ssu)));
        assertEquals(StoreRefusal.TOO_OLD, check(published(NOW - 76 * MINUTE, ssu)));
        RouterInfo unreachable =
                TestRouters.info(keys, NOW - 55 * MINUTE, List.of(TestRouters.ntcp2("44.1.1.1")), Map.of("caps", "LU"));
        assertEquals(StoreRefusal.NO_ADDRESS, check(unreachable));
    }

    @Test
    void anNtcp2AddressHasAWholeIv() {
        RouterAddress broken = TestRouters.address("NTCP2", Map.of("host", "44.1.1.1", "i", "AAAA", "v", "2"));
        assertEquals(StoreRefusal.BAD_ADDRESS, check(published(NOW, broken)));
        assertNull(check(published(NOW, TestRouters.address("SSU2", Map.of("i", "A".repeat(44), "v", "2")))));
    }

    @Test
    void aLeaseSetIsCurrentAndMeantToBePublished() throws WireException {
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(entropy);
        assertNull(publish(owner.sign(NOW, 600)));
        assertEquals(
                StoreRefusal.UNPUBLISHED,
                publish(owner.sign(NOW, LeaseSet2.FLAG_UNPUBLISHED, List.of(owner.lease(NOW, 600)))));
        assertEquals(StoreRefusal.NO_LEASES, publish(withoutLeases(owner.sign(NOW, 600))));
        assertEquals(StoreRefusal.FUTURE_DATE, publish(owner.sign(NOW + 3 * MINUTE, 60)));
        assertEquals(StoreRefusal.EXPIRED, publish(owner.sign(NOW - 12 * MINUTE, 600)));
        assertNull(publish(owner.sign(NOW - 10 * MINUTE, 601)));
        assertEquals(StoreRefusal.LEASE_TOO_FAR, publish(owner.sign(NOW, 17 * 60)));
        assertEquals(
                StoreRefusal.EXPIRED,
                publish(owner.sign(NOW - 11 * MINUTE, 0, List.of(owner.lease(NOW, -601), owner.lease(NOW, 60)))));
    }

    @Test
    void anAnswerForAClientMayBeUnpublished() {
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(entropy);
        LeaseSet unpublished = owner.sign(NOW, LeaseSet2.FLAG_UNPUBLISHED, List.of(owner.lease(NOW, 600)));
        assertNull(validator.check(unpublished, false, NOW));
    }

    /** The same with its only lease cut out, and so with a signature that does not hold. */
    private static LeaseSet withoutLeases(LeaseSet2 leaseSet) throws WireException {
        byte[] bytes = FloodfillRole.encoded(leaseSet);
        int countAt = bytes.length - 64 - Lease2.LENGTH - 1;
        byte[] cut = Arrays.copyOf(bytes, bytes.length - Lease2.LENGTH);
        cut[countAt] = 0;
        System.arraycopy(bytes, bytes.length - 64, cut, cut.length - 64, 64);
        return LeaseSet.decode(LeaseSet.LEASE_SET_2, Unpooled.wrappedBuffer(cut));
    }

    private StoreRefusal publish(LeaseSet leaseSet) {
        return validator.check(leaseSet, true, NOW);
    }
}
