package dev.samovar.sam.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.testkit.SimWorld;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionRegistryTest {

    private final SimWorld world = new SimWorld(1);
    private final SessionRegistry registry = new SessionRegistry(world, 10);

    private Hash newHash() {
        byte[] bytes = new byte[32];
        world.entropy().fill(bytes);
        return Hash.of(bytes);
    }

    @Test
    void aDestinationIsSaidToHaveEndedOnlyWhenItStoodAndForSomeSeconds() {
        Hash hash = newHash();
        assertTrue(registry.reserveDestination(hash));
        assertFalse(registry.reserveDestination(hash));
        registry.releaseDestination(hash);
        assertFalse(registry.endedLately(hash), "it never stood");

        assertTrue(registry.reserveDestination(hash));
        registry.releaseEnded(hash);
        assertTrue(registry.endedLately(hash));
        world.runFor(SessionRegistry.LATELY_NANOS - 1, TimeUnit.NANOSECONDS);
        assertTrue(registry.endedLately(hash));
        world.runFor(1, TimeUnit.NANOSECONDS);
        assertFalse(registry.endedLately(hash));
    }

    @Test
    void theEldestOfManyIsForgotten() {
        Hash first = newHash();
        registry.releaseEnded(first);
        for (int i = 0; i < 255; i++) {
            registry.releaseEnded(newHash());
        }
        assertTrue(registry.endedLately(first));
        registry.releaseEnded(newHash());
        assertFalse(registry.endedLately(first));
    }
}
