package dev.samovar.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.I2npMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SimNetworkTest {

    private static final class Recorder implements SimNetwork.Handler {

        private final List<String> events = new ArrayList<>();

        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {
            assertTrue(peer.verify());
            events.add(inbound ? "accepted" : "connected");
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            events.add("message " + message.id());
            message.release();
        }

        @Override
        public void onDisconnected(Hash peer) {
            events.add("disconnected");
        }

        @Override
        public void onDialFailed(Hash peer) {
            events.add("failed");
        }
    }

    private final SimWorld world = new SimWorld(1);
    private final SimNetwork network = new SimNetwork(world, new SimNetwork.Quality(40, 0, 0));
    private final SimNetwork.Node alice = network.newNode(false);
    private final SimNetwork.Node bob = network.newNode(true);
    private final Recorder ofAlice = new Recorder();
    private final Recorder ofBob = new Recorder();

    SimNetworkTest() {
        alice.handler(ofAlice);
        bob.handler(ofBob);
    }

    private void send(SimNetwork.Node from, SimNetwork.Node to, int id) {
        from.run(() -> from.send(to.self(), new DeliveryStatus(0, 0).toMessage(id, world.epochMillis())));
    }

    @Test
    void messagesWaitForTheSessionAndUseItBothWays() {
        send(alice, bob, 1);
        send(alice, bob, 2);
        world.runFor(250, TimeUnit.MILLISECONDS);
        assertEquals(List.of("accepted", "message 1", "message 2"), ofBob.events);
        send(bob, alice, 3);
        world.runFor(50, TimeUnit.MILLISECONDS);
        assertEquals(List.of("connected", "message 3"), ofAlice.events);
        assertEquals(1, network.dials());
        assertEquals(3, network.delivered().get(DeliveryStatus.TYPE));
    }

    @Test
    void aSessionWithoutMessagesEndsOnBothSides() {
        send(alice, bob, 1);
        world.runFor(12, TimeUnit.MINUTES);
        assertEquals(List.of("connected", "disconnected"), ofAlice.events);
        assertEquals(List.of("accepted", "message 1", "disconnected"), ofBob.events);
    }

    @Test
    void aRouterThatIsGoneIsNotReached() {
        bob.crash();
        send(alice, bob, 1);
        world.runFor(9, TimeUnit.SECONDS);
        assertEquals(List.of(), ofAlice.events);
        world.runFor(2, TimeUnit.SECONDS);
        assertEquals(List.of("failed"), ofAlice.events);
        bob.restart();
        send(alice, bob, 2);
        world.runFor(1, TimeUnit.SECONDS);
        assertTrue(alice.isConnected(bob.hash()));
    }

    @Test
    void aRouterThatRefusesSaysSoAtOnce() {
        bob.refuse(true);
        send(alice, bob, 1);
        world.runFor(100, TimeUnit.MILLISECONDS);
        assertEquals(List.of("failed"), ofAlice.events);
    }

    @Test
    void aCutWayEndsSessionsAfterAWhileAndDialsToo() {
        send(alice, bob, 1);
        world.runFor(1, TimeUnit.SECONDS);
        network.partition(List.of(alice), List.of(bob), true);
        send(alice, bob, 2);
        world.runFor(31, TimeUnit.SECONDS);
        assertFalse(alice.isConnected(bob.hash()));
        send(alice, bob, 3);
        world.runFor(11, TimeUnit.SECONDS);
        assertEquals(List.of("connected", "disconnected", "failed"), ofAlice.events);
        network.partition(List.of(alice), List.of(bob), false);
        send(alice, bob, 4);
        world.runFor(1, TimeUnit.SECONDS);
        assertTrue(ofBob.events.contains("message 4"));
    }

    @Test
    void whoStopsTellsItsPeers() {
        send(alice, bob, 1);
        world.runFor(1, TimeUnit.SECONDS);
        bob.stop();
        world.runFor(1, TimeUnit.SECONDS);
        assertEquals(List.of("connected", "disconnected"), ofAlice.events);
        assertEquals(0, bob.sessions());
    }
}
