package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterKeys;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.RouterGarlicFilter.Verdict;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.testkit.SeededEntropy;
import java.util.List;
import org.junit.jupiter.api.Test;

class GarlicFiltersTest {

    private static final long NOW = 1_767_225_600_000L;

    private final SeededEntropy entropy = new SeededEntropy(9);
    private final RouterGarlicFilter filter = new RouterGarlicFilter(1, 100);

    private Verdict check(byte[] garlic, long madeMillis) {
        return filter.check(garlic, List.of(new DateTime(madeMillis / 1000)), NOW);
    }

    @Test
    void garlicIsAcceptedOnce() {
        byte[] garlic = entropy.bytes(60);
        assertFalse(filter.isRepeated(garlic, NOW));
        assertEquals(Verdict.ACCEPTED, check(garlic, NOW));
        assertEquals(Verdict.REPEATED, check(garlic, NOW));
        assertTrue(filter.isRepeated(garlic, NOW + RouterGarlicFilter.MAX_AGE_MILLIS));
        assertEquals(2, filter.count(Verdict.REPEATED));
    }

    @Test
    void garlicOfAnotherTimeIsRefusedAndNotRemembered() {
        byte[] garlic = entropy.bytes(60);
        assertEquals(Verdict.TOO_OLD, check(garlic, NOW - RouterGarlicFilter.MAX_AGE_MILLIS - 1000));
        assertEquals(Verdict.TOO_FAR_AHEAD, check(garlic, NOW + RouterGarlicFilter.MAX_AHEAD_MILLIS + 1000));
        assertEquals(Verdict.ACCEPTED, check(garlic, NOW - RouterGarlicFilter.MAX_AGE_MILLIS));
    }

    /** A lookup as it goes to a floodfill and comes back, with nothing in between that could read it. */
    @Test
    void aHiddenLookupIsAskedAndAnswered() throws WireException {
        RouterKeys floodfill = RouterKeys.generate(entropy);
        Hash wanted = Hash.fromBytes(entropy.bytes(32));
        Hash gateway = Hash.fromBytes(entropy.bytes(32));
        ReplyKey replyKey = new ReplyKey(entropy.bytes(32), entropy.bytes(8));
        DatabaseLookup lookup =
                new DatabaseLookup(wanted, gateway, DatabaseLookup.Kind.LEASE_SET, 77, List.of(), replyKey);

        Garlic sent = RouterGarlic.wrap(
                floodfill.identity().encryptionKey(), lookup.toMessage(1, NOW + 10_000), NOW, entropy);
        List<GarlicBlock> blocks = RouterGarlic.open(sent.data(), floodfill);
        assertEquals(Verdict.ACCEPTED, filter.check(sent.data(), blocks, NOW));
        DatabaseLookup asked =
                DatabaseLookup.decode(((GarlicClove) blocks.get(1)).message().body());
        DatabaseSearchReply answer = new DatabaseSearchReply(asked.key(), List.of(gateway), wanted);
        Garlic back = OneTimeGarlic.wrap(asked.replyKey(), answer.toMessage(2, NOW + 10_000), entropy);

        List<GarlicBlock> reply = OneTimeGarlic.open(replyKey.key(), back.data());
        GarlicClove clove = (GarlicClove) reply.get(0);
        assertEquals(answer, DatabaseSearchReply.decode(clove.message().body()));
    }
}
