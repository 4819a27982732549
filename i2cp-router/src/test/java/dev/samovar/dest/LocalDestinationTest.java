package dev.samovar.dest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.dest.LocalDestination.Accepted;
import dev.samovar.garlic.RatchetKind;
import dev.samovar.router.SimMember;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.tunnel.InboundTunnel;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.PoolConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Destinations of whole routers in a small network, in virtual time. */
class LocalDestinationTest {

    private static final SimNetwork.Quality GOOD = new SimNetwork.Quality(20, 0, 0);
    private static final DestinationOptions UNPUBLISHED = new DestinationOptions(PoolConfig.of(1, 2), false, true);

    private final DestNet net = DestNet.of(1, 12, 4, GOOD);

    @AfterEach
    void close() {
        net.close();
    }

    private SimClient client(int router) {
        return net.client(router, DestNet.options(1));
    }

    private Hash stranger() {
        return Hash.fromBytes(net.world.entropy().bytes(Hash.LENGTH));
    }

    private SendOutcome outcome(SimClient sender, long number, long seconds) {
        assertTrue(net.runUntil(() -> sender.outcomes.containsKey(number), seconds), "no outcome");
        return sender.outcomes.get(number);
    }

    @Test
    void aMessageArrivesAndItsSenderIsToldSo() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        alice.send(bob.hash(), 1, 100);
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(alice, 1, 10));
        assertEquals(1, bob.received.get(1L));
    }

    @Test
    void whoIsInNoNetDbIsAnsweredAllTheSame() {
        SimClient alice = net.client(5, UNPUBLISHED);
        SimClient bob = client(6);
        net.ready(alice, bob);
        net.run(20);
        alice.send(bob.hash(), 1, 100);
        net.run(5);
        bob.send(alice.hash(), 2, 100);
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(bob, 2, 10));
        SimClient carol = client(7);
        net.ready(carol);
        carol.send(alice.hash(), 3, 100);
        assertEquals(SendOutcome.NO_LEASE_SET, outcome(carol, 3, 70));
    }

    @Test
    void theClientIsToldOfEachOfItsLeaseSetsOnceAFloodfillHasIt() {
        SimClient alice = client(5);
        LocalDestination.Lack[] lack = new LocalDestination.Lack[1];
        assertTrue(net.runUntil(
                () -> {
                    alice.on(() -> lack[0] = alice.destination.lack());
                    return lack[0] == LocalDestination.Lack.CONFIRMATION;
                },
                60));
        assertEquals(0, alice.found, "too early");
        net.ready(alice);
        assertTrue(net.runUntil(() -> alice.found == 1, 1));
        net.run(900);
        assertTrue(alice.found > 1);
        assertTrue(alice.found <= alice.requests.size());
    }

    @Test
    void aLeaseSetThatIsNotToBePublishedWaitsForNobody() {
        SimClient alice = net.client(5, UNPUBLISHED);
        assertTrue(net.runUntil(() -> !alice.requests.isEmpty(), 60));
        assertTrue(net.runUntil(() -> alice.found == 1, 1));
        net.ready(alice);
    }

    @Test
    void eachReasonForAFailureIsTold() {
        SimClient alice = client(5);
        SimClient old = client(6);
        old.keyType = 0;
        SimClient silent = client(7);
        silent.signs = false;
        net.ready(alice, old);
        alice.send(stranger(), 1, 100);
        alice.send(old.hash(), 2, 100);
        silent.send(alice.hash(), 3, 100);
        assertEquals(SendOutcome.NO_LEASE_SET, outcome(alice, 1, 30));
        assertEquals(SendOutcome.UNSUPPORTED_ENCRYPTION, outcome(alice, 2, 30));
        assertEquals(SendOutcome.NO_TUNNEL, outcome(silent, 3, 70));
        SimClient bob = client(8);
        net.ready(bob);
        alice.send(bob.hash(), 4, 63_000);
        assertEquals(SendOutcome.TOO_LARGE, outcome(alice, 4, 10));
        alice.send(bob.hash(), 5, 58_000);
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(alice, 5, 10));
    }

    /** First messages are costly, and i2pd reads few of one sender: the rest has to wait for the answer to the first. */
    @Test
    void ofABurstToAStrangerAllArriveAndFewAreFirstMessages() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        for (int i = 1; i <= 120; i++) {
            assertNotEquals(Accepted.FULL, alice.send(bob.hash(), i, 1000));
        }
        assertTrue(net.runUntil(() -> bob.received.size() == 120, 10));
        net.run(10);
        assertEquals(
                120, alice.counts.values().stream().mapToInt(Integer::intValue).sum());
        assertTrue(alice.destination.garlic().sealed(RatchetKind.NEW_SESSION) <= 3);
        // the lease set went with these, and not with every other message
        assertTrue(alice.counts.get(SendOutcome.ACKNOWLEDGED) > 20, alice.counts::toString);
    }

    @Test
    void bothMayBeginAtOnce() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        for (int i = 1; i <= 40; i++) {
            alice.send(bob.hash(), i, 500);
            bob.send(alice.hash(), i, 500);
        }
        assertTrue(net.runUntil(() -> bob.received.size() == 40 && alice.received.size() == 40, 15));
    }

    @Test
    void whoCannotBeReachedFillsUpItsOwnPlaceOnly() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        Hash nobody = stranger();
        for (int i = 0; i < RemoteDestination.MAX_WAITING; i++) {
            assertEquals(Accepted.TAKEN, alice.send(nobody, i, 100, 0));
        }
        assertEquals(Accepted.FULL, alice.send(nobody, 1, 100, 0));
        assertEquals(Accepted.TAKEN, alice.send(bob.hash(), 2, 100));
        assertTrue(net.runUntil(() -> alice.writable == 1, 1));
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(alice, 2, 5));
    }

    @Test
    void whatWaitsIsBoundedInAll() {
        SimClient alice = client(5);
        net.ready(alice);
        Accepted accepted = Accepted.TAKEN;
        int bytes = 0;
        for (int i = 0; accepted != Accepted.FULL; i++) {
            accepted = alice.send(stranger(), i, 50_000, 0);
            bytes += 50_000;
        }
        assertTrue(bytes <= Outgoing.MAX_WAITING_BYTES + 50_000);
        assertTrue(net.runUntil(() -> alice.writable > 0, 200));
    }

    /** More than can be looked up at a time. */
    @Test
    void manyStrangersAreAllLookedFor() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        for (int i = 1; i <= 50; i++) {
            alice.send(stranger(), i, 100);
        }
        alice.send(bob.hash(), 1000, 100);
        net.run(70);
        assertEquals(51, alice.outcomes.size());
        assertEquals(SendOutcome.ACKNOWLEDGED, alice.outcomes.get(1000L));
        assertEquals(50, alice.counts.get(SendOutcome.NO_LEASE_SET));
    }

    @Test
    void theEndReleasesWhatWaitsAndTellsNobody() {
        SimClient alice = client(5);
        alice.send(stranger(), 1, 100);
        Destination[] found = {alice.keys.destination()};
        alice.on(() -> alice.destination.lookup(stranger(), 10_000, answer -> found[0] = answer));
        alice.detach();
        net.run(100);
        assertNull(found[0], "answered");
        assertEquals(0, alice.outcomes.size());
        assertEquals(Accepted.FULL, alice.send(stranger(), 2, 100));
        assertEquals(0, alice.requests.size());
    }

    @Test
    void lookupsThatComeBeforeTunnelsWaitForThem() {
        SimClient bob = client(6);
        net.ready(bob);
        SimClient alice = client(5);
        List<Destination> found = new ArrayList<>();
        alice.on(() -> alice.destination.lookup(bob.hash(), 30_000, found::add));
        alice.on(() -> alice.destination.lookup(stranger(), 30_000, found::add));
        assertTrue(net.runUntil(() -> !found.isEmpty(), 30));
        assertEquals(bob.keys.destination(), found.get(0));
        assertTrue(net.runUntil(() -> found.size() == 2, 30));
        assertNull(found.get(1));
    }

    @Test
    void lookupsWithoutATunnelAreAnsweredInTheirTime() {
        net.members.stream().skip(1).forEach(SimMember::crash);
        SimClient alice = client(0);
        List<Destination> found = new ArrayList<>();
        alice.on(() -> alice.destination.lookup(stranger(), 3_000, found::add));
        net.run(2);
        assertEquals(0, found.size());
        net.run(2);
        assertEquals(1, found.size());
    }

    /** Tunnels and lease sets come and go three times. */
    @Test
    void aLongTalkOutlivesTunnelsAndLeaseSets() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        for (int i = 1; i <= 180; i++) {
            net.exchange(alice, bob, i, 300, 10);
        }
        net.run(20);
        assertEquals(180, bob.received.size());
        assertEquals(180, alice.received.size());
        assertEquals(180, alice.counts.get(SendOutcome.ACKNOWLEDGED));
        assertTrue(alice.requests.size() >= 3);
    }

    @Test
    void whenTheWayFailsAnotherIsTaken() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        int sent = 0;
        for (int i = 0; i < 10; i++) {
            alice.send(bob.hash(), ++sent, 300);
            net.run(1);
        }
        // one of his entrances, and one of her exits
        Hash entrance = bob.destination.pool().leases().get(0).gateway();
        Hash exit = alice.destination.pool().outbound().get(0).endpoint();
        for (SimMember member : net.members) {
            boolean isHop = member.hash().equals(entrance) || member.hash().equals(exit);
            if (isHop && member != alice.member && member != bob.member) {
                member.crash();
            }
        }
        int before = sent;
        for (int i = 0; i < 90; i++) {
            alice.send(bob.hash(), ++sent, 300);
            net.run(1);
        }
        net.run(5);
        int lost = sent - bob.received.size();
        assertTrue(lost <= 30, lost + " lost");
        for (int i = before + 45; i <= sent; i++) {
            assertTrue(bob.received.containsKey((long) i), "message " + i);
        }
    }

    private long untilReachedAgain(SimClient alice, SimClient bob, long limit) {
        long begin = net.world.nanos();
        long number = 1_000_000;
        while (net.world.nanos() - begin < limit * 1_000_000_000L) {
            alice.send(bob.hash(), ++number, 300, 0);
            long last = number;
            if (net.runUntil(() -> bob.received.containsKey(last), 2)) {
                break;
            }
        }
        return (net.world.nanos() - begin) / 1_000_000_000L;
    }

    private void talk(SimClient alice, SimClient bob, int seconds) {
        for (int i = 0; i < seconds; i++) {
            alice.send(bob.hash(), i, 300, 0);
            bob.send(alice.hash(), i, 300, 0);
            net.run(1);
        }
    }

    @Test
    void whoIsBackWithTheSameKeysIsReachedAgain() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        talk(alice, bob, 30);
        bob.member.crash();
        net.run(5);
        bob.member.restart();
        bob.received.clear();
        bob.attach(bob.member, DestNet.options(1));
        long seconds = untilReachedAgain(alice, bob, 200);
        assertTrue(seconds <= 45, "after " + seconds + " s");
        talk(alice, bob, 5);
    }

    @Test
    void whoIsBackAndCallsIsAnsweredAtOnce() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        talk(alice, bob, 30);
        bob.member.crash();
        bob.member.restart();
        bob.attach(bob.member, DestNet.options(1));
        net.ready(bob);
        alice.received.clear();
        bob.received.clear();
        bob.send(alice.hash(), 7, 300);
        assertTrue(net.runUntil(() -> alice.received.containsKey(7L), 20));
        alice.send(bob.hash(), 8, 300);
        assertTrue(net.runUntil(() -> bob.received.containsKey(8L), 5));
    }

    @Test
    void withNewKeysOfOursTheTalkGoesOn() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        talk(alice, bob, 10);
        alice.newEncryptionKey();
        int requests = alice.requests.size();
        while (alice.requests.size() == requests) {
            talk(alice, bob, 10);
        }
        net.run(5);
        alice.received.clear();
        bob.received.clear();
        talk(alice, bob, 20);
        net.run(10);
        assertTrue(bob.received.size() >= 18, bob.received.size() + " of 20");
        assertTrue(alice.received.size() >= 18, alice.received.size() + " of 20");
    }

    @Test
    void cutOffForLongItFailsCleanlyAndHeals() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        talk(alice, bob, 10);
        List<SimNetwork.Node> here = List.of(alice.member.node());
        List<SimNetwork.Node> there = net.members.stream()
                .map(SimMember::node)
                .filter(node -> node != alice.member.node())
                .toList();
        net.network.partition(here, there, true);
        for (int i = 1; i <= 75; i++) {
            alice.send(bob.hash(), i, 300);
            net.run(10);
        }
        net.run(70);
        assertEquals(75, alice.outcomes.size());
        assertFalse(alice.counts.containsKey(SendOutcome.ACKNOWLEDGED));
        assertNotNull(alice.counts.get(SendOutcome.NO_TUNNEL));
        net.network.partition(here, there, false);
        long seconds = untilReachedAgain(alice, bob, 400);
        assertTrue(seconds <= 120, "after " + seconds + " s");
        talk(alice, bob, 20);
        bob.send(alice.hash(), 77, 300);
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(bob, 77, 20));
    }

    @Test
    void noTwoDestinationsOfOneRouterShareATunnel() {
        List<SimClient> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(client(5));
        }
        net.ready(clients.toArray(new SimClient[0]));
        Set<Integer> entrances = new HashSet<>();
        Set<OutboundTunnel> exits = new HashSet<>();
        for (SimClient client : clients) {
            for (InboundTunnel tunnel : client.destination.pool().inbound()) {
                assertTrue(entrances.add(tunnel.receiveTunnelId()));
            }
            for (OutboundTunnel tunnel : client.destination.pool().outbound()) {
                assertTrue(exits.add(tunnel));
            }
        }
        assertTrue(entrances.size() >= 12);
        // and what one of them found, the next has to find itself
        clients.get(0).send(clients.get(1).hash(), 1, 100);
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(clients.get(0), 1, 20));
        assertEquals(1, clients.get(0).destination.garlic().sealed(RatchetKind.NEW_SESSION));
        assertEquals(0, clients.get(2).destination.garlic().sealed(RatchetKind.NEW_SESSION));
    }

    @Test
    void aFullClientLosesMessagesAndNothingElse() {
        SimClient alice = client(5);
        SimClient bob = client(6);
        net.ready(alice, bob);
        bob.full = true;
        alice.send(bob.hash(), 1, 300);
        net.run(5);
        assertEquals(1, bob.destination.drops().get("client_full"));
        bob.full = false;
        alice.send(bob.hash(), 2, 300);
        net.run(5);
        assertEquals(1, bob.received.size());
    }

    @Test
    void destinationsOfTheOnlyFloodfillAreFoundAndFindOthers() {
        DestNet lonely = DestNet.of(2, 10, 1, GOOD);
        SimClient here = lonely.client(0, DestNet.options(2));
        SimClient there = lonely.client(5, DestNet.options(2));
        SimClient beside = lonely.client(0, DestNet.options(2));
        lonely.ready(here, there, beside);
        there.send(here.hash(), 1, 300);
        beside.send(there.hash(), 2, 300);
        beside.send(here.hash(), 3, 300);
        lonely.run(20);
        assertEquals(Set.of(1L, 3L), here.received.keySet());
        assertEquals(Set.of(2L), there.received.keySet());
        lonely.close();
    }

    private static Set<Hash> firstHops(SimClient client) {
        Set<Hash> hops = new HashSet<>();
        client.on(() -> client.destination.pool().outbound().forEach(tunnel -> hops.add(tunnel.firstHop())));
        return hops;
    }

    /** Two who know each other. */
    private SimClient[] talking() {
        SimClient[] both = {client(5), client(6)};
        net.ready(both);
        both[0].send(both[1].hash(), 1, 300);
        assertEquals(SendOutcome.ACKNOWLEDGED, outcome(both[0], 1, 10));
        return both;
    }

    @Test
    void whatAFullFirstHopDoesNotTakeWaitsAndTheClientIsToldToWaitToo() {
        SimClient[] both = talking();
        SimClient alice = both[0];
        alice.member.node().fullFor(firstHops(alice));
        boolean crowded = false;
        for (int i = 2; i <= 100; i++) {
            Accepted accepted = alice.send(both[1].hash(), i, 1000);
            assertNotEquals(Accepted.FULL, accepted);
            crowded |= accepted == Accepted.CROWDED;
        }
        assertTrue(crowded);
        net.run(2);
        assertEquals(1, alice.outcomes.size(), "nothing is told of what is not on its way");
        assertEquals(0, alice.writable);
        alice.member.node().fullFor(Set.of());
        assertTrue(net.runUntil(() -> both[1].received.size() == 100, 10));
        net.run(10);
        assertEquals(100, alice.outcomes.size());
        assertEquals(1, alice.writable);
        assertEquals(Set.of(SendOutcome.SENT, SendOutcome.ACKNOWLEDGED), alice.counts.keySet());
    }

    @Test
    void aFirstHopThatStaysFullIsLeftForAnother() {
        SimClient[] both = talking();
        SimClient alice = both[0];
        assertTrue(net.runUntil(() -> firstHops(alice).size() == 2, 3600), "chance makes them one and the same");
        int sent = 1;
        for (Hash hop : firstHops(alice)) {
            alice.member.node().fullFor(Set.of(hop));
            long number = ++sent;
            alice.send(both[1].hash(), number, 300);
            assertTrue(net.runUntil(() -> both[1].received.containsKey(number), 3), "hop " + sent);
        }
        assertEquals(3, sent);
    }

    @Test
    void whatNoFirstHopTookInItsTimeIsToldToHaveFailed() {
        SimClient[] both = talking();
        SimClient alice = both[0];
        Set<Hash> all = new HashSet<>();
        net.members.forEach(member -> all.add(member.hash()));
        alice.member.node().fullFor(all);
        alice.send(both[1].hash(), 2, 300);
        assertEquals(SendOutcome.EXPIRED, outcome(alice, 2, 65));
        assertFalse(both[1].received.containsKey(2L));
    }
}
