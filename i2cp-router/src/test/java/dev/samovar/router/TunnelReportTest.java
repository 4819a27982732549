package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.samovar.tunnel.PoolStatus;
import dev.samovar.tunnel.PoolStatus.Obstacle;
import dev.samovar.tunnel.PoolStatus.Way;
import dev.samovar.tunnel.TunnelsStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TunnelReportTest {

    private static final Way GOOD = new Way(2, 0, 2, 0, Obstacle.NONE);

    /** A tunnel without hops stands in. */
    private static Way bare(Obstacle obstacle) {
        return new Way(1, 1, 2, 0, obstacle);
    }

    private static List<String> waitingFor(Way inbound, Way outbound, boolean fewRouters) {
        return TunnelReport.waitingFor(new PoolStatus(inbound, outbound, 0, 0, 0), fewRouters);
    }

    @Test
    void oneTunnelWithHopsEachWayIsEnough() {
        Way one = new Way(1, 0, 2, 1, Obstacle.ANSWERS);
        assertEquals(List.of(), waitingFor(one, one, false));
        assertEquals(List.of(), waitingFor(GOOD, GOOD, true));
    }

    @Test
    void tunnelsWithoutHopsAreWaitedOutWhereThereAreRouters() {
        assertEquals(
                List.of("no exploratory tunnel towards us yet: the first are being built"),
                waitingFor(bare(Obstacle.ANSWERS), GOOD, false));
        assertEquals(
                List.of("no exploratory tunnel from us yet: builds failed, and are tried again soon"),
                waitingFor(GOOD, bare(Obstacle.PAUSE), true));
        assertEquals(
                List.of(
                        "no exploratory tunnel towards us yet: no router that is known can be a hop",
                        "no exploratory tunnel from us yet: no router that is known can be a hop"),
                waitingFor(bare(Obstacle.HOPS), bare(Obstacle.HOPS), false));
    }

    @Test
    void inANetworkOfTwoTheyAreAllThatCanBeHadWhenTheOtherIsNoHop() {
        assertEquals(List.of(), waitingFor(bare(Obstacle.HOPS), bare(Obstacle.HOPS), true));
        assertEquals(List.of(), waitingFor(bare(Obstacle.HOPS), GOOD, true));
    }

    @Test
    void buildsAreToldByTheirEnds() {
        TunnelsStatus tunnels = new TunnelsStatus(
                new PoolStatus(GOOD, bare(Obstacle.HOPS), 0, 0, 70),
                0,
                0,
                Map.of("accepted", 7L, "unwanted", 1L, "no_hops", 9L, "refused", 2L, "timed_out", 3L),
                4,
                0,
                Map.of());
        assertEquals(
                new RouterStatus.Tunnels(
                        new RouterStatus.Tunnels.Way(2, 2, 0),
                        new RouterStatus.Tunnels.Way(0, 2, 1),
                        70,
                        4,
                        7,
                        Map.of("refused", 2L, "timed_out", 3L)),
                TunnelReport.tunnels(tunnels));
    }
}
