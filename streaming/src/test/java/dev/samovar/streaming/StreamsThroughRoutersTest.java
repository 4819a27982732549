package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Offload;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.router.SimMember;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams between sessions on whole routers, through tunnels of other routers, in virtual time. */
class StreamsThroughRoutersTest {

    private static final int ROUTERS = 14;
    private static final int FLOODFILLS = 4;
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final SimWorld world = new SimWorld(21);
    private final Random random = new Random(21);
    private final List<SimMember> members = new ArrayList<>();
    private SimNetwork network;

    private void network(int hops, int lossPercent, Host... hosts) {
        network = new SimNetwork(world, new SimNetwork.Quality(20, 0, lossPercent));
        for (int i = 0; i < ROUTERS; i++) {
            members.add(new SimMember(network, i < FLOODFILLS));
        }
        List<RouterInfo> all =
                members.stream().map(member -> member.node().self()).toList();
        members.forEach(member -> member.start(all));
        for (int i = 0; i < hosts.length; i++) {
            hosts[i].begin(members.get(ROUTERS - 1 - i), hops);
        }
        for (Host host : hosts) {
            assertTrue(runUntil(() -> host.streams != null, 120), "a session");
        }
    }

    @AfterEach
    void stop() {
        members.forEach(SimMember::stop);
        world.runFor(5, TimeUnit.SECONDS);
    }

    private boolean runUntil(BooleanSupplier condition, long seconds) {
        return world.runUntil(condition, seconds, TimeUnit.SECONDS);
    }

    /** A session whose incoming streams say what they hear. */
    private final class Host implements I2cpClientSession.Listener {

        final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, world.entropy());
        final List<End> accepted = new ArrayList<>();
        SimMember member;
        StreamDriver streams;

        void begin(SimMember on, int hops) {
            member = on;
            String length = Integer.toString(hops);
            SessionOptions options = SessionOptions.of(Map.of("inbound.length", length, "outbound.length", length));
            on.node().run(() -> {
                Future<CreateResult> creating =
                        on.client().createSession(on.node().lane(), keys, options, this);
                creating.addListener(done -> created((CreateResult) done.getNow()));
            });
        }

        private void created(CreateResult result) {
            if (!(result instanceof CreateResult.Created made)) {
                throw new AssertionError("no session: " + result);
            }
            streams =
                    new StreamDriver(made.session(), keys, StreamOptions.defaults(), world.entropy(), Offload.inline());
            accept();
        }

        private void accept() {
            streams.accept(socket -> {
                accepted.add(new Echo(socket).end);
                accept();
            });
        }

        End connect(Host to) {
            End[] end = new End[1];
            member.node()
                    .run(() -> end[0] = new End(null, streams.connect(to.keys.destination(), 0, 0, CONNECT_NANOS)));
            return end[0];
        }

        @Override
        public void onMessage(InboundMessage message) {
            if (streams == null) {
                message.payload().release();
            } else {
                streams.onMessage(message);
            }
        }

        @Override
        public void onWritable() {
            if (streams != null) {
                streams.onWritable();
            }
        }

        @Override
        public void onDelivery(int tracking, DeliveryStatus status) {
            streams.onDelivery(tracking, status);
        }

        @Override
        public void onClosed(CloseReason reason) {
            if (streams != null) {
                streams.close();
                streams = null;
            }
        }
    }

    /** Writes back all that it reads, and ends when the other side does. */
    private static final class Echo implements StreamSocket.Listener {

        final End end;
        private final StreamSocket socket;
        private ByteBuf rest;
        private boolean over;

        Echo(StreamSocket socket) {
            this.socket = socket;
            end = new End(null, socket);
            socket.listener(this);
        }

        private void pass() {
            while (true) {
                if (rest == null) {
                    rest = socket.read(16_384);
                }
                if (rest == null) {
                    break;
                }
                socket.write(rest);
                if (rest.isReadable()) {
                    return;
                }
                rest.release();
                rest = null;
            }
            if (over) {
                socket.shutdownOutput();
            }
        }

        @Override
        public void onConnected() {
            end.onConnected();
        }

        @Override
        public void onReadable() {
            pass();
        }

        @Override
        public void onWritable() {
            pass();
        }

        @Override
        public void onEndOfInput() {
            over = true;
            pass();
        }

        @Override
        public void onClosed(StreamEnd how) {
            end.onClosed(how);
            if (rest != null) {
                rest.release();
                rest = null;
            }
            socket.close();
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void write(Host host, End end, byte[] bytes) {
        host.member.node().run(() -> end.write(bytes, 8192, true));
    }

    /** Whoever is told of the destination can go and look for it. */
    @Test
    void aSessionIsThereWhenAFloodfillHasItsLeaseSet() {
        network(2, 0, new Host());
        int[] kept = new int[1];
        for (SimMember floodfill : members.subList(0, FLOODFILLS)) {
            floodfill.node().run(() -> kept[0] += floodfill.netDb().status().leaseSets());
        }
        assertTrue(kept[0] > 0);
    }

    @Test
    void aMegabyteGoesThereAndBack() {
        Host alice = new Host();
        Host bob = new Host();
        network(2, 0, alice, bob);
        End stream = alice.connect(bob);
        byte[] sent = bytes(1 << 20);
        write(alice, stream, sent);
        assertTrue(runUntil(() -> stream.end != null, 300), () -> stream.received.size() + " bytes");
        assertArrayEquals(sent, stream.received.toByteArray());
        assertEquals(StreamEnd.COMPLETED, stream.end);
    }

    @Test
    void aLossyNetworkIsSlowAndNothingElse() {
        Host alice = new Host();
        Host bob = new Host();
        network(1, 1, alice, bob);
        End stream = alice.connect(bob);
        byte[] sent = bytes(100_000);
        write(alice, stream, sent);
        assertTrue(runUntil(() -> stream.end != null, 600), () -> stream.received.size() + " bytes");
        assertArrayEquals(sent, stream.received.toByteArray());
    }

    @Test
    void whenARouterInMidPathGoesTheStreamGoesOn() {
        Host alice = new Host();
        Host bob = new Host();
        network(1, 0, alice, bob);
        End stream = alice.connect(bob);
        // slow enough to be under way when it happens
        byte[] sent = bytes(40_000);
        for (int i = 0; i < 40; i++) {
            byte[] piece = Arrays.copyOfRange(sent, i * 1000, (i + 1) * 1000);
            boolean last = i == 39;
            alice.member.node().run(() -> stream.write(piece, 8192, last));
            world.runFor(1, TimeUnit.SECONDS);
            if (i == 10) {
                // nobody but the two of them is a host
                members.get(5).crash();
                members.get(6).crash();
                members.get(7).crash();
            }
        }
        assertTrue(runUntil(() -> stream.end != null, 240), () -> stream.received.size() + " bytes");
        assertArrayEquals(sent, stream.received.toByteArray());
        assertEquals(StreamEnd.COMPLETED, stream.end);
    }

    @Test
    void manyStreamsAtOnceEachArriveWhole() {
        Host alice = new Host();
        Host bob = new Host();
        Host carol = new Host();
        network(2, 0, alice, bob, carol);
        List<End> streams = new ArrayList<>();
        List<byte[]> sent = new ArrayList<>();
        List<Host> hosts = List.of(alice, bob, carol);
        for (int i = 0; i < 30; i++) {
            Host from = hosts.get(i % 3);
            End stream = from.connect(hosts.get((i + 1 + i / 3 % 2) % 3));
            byte[] bytes = bytes(1 + random.nextInt(30_000));
            write(from, stream, bytes);
            streams.add(stream);
            sent.add(bytes);
        }
        assertTrue(runUntil(() -> streams.stream().allMatch(stream -> stream.end != null), 300));
        for (int i = 0; i < 30; i++) {
            assertEquals(StreamEnd.COMPLETED, streams.get(i).end, "stream " + i);
            assertArrayEquals(sent.get(i), streams.get(i).received.toByteArray());
            assertEquals(1, streams.get(i).ends);
        }
    }

    @Test
    void aCutThatLastsEndsStreamsAndAfterItOthersBegin() {
        Host alice = new Host();
        Host bob = new Host();
        network(1, 0, alice, bob);
        End stream = alice.connect(bob);
        alice.member.node().run(() -> stream.write(bytes(1000), 8192, false));
        assertTrue(runUntil(() -> stream.received.size() == 1000, 30));
        List<SimNetwork.Node> rest = members.stream()
                .filter(member -> member != alice.member)
                .map(SimMember::node)
                .toList();
        network.partition(List.of(alice.member.node()), rest, true);
        alice.member.node().run(() -> stream.write(bytes(1000), 8192, false));
        assertTrue(runUntil(() -> stream.end != null, 900));
        assertEquals(1, stream.ends);
        network.partition(List.of(alice.member.node()), rest, false);
        world.runFor(240, TimeUnit.SECONDS);
        End again = alice.connect(bob);
        byte[] sent = bytes(5000);
        write(alice, again, sent);
        assertTrue(runUntil(() -> again.end != null, 120));
        assertArrayEquals(sent, again.received.toByteArray());
    }

    @Test
    void whoRestartsWithTheSameKeysIsReachedAgain() {
        Host alice = new Host();
        Host bob = new Host();
        network(1, 0, alice, bob);
        End first = alice.connect(bob);
        write(alice, first, bytes(5000));
        assertTrue(runUntil(() -> first.end != null, 60));
        SimMember home = bob.member;
        home.crash();
        assertTrue(runUntil(() -> bob.streams == null, 1));
        home.restart();
        bob.begin(home, 1);
        assertTrue(runUntil(() -> bob.streams != null, 60));
        long begin = world.nanos();
        End again = null;
        while (again == null || again.end != StreamEnd.COMPLETED) {
            assertTrue(world.nanos() - begin < TimeUnit.SECONDS.toNanos(150));
            again = alice.connect(bob);
            write(alice, again, bytes(500));
            End tried = again;
            runUntil(() -> tried.end != null, 70);
        }
        assertNotNull(again);
    }
}
