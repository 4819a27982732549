package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.testkit.SimNetwork.Quality;
import dev.samovar.tunnel.PoolNet.Owner;
import dev.samovar.tunnel.PoolNet.Router;
import dev.samovar.tunnel.TestHop.Manner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Any sequence of what owners do and of what peers bring, honest or not, leaves the tunnels whole and bounded. */
class TunnelsFuzzTest {

    private static final int STEPS = 120;

    private PoolNet net;
    private Random random;
    private final List<TunnelPool> pools = new ArrayList<>();

    @Test
    void tunnelsOutliveWhateverPeersAndOwnersDo() {
        for (int seed = 1; seed <= 3; seed++) {
            try {
                fuzz(seed);
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private void fuzz(int seed) {
        net = new PoolNet(seed, new Quality(15, 10, 1));
        random = new Random(seed);
        pools.clear();
        for (int i = 0; i < 8; i++) {
            net.add(PoolConfig.exploratory());
        }
        net.routers().forEach(router -> router.mangle = new Random(random.nextLong()));
        net.routers().forEach(Router::start);
        Router target = net.routers().get(0);
        for (int step = 0; step < STEPS; step++) {
            step(target);
            net.world.runFor(random.nextInt(5_000), TimeUnit.MILLISECONDS);
            TunnelsStatus status = target.tunnels.status();
            assertEquals(pools.size(), status.clientPools());
            assertTrue(status.pendingBuilds() < 300, status.pendingBuilds() + " builds");
            assertTrue(status.awaitedTags() < 500, status.awaitedTags() + " tags");
            assertTrue(pools.stream().allMatch(pool -> pool.inbound().size() < 60));
        }
        recover(target);
        net.routers().forEach(router -> router.node.run(router.tunnels::close));
        net.world.runFor(2, TimeUnit.MINUTES);
        assertEquals(0, target.tunnels.status().pendingBuilds());
        assertEquals(0, target.tunnels.tests().running());
        assertEquals(0, target.tunnels.status().awaitedTags());
    }

    private void recover(Router target) {
        for (Router router : net.routers()) {
            router.mangle = null;
            router.full = false;
            router.manner(Manner.HONEST);
        }
        TunnelPool pool = target.pool(PoolConfig.of(2, 2), new Owner());
        pools.add(pool);
        net.world.runFor(15, TimeUnit.MINUTES);
        assertTrue(pool.status().isReady(), pool.status().toString());
        assertTrue(target.tunnels.exploratory().status().isReady());
    }

    private void step(Router target) {
        switch (random.nextInt(12)) {
            case 0, 1 -> {
                if (pools.size() < 6) {
                    pools.add(target.pool(config(), new Owner()));
                }
            }
            case 2 -> {
                if (!pools.isEmpty()) {
                    TunnelPool pool = pools.remove(random.nextInt(pools.size()));
                    target.node.run(pool::close);
                    target.node.run(pool::close);
                }
            }
            case 3 -> any().ifPresent(pool -> target.node.run(() -> pool.reconfigure(config())));
            case 4, 5 -> any().ifPresent(pool -> target.node.run(() -> send(pool)));
            case 6 -> target.node.run(() -> forgeCell(target));
            case 7 -> target.node.run(() -> forgeGateway(target));
            case 8 -> target.node.run(() -> target.tunnels.onUnreachable(someone()));
            case 9 -> target.full = random.nextInt(3) == 0;
            case 10 -> {
                Router other = net.routers().get(1 + random.nextInt(7));
                Manner[] all = Manner.values();
                other.manner(random.nextBoolean() ? Manner.HONEST : all[random.nextInt(all.length)]);
            }
            default -> net.world.runFor(random.nextInt(120), TimeUnit.SECONDS);
        }
    }

    private Optional<TunnelPool> any() {
        return pools.isEmpty() ? Optional.empty() : Optional.of(pools.get(random.nextInt(pools.size())));
    }

    private PoolConfig config() {
        PoolConfig.Side in = new PoolConfig.Side(
                random.nextInt(4),
                random.nextInt(3) - 1,
                1 + random.nextInt(3),
                random.nextInt(2),
                random.nextBoolean());
        PoolConfig.Side out = new PoolConfig.Side(
                random.nextInt(4),
                random.nextInt(3) - 1,
                1 + random.nextInt(3),
                random.nextInt(2),
                random.nextBoolean());
        List<Hash> explicit = random.nextInt(5) == 0 ? List.of(someone(), someone()) : List.of();
        return new PoolConfig(in, out, explicit);
    }

    private Hash someone() {
        return net.routers().get(random.nextInt(net.routers().size())).hash();
    }

    private void send(TunnelPool pool) {
        for (OutboundTunnel tunnel : pool.outbound()) {
            TunnelDelivery to = random.nextBoolean()
                    ? new TunnelDelivery.ToRouter(someone())
                    : new TunnelDelivery.ToTunnel(someone(), 1 + random.nextInt(1000));
            pool.send(tunnel, to, message(random.nextInt(20_000)));
        }
    }

    private I2npMessage message(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return new DataMessage(Unpooled.wrappedBuffer(bytes))
                .toMessage(1 + random.nextInt(99), net.world.epochMillis());
    }

    private int knownId(Router target) {
        List<Integer> ids = new ArrayList<>(List.of(random.nextInt()));
        target.tunnels.exploratory().inbound().forEach(tunnel -> ids.add(tunnel.receiveTunnelId()));
        pools.forEach(pool -> pool.inbound().forEach(tunnel -> ids.add(tunnel.receiveTunnelId())));
        return ids.get(random.nextInt(ids.size()));
    }

    private void forgeCell(Router target) {
        byte[] bytes = new byte[TunnelData.DATA_LENGTH];
        random.nextBytes(bytes);
        ByteBuf data = Unpooled.wrappedBuffer(bytes);
        I2npMessage cell = new TunnelData(knownId(target), data).toMessage(random.nextInt(), net.world.epochMillis());
        try {
            if (!target.tunnels.onTunnelData(random.nextBoolean() ? null : someone(), cell)) {
                cell.release();
            }
        } catch (WireException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void forgeGateway(Router target) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        I2npMessage message = new I2npMessage(
                random.nextInt(30), random.nextInt(), net.world.epochMillis(), Unpooled.wrappedBuffer(bytes));
        TunnelGateway gateway = new TunnelGateway(knownId(target), message);
        if (!target.tunnels.onTunnelGateway(gateway)) {
            gateway.release();
        }
    }
}
