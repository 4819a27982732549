package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2cp.message.CreateLeaseSet2.PrivateKey;
import dev.samovar.i2cp.server.RouterPort.Attachment;
import dev.samovar.i2cp.server.RouterPort.Inbox;
import dev.samovar.i2cp.server.RouterPort.Outcome;
import dev.samovar.i2cp.server.RouterPort.Verdict;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions of one router and what they are to each other, in a simulated network. */
class NetworkPortTest {

    private final SimWorld world = new SimWorld(11);
    private final SimNetwork network = new SimNetwork(world, new SimNetwork.Quality(20, 0, 0));
    private final List<SimMember> members = new ArrayList<>();
    private final SimMember home;

    NetworkPortTest() {
        for (int i = 0; i < 8; i++) {
            members.add(new SimMember(network, i < 3));
        }
        home = members.get(5);
    }

    private void start() {
        List<RouterInfo> all =
                members.stream().map(member -> member.node().self()).toList();
        members.forEach(member -> member.start(all));
    }

    @AfterEach
    void stop() {
        members.forEach(SimMember::stop);
        world.runFor(1, TimeUnit.SECONDS);
    }

    /** A client and its session. */
    private final class Session implements Inbox {

        final SimMember member;
        final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, world.entropy());
        final byte[] key = world.entropy().bytes(32);
        final List<Integer> received = new ArrayList<>();
        final List<List<Lease>> requests = new ArrayList<>();
        final Map<Long, Outcome> outcomes = new HashMap<>();
        final List<String> shutdowns = new ArrayList<>();
        int keyType = 4;
        int writable;
        int found;
        boolean congested;
        boolean takes = true;
        Attachment attachment;

        Session(SimMember member, String... options) {
            this.member = member;
            on(() -> attachment = member.port().attach(keys.destination(), mapping(options), this));
            if (attachment != null) {
                on(attachment::open);
            }
        }

        void on(Runnable work) {
            member.node().run(work);
        }

        Hash hash() {
            return keys.destination().hash();
        }

        Verdict send(Session to, int number) {
            return send(to.keys.destination(), number);
        }

        Verdict send(Destination to, int number) {
            ByteBuf payload = PooledByteBufAllocator.DEFAULT.heapBuffer(64).writeInt(number);
            Verdict[] verdict = new Verdict[1];
            on(() -> verdict[0] = attachment.send(to, payload, 0, number));
            return verdict[0];
        }

        List<Destination> lookup(Hash hash, long millis) {
            List<Destination> answers = new ArrayList<>();
            on(() -> attachment.lookup(hash, millis, answers::add));
            return answers;
        }

        @Override
        public boolean deliver(ByteBuf payload) {
            received.add(payload.readInt());
            payload.release();
            return takes;
        }

        @Override
        public boolean isCongested() {
            return congested;
        }

        @Override
        public void requestLeaseSet(List<Lease> leases) {
            requests.add(leases);
            member.node().lane().execute(() -> sign(leases));
        }

        private void sign(List<Lease> leases) {
            byte[] publicKey = X25519KeyPair.of(SecretBytes.copyOf(key)).publicKey();
            List<Lease2> ends = leases.stream()
                    .map(lease -> new Lease2(lease.gateway(), lease.tunnelId(), lease.endMillis() / 1000))
                    .toList();
            LeaseSet2 signed = LeaseSet2.sign(
                    keys,
                    world.epochMillis() / 1000,
                    0,
                    Mapping.EMPTY,
                    List.of(new LeaseSet2.EncryptionKey(keyType, publicKey)),
                    ends);
            attachment.leaseSet(signed, List.of(new PrivateKey(keyType, SecretBytes.copyOf(key))));
        }

        @Override
        public void onLeaseSetFound() {
            found++;
        }

        @Override
        public void onWritable() {
            writable++;
        }

        @Override
        public void onSent(long ticket, Outcome outcome) {
            assertNull(outcomes.put(ticket, outcome));
        }

        @Override
        public void onShutdown(String reason) {
            shutdowns.add(reason);
        }
    }

    private static Mapping mapping(String... options) {
        Map<String, String> all = new TreeMap<>(Map.of("inbound.length", "1", "outbound.length", "1"));
        for (String option : options) {
            all.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        try {
            return Mapping.of(all);
        } catch (WireException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private boolean runUntil(BooleanSupplier condition, long seconds) {
        return world.runUntil(condition, seconds, TimeUnit.SECONDS);
    }

    private void run(long seconds) {
        world.runFor(seconds, TimeUnit.SECONDS);
    }

    private static final String LOCAL = "samovar.localDelivery=true";

    @Test
    void neighboursMeetThroughTheNetwork() {
        start();
        Session alice = new Session(home);
        Session bob = new Session(home);
        run(30);
        List<Destination> found = alice.lookup(bob.hash(), 10_000);
        assertEquals(List.of(), found);
        assertTrue(runUntil(() -> !found.isEmpty(), 10));
        assertEquals(bob.keys.destination(), found.get(0));
        assertEquals(Verdict.ACCEPTED, alice.send(bob, 1));
        assertEquals(List.of(), bob.received);
        assertTrue(runUntil(() -> alice.outcomes.containsKey(1L), 20));
        assertEquals(Outcome.ACKNOWLEDGED, alice.outcomes.get(1L));
        assertEquals(List.of(1), bob.received);
    }

    /** That is what shows that the way is the network's. */
    @Test
    void neighboursWithoutANetworkDoNotMeet() {
        start();
        Session alice = new Session(home);
        Session bob = new Session(home);
        run(30);
        for (SimMember member : members) {
            if (member != home) {
                network.partition(List.of(home.node()), List.of(member.node()), true);
            }
        }
        List<Destination> found = alice.lookup(bob.hash(), 10_000);
        alice.send(bob, 1);
        run(90);
        assertEquals(1, found.size());
        assertNull(found.get(0));
        assertEquals(List.of(), bob.received);
        assertFalse(alice.outcomes.get(1L) == Outcome.ACKNOWLEDGED);
        assertNotNull(alice.outcomes.get(1L));
    }

    @Test
    void whereBothWishItTheyMeetEvenBeforeTheNetworkIsThere() {
        Session alice = new Session(home, LOCAL);
        Session bob = new Session(home, LOCAL);
        run(1);
        assertEquals(1, alice.requests.size(), "so that the session can begin");
        assertEquals(1, alice.found, "by its neighbours");
        assertEquals(List.of(bob.keys.destination()), alice.lookup(bob.hash(), 10_000));
        assertEquals(Verdict.DELIVERED, alice.send(bob, 1));
        assertEquals(List.of(1), bob.received);
        assertEquals(Map.of(), alice.outcomes);
        start();
        run(30);
        assertTrue(alice.requests.size() >= 2, "and now one for others");
        Session carol = new Session(members.get(6));
        run(30);
        carol.send(bob, 2);
        assertTrue(runUntil(() -> bob.received.contains(2), 20));
        assertEquals(Verdict.DELIVERED, bob.send(alice, 3));
        assertEquals(List.of(), alice.shutdowns);
    }

    @Test
    void theWishOfOneIsNotEnough() {
        Session alice = new Session(home, LOCAL);
        Session bob = new Session(home);
        run(1);
        List<Destination> found = alice.lookup(bob.hash(), 2_000);
        assertEquals(List.of(), found);
        assertEquals(Verdict.ACCEPTED, alice.send(bob, 1));
        assertEquals(Verdict.ACCEPTED, bob.send(alice, 2));
        run(3);
        assertEquals(1, found.size());
        assertNull(found.get(0));
        assertEquals(Outcome.NO_TUNNEL, alice.outcomes.get(1L));
        assertEquals(Outcome.NO_TUNNEL, bob.outcomes.get(2L));
        assertEquals(List.of(), bob.received);
        assertEquals(0, bob.requests.size());
    }

    @Test
    void theWishMayBeTakenBack() {
        Session alice = new Session(home, LOCAL);
        Session bob = new Session(home, LOCAL);
        assertEquals(Verdict.DELIVERED, alice.send(bob, 1));
        bob.on(() -> bob.attachment.reconfigure(mapping()));
        assertEquals(Verdict.ACCEPTED, alice.send(bob, 2));
        assertEquals(List.of(1), bob.received);
        run(1);
    }

    @Test
    void aDestinationReachesItself() {
        start();
        Session alice = new Session(home);
        assertEquals(Verdict.DELIVERED, alice.send(alice, 1));
        assertEquals(List.of(1), alice.received);
        assertEquals(List.of(alice.keys.destination()), alice.lookup(alice.hash(), 1_000));
    }

    @Test
    void whoeverIsSlowMakesNeighboursWait() {
        Session alice = new Session(home, LOCAL);
        Session bob = new Session(home, LOCAL);
        Session carol = new Session(home, LOCAL);
        bob.congested = true;
        assertEquals(Verdict.CONGESTED, alice.send(bob, 1));
        assertEquals(Verdict.CONGESTED, carol.send(bob, 2));
        carol.on(carol.attachment::detach);
        bob.on(bob.attachment::inboxDrained);
        assertEquals(1, alice.writable);
        assertEquals(0, carol.writable, "it is gone");
    }

    @Test
    void whatWasDroppedIsCountedBeyondTheEndOfASession() {
        start();
        Session alice = new Session(members.get(6));
        Session bob = new Session(home);
        run(30);
        bob.takes = false;
        alice.send(bob, 1);
        assertTrue(runUntil(() -> !bob.received.isEmpty(), 20));
        assertEquals(Map.of("client_full", 1L), drops());
        bob.on(bob.attachment::detach);
        assertEquals(Map.of("client_full", 1L), drops());
    }

    private Map<String, Long> drops() {
        Map<String, Long> drops = new TreeMap<>();
        home.node().run(() -> drops.putAll(home.clients().drops()));
        return drops;
    }

    @Test
    void outcomesReachTheClient() {
        start();
        Session alice = new Session(home);
        Session stranger = new Session(members.get(6), "i2cp.dontPublishLeaseSet=true");
        run(30);
        assertEquals(Verdict.ACCEPTED, alice.send(stranger, 1));
        assertTrue(runUntil(() -> alice.outcomes.containsKey(1L), 30));
        assertEquals(Outcome.NO_LEASE_SET, alice.outcomes.get(1L));
    }

    @Test
    void lookupsThatComeBeforeTheNetworkWaitForIt() {
        Session bob = new Session(members.get(6));
        Session alice = new Session(home);
        List<Destination> early = alice.lookup(bob.hash(), 5_000);
        List<Destination> patient = alice.lookup(bob.hash(), 60_000);
        run(6);
        assertEquals(1, early.size());
        assertNull(early.get(0));
        start();
        run(40);
        assertEquals(1, patient.size());
        run(60);
        List<Destination> late = alice.lookup(bob.hash(), 60_000);
        assertTrue(runUntil(() -> !late.isEmpty(), 20));
        assertEquals(bob.keys.destination(), late.get(0));
    }

    @Test
    void tooManyLookupsBeforeTheNetworkAreRefused() {
        Session alice = new Session(home);
        List<Destination> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Hash hash = Hash.fromBytes(world.entropy().bytes(32));
            alice.on(() -> alice.attachment.lookup(hash, 5_000, answers::add));
        }
        assertEquals(36, answers.size());
        run(6);
        assertEquals(100, answers.size());
        List<Destination> again = alice.lookup(Hash.fromBytes(world.entropy().bytes(32)), 5_000);
        assertEquals(0, again.size(), "there is room again");
    }

    @Test
    void whoHasNoSessionLooksUpToo() {
        start();
        Session bob = new Session(members.get(6));
        run(30);
        List<Destination> found = new ArrayList<>();
        home.node().run(() -> home.port().lookup(bob.hash(), 10_000, found::add));
        assertTrue(runUntil(() -> !found.isEmpty(), 12));
        assertEquals(bob.keys.destination(), found.get(0));
    }

    @Test
    void aLeaseSetThatNobodyCanWriteToEndsTheSession() {
        start();
        Session alice = new Session(home);
        alice.keyType = 0;
        run(30);
        assertFalse(alice.shutdowns.isEmpty());
    }

    @Test
    void aDestinationIsHereOnceAndAnEndIsAnEnd() {
        start();
        Session alice = new Session(home);
        Attachment[] second = new Attachment[1];
        alice.on(() -> second[0] = home.port().attach(alice.keys.destination(), mapping(), alice));
        assertNull(second[0]);
        run(20);
        Session bob = new Session(members.get(6));
        run(20);
        alice.send(bob, 1);
        alice.on(alice.attachment::detach);
        int requests = alice.requests.size();
        run(700);
        assertEquals(requests, alice.requests.size());
        assertEquals(Map.of(), alice.outcomes);
        alice.on(() -> second[0] = home.port().attach(alice.keys.destination(), mapping(), alice));
        assertNotNull(second[0]);
    }
}
