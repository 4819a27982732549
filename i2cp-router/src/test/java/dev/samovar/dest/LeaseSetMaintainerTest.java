package dev.samovar.dest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.TimerTable;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseSetMaintainerTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(LeaseSetMaintainer.SETTLE_MILLIS);
    private static final long NOW_MILLIS = 1_767_225_600_000L;

    private final LeaseSetMaintainer maintainer = new LeaseSetMaintainer();

    private static Lease lease(int id, int seconds) {
        byte[] gateway = new byte[Hash.LENGTH];
        gateway[0] = (byte) id;
        return new Lease(Hash.fromBytes(gateway), id, NOW_MILLIS + seconds * 1000L);
    }

    private void tunnels(long now, Lease... leases) {
        maintainer.handleTunnels(List.of(leases), now, NOW_MILLIS);
    }

    /** Lets time pass as its driver does. */
    private List<Lease> pollUntil(long end) {
        while (maintainer.nextTimeout() <= end) {
            long now = maintainer.nextTimeout();
            maintainer.handleTimeout(now);
            List<Lease> request = maintainer.pollRequest(now);
            if (request != null) {
                return request;
            }
        }
        return null;
    }

    @Test
    void theFirstTunnelIsAskedForAtOnceButNotBeforeTheSessionIsKnown() {
        tunnels(0, lease(1, 600));
        assertNull(maintainer.pollRequest(0));
        maintainer.handleOpen(SECOND);
        assertEquals(List.of(lease(1, 600)), maintainer.pollRequest(SECOND));
        assertNull(maintainer.pollRequest(SECOND));
    }

    @Test
    void laterChangesWaitForEachOther() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 600));
        assertNotNull(maintainer.pollRequest(0));
        maintainer.handleSigned(SECOND);
        tunnels(2 * SECOND, lease(1, 600), lease(2, 700));
        assertNull(maintainer.pollRequest(2 * SECOND));
        tunnels(3 * SECOND, lease(1, 600), lease(2, 700), lease(3, 650));
        maintainer.handleTimeout(2 * SECOND + SETTLE);
        assertEquals(List.of(lease(2, 700), lease(3, 650), lease(1, 600)), maintainer.pollRequest(2 * SECOND + SETTLE));
        assertNull(pollUntil(10 * SECOND));
    }

    @Test
    void whatIsInTheLeaseSetIsNotAskedForAgain() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 600), lease(2, 700));
        assertNotNull(maintainer.pollRequest(0));
        maintainer.handleSigned(SECOND);
        tunnels(5 * SECOND, lease(2, 700), lease(1, 600));
        assertEquals(TimerTable.NEVER, maintainer.nextTimeout());
        assertNull(pollUntil(100 * SECOND));
    }

    @Test
    void aChangeDuringARequestIsAskedForAfterIt() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 600));
        assertNotNull(maintainer.pollRequest(0));
        tunnels(SECOND, lease(1, 600), lease(2, 700));
        assertNull(maintainer.pollRequest(SECOND));
        maintainer.handleSigned(2 * SECOND);
        assertEquals(List.of(lease(2, 700), lease(1, 600)), pollUntil(2 * SECOND + SETTLE));
    }

    @Test
    void aClientThatDoesNotAnswerIsAskedAgain() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 600));
        assertNotNull(maintainer.pollRequest(0));
        for (int i = 0; i < 5; i++) {
            long before = i * 20 * SECOND;
            assertNull(pollUntil(before + 20 * SECOND - 1));
            assertEquals(List.of(lease(1, 600)), pollUntil(before + 20 * SECOND));
        }
    }

    @Test
    void tunnelsThatEndSoonAreLeftOutWhereThereAreOthers() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 40), lease(2, 50), lease(3, 300));
        assertEquals(List.of(lease(3, 300)), maintainer.pollRequest(0));
        maintainer.handleSigned(0);
        tunnels(5 * SECOND, lease(1, 40), lease(2, 50));
        assertEquals(List.of(lease(2, 50)), pollOrNow(5 * SECOND));
    }

    private List<Lease> pollOrNow(long now) {
        List<Lease> request = maintainer.pollRequest(now);
        return request == null ? pollUntil(now + SETTLE) : request;
    }

    @Test
    void noMoreThanALeaseSetHoldsAreAskedFor() {
        maintainer.handleOpen(0);
        List<Lease> many = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            many.add(lease(i, 100 + i));
        }
        maintainer.handleTunnels(many, 0, NOW_MILLIS);
        List<Lease> request = maintainer.pollRequest(0);
        assertEquals(LeaseSet.MAX_LEASES, request.size());
        assertTrue(request.stream().allMatch(lease -> lease.endMillis() > NOW_MILLIS + 114_000));
    }

    @Test
    void withoutTunnelsNothingIsAskedForAndTheFirstAfterwardsAtOnce() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 600));
        assertNotNull(maintainer.pollRequest(0));
        maintainer.handleSigned(SECOND);
        tunnels(100 * SECOND);
        assertNull(pollUntil(300 * SECOND));
        tunnels(400 * SECOND, lease(2, 900));
        assertEquals(List.of(lease(2, 900)), maintainer.pollRequest(400 * SECOND));
    }

    @Test
    void noTwoLeaseSetsAreOfOneSecond() {
        maintainer.handleOpen(0);
        tunnels(0, lease(1, 600));
        assertNotNull(maintainer.pollRequest(0));
        maintainer.handleSigned(1);
        tunnels(2, lease(2, 900));
        assertNull(maintainer.pollRequest(2));
        assertEquals(List.of(lease(2, 900)), pollUntil(2 + SETTLE));
    }
}
