package dev.samovar.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.testkit.SeededEntropy;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BanListTest {

    private static final long NOW = -5_000_000_000L;

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final BanList bans = new BanList();

    private Hash router() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    @Test
    void aBanEndsWithItsTime() {
        Hash router = router();
        bans.ban(router, BanReason.BAD_ADDRESS, NOW);
        long end = NOW + BanReason.BAD_ADDRESS.nanos();
        assertEquals(BanReason.BAD_ADDRESS, bans.reason(router, end - 1));
        assertNull(bans.reason(router, end));
        assertFalse(bans.isBanned(router(), NOW));
    }

    @Test
    void whomTheOperatorBansStaysBanned() {
        Hash router = router();
        bans.ban(router, BanReason.OPERATOR, NOW);
        bans.expire(NOW + TimeUnit.DAYS.toNanos(1000));
        assertTrue(bans.isBanned(router, NOW + TimeUnit.DAYS.toNanos(1000)));
    }

    @Test
    void aRouterOfAnotherNetworkOrWithAnOldSignatureIsBannedForADay() {
        for (BanReason reason : new BanReason[] {BanReason.WRONG_NETWORK, BanReason.UNSUPPORTED_SIGNATURE}) {
            Hash router = router();
            bans.ban(router, reason, NOW);
            assertTrue(bans.isBanned(router, NOW + TimeUnit.HOURS.toNanos(24) - 1));
            assertFalse(bans.isBanned(router, NOW + TimeUnit.HOURS.toNanos(24)));
        }
    }

    @Test
    void aShorterBanDoesNotLiftALongerOne() {
        Hash router = router();
        bans.ban(router, BanReason.ADDRESS_MISMATCH, NOW);
        bans.ban(router, BanReason.HANDSHAKE_FAILURES, NOW);
        assertEquals(BanReason.ADDRESS_MISMATCH, bans.reason(router, NOW));
        bans.unban(router);
        assertFalse(bans.isBanned(router, NOW));
    }

    @Test
    void aHostIsBannedByItsAddressAndAnIpv6HostByItsNetwork() {
        bans.banAddress(Subnet.parse("44.1.2.3"), BanReason.HANDSHAKE_FAILURES, NOW);
        bans.banAddress(Subnet.parse("2a01:1:2:3::1"), BanReason.HANDSHAKE_FAILURES, NOW);
        assertTrue(bans.isAddressBanned(Subnet.parse("44.1.2.3"), NOW));
        assertFalse(bans.isAddressBanned(Subnet.parse("44.1.2.4"), NOW));
        assertTrue(bans.isAddressBanned(Subnet.parse("2a01:1:2:3:ffff::9"), NOW));
        assertFalse(bans.isAddressBanned(Subnet.parse("2a01:1:2:4::1"), NOW));
    }

    @Test
    void bansAreCountedByReason() {
        bans.ban(router(), BanReason.FUTURE_DATE, NOW);
        bans.ban(router(), BanReason.FUTURE_DATE, NOW);
        bans.banAddress(new byte[4], BanReason.FLOODING, NOW);
        assertEquals(Map.of(BanReason.FUTURE_DATE, 2, BanReason.FLOODING, 1), bans.counts(NOW));
    }

    @Test
    void whenFullTheBanThatEndsFirstGoes() {
        Hash first = router();
        bans.ban(first, BanReason.FLOODING, NOW);
        for (int i = 1; i < BanList.MAX_BANS; i++) {
            bans.ban(router(), BanReason.WRONG_NETWORK, NOW);
        }
        assertTrue(bans.isBanned(first, NOW));
        Hash last = router();
        bans.ban(last, BanReason.WRONG_NETWORK, NOW);
        assertFalse(bans.isBanned(first, NOW));
        assertTrue(bans.isBanned(last, NOW));
        assertEquals(Map.of(BanReason.WRONG_NETWORK, BanList.MAX_BANS), bans.counts(NOW));
    }
}
