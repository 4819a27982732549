package dev.samovar.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.testkit.SeededEntropy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerProfileTest {

    private static final long NOW = -1_000_000_000L;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final PeerProfile profile = new PeerProfile(NOW);

    @Test
    void anUnknownRouterIsNeitherBadNorProven() {
        assertFalse(profile.isBad(NOW));
        assertFalse(profile.isProven());
        assertEquals(PeerProfile.UNKNOWN_CAPACITY, profile.capacity(NOW));
    }

    @Test
    void aRouterThatCouldNotBeReachedIsLeftAloneForAWhile() {
        profile.connectFailed(NOW);
        assertTrue(profile.isUnreachable(NOW + PeerProfile.UNREACHABLE_NANOS - 1));
        assertFalse(profile.isUnreachable(NOW + PeerProfile.UNREACHABLE_NANOS));
        profile.connectFailed(NOW);
        profile.connected(NOW + SECOND);
        assertFalse(profile.isUnreachable(NOW + SECOND));
        assertTrue(profile.isProven());
    }

    @Test
    void refusalsInARowCountLongerAndAnAcceptanceEndsThem() {
        profile.tunnelRejected(NOW);
        assertTrue(profile.declinedRecently(NOW + 329 * SECOND));
        assertFalse(profile.declinedRecently(NOW + 330 * SECOND));
        profile.tunnelRejected(NOW);
        profile.tunnelRejected(NOW);
        assertTrue(profile.declinedRecently(NOW + 1319 * SECOND));
        for (int i = 0; i < 20; i++) {
            profile.tunnelRejected(NOW);
        }
        assertTrue(profile.declinedRecently(NOW + 4399 * SECOND));
        assertFalse(profile.declinedRecently(NOW + 4400 * SECOND));
        profile.tunnelAccepted(NOW);
        assertFalse(profile.isBad(NOW));
    }

    @Test
    void silenceAsAHopCountsAsARefusalOnlyWhenItIsTheRule() {
        for (int i = 0; i < 3; i++) {
            profile.tunnelBuildTimedOut(NOW);
        }
        assertFalse(profile.isBad(NOW));
        profile.tunnelBuildTimedOut(NOW);
        assertTrue(profile.isBad(NOW));
    }

    @Test
    void capacityFollowsWhatItCarriedAndForgetsWithTime() {
        for (int i = 0; i < 8; i++) {
            profile.tunnelAccepted(NOW);
        }
        double good = profile.capacity(NOW);
        assertTrue(good > 0.85);
        profile.tunnelFailed(NOW);
        assertTrue(profile.capacity(NOW) < good);
        assertEquals(PeerProfile.UNKNOWN_CAPACITY, profile.capacity(NOW + TimeUnit.HOURS.toNanos(10)));
    }

    @Test
    void aFloodfillThatLeavesFourLookupsInARowUnansweredIsSilent() {
        for (int i = 0; i < 3; i++) {
            profile.lookupUnanswered(NOW);
        }
        assertFalse(profile.isSilent(NOW));
        profile.lookupUnanswered(NOW);
        assertTrue(profile.isSilent(NOW));
        assertFalse(profile.isSilent(NOW + 600 * SECOND));
        profile.lookupAnswered(SECOND, NOW);
        assertFalse(profile.isSilent(NOW));
        assertEquals(SECOND, profile.answerNanos());
    }

    @Test
    void profilesAreBoundedAndExpire() {
        SeededEntropy entropy = new SeededEntropy(2);
        PeerProfiles profiles = new PeerProfiles();
        Hash first = Hash.fromBytes(entropy.bytes(Hash.LENGTH));
        profiles.of(first, NOW).connected(NOW);
        assertTrue(profiles.isProven(first));
        for (int i = 0; i < PeerProfiles.MAX_PROFILES; i++) {
            profiles.of(Hash.fromBytes(entropy.bytes(Hash.LENGTH)), NOW);
        }
        assertEquals(PeerProfiles.MAX_PROFILES, profiles.size());
        assertNull(profiles.find(first));
        Hash late = Hash.fromBytes(entropy.bytes(Hash.LENGTH));
        profiles.of(late, NOW + TimeUnit.HOURS.toNanos(30));
        profiles.expire(NOW + TimeUnit.HOURS.toNanos(36));
        assertEquals(1, profiles.size());
        assertNotNull(profiles.find(late));
    }
}
