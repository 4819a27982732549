package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.TimerTable;
import dev.samovar.data.Hash;
import dev.samovar.netdb.LeaseSetPublisher.Publish;
import dev.samovar.netdb.LeaseSetPublisher.State;
import dev.samovar.netdb.LeaseSetPublisher.Verify;
import dev.samovar.testkit.SeededEntropy;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaseSetPublisherTest {

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final LeaseSetPublisher publisher = new LeaseSetPublisher(entropy);
    private long now = -7_000_000_000L;

    private Hash hash() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    private void toTimeout() {
        now = publisher.nextTimeout();
        publisher.handleTimeout(now);
    }

    private Publish publish() {
        return (Publish) publisher.pollAction();
    }

    @Test
    void nothingHappensBeforeThereIsSomethingToPublish() {
        assertNull(publisher.pollAction());
        assertEquals(TimerTable.NEVER, publisher.nextTimeout());
        assertEquals(State.IDLE, publisher.state());
    }

    @Test
    void aStoreThatIsConfirmedIsLookedForElsewhere() {
        publisher.handleNew();
        Publish publish = publish();
        assertNotEquals(0, publish.token());
        assertEquals(Set.of(), publish.excluded());
        Hash floodfill = hash();
        publisher.handleSent(floodfill, now);
        assertFalse(publisher.handleDeliveryStatus(publish.token() + 1, now));
        assertEquals(State.WAITING, publisher.state());
        assertTrue(publisher.handleDeliveryStatus(publish.token(), now));
        assertFalse(publisher.handleDeliveryStatus(publish.token(), now));
        long confirmed = now;
        toTimeout();
        assertEquals(confirmed + LeaseSetPublisher.VERIFY_DELAY_NANOS, now);
        assertEquals(new Verify(Set.of(floodfill)), publisher.pollAction());
        publisher.handleVerified(true, now);
        assertEquals(State.VERIFIED, publisher.state());
        assertEquals(TimerTable.NEVER, publisher.nextTimeout());
    }

    @Test
    void silenceLeadsFromFloodfillToFloodfillThenToAPauseAndANewBeginning() {
        publisher.handleNew();
        for (int i = 0; i < LeaseSetPublisher.MAX_FLOODFILLS; i++) {
            Publish publish = publish();
            assertEquals(i, publish.excluded().size());
            publisher.handleSent(hash(), now);
            toTimeout();
        }
        assertNull(publisher.pollAction());
        toTimeout();
        assertEquals(Set.of(), publish().excluded());
    }

    @Test
    void whenNobodyCanBeSentToItBeginsAnewAfterAPause() {
        publisher.handleNew();
        publish();
        publisher.handleSent(null, now);
        long paused = now;
        toTimeout();
        assertEquals(paused + LeaseSetPublisher.PAUSE_NANOS, now);
        assertEquals(Set.of(), publish().excluded());
    }

    @Test
    void whatIsFoundNowhereIsGivenToAFewMoreAndThenLeft() {
        publisher.handleNew();
        for (int i = 0; i < LeaseSetPublisher.MAX_UNVERIFIED; i++) {
            Publish publish = publish();
            publisher.handleSent(hash(), now);
            publisher.handleDeliveryStatus(publish.token(), now);
            toTimeout();
            assertEquals(Verify.class, publisher.pollAction().getClass());
            publisher.handleVerified(false, now);
        }
        assertNull(publisher.pollAction());
        assertEquals(TimerTable.NEVER, publisher.nextTimeout());
        assertEquals(LeaseSetPublisher.MAX_UNVERIFIED, publisher.failures());
    }

    @Test
    void aNewLeaseSetTakesThePlaceOfTheOldAtOnce() {
        publisher.handleNew();
        Publish old = publish();
        publisher.handleSent(hash(), now);
        publisher.handleNew();
        Publish renewed = publish();
        publisher.handleSent(hash(), now);
        assertFalse(publisher.handleDeliveryStatus(old.token(), now));
        publisher.handleVerified(true, now);
        assertEquals(State.WAITING, publisher.state());
        assertTrue(publisher.handleDeliveryStatus(renewed.token(), now));
    }
}
