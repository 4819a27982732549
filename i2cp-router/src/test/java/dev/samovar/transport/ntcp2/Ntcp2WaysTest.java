package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.testkit.SeededEntropy;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class Ntcp2WaysTest {

    private static final Ntcp2Config.Endpoint FOUR = Ntcp2Config.Endpoint.dialOnly(null, false);
    private static final Ntcp2Config.Endpoint SIX = Ntcp2Config.Endpoint.dialOnly(null, true);

    private final Ntcp2TestRouter router = new Ntcp2TestRouter(new SeededEntropy(1));
    private final RouterAddress four = router.published("44.1.2.3", 1000);
    private final RouterAddress six = router.published("2a00:1::1", 1000);

    private static Ntcp2Ways ways(boolean reserved, Ntcp2Config.Endpoint... endpoints) {
        return new Ntcp2Ways(Ntcp2Config.of(Ntcp2TestRouter.NETWORK, reserved, endpoints));
    }

    private RouterInfo info(RouterAddress... addresses) {
        return router.info(1, addresses);
    }

    /** The lengths of the addresses. */
    private static List<Integer> order(Ntcp2Ways ways, RouterInfo to) {
        return ways.to(to).stream().map(address -> address.ip().length).toList();
    }

    @Test
    void oneOfEachIpVersionThatIsHad() {
        RouterInfo to = info(six, four, router.published("44.9.9.9", 1));
        assertEquals(List.of(16, 4), order(ways(false, FOUR, SIX), to));
        assertEquals(List.of(4), order(ways(false, FOUR), to));
        assertEquals(1000, ways(false, FOUR).to(to).get(0).port(), "the first of them");
        assertEquals(List.of(), order(ways(false, SIX), info(four)));
        assertEquals(List.of(), order(ways(false, FOUR, SIX), info()));
    }

    @Test
    void reservedAddressesLeadNowhereUnlessAllowed() {
        RouterInfo to = info(router.published("10.1.1.1", 1), six);
        assertEquals(List.of(16), order(ways(false, FOUR, SIX), to));
        assertEquals(List.of(4, 16), order(ways(true, FOUR, SIX), to));
    }

    @Test
    void anIpVersionThatFailsAndFailsIsTheLastOneUntilItWorks() {
        Ntcp2Ways ways = ways(false, FOUR, SIX);
        RouterInfo to = info(six, four);
        Ntcp2Address address = ways.to(to).get(0);
        for (int failures = 1; failures <= 3; failures++) {
            assertEquals(List.of(16, 4), order(ways, to));
            ways.tried(address, false);
        }
        assertEquals(List.of(4, 16), order(ways, to));
        assertEquals(List.of(16), order(ways, info(six)), "where there is no other it is tried all the same");
        Ntcp2Address other = ways.to(to).get(0);
        for (int failures = 1; failures <= 3; failures++) {
            ways.tried(other, false);
        }
        assertEquals(List.of(16, 4), order(ways, to), "both fail: no reason to prefer one");
        ways.tried(other, true);
        assertEquals(List.of(4, 16), order(ways, to));
        ways.tried(address, true);
        assertEquals(List.of(16, 4), order(ways, to));
    }

    @Test
    void whatTheMachineLacksConcernsOnlyWhatDials() {
        Ntcp2Config.Endpoint listening = Ntcp2Config.Endpoint.at(new InetSocketAddress("44.4.4.4", 1));
        Ntcp2Ways ways = ways(false, listening, SIX);
        ways.dialOver(false, false);
        Ntcp2Address dialled = ways(false, FOUR).to(info(four)).get(0);
        assertEquals(listening, ways.endpointFor(dialled));
        assertNull(ways.endpointFor(ways(false, SIX).to(info(six)).get(0)));
        assertEquals(List.of(4), order(ways, info(six, four)));
    }
}
