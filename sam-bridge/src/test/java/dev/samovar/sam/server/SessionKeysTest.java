package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.DestinationKeys;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The private keys of a session live as long as it does. */
class SessionKeysTest {

    private final AtomicReference<DestinationKeys> seen = new AtomicReference<>();
    private TestBridge bridge;

    @AfterEach
    void end() throws Exception {
        bridge.clear();
        bridge.close();
    }

    @Test
    void theyAreWipedWhenItEnds() throws Exception {
        FakeStreams.Net net = new FakeStreams.Net();
        bridge = new TestBridge(SamConfig.Limits.defaults(), null, (session, keys, options) -> {
            seen.set(keys);
            return new FakeStreams(net, session.destination(), session.lane());
        });
        SamClient client = bridge.session("keys");
        assertFalse(bridge.onLane(() -> seen.get().signingKeys().privateKey().isZero()));
        client.close();
        bridge.until("the session is over", () -> bridge.server.status().sessions() == 0);
        bridge.until(
                "its keys are gone", () -> seen.get().signingKeys().privateKey().isZero());
        assertTrue(seen.get().toString().contains("redacted"));
    }
}
