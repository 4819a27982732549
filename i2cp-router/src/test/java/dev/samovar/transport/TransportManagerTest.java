package dev.samovar.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Dialling, waiting, giving up, in virtual time before a transport that does as it is told. */
class TransportManagerTest {

    private static final long SEED = 3;
    private static final List<RouterInfo> ROUTERS = routers(80);

    private final SimWorld world = new SimWorld(SEED);
    private final SimWorld.SimLane lane = world.newLane();
    private final List<String> told = new ArrayList<>();
    private FakeTransport transport;
    private final TransportManager manager =
            new TransportManager(lane, List.of(listener -> transport = new FakeTransport(lane, listener)), new Told());

    private static List<RouterInfo> routers(int count) {
        SeededEntropy entropy = new SeededEntropy(SEED);
        List<RouterInfo> routers = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                routers.add(RouterInfo.sign(
                        RouterKeys.generate(entropy), 1, List.of(), Mapping.of(Map.of("netId", "2", "caps", "R"))));
            }
        } catch (WireException impossible) {
            throw new AssertionError(impossible);
        }
        return routers;
    }

    private final class Told implements TransportListener {
        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {
            told.add("connected " + inbound);
        }

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
            told.add("info");
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            told.add("message");
            message.release();
        }

        @Override
        public void onDisconnected(Hash peer, DisconnectReason reason) {
            told.add("disconnected " + reason);
        }

        @Override
        public void onDialFailed(Hash peer, DialFailure reason) {
            told.add("failed " + reason);
        }

        @Override
        public void onClockSkew(Hash peer, long skewMillis) {
            told.add("skew");
        }
    }

    /** Remembers what it is asked to dial and sent. */
    private static final class FakeTransport implements Transport {
        final Lane lane;
        final TransportListener listener;
        final List<RouterInfo> dialled = new ArrayList<>();
        final Set<Hash> connected = new HashSet<>();
        final Map<Hash, List<Integer>> sent = new HashMap<>();
        boolean reachable = true;
        SendResult answer = SendResult.SENT;

        FakeTransport(Lane lane, TransportListener listener) {
            this.lane = lane;
            this.listener = listener;
        }

        void connect(RouterInfo peer, boolean inbound) {
            connected.add(peer.hash());
            listener.onConnected(peer, inbound);
        }

        @Override
        public String style() {
            return "FAKE";
        }

        @Override
        public List<RouterAddress> addresses() {
            return List.of();
        }

        @Override
        public boolean canDial(RouterInfo peer) {
            return reachable;
        }

        @Override
        public void dial(RouterInfo peer) {
            dialled.add(peer);
        }

        @Override
        public boolean isConnected(Hash peer) {
            return connected.contains(peer);
        }

        @Override
        public Set<Hash> connected() {
            return Set.copyOf(connected);
        }

        @Override
        public SendResult send(Hash peer, I2npMessage message) {
            sent.computeIfAbsent(peer, any -> new ArrayList<>()).add(message.id());
            message.release();
            return answer;
        }

        @Override
        public boolean hasRoom(Hash peer, int cells) {
            return answer.accepted();
        }

        @Override
        public void disconnect(Hash peer, DisconnectReason reason) {
            connected.remove(peer);
            listener.onDisconnected(peer, reason);
        }

        @Override
        public TransportStatus.OfTransport status() {
            return new TransportStatus.OfTransport(
                    style(), 0, 0, connected.size(), 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());
        }

        @Override
        public Future<Void> close() {
            Promise<Void> closed = lane.newPromise();
            return closed.setSuccess(null);
        }
    }

    /** With a counted buffer, so that a message that is forgotten fails the test. */
    private I2npMessage message(int id) {
        ByteBuf body = PooledByteBufAllocator.DEFAULT.heapBuffer(10).writeZero(10);
        return new I2npMessage(20, id, world.epochMillis() + 10_000, body);
    }

    private SendResult send(RouterInfo to, int id) {
        SendResult[] result = new SendResult[1];
        world.on(lane, () -> result[0] = manager.send(to, message(id)));
        return result[0];
    }

    private TransportStatus status() {
        TransportStatus[] status = new TransportStatus[1];
        world.on(lane, () -> status[0] = manager.status());
        return status[0];
    }

    @Test
    void messagesWaitForTheDialAndGoInOrder() {
        RouterInfo peer = ROUTERS.get(0);
        assertEquals(SendResult.QUEUED, send(peer, 1));
        assertEquals(SendResult.QUEUED, send(peer, 2));
        assertEquals(1, transport.dialled.size());
        assertEquals(2, status().waiting());
        world.on(lane, () -> transport.connect(peer, false));
        assertEquals(List.of(1, 2), transport.sent.get(peer.hash()));
        assertEquals(SendResult.SENT, send(peer, 3));
        assertEquals(List.of("connected false"), told);
        assertEquals(0, status().waiting());
        assertEquals(0, status().dialling());
    }

    @Test
    void aFailedDialDropsWhatWaitedAndBacksOff() {
        RouterInfo peer = ROUTERS.get(0);
        send(peer, 1);
        world.on(lane, () -> transport.listener.onDialFailed(peer.hash(), DialFailure.CONNECT_FAILED));
        assertEquals(List.of("failed CONNECT_FAILED"), told);
        assertEquals(SendResult.BACKING_OFF, send(peer, 2));
        assertFalse(hasRoom(peer, 1));
        assertEquals(1, status().backingOff());
        world.runFor(11, TimeUnit.SECONDS);
        assertTrue(hasRoom(peer, 1));
        assertEquals(SendResult.QUEUED, send(peer, 3));
        assertEquals(2, transport.dialled.size());
        world.on(lane, () -> transport.connect(peer, false));
        assertEquals(List.of(3), transport.sent.get(peer.hash()));
        assertEquals(
                "{unreachable=1, backing_off=1}".length(),
                status().dropped().toString().length());
    }

    @Test
    void whenTheNetworkComesBackNobodyIsLeftAlone() {
        for (int failures = 0; failures < 6; failures++) {
            for (RouterInfo router : ROUTERS.subList(0, 5)) {
                assertEquals(SendResult.QUEUED, send(router, 1));
                world.on(lane, () -> transport.listener.onDialFailed(router.hash(), DialFailure.CONNECT_FAILED));
            }
            world.runFor(31, TimeUnit.SECONDS);
        }
        for (RouterInfo router : ROUTERS.subList(0, 5)) {
            send(router, 1);
            world.on(lane, () -> transport.listener.onDialFailed(router.hash(), DialFailure.CONNECT_TIMEOUT));
        }
        assertEquals(5, status().backingOff());
        world.on(lane, () -> transport.connect(ROUTERS.get(9), true));
        assertEquals(0, status().backingOff());
        // with a session up it is the router's own fault
        send(ROUTERS.get(0), 1);
        world.on(lane, () -> transport.listener.onDialFailed(ROUTERS.get(0).hash(), DialFailure.CONNECT_FAILED));
        world.on(lane, () -> transport.connect(ROUTERS.get(8), false));
        assertEquals(1, status().backingOff());
    }

    @Test
    void aPeerThatDialsUsMeanwhileGetsWhatWaited() {
        RouterInfo peer = ROUTERS.get(0);
        send(peer, 1);
        world.on(lane, () -> transport.connect(peer, true));
        assertEquals(List.of(1), transport.sent.get(peer.hash()));
        world.on(lane, () -> transport.listener.onDialFailed(peer.hash(), DialFailure.HANDSHAKE_LOST));
        assertEquals(List.of("connected true"), told, "the failure of the other dial is no news");
        assertEquals(SendResult.SENT, send(peer, 2));
    }

    @Test
    void whatExpiresWhileItWaitsIsDropped() {
        RouterInfo peer = ROUTERS.get(0);
        send(peer, 1);
        world.runFor(12, TimeUnit.SECONDS);
        assertEquals(0, status().waiting());
        assertEquals(1, status().dropped().get("expired"));
        world.on(lane, () -> transport.connect(peer, false));
        assertFalse(transport.sent.containsKey(peer.hash()));
    }

    @Test
    void whatHasExpiredIsNotTaken() {
        SendResult[] result = new SendResult[1];
        I2npMessage late = message(1);
        world.runFor(11, TimeUnit.SECONDS);
        world.on(lane, () -> result[0] = manager.send(ROUTERS.get(0), late));
        assertEquals(SendResult.EXPIRED, result[0]);
        assertTrue(transport.dialled.isEmpty());
    }

    private boolean hasRoom(RouterInfo router, int cells) {
        boolean[] room = new boolean[1];
        world.on(lane, () -> room[0] = manager.hasRoom(router.hash(), cells));
        return room[0];
    }

    @Test
    void tooMuchForOneRouterIsRefusedAndThatCanBeKnownBefore() {
        for (int i = 0; i < DialQueue.MOST_PER_ROUTER; i++) {
            assertEquals(SendResult.QUEUED, send(ROUTERS.get(0), i));
        }
        assertEquals(SendResult.CONGESTED, send(ROUTERS.get(0), 99));
        assertFalse(hasRoom(ROUTERS.get(0), 1));
        assertTrue(hasRoom(ROUTERS.get(1), DialQueue.MOST_PER_ROUTER));
        assertFalse(hasRoom(ROUTERS.get(1), DialQueue.MOST_PER_ROUTER + 1));
        world.on(lane, () -> transport.connect(ROUTERS.get(0), false));
        assertTrue(hasRoom(ROUTERS.get(0), 1));
        transport.answer = SendResult.CONGESTED;
        assertFalse(hasRoom(ROUTERS.get(0), 1));
        world.runFor(12, TimeUnit.SECONDS);
    }

    @Test
    void soManyAreDialledAtATimeAndTheOthersInTurn() {
        for (RouterInfo router : ROUTERS) {
            assertEquals(SendResult.QUEUED, send(router, 1));
        }
        assertEquals(TransportManager.MOST_DIALS, transport.dialled.size());
        world.on(lane, () -> transport.connect(ROUTERS.get(5), false));
        assertEquals(TransportManager.MOST_DIALS + 1, transport.dialled.size());
        world.on(lane, () -> transport.listener.onDialFailed(ROUTERS.get(6).hash(), DialFailure.CONNECT_TIMEOUT));
        assertEquals(
                ROUTERS.get(TransportManager.MOST_DIALS + 1), transport.dialled.get(TransportManager.MOST_DIALS + 1));
        world.runFor(12, TimeUnit.SECONDS);
        assertEquals(0, status().waiting());
    }

    @Test
    void aRouterWithoutAnAddressIsUnreachable() {
        transport.reachable = false;
        assertEquals(SendResult.UNREACHABLE, send(ROUTERS.get(0), 1));
        world.on(lane, () -> assertFalse(manager.canReach(ROUTERS.get(0))));
    }

    @Test
    void aRouterThatBecomesUnreachableWhileItWaitsFails() {
        for (RouterInfo router : ROUTERS) {
            send(router, 1);
        }
        transport.reachable = false;
        world.on(lane, () -> transport.listener.onDialFailed(ROUTERS.get(0).hash(), DialFailure.LIMIT));
        world.runReady();
        assertTrue(told.contains("failed NO_ADDRESS"));
        world.runFor(12, TimeUnit.SECONDS);
        assertEquals(0, status().waiting());
    }

    @Test
    void connectingNeedsNoMessage() {
        world.on(lane, () -> assertEquals(SendResult.QUEUED, manager.connect(ROUTERS.get(0))));
        world.runFor(30, TimeUnit.SECONDS);
        world.on(lane, () -> transport.connect(ROUTERS.get(0), false));
        world.on(lane, () -> assertEquals(SendResult.SENT, manager.connect(ROUTERS.get(0))));
        assertEquals(1, transport.dialled.size());
        world.on(lane, () -> assertEquals(Set.of(ROUTERS.get(0).hash()), manager.connected()));
        world.on(lane, () -> manager.disconnect(ROUTERS.get(0).hash(), DisconnectReason.BANNED));
        assertTrue(told.contains("disconnected BANNED"));
    }

    @Test
    void closingReleasesWhatWaits() {
        send(ROUTERS.get(0), 1);
        world.on(lane, () -> assertTrue(manager.close().isSuccess()));
        assertEquals(SendResult.CLOSED, send(ROUTERS.get(0), 2));
        world.runFor(5, TimeUnit.SECONDS);
    }

    @Test
    void callsFromElsewhereAreRefused() {
        assertThrows(
                IllegalStateException.class,
                () -> manager.isConnected(ROUTERS.get(0).hash()));
    }
}
