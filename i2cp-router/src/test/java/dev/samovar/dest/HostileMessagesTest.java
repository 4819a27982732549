package dev.samovar.dest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.Lease;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.router.SimMember;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SimNetwork;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Anybody who has a lease of a destination can put anything into its tunnel. */
class HostileMessagesTest {

    private static final int[] TYPES = {
        Garlic.TYPE,
        Garlic.TYPE,
        Garlic.TYPE,
        DatabaseStore.TYPE,
        DatabaseSearchReply.TYPE,
        DeliveryStatus.TYPE,
        DataMessage.TYPE,
        TunnelGateway.TYPE,
        99
    };

    private final DestNet net = DestNet.of(4, 10, 4, new SimNetwork.Quality(10, 0, 0));
    private final SimClient alice = net.client(5, DestNet.options(1));
    private final SimClient bob = net.client(6, DestNet.options(1));
    /** Messages that passed from one tunnel to another. */
    private final List<I2npMessage> seen = new ArrayList<>();

    @AfterEach
    void close() {
        net.close();
    }

    private void see(I2npMessage message) {
        if (message.typeCode() != TunnelGateway.TYPE || seen.size() > 500) {
            return;
        }
        try {
            TunnelGateway gateway = TunnelGateway.decode(message.body().duplicate());
            byte[] body = ByteBufUtil.getBytes(gateway.message().body());
            seen.add(new I2npMessage(gateway.message().typeCode(), 1, Long.MAX_VALUE, Unpooled.wrappedBuffer(body)));
            gateway.message().release();
        } catch (WireException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private I2npMessage hostile(Random random) {
        int type = TYPES[random.nextInt(TYPES.length)];
        byte[] body;
        if (random.nextBoolean()) {
            I2npMessage model = seen.get(random.nextInt(seen.size()));
            type = random.nextInt(4) == 0 ? type : model.typeCode();
            body = ByteBufUtil.getBytes(model.body());
            body = random.nextInt(4) == 0 ? body : Fuzz.mutate(body, random);
        } else {
            body = new byte[random.nextInt(1500)];
            random.nextBytes(body);
            if (type == Garlic.TYPE && body.length > 4) {
                Unpooled.wrappedBuffer(body).setInt(0, body.length - 4);
            }
        }
        return new I2npMessage(type, random.nextInt(), net.world.epochMillis() + 10_000, Unpooled.wrappedBuffer(body));
    }

    @Test
    void nothingThatComesDownATunnelDoesHarm() {
        net.members.forEach(member -> member.tap(this::see));
        net.ready(alice, bob);
        for (int i = 1; i <= 20; i++) {
            net.exchange(alice, bob, i, 400, 1);
        }
        assertEquals(20, bob.received.size());
        Random random = new Random(4);
        SimMember attacker = net.members.get(7);
        for (int i = 0; i < 6_000; i++) {
            List<Lease> leases = bob.destination.pool().leases();
            Lease lease = leases.get(random.nextInt(leases.size()));
            if (!lease.gateway().equals(attacker.hash())) {
                I2npMessage message = new TunnelGateway(lease.tunnelId(), hostile(random))
                        .toMessage(random.nextInt(), net.world.epochMillis() + 10_000);
                attacker.node()
                        .run(() -> attacker.node()
                                .send(net.network.node(lease.gateway()).self(), message));
            }
            if (i % 60 == 0) {
                net.run(1);
            }
        }
        assertTrue(bob.destination.drops().get("not_for_us") > 500, bob.destination.drops()::toString);
        assertTrue(bob.destination.drops().get("malformed") > 100, bob.destination.drops()::toString);
        bob.received.clear();
        alice.received.clear();
        net.run(5);
        for (int i = 101; i <= 110; i++) {
            net.exchange(alice, bob, i, 400, 1);
        }
        net.run(5);
        assertEquals(10, bob.received.size());
        assertEquals(10, alice.received.size());
        bob.received.values().forEach(times -> assertEquals(1, times));
    }

    @Test
    void aDestinationThatFloodsOneClientIsHeldBackAndHarmsNoOther() {
        SimClient neighbour = net.client(6, DestNet.options(1));
        SimClient flooder = net.client(7, DestNet.options(1));
        net.ready(alice, bob, neighbour, flooder);
        // it reads nothing any more
        bob.full = true;
        long sent = 0;
        long refused = 0;
        for (int second = 1; second <= 10; second++) {
            for (int i = 0; i < 1_000; i++) {
                sent++;
                refused += flooder.send(bob.hash(), sent, 1_000, 0) == LocalDestination.Accepted.FULL ? 1 : 0;
            }
            net.exchange(alice, neighbour, second, 400, 1);
        }
        net.run(5);
        assertEquals(10, neighbour.received.size());
        assertEquals(10, alice.received.size());
        assertTrue(bob.destination.drops().get("client_full") > 0);
        assertTrue(refused > 0);
        bob.full = false;
        alice.send(bob.hash(), 1_000_000, 400);
        net.run(5);
        assertTrue(bob.received.containsKey(1_000_000L));
    }
}
