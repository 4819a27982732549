package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.netdb.NetDbNet.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients whose way to the floodfills and back is a tunnel: a router sends for them, another takes the answers. */
class ClientViewTest {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final NetDbNet net = new NetDbNet(7);
    private final Node[] floodfills = new Node[6];
    private final List<Client> clients = new ArrayList<>();
    private Node alice;
    private Node bob;

    /** A client of a router, with tunnels of one hop: {@code sender} out, {@code gateway} in. */
    private final class Client implements LookupRoute {

        final Node sender;
        final Node gateway;
        final int tunnel;
        final ClientView view;
        final List<Integer> types = new ArrayList<>();
        boolean broken;
        /** Whose way in the answers take, against the rules; null for the right one. */
        Client misled;

        Client(Node router, Node sender, Node gateway, int tunnel) {
            this.sender = sender;
            this.gateway = gateway;
            this.tunnel = tunnel;
            ClientView[] made = new ClientView[1];
            on(() -> made[0] = router.netDb.newView(this));
            view = made[0];
            clients.add(this);
        }

        @Override
        public ReplyPath replyPath() {
            return broken ? null : new ReplyPath(gateway.hash(), tunnel);
        }

        @Override
        public boolean canReach(RouterInfo floodfill) {
            return true;
        }

        @Override
        public boolean send(RouterInfo floodfill, I2npMessage message) {
            types.add(message.typeCode());
            return sender.send(floodfill, message);
        }

        void receive(I2npMessage message) throws WireException {
            ClientView to = misled == null ? view : misled.view;
            switch (message.typeCode()) {
                case Garlic.TYPE -> to.onGarlic(Garlic.decode(message.body()));
                case DatabaseStore.TYPE -> to.onStore(DatabaseStore.decode(message.body()));
                case DatabaseSearchReply.TYPE -> to.onSearchReply(DatabaseSearchReply.decode(message.body()));
                case DeliveryStatus.TYPE -> to.onDeliveryStatus(DeliveryStatus.decode(message.body()));
                default -> throw new AssertionError("type " + message.typeCode());
            }
        }
    }

    @BeforeEach
    void makeFloodfills() {
        for (int i = 0; i < floodfills.length; i++) {
            floodfills[i] = net.add(true);
        }
        alice = net.add(false);
        bob = net.add(false);
        for (Node node : net.nodes) {
            net.introduce(node, net.nodes.toArray(new Node[0]));
        }
        net.run(1, TimeUnit.SECONDS);
        net.lane.schedule(net.world.nanos(), this::poll);
    }

    /** Takes out of the gateways what came for the tunnels behind them. */
    private void poll() {
        for (Node node : net.nodes) {
            for (TunnelGateway arrived : List.copyOf(node.gateways)) {
                for (Client client : clients) {
                    if (client.gateway == node && client.tunnel == arrived.tunnelId()) {
                        try {
                            client.receive(arrived.message());
                        } catch (WireException malformed) {
                            throw new AssertionError(malformed);
                        }
                    }
                }
                arrived.message().release();
            }
            node.gateways.clear();
        }
        net.lane.schedule(net.world.nanos() + POLL_NANOS, this::poll);
    }

    private void on(Runnable work) {
        net.world.on(net.lane, work);
        net.world.runReady();
    }

    private LeaseSet2 leaseSet(TestLeaseSets.Owner owner) {
        return owner.sign(net.world.epochMillis(), 600);
    }

    private static void assertSame(LeaseSet expected, Answer<LeaseSet> answer) {
        assertArrayEquals(FloodfillRole.encoded(expected), FloodfillRole.encoded(answer.valueOrNull()));
    }

    @Test
    void aLeaseSetThatOneClientPublishesIsFoundByAnother() {
        Client server = new Client(alice, floodfills[0], floodfills[1], 11);
        Client caller = new Client(bob, floodfills[2], floodfills[3], 22);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        LeaseSet published = leaseSet(owner);
        on(() -> server.view.publish(published));
        assertFalse(server.view.isPublished());
        net.run(15, TimeUnit.SECONDS);
        assertTrue(server.view.isPublished());
        Answer<LeaseSet> answer = net.await(then -> caller.view.lookup(owner.hash(), then));
        assertSame(published, answer);
        // nothing but garlic ever went out, and neither router has the other's
        assertEquals(
                List.of(),
                List.of(server, caller).stream()
                        .flatMap(client -> client.types.stream())
                        .filter(type -> type != Garlic.TYPE)
                        .toList());
    }

    /** In a small network it is often so, and nobody else may have the answer. */
    @Test
    void aFloodfillThatIsTheGatewayTooConfirmsAndAnswers() {
        for (int i = 1; i < floodfills.length; i++) {
            floodfills[i].deaf = true;
        }
        Client server = new Client(alice, bob, floodfills[0], 11);
        Client caller = new Client(bob, alice, floodfills[0], 22);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        LeaseSet published = leaseSet(owner);
        on(() -> server.view.publish(published));
        net.run(60, TimeUnit.SECONDS);
        assertTrue(server.view.isPublished());
        assertSame(published, net.await(then -> caller.view.lookup(owner.hash(), then)));
    }

    @Test
    void whatNobodyAskedForIsNotKept() {
        Client caller = new Client(bob, floodfills[2], floodfills[3], 22);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        LeaseSet2 unasked = leaseSet(owner);
        DatabaseStore store =
                new DatabaseStore(owner.hash(), unasked.storeType(), 0, 0, null, FloodfillRole.encoded(unasked));
        on(() -> caller.view.onStore(store));
        on(() -> assertEquals(null, caller.view.find(owner.hash())));
        List<LeaseSet> learnt = new ArrayList<>();
        on(() -> caller.view.learn(store, learnt::add));
        on(() -> assertEquals(owner.hash(), caller.view.find(owner.hash()).hash()));
        assertEquals(1, learnt.size());
    }

    @Test
    void whoeverHandsInALeaseSetIsToldHowItEnds() {
        Client caller = new Client(bob, floodfills[2], floodfills[3], 22);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        LeaseSet2 good = leaseSet(owner);
        byte[] forged = FloodfillRole.encoded(good);
        forged[forged.length - 1] ^= 1;
        List<LeaseSet> learnt = new ArrayList<>();
        on(() -> caller.view.learn(new DatabaseStore(owner.hash(), good.storeType(), 0, 0, null, forged), learnt::add));
        on(() -> caller.view.learn(
                new DatabaseStore(owner.hash(), good.storeType(), 0, 0, null, new byte[9]), learnt::add));
        assertEquals(Arrays.asList(null, null), learnt);
        on(caller.view::close);
        on(() -> caller.view.learn(new DatabaseStore(owner.hash(), good.storeType(), 0, 0, null, forged), learnt::add));
        assertEquals(3, learnt.size());
    }

    @Test
    void whenFloodfillsAreSilentTheNextGetsTheLeaseSet() {
        Client server = new Client(alice, floodfills[0], floodfills[1], 11);
        for (int i = 2; i < floodfills.length; i++) {
            floodfills[i].deaf = true;
        }
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        on(() -> server.view.publish(leaseSet(owner)));
        net.run(60, TimeUnit.SECONDS);
        assertTrue(server.view.isPublished());
    }

    @Test
    void withoutATunnelTheStoreWaitsForOne() {
        Client server = new Client(alice, floodfills[0], floodfills[1], 11);
        server.broken = true;
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        on(() -> server.view.publish(leaseSet(owner)));
        net.run(20, TimeUnit.SECONDS);
        assertFalse(server.view.isPublished());
        assertEquals(List.of(), server.types);
        server.broken = false;
        net.run(20, TimeUnit.SECONDS);
        assertTrue(server.view.isPublished());
    }

    /** Else a floodfill could answer by way of the one whether the same router has the other. */
    @Test
    void whatComesDownTheTunnelOfAnotherClientIsNoAnswer() {
        Client server = new Client(alice, floodfills[0], floodfills[1], 11);
        Client caller = new Client(bob, floodfills[2], floodfills[3], 22);
        Client neighbour = new Client(bob, floodfills[4], floodfills[5], 33);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        on(() -> server.view.publish(leaseSet(owner)));
        net.run(15, TimeUnit.SECONDS);
        caller.misled = neighbour;
        Answer<LeaseSet> answer = net.await(then -> caller.view.lookup(owner.hash(), then));
        assertInstanceOf(Answer.Missing.class, answer);
        on(() -> assertEquals(null, neighbour.view.find(owner.hash())));
    }

    @Test
    void anAnswerOverASessionOfTheRouterIsNoneForAClientWithTunnels() {
        Client caller = new Client(bob, floodfills[2], floodfills[3], 22);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        LeaseSet wanted = leaseSet(owner);
        List<Answer<LeaseSet>> answers = new ArrayList<>();
        for (Node floodfill : floodfills) {
            floodfill.deaf = true;
        }
        on(() -> caller.view.lookup(owner.hash(), answers::add));
        for (Node floodfill : floodfills) {
            on(() -> bob.netDb.onStore(
                    floodfill.hash(),
                    new DatabaseStore(owner.hash(), wanted.storeType(), 0, 0, null, FloodfillRole.encoded(wanted))));
            on(() -> bob.netDb.onSearchReply(
                    floodfill.hash(), new DatabaseSearchReply(owner.hash(), List.of(alice.hash()), floodfill.hash())));
        }
        net.run(1, TimeUnit.SECONDS);
        assertEquals(List.of(), answers);
        net.run(60, TimeUnit.SECONDS);
        assertInstanceOf(Answer.Missing.class, answers.get(0));
    }

    @Test
    void anOlderLeaseSetElsewhereIsReplaced() {
        Client server = new Client(alice, floodfills[0], floodfills[1], 11);
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        on(() -> server.view.publish(leaseSet(owner)));
        net.run(30, TimeUnit.SECONDS);
        LeaseSet renewed = leaseSet(owner);
        on(() -> server.view.publish(renewed));
        assertFalse(server.view.isPublished());
        net.run(30, TimeUnit.SECONDS);
        assertTrue(server.view.isPublished());
        Client caller = new Client(bob, floodfills[2], floodfills[3], 22);
        Answer<LeaseSet> answer = net.await(then -> caller.view.lookup(owner.hash(), then));
        assertSame(renewed, answer);
    }

    @Test
    void aClosedViewPublishesNoMore() {
        Client server = new Client(alice, floodfills[0], floodfills[1], 11);
        server.broken = true;
        TestLeaseSets.Owner owner = new TestLeaseSets.Owner(net.world.entropy());
        on(() -> server.view.publish(leaseSet(owner)));
        on(server.view::close);
        server.broken = false;
        net.run(30, TimeUnit.SECONDS);
        assertEquals(List.of(), server.types);
    }
}
