package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.RouterVersion;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole routers of ours on loopback addresses: how they start, find each other, wait for what is missing, and end. */
class RouterLifeTest {

    private static final int NETWORK = 88;
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    private final List<MemberNode> nodes = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (MemberNode node : nodes) {
            node.close();
        }
    }

    private RouterConfig config(String name, Path seed, String host, int port, boolean floodfill) throws Exception {
        return new RouterConfig(
                "private",
                NETWORK,
                folder.resolve(name),
                seed,
                false,
                host == null ? null : InetAddress.getByName(host),
                port,
                floodfill,
                true,
                RouterVersion.parse("0.9.66"),
                null);
    }

    private MemberNode start(RouterConfig config) throws Exception {
        MemberNode node = new MemberNode(config);
        nodes.add(node);
        return node;
    }

    private static void eventually(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.call()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private Path routerInfoOf(String name) throws Exception {
        Path file = folder.resolve(name).resolve(RouterStore.ROUTER_INFO);
        eventually("the file with its RouterInfo", () -> Files.exists(file));
        return file;
    }

    @Test
    void aRouterPublishesItselfAtAFloodfillOfOursAndIsFoundThere() throws Exception {
        MemberNode floodfill = start(config("floodfill", null, "127.0.0.2", 0, true));
        Path seed = routerInfoOf("floodfill");
        MemberNode one = start(config("one", seed, "127.0.0.3", 0, false));
        eventually("it is integrated", () -> one.status().state() == RouterStatus.State.INTEGRATED);
        assertTrue(floodfill.dialledUs().contains(one.hash()));
        MemberNode other = start(config("other", seed, null, 0, false));
        eventually("another, which only dials, finds it", () -> other.askForRouter(one.hash()) != null);
        assertEquals(List.of(), one.status().waitingFor());
    }

    @Test
    void itIsTheSameRouterOnTheSamePortAfterARestartAndKnowsWhomItKnew() throws Exception {
        start(config("floodfill", null, "127.0.0.2", 0, true));
        RouterConfig config = config("one", routerInfoOf("floodfill"), "127.0.0.3", 0, false);
        MemberNode first = start(config);
        eventually("it knows the floodfill", () -> first.netDb().routers() == 1);
        String published = first.status().transports().get(0).published();
        nodes.remove(first);
        first.close();

        MemberNode second = start(config("one", null, "127.0.0.3", 0, false));
        assertEquals(first.hash(), second.hash());
        eventually("it listens", () -> !second.status().transports().isEmpty());
        assertEquals(published, second.status().transports().get(0).published());
        eventually("it knows the floodfill without a seed", () -> second.netDb().routers() == 1);
    }

    @Test
    void behindAProxyItReachesTheOthersThroughItAlone() throws Exception {
        MemberNode floodfill = start(config("floodfill", null, "127.0.0.1", 0, true));
        Path seed = routerInfoOf("floodfill");
        String published = floodfill.status().transports().get(0).published();
        int port = Integer.parseInt(published.substring(published.lastIndexOf(':') + 1));
        try (TestProxy proxy = new TestProxy(true, port)) {
            RouterConfig direct = config("one", seed, null, 0, false);
            MemberNode one = start(new RouterConfig(
                    direct.network(),
                    direct.netId(),
                    direct.folder(),
                    direct.seed(),
                    false,
                    null,
                    0,
                    false,
                    true,
                    direct.minimumVersion(),
                    new RouterConfig.Proxy("localhost", proxy.port())));
            eventually("it is integrated", () -> one.status().state() == RouterStatus.State.INTEGRATED);
            assertTrue(proxy.asked.contains(published), proxy.asked.toString());
        }
    }

    @Test
    void keysAreTheirOwnersAlone() throws Exception {
        start(config("one", null, "127.0.0.3", 0, false));
        for (String file : List.of(RouterStore.ROUTER_KEYS, RouterStore.NTCP2_KEYS)) {
            Path path = folder.resolve("one").resolve(file);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        }
    }

    @Test
    void anAddressThatIsNotHereIsWaitedForAndSaidSo() throws Exception {
        MemberNode node = start(config("one", null, "192.0.2.77", 0, false));
        RouterStatus status = node.status();
        assertEquals(RouterStatus.State.WAITING, status.state());
        assertTrue(status.waitingFor().get(0).contains("--host"), status.toString());
    }

    @Test
    void aPortThatIsTakenIsAFailureToStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.4"))) {
            RouterConfig config = config("one", null, "127.0.0.4", taken.getLocalPort(), false);
            ExecutionException failed = assertThrows(ExecutionException.class, () -> new MemberNode(config));
            assertTrue(failed.getCause() instanceof BindException, failed.toString());
        }
    }

    @Test
    void withoutPeersItSaysWhatItWaitsForAndGoesOnWhenOneComes() throws Exception {
        MemberNode lonely = start(config("floodfill", null, "127.0.0.2", 0, true));
        eventually("it has begun", () -> lonely.status().state() == RouterStatus.State.WAITING);
        assertTrue(lonely.status().waitingFor().get(0).contains("no other router is known"));
        start(config("one", routerInfoOf("floodfill"), "127.0.0.3", 0, false));
        eventually("it knows one", () -> lonely.netDb().routers() == 1);
        assertFalse(lonely.status().waitingFor().toString().contains("no other router is known"));
    }

    @Test
    void damagedKeysAreSetAsideAndMadeAnew() throws Exception {
        Path files = Files.createDirectories(folder.resolve("one"));
        Files.write(files.resolve(RouterStore.ROUTER_KEYS), new byte[] {1, 2, 3});
        MemberNode node = start(config("one", null, "127.0.0.3", 0, false));
        assertNotNull(node.hash());
        assertTrue(Files.exists(files.resolve(RouterStore.ROUTER_KEYS + ".damaged-1")));
    }
}
