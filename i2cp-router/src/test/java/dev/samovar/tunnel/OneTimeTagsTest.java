package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.testkit.SeededEntropy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OneTimeTagsTest {

    private static final long NOW = -77;
    private static final Object HERE = "here";
    private static final Object ELSEWHERE = "elsewhere";

    private final SeededEntropy entropy = new SeededEntropy(3);
    private final OneTimeTags tags = new OneTimeTags();
    private int opened;

    private ReplyKey key() {
        return new ReplyKey(entropy.bytes(32), entropy.bytes(8));
    }

    private void await(ReplyKey key) {
        tags.await(key, HERE, NOW, blocks -> opened++);
    }

    private Garlic sealed(ReplyKey key) {
        return OneTimeGarlic.wrap(key, new DeliveryStatus(1, 2).toMessage(3, 4), entropy);
    }

    @Test
    void whatIsAwaitedIsOpenedOnce() {
        ReplyKey key = key();
        await(key);
        Garlic garlic = sealed(key);
        I2npMessage message = garlic.toMessage(1, 2);
        assertTrue(tags.isAwaited(message.body()));
        assertTrue(tags.open(garlic, HERE, NOW));
        assertFalse(tags.open(garlic, HERE, NOW));
        assertFalse(tags.isAwaited(message.body()));
        message.release();
        assertEquals(1, opened);
        assertEquals(0, tags.size());
    }

    @Test
    void whatNobodyAwaitsIsTheOwners() {
        assertFalse(tags.open(sealed(key()), HERE, NOW));
        assertFalse(tags.open(new Garlic(new byte[3]), HERE, NOW));
    }

    @Test
    void downTheTunnelsOfAnotherPoolItProvesNothing() {
        ReplyKey key = key();
        await(key);
        assertTrue(tags.open(sealed(key), ELSEWHERE, NOW));
        assertEquals(0, opened);
        assertEquals(1, tags.strayed());
        assertTrue(tags.open(sealed(key), HERE, NOW));
        assertEquals(1, opened);
    }

    @Test
    void aForgedMessageUnderTheTagDoesNotUseItUp() {
        ReplyKey key = key();
        await(key);
        Garlic forged = sealed(new ReplyKey(entropy.bytes(32), key.tag()));
        assertTrue(tags.open(forged, HERE, NOW));
        assertEquals(1, tags.damaged());
        assertEquals(0, opened);
        assertTrue(tags.open(sealed(key), HERE, NOW));
        assertEquals(1, opened);
    }

    @Test
    void aMinuteLaterItIsForgotten() {
        ReplyKey key = key();
        await(key);
        long later = NOW + TimeUnit.MINUTES.toNanos(1);
        assertFalse(tags.open(sealed(key), HERE, later));
        tags.expire(later - 1);
        assertEquals(1, tags.size());
        tags.expire(later);
        assertEquals(0, tags.size());
    }

    @Test
    void whatIsTakenBackIsNotAwaited() {
        ReplyKey key = key();
        await(key);
        tags.forget(key);
        tags.forget(key());
        assertFalse(tags.open(sealed(key), HERE, NOW));
    }

    @Test
    void whenFullTheOldestGoes() {
        ReplyKey first = key();
        await(first);
        ReplyKey second = key();
        await(second);
        for (int i = 0; i < OneTimeTags.MAX_TAGS - 1; i++) {
            await(key());
        }
        assertEquals(OneTimeTags.MAX_TAGS, tags.size());
        assertFalse(tags.open(sealed(first), HERE, NOW));
        assertTrue(tags.open(sealed(second), HERE, NOW));
    }
}
