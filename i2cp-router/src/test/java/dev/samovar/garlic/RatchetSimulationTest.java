package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.SealResult.Sealed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two destinations over a bad network, in virtual time. */
class RatchetSimulationTest {

    private static final long SEED = 20261126;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private record Flight(long arrives, long serial, int from, byte[] garlic, boolean copy)
            implements Comparable<Flight> {
        @Override
        public int compareTo(Flight other) {
            return arrives == other.arrives ? Long.compare(serial, other.serial) : Long.compare(arrives, other.arrives);
        }
    }

    /** What becomes of messages under way. */
    private record Network(double loss, double doubles, double late, int lateMillis) {}

    private static final class Simulation {

        final RatchetNode[] nodes = {new RatchetNode(SEED + 1), new RatchetNode(SEED + 2)};
        final Random random = new Random(SEED);
        final PriorityQueue<Flight> flights = new PriorityQueue<>();
        final Set<Long> tags = new HashSet<>();
        final List<Set<Long>> arrivedAt = List.of(new HashSet<>(), new HashSet<>());
        final int[] sent = new int[2];
        final int[] refused = new int[2];
        final int[] notOpened = new int[2];
        final int[] failed = new int[2];
        final Network network;
        long now = MILLI;
        long serial;

        Simulation(Network network) {
            this.network = network;
        }

        void send(int from, long number) {
            SealResult result = nodes[from].seal(nodes[1 - from], now, number);
            if (result instanceof Sealed sealed) {
                launch(from, sealed.garlic());
                sent[from]++;
            } else {
                refused[from]++;
            }
        }

        /** Whether the sessions fall silent when their holders do. */
        void assertQuiet() {
            run(now + TimeUnit.SECONDS.toNanos(5));
            int before = tags.size();
            run(now + TimeUnit.SECONDS.toNanos(60));
            assertEquals(before, tags.size(), "seed " + SEED + ": sessions talk to each other");
        }

        void launch(int from, byte[] garlic) {
            if (!tags.add(RatchetSessions.tagOf(garlic))) {
                fail("seed " + SEED + ": a tag was used twice");
            }
            if (random.nextDouble() >= network.loss()) {
                flights.add(new Flight(now + delay(), serial++, from, garlic, false));
            }
            if (random.nextDouble() < network.doubles()) {
                flights.add(new Flight(now + delay() + 200 * MILLI, serial++, from, garlic, true));
            }
        }

        private long delay() {
            long delay = 50 + random.nextInt(5);
            return MILLI
                    * (random.nextDouble() < network.late() ? delay + random.nextInt(network.lateMillis()) : delay);
        }

        void run(long until) {
            while (now < until) {
                now += MILLI;
                while (!flights.isEmpty() && flights.peek().arrives() <= now) {
                    arrive(flights.poll());
                }
                for (int i = 0; i < 2; i++) {
                    tick(i);
                }
            }
        }

        private void arrive(Flight flight) {
            int to = 1 - flight.from();
            DecryptResult result = nodes[to].open(flight.garlic(), now);
            if (result instanceof Opened opened) {
                if (opened.kind() == RatchetKind.NEW_SESSION) {
                    nodes[to].sessions.bind(opened.senderKey(), nodes[flight.from()].self.destination(), now);
                }
                for (long number : RatchetNode.numbers(opened)) {
                    if (!arrivedAt.get(to).add(number)) {
                        fail("seed " + SEED + ": " + number + " came twice");
                    }
                }
            } else if (!flight.copy()) {
                notOpened[to]++;
            }
        }

        private void tick(int node) {
            if (nodes[node].sessions.nextTimeout() <= now) {
                nodes[node].sessions.handleTimeout(now);
            }
            for (RatchetEvent event : nodes[node].events()) {
                if (event instanceof RatchetEvent.OwesReply) {
                    if (nodes[node].seal(nodes[1 - node], now) instanceof Sealed sealed) {
                        launch(node, sealed.garlic());
                    }
                } else if (event instanceof RatchetEvent.Failed) {
                    failed[node]++;
                }
            }
        }
    }

    @Test
    void manyMessagesBothWaysOverABadNetwork() {
        Simulation simulation = new Simulation(new Network(0.05, 0.01, 0.1, 60));
        long number = 0;
        while (simulation.sent[0] < 75_000) {
            for (int i = 0; i < 2 + simulation.random.nextInt(3); i++) {
                simulation.send(0, number++);
            }
            for (int i = 0; i < 3; i++) {
                simulation.send(1, number++);
            }
            simulation.run(simulation.now + MILLI);
        }
        simulation.run(simulation.now + TimeUnit.SECONDS.toNanos(1));
        simulation.assertQuiet();
        for (int i = 0; i < 2; i++) {
            RatchetSessions sessions = simulation.nodes[i].sessions;
            assertTrue(
                    sessions.counters().ratchets() > 20,
                    "ratchets " + sessions.counters().ratchets());
            assertEquals(0, simulation.notOpened[i]);
            assertEquals(0, simulation.failed[i]);
            assertTrue(simulation.sent[i] > 60_000);
            assertTrue(simulation.arrivedAt.get(1 - i).size() > simulation.sent[i] * 0.93);
            assertTrue(sessions.counters().sealed(RatchetKind.EXISTING) > 60_000);
            assertTrue(sessions.tags() < 5_000, "tags " + sessions.tags());
        }
    }

    @Test
    void oneWayTrafficGetsNewKeysByAnswersThatNobodyAskedTheClientFor() {
        Simulation simulation = new Simulation(new Network(0.02, 0, 0.05, 20));
        for (long number = 0; number < 30_000; number++) {
            simulation.send(0, number);
            simulation.run(simulation.now + MILLI);
        }
        simulation.assertQuiet();
        assertTrue(simulation.nodes[0].sessions.counters().ratchets() >= 6);
        assertEquals(0, simulation.failed[0]);
        assertEquals(0, simulation.notOpened[1]);
        assertTrue(simulation.arrivedAt.get(1).size() > 27_000);
        assertTrue(simulation.nodes[1].sessions.counters().sealed(RatchetKind.EXISTING) < 100);
    }

    @Test
    void longBurstsOfLossAreOvercome() {
        Simulation simulation = new Simulation(new Network(0, 0, 0, 1));
        long number = 0;
        for (int i = 0; i < 200; i++) {
            simulation.send(0, number++);
            simulation.send(1, number++);
            simulation.run(simulation.now + 10 * MILLI);
        }
        // a hundred messages of each side vanish
        for (int i = 0; i < 100; i++) {
            simulation.nodes[0].sealed(simulation.nodes[1], simulation.now, number++);
            simulation.nodes[1].sealed(simulation.nodes[0], simulation.now, number++);
        }
        int before = simulation.arrivedAt.get(1).size();
        for (int i = 0; i < 100; i++) {
            simulation.send(0, number++);
            simulation.send(1, number++);
            simulation.run(simulation.now + 10 * MILLI);
        }
        simulation.run(simulation.now + TimeUnit.SECONDS.toNanos(1));
        assertEquals(before + 100, simulation.arrivedAt.get(1).size(), 15);
        assertEquals(0, simulation.notOpened[0] + simulation.notOpened[1]);
    }

    @Test
    void aSessionThatThePeerLostIsReplaced() {
        Simulation simulation = new Simulation(new Network(0, 0, 0, 1));
        long number = 0;
        for (int i = 0; i < 100; i++) {
            simulation.send(0, number++);
            simulation.run(simulation.now + 50 * MILLI);
        }
        simulation.nodes[1].restart();
        int failed = 0;
        long restarted = simulation.now;
        while (failed == 0 && simulation.now < restarted + TimeUnit.MINUTES.toNanos(5)) {
            simulation.send(0, number++);
            simulation.run(simulation.now + 500 * MILLI);
            failed = simulation.failed[0];
        }
        assertEquals(1, failed);
        assertTrue(simulation.now - restarted < TimeUnit.SECONDS.toNanos(130));
        simulation.run(simulation.now + 1_100 * MILLI);
        List<Long> later = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            later.add(number);
            simulation.send(0, number++);
            simulation.run(simulation.now + 1_100 * MILLI);
        }
        assertTrue(simulation.arrivedAt.get(1).containsAll(later));
        assertTrue(simulation.nodes[0].sessions.isEstablished(simulation.nodes[1].self, simulation.now));
    }

    @Test
    void bothSidesMayBeginAtOnce() {
        Simulation simulation = new Simulation(new Network(0, 0, 0, 1));
        long number = 0;
        for (int i = 0; i < 50; i++) {
            simulation.send(0, number++);
            simulation.send(1, number++);
            simulation.run(simulation.now + 20 * MILLI);
        }
        simulation.run(simulation.now + TimeUnit.SECONDS.toNanos(3));
        for (int i = 0; i < 2; i++) {
            assertEquals(0, simulation.notOpened[i]);
            assertEquals(
                    RatchetKind.EXISTING,
                    simulation.nodes[i].sessions.nextKind(simulation.nodes[1 - i].self, simulation.now));
            assertEquals(simulation.sent[i], simulation.arrivedAt.get(1 - i).size());
        }
        for (int i = 0; i < 20; i++) {
            simulation.send(0, number++);
            simulation.send(1, number++);
            simulation.run(simulation.now + 500 * MILLI);
        }
        simulation.run(simulation.now + TimeUnit.SECONDS.toNanos(3));
        assertEquals(0, simulation.failed[0] + simulation.failed[1]);
        simulation.assertQuiet();
        assertEquals(simulation.sent[0], simulation.arrivedAt.get(1).size());
        assertEquals(simulation.sent[1], simulation.arrivedAt.get(0).size());
    }
}
