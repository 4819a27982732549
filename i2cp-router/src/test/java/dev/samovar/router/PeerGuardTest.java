package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.peer.BanList;
import dev.samovar.peer.BanReason;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimWorld;
import dev.samovar.transport.PeerCheck.Misbehaviour;
import dev.samovar.transport.PeerCheck.Verdict;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerGuardTest {

    private static final byte[] IP = {44, 1, 2, 3};

    private final SimWorld world = new SimWorld(1);
    private final BanList bans = new BanList();
    private final PeerGuard guard = new PeerGuard(77, RouterVersion.parse("0.9.51"), bans, world);
    private final RouterKeys keys = RouterKeys.generate(new SeededEntropy(2));
    private final Hash peer = keys.identity().hash();

    private RouterInfo info(String netId, String version) throws WireException {
        return RouterInfo.sign(keys, 1, List.of(), Mapping.of(Map.of("netId", netId, "router.version", version)));
    }

    @Test
    void routersOfTheNetworkAndOfAgeAreWelcome() throws WireException {
        assertEquals(Verdict.OK, guard.check(info("77", "0.9.51")));
        assertEquals(Verdict.WRONG_NETWORK, guard.check(info("2", "0.9.66")));
        assertEquals(Verdict.OLD_VERSION, guard.check(info("77", "0.9.50")));
        assertEquals(Verdict.UNUSABLE, guard.check(info("77", "new")));
        bans.ban(peer, BanReason.FLOODING, world.nanos());
        assertEquals(Verdict.BANNED, guard.check(info("77", "0.9.66")));
    }

    @Test
    void aHostThatFailsAgainAndAgainIsShutOutForAWhile() {
        for (int i = 1; i < PeerGuard.FAILURES_TOLERATED; i++) {
            guard.report(null, IP, Misbehaviour.BAD_HANDSHAKE);
            assertFalse(guard.isBanned(IP));
        }
        guard.report(null, IP, Misbehaviour.REPLAYED_HANDSHAKE);
        assertTrue(guard.isBanned(IP));
        assertFalse(guard.isBanned(new byte[] {44, 1, 2, 4}));
        world.runFor(11, TimeUnit.MINUTES);
        assertFalse(guard.isBanned(IP));
    }

    @Test
    void failuresFarApartAreForgiven() {
        for (int i = 0; i < 5 * PeerGuard.FAILURES_TOLERATED; i++) {
            guard.report(null, IP, Misbehaviour.BAD_HANDSHAKE);
            world.runFor(2, TimeUnit.MINUTES);
        }
        assertFalse(guard.isBanned(IP));
    }

    @Test
    void aHostWithManyIpv6AddressesIsOneHost() {
        byte[] ip = new byte[16];
        ip[0] = 0x20;
        for (int i = 0; i < PeerGuard.FAILURES_TOLERATED; i++) {
            ip[15] = (byte) i;
            guard.report(null, ip.clone(), Misbehaviour.BAD_HANDSHAKE);
        }
        assertTrue(guard.isBanned(ip));
    }

    @Test
    void nobodyCanHaveAnotherShutOutByNamingItsAddress() {
        for (int i = 0; i < 3 * PeerGuard.FAILURES_TOLERATED; i++) {
            guard.report(peer, IP, Misbehaviour.BAD_HANDSHAKE);
        }
        assertFalse(guard.isBanned(IP), "we dialled it, because some RouterInfo said so");
        assertFalse(bans.isBanned(peer, world.nanos()));
    }

    @Test
    void whatAPeerDoesAfterItsHandshakeIsItsOwnFault() {
        guard.report(peer, IP, Misbehaviour.BAD_FRAME);
        assertEquals(BanReason.PROTOCOL_VIOLATION, bans.reason(peer, world.nanos()));
        bans.unban(peer);
        guard.report(peer, IP, Misbehaviour.ADDRESS_MISMATCH);
        assertEquals(BanReason.ADDRESS_MISMATCH, bans.reason(peer, world.nanos()));
        bans.unban(peer);
        guard.report(peer, IP, Misbehaviour.CLOCK_SKEW);
        assertFalse(bans.isBanned(peer, world.nanos()), "the clock that is wrong may be ours");
        assertEquals(1L, guard.reported().get(Misbehaviour.CLOCK_SKEW));
    }
}
