package dev.samovar.dest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.dest.RemoteDestination.Waiting;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RemoteDestinationTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final SeededEntropy entropy = new SeededEntropy(3);
    private final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
    private final RemoteDestination remote =
            new RemoteDestination(keys.destination().hash(), entropy, 0);

    private static Waiting message(int length, long ticket, long end) {
        return new Waiting(Unpooled.wrappedBuffer(new byte[length]), ticket, end);
    }

    private LeaseSet2 leaseSet(long published, int... ids) {
        List<Lease2> leases = new ArrayList<>();
        for (int id : ids) {
            byte[] gateway = new byte[Hash.LENGTH];
            gateway[0] = (byte) id;
            leases.add(new Lease2(Hash.fromBytes(gateway), id, published + 600));
        }
        List<LeaseSet2.EncryptionKey> key = List.of(new LeaseSet2.EncryptionKey(4, entropy.bytes(32)));
        return LeaseSet2.sign(keys, published, 0, Mapping.EMPTY, key, leases);
    }

    @Test
    void messagesAreBoundedByNumberAndBytes() {
        for (int i = 0; i < RemoteDestination.MAX_WAITING; i++) {
            assertTrue(remote.offer(message(10, i, 1000), 0));
        }
        assertFalse(remote.offer(message(10, 1, 1000), 0));
        while (remote.poll() != null) {}
        assertEquals(0, remote.waitingBytes());
        int taken = 0;
        while (remote.offer(message(60_000, 1, 1000), 0)) {
            taken++;
        }
        assertEquals(RemoteDestination.MAX_WAITING_BYTES / 60_000, taken);
        assertTrue(remote.isCrowded());
    }

    @Test
    void whatWaitsForItsLeaseSetIsNoReasonForOthersToWait() {
        for (int i = 0; i < RemoteDestination.MAX_WAITING; i++) {
            remote.offer(message(10, i, 1000), 0);
        }
        assertTrue(remote.isCrowded());
        remote.stuck(true);
        assertFalse(remote.isCrowded());
    }

    @Test
    void messagesEndEachAtItsTimeAndEqualOnesAreToldApart() {
        Waiting first = message(10, 0, 500);
        Waiting second = message(10, 0, 500);
        Waiting early = message(10, 3, 100);
        Waiting late = message(20, 4, 900);
        for (Waiting each : List.of(first, late, early, second)) {
            remote.offer(each, 0);
        }
        assertNull(remote.pollExpired(99));
        assertSame(early, remote.pollExpired(100));
        assertNull(remote.pollExpired(100));
        assertSame(first.payload(), remote.pollExpired(600).payload());
        assertSame(second.payload(), remote.pollExpired(600).payload());
        assertNull(remote.pollExpired(600));
        assertEquals(20, remote.waitingBytes());
        remote.offer(message(5, 5, 700), 0);
        assertEquals(5, remote.pollExpired(700).ticket());
        assertSame(late, remote.poll());
        assertFalse(remote.isBusy());
    }

    @Test
    void aWordOfItEndsTheWaitForASessionButNotForRoom() {
        remote.awaitSession(8 * SECOND);
        assertTrue(remote.isHeld(SECOND));
        remote.handleHeard();
        assertFalse(remote.isHeld(SECOND));
        remote.hold(2 * SECOND);
        remote.handleHeard();
        assertTrue(remote.isHeld(SECOND));
        assertFalse(remote.isHeld(2 * SECOND));
    }

    @Test
    void lookupsComeOneAtATimeAndWithPauses() {
        assertTrue(remote.mayLookUp(0));
        remote.handleLookUp();
        assertFalse(remote.mayLookUp(100 * SECOND));
        remote.handleLookedUp(103 * SECOND);
        assertFalse(remote.mayLookUp(102 * SECOND));
        assertTrue(remote.mayLookUp(103 * SECOND));
        assertTrue(remote.mayRefresh(0, 20 * SECOND));
        assertFalse(remote.mayRefresh(19 * SECOND, 20 * SECOND));
        assertTrue(remote.mayRefresh(20 * SECOND, 20 * SECOND));
    }

    private void silence(long now) {
        remote.questions().handleAsked(now, 0, 0, 0, now);
        assertTrue(remote.questions().pollOverdue(0, now + 6 * SECOND).blamesWay());
    }

    @Test
    void whoIsSilentAndHasOtherEntrancesThanBeforeWasGone() {
        assertFalse(remote.isReborn(leaseSet(1000, 1, 2)));
        remote.handleHeard();
        silence(SECOND);
        assertFalse(remote.isReborn(leaseSet(1001, 2, 3)), "one is left");
        assertTrue(remote.isReborn(leaseSet(1002, 4, 5)));
        assertFalse(remote.isReborn(leaseSet(1003, 6, 7)), "once");
    }

    @Test
    void whoAnswersMayHaveNewEntrances() {
        assertFalse(remote.isReborn(leaseSet(1000, 1, 2)));
        remote.handleHeard();
        assertFalse(remote.isReborn(leaseSet(1001, 3, 4)));
        remote.handleHeard();
        silence(SECOND);
        assertFalse(remote.isReborn(leaseSet(1002, 3, 4)));
    }

    /** The new lease set may be here before the first question is overdue. */
    @Test
    void theSilenceMayComeAfterTheNewEntrances() {
        assertFalse(remote.isReborn(leaseSet(1000, 1, 2)));
        remote.handleHeard();
        LeaseSet2 after = leaseSet(1001, 3, 4);
        assertFalse(remote.isReborn(after));
        silence(SECOND);
        assertTrue(remote.isReborn(after));
    }
}
