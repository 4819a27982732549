package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.netdb.Publisher.Publish;
import dev.samovar.netdb.Publisher.Sign;
import dev.samovar.netdb.Publisher.State;
import dev.samovar.netdb.Publisher.Verify;
import dev.samovar.testkit.SeededEntropy;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PublisherTest {

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final Publisher publisher = new Publisher(true, entropy);
    private long now = -5_000_000_000L;

    private Hash hash() {
        return Hash.fromBytes(entropy.bytes(Hash.LENGTH));
    }

    private void toTimeout() {
        now = publisher.nextTimeout();
        publisher.handleTimeout(now);
    }

    private Publish begin() {
        publisher.start(now);
        toTimeout();
        assertEquals(new Sign(false), publisher.pollAction());
        return (Publish) publisher.pollAction();
    }

    @Test
    void theFirstStoreComesAfterTenSecondsAndIsVerifiedElsewhere() {
        long start = now;
        Publish publish = begin();
        assertEquals(start + TimeUnit.SECONDS.toNanos(10), now);
        assertNotEquals(0, publish.token());
        assertEquals(Set.of(), publish.excluded());
        Hash floodfill = hash();
        publisher.handleSent(floodfill, false, now);
        assertEquals(State.WAITING, publisher.state());
        assertFalse(publisher.handleDeliveryStatus(publish.token() + 1, now));
        assertTrue(publisher.handleDeliveryStatus(publish.token(), now));
        assertFalse(publisher.handleDeliveryStatus(publish.token(), now));
        assertEquals(State.STORED, publisher.state());
        toTimeout();
        assertEquals(new Verify(Set.of(floodfill)), publisher.pollAction());
        publisher.handleVerified(true, now);
        assertEquals(State.VERIFIED, publisher.state());
        assertNull(publisher.pollAction());
        toTimeout();
        assertInstanceOf(Sign.class, publisher.pollAction());
        assertTrue(now - start >= TimeUnit.MINUTES.toNanos(30));
        assertTrue(now - start <= TimeUnit.MINUTES.toNanos(33));
    }

    @Test
    void silenceMakesItTheNextOnesTurnUntilEnoughWereTried() {
        Publish publish = begin();
        Set<Hash> tried = new HashSet<>();
        for (int i = 0; i < Publisher.MAX_FLOODFILLS; i++) {
            assertEquals(tried, publish.excluded());
            Hash floodfill = hash();
            tried.add(floodfill);
            publisher.handleSent(floodfill, false, now);
            if (i % 2 == 0) {
                toTimeout();
            } else {
                publisher.handleUnreachable(hash(), now);
                assertNull(publisher.pollAction());
                publisher.handleUnreachable(floodfill, now);
            }
            publish = (Publish) publisher.pollAction();
        }
        assertNull(publish);
        assertEquals(State.UNPUBLISHED, publisher.state());
        assertEquals(now + Publisher.PAUSE_NANOS, publisher.nextTimeout());
    }

    @Test
    void aStoreThatIsNotFoundElsewhereIsRepeatedAtAnotherAndNotForEver() {
        Publish publish = begin();
        for (int i = 0; i < Publisher.MAX_UNVERIFIED; i++) {
            publisher.handleSent(hash(), false, now);
            publisher.handleDeliveryStatus(publish.token(), now);
            toTimeout();
            assertInstanceOf(Verify.class, publisher.pollAction());
            publisher.handleVerified(false, now);
            publish = (Publish) publisher.pollAction();
        }
        assertNull(publish);
        assertEquals(State.STORED, publisher.state());
    }

    @Test
    void aFloodfillThatKnewItFromTheHandshakeGetsItSignedAnew() {
        Publish publish = begin();
        Hash floodfill = hash();
        publisher.handleSent(floodfill, true, now);
        assertTrue(publisher.handleDeliveryStatus(publish.token(), now));
        assertEquals(State.STORED, publisher.state());
        assertNull(publisher.pollAction(), "in the same millisecond it would have the same date");
        toTimeout();
        assertEquals(new Sign(true), publisher.pollAction());
        Publish again = (Publish) publisher.pollAction();
        assertFalse(again.excluded().contains(floodfill));
        publisher.handleSent(floodfill, false, now);
        assertTrue(publisher.handleDeliveryStatus(again.token(), now));
        assertNull(publisher.pollAction());
        toTimeout();
        assertInstanceOf(Verify.class, publisher.pollAction());
    }

    @Test
    void whereNobodyElseCanBeAskedAConfirmationIsEnough() {
        Publish publish = begin();
        publisher.handleSent(hash(), false, now);
        publisher.handleDeliveryStatus(publish.token(), now);
        toTimeout();
        publisher.pollAction();
        publisher.handleVerified(null, now);
        assertEquals(State.VERIFIED, publisher.state());
    }

    @Test
    void aChangeIsPublishedSoonAndSeveralAtOnce() {
        Publish publish = begin();
        publisher.handleSent(hash(), false, now);
        publisher.handleDeliveryStatus(publish.token(), now);
        publisher.handleChange(now);
        long at = now + Publisher.CHANGE_NANOS;
        assertEquals(at, publisher.nextTimeout());
        publisher.handleChange(now + 1);
        assertEquals(at, publisher.nextTimeout());
        toTimeout();
        assertInstanceOf(Sign.class, publisher.pollAction());
        assertEquals(Set.of(), ((Publish) publisher.pollAction()).excluded());
        // the word for the former store says nothing of this one
        assertFalse(publisher.handleDeliveryStatus(publish.token(), now));
    }

    @Test
    void theFirstFloodfillThatIsHeardOfGetsItSoon() {
        begin();
        publisher.handleSent(null, false, now);
        assertEquals(State.UNPUBLISHED, publisher.state());
        publisher.handleFloodfillKnown(now);
        assertEquals(now + Publisher.CHANGE_NANOS, publisher.nextTimeout());
    }

    @Test
    void aHiddenRouterPublishesNothing() {
        Publisher hidden = new Publisher(false, entropy);
        hidden.start(now);
        hidden.handleChange(now);
        hidden.handleFloodfillKnown(now);
        assertEquals(Long.MAX_VALUE, hidden.nextTimeout());
        assertEquals(State.OFF, hidden.state());
    }
}
