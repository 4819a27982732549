package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.RouterVersion;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Whole routers of ours on loopback addresses, whose time runs fast. */
final class TestMembers {

    static final int NETWORK = 88;

    /** A second of theirs is still time enough for a handshake on a busy machine. */
    static final int TIMES = 5;

    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;
    private final List<MemberNode> nodes = new ArrayList<>();

    /** @param folder each keeps its files in one of its own therein */
    TestMembers(Path folder) {
        this.folder = folder;
    }

    /** @param host one address, several with commas between, or null */
    RouterConfig config(String name, Path seed, String host, int port, boolean floodfill) throws Exception {
        List<InetAddress> hosts = new ArrayList<>();
        for (String each : host == null ? new String[0] : host.split(",")) {
            hosts.add(InetAddress.getByName(each));
        }
        return new RouterConfig(
                "private",
                NETWORK,
                folder.resolve(name),
                seed,
                false,
                hosts,
                port,
                floodfill,
                true,
                RouterVersion.parse("0.9.66"),
                MemberNode.BANDWIDTH,
                true,
                null);
    }

    /** The same with the reseed hosts in place of a seed. */
    static RouterConfig reseeding(RouterConfig config) {
        return new RouterConfig(
                config.network(),
                config.netId(),
                config.folder(),
                null,
                true,
                config.hosts(),
                config.port(),
                config.floodfill(),
                config.allowReservedAddresses(),
                config.minimumVersion(),
                config.bandwidth(),
                config.transit(),
                config.proxy());
    }

    /** The same behind a proxy; nobody can dial it. */
    static RouterConfig behind(RouterConfig.Proxy proxy, RouterConfig config) {
        return new RouterConfig(
                config.network(),
                config.netId(),
                config.folder(),
                config.seed(),
                config.reseed(),
                List.of(),
                0,
                false,
                config.allowReservedAddresses(),
                config.minimumVersion(),
                config.bandwidth(),
                config.transit(),
                proxy);
    }

    /** The same with this many kB a second, by its own clock. */
    static RouterConfig limited(int bandwidth, RouterConfig config) {
        return new RouterConfig(
                config.network(),
                config.netId(),
                config.folder(),
                config.seed(),
                config.reseed(),
                config.hosts(),
                config.port(),
                config.floodfill(),
                config.allowReservedAddresses(),
                config.minimumVersion(),
                bandwidth,
                config.transit(),
                config.proxy());
    }

    /** The same, which carries nothing for others. */
    static RouterConfig withoutTransit(RouterConfig config) {
        return new RouterConfig(
                config.network(),
                config.netId(),
                config.folder(),
                config.seed(),
                config.reseed(),
                config.hosts(),
                config.port(),
                config.floodfill(),
                config.allowReservedAddresses(),
                config.minimumVersion(),
                config.bandwidth(),
                false,
                config.proxy());
    }

    MemberNode start(RouterConfig config) throws Exception {
        return start(config, Machine.OWN);
    }

    /** @param machine that it believes to run on */
    MemberNode start(RouterConfig config, Machine machine) throws Exception {
        MemberNode node = new MemberNode(config, TIMES, machine);
        nodes.add(node);
        return node;
    }

    void end(MemberNode node) throws Exception {
        nodes.remove(node);
        node.close();
    }

    Path routerInfoOf(String name) throws Exception {
        Path file = folder.resolve(name).resolve(RouterStore.ROUTER_INFO);
        eventually("the file with its RouterInfo", () -> Files.exists(file));
        return file;
    }

    static void eventually(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.call()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    static boolean isIntegrated(MemberNode node) throws Exception {
        return node.status().state() == RouterStatus.State.INTEGRATED;
    }

    /** Ends all that still run. */
    void close() throws Exception {
        for (MemberNode node : nodes) {
            node.close();
        }
    }
}
