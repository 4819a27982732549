package dev.samovar.dest;

import dev.samovar.data.RouterInfo;
import dev.samovar.router.SimMember;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.testkit.SimWorld;
import dev.samovar.tunnel.PoolConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Members of a network and their clients, in virtual time. */
final class DestNet {

    final SimWorld world;
    final SimNetwork network;
    final List<SimMember> members = new ArrayList<>();
    final List<SimClient> clients = new ArrayList<>();

    private DestNet(long seed, SimNetwork.Quality quality) {
        world = new SimWorld(seed);
        network = new SimNetwork(world, quality);
    }

    /** So many routers, of which the first few are floodfills; all know each other. */
    static DestNet of(long seed, int routers, int floodfills, SimNetwork.Quality quality) {
        DestNet net = new DestNet(seed, quality);
        for (int i = 0; i < routers; i++) {
            net.members.add(new SimMember(net.network, i < floodfills));
        }
        List<RouterInfo> all =
                net.members.stream().map(member -> member.node().self()).toList();
        net.members.forEach(member -> member.start(all));
        return net;
    }

    static DestinationOptions options(int hops) {
        return new DestinationOptions(PoolConfig.of(hops, 2), true, true);
    }

    /** A client of this router. */
    SimClient client(int router, DestinationOptions options) {
        SimClient client = new SimClient(world);
        client.attach(members.get(router), options);
        clients.add(client);
        return client;
    }

    /** Ends all. */
    void close() {
        clients.forEach(SimClient::detach);
        members.forEach(SimMember::stop);
        run(1);
    }

    void run(long seconds) {
        world.runFor(seconds, TimeUnit.SECONDS);
    }

    boolean runUntil(BooleanSupplier condition, long seconds) {
        return world.runUntil(condition, seconds, TimeUnit.SECONDS);
    }

    /** Each sends the other a message with this number; then time passes. */
    void exchange(SimClient one, SimClient other, long number, int length, long seconds) {
        one.send(other.hash(), number, length);
        other.send(one.hash(), number, length);
        run(seconds);
    }

    /** Until all can be reached. */
    void ready(SimClient... clients) {
        for (SimClient client : clients) {
            boolean[] ready = new boolean[1];
            boolean is = runUntil(
                    () -> {
                        client.on(() -> ready[0] = client.destination.isReady());
                        return ready[0];
                    },
                    120);
            if (!is) {
                throw new AssertionError("not ready, seed " + world.entropy().seed());
            }
        }
    }
}
