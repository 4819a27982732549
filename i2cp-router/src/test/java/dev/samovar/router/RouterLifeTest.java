package dev.samovar.router;

import static dev.samovar.router.TestMembers.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole routers of ours on loopback addresses: how they start, find each other, wait for what is missing, and end. */
class RouterLifeTest {

    @TempDir
    Path folder;

    private TestMembers members;

    @BeforeEach
    void begin() {
        members = new TestMembers(folder);
    }

    @AfterEach
    void end() throws Exception {
        members.close();
    }

    @Test
    void aRouterPublishesItselfAtAFloodfillOfOursAndIsFoundThere() throws Exception {
        MemberNode floodfill = members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        Path seed = members.routerInfoOf("floodfill");
        MemberNode one = members.start(members.config("one", seed, "127.0.0.3", 0, false));
        eventually("it is integrated", () -> TestMembers.isIntegrated(one));
        assertTrue(floodfill.dialledUs().contains(one.hash()));
        MemberNode other = members.start(members.config("other", seed, null, 0, false));
        eventually("another, which only dials, finds it", () -> other.askForRouter(one.hash()) != null);
        assertEquals(List.of(), one.status().waitingFor());
    }

    @Test
    void itIsTheSameRouterOnTheSamePortAfterARestartAndKnowsWhomItKnew() throws Exception {
        members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        RouterConfig config = members.config("one", members.routerInfoOf("floodfill"), "127.0.0.3", 0, false);
        MemberNode first = members.start(config);
        eventually("it knows the floodfill", () -> first.netDb().routers() == 1);
        String published = first.status().transports().get(0).published();
        members.end(first);

        MemberNode second = members.start(members.config("one", null, "127.0.0.3", 0, false));
        assertEquals(first.hash(), second.hash());
        eventually("it listens", () -> !second.status().transports().isEmpty());
        assertEquals(published, second.status().transports().get(0).published());
        eventually("it knows the floodfill without a seed", () -> second.netDb().routers() == 1);
    }

    @Test
    void behindAProxyItReachesTheOthersThroughItAlone() throws Exception {
        MemberNode floodfill = members.start(members.config("floodfill", null, "127.0.0.1", 0, true));
        Path seed = members.routerInfoOf("floodfill");
        String published = floodfill.status().transports().get(0).published();
        int port = Integer.parseInt(published.substring(published.lastIndexOf(':') + 1));
        try (TestProxy proxy = new TestProxy(true, port)) {
            MemberNode one = members.start(TestMembers.behind(
                    new RouterConfig.Proxy("localhost", proxy.port()), members.config("one", seed, null, 0, false)));
            eventually("it is integrated", () -> TestMembers.isIntegrated(one));
            assertTrue(proxy.asked.contains(published), proxy.asked.toString());
        }
    }

    /** {@code --bandwidth} reaches the sockets and what is published. */
    @Test
    void itSendsNoMoreThanItsBandwidth() throws Exception {
        int kilobytes = 64;
        MemberNode to = members.start(members.config("to", null, "127.0.0.2", 0, false));
        MemberNode from =
                members.start(TestMembers.limited(kilobytes, members.config("from", null, "127.0.0.3", 0, false)));
        assertEquals('L', from.routerInfo().capabilities().bandwidth(), "half of it is shared");
        assertEquals('X', to.routerInfo().capabilities().bandwidth());
        long start = System.nanoTime();
        int bytes = 0;
        for (int message = 1; message <= 10; message++) {
            ByteBuf body = Unpooled.buffer(30_000).writeZero(30_000);
            long soon = System.currentTimeMillis() + TimeUnit.MINUTES.toMillis(1);
            assertTrue(from.send(to.routerInfo(), new I2npMessage(DataMessage.TYPE, message, soon, body)));
            bytes += 30_000;
        }
        int all = bytes;
        eventually("all has come", () -> to.status().bytesIn() >= all);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        long atOnce = 2 * 65_537;
        long least = (all - 65_537 - atOnce) * 1000 / (kilobytes * 1024L * TestMembers.TIMES);
        assertTrue(millis >= least, millis + " ms for what takes " + least + " at least");
        assertTrue(from.status().bytesOut() >= all);
    }

    @Test
    void routersOfEitherIpVersionMeetAtOneThatHasBoth() throws Exception {
        MemberNode both = members.start(members.config("both", null, "127.0.0.2,::1", 0, true));
        List<String> published = both.routerInfo().addresses().stream()
                .map(address -> address.option("host"))
                .toList();
        assertEquals(List.of("127.0.0.2", "0:0:0:0:0:0:0:1"), published);
        assertTrue(
                both.status()
                        .transports()
                        .get(0)
                        .listening()
                        .matches("127\\.0\\.0\\.2:(\\d+), \\[0:0:0:0:0:0:0:1]:\\1"),
                both.status().toString());
        Path seed = members.routerInfoOf("both");
        MemberNode four = members.start(members.config("four", seed, "127.0.0.3", 0, false));
        MemberNode six = members.start(members.config("six", seed, "::1", 0, false));
        MemberNode dialling = members.start(members.config("dialling", seed, null, 0, false));
        for (MemberNode each : List.of(four, six, dialling)) {
            eventually("it is integrated", () -> TestMembers.isIntegrated(each));
            assertTrue(both.dialledUs().contains(each.hash()));
        }
        for (MemberNode each : List.of(four, six)) {
            dialling.dial(each.routerInfo());
            eventually("one that only dials reaches either", () -> dialling.isConnected(each.hash()));
        }
        four.dial(six.routerInfo());
        assertFalse(four.isConnected(six.hash()), "these two have no IP version in common");
    }

    /** What a router without {@code --host} tells the others: how to speak to it, and not where. */
    @Test
    void withoutAHostItPublishesHowToSpeakToItAndThatNobodyCanDialIt() throws Exception {
        MemberNode hidden = members.start(members.config("hidden", null, null, 0, false));
        RouterInfo published = hidden.routerInfo();
        assertEquals("XU", published.capabilities().text());
        assertEquals(1, published.addresses().size());
        RouterAddress address = published.addresses().get(0);
        assertEquals("NTCP2", address.style());
        assertEquals(Set.of("s", "v", "caps"), address.options().entries().keySet());
        assertEquals("2", address.option("v"));
        assertNull(hidden.status().transports().get(0).published());
        assertNull(hidden.status().transports().get(0).listening());
    }

    @Test
    void withoutTransitItSaysSoFromTheFirstMomentAndRefusesWhoAsksAllTheSame() throws Exception {
        MemberNode floodfill = members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        Path seed = members.routerInfoOf("floodfill");
        MemberNode unwilling =
                members.start(TestMembers.withoutTransit(members.config("unwilling", seed, "127.0.0.3", 0, false)));
        assertEquals(
                Congestion.REFUSES_ALL, unwilling.routerInfo().capabilities().congestion());
        assertEquals(Congestion.NONE, floodfill.routerInfo().capabilities().congestion());
        eventually("it is integrated", () -> TestMembers.isIntegrated(unwilling));
        assertEquals(
                Congestion.REFUSES_ALL,
                floodfill.known(unwilling.hash()).capabilities().congestion());
        assertFalse(unwilling.status().refusals().containsKey("transit.not_accepting"));
        floodfill.askForTunnel(unwilling.routerInfo());
        eventually("it refuses", () -> unwilling.status().refusals().getOrDefault("transit.not_accepting", 0L) == 1);
    }

    @Test
    void keysAreTheirOwnersAlone() throws Exception {
        members.start(members.config("one", null, "127.0.0.3", 0, false));
        for (String file : List.of(RouterStore.ROUTER_KEYS, RouterStore.NTCP2_KEYS)) {
            Path path = folder.resolve("one").resolve(file);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        }
    }

    @Test
    void anAddressThatIsNotHereIsWaitedForAndSaidSo() throws Exception {
        MemberNode node = members.start(members.config("one", null, "192.0.2.77", 0, false));
        RouterStatus status = node.status();
        assertEquals(RouterStatus.State.WAITING, status.state());
        assertTrue(status.waitingFor().get(0).contains("--host"), status.toString());
    }

    @Test
    void aPortThatIsTakenIsAFailureToStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.4"))) {
            RouterConfig config = members.config("one", null, "127.0.0.4", taken.getLocalPort(), false);
            ExecutionException failed = assertThrows(ExecutionException.class, () -> members.start(config));
            assertTrue(failed.getCause() instanceof BindException, failed.toString());
        }
    }

    @Test
    void withoutPeersItSaysWhatItWaitsForAndGoesOnWhenOneComes() throws Exception {
        MemberNode lonely = members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        eventually("it has begun", () -> lonely.status().state() == RouterStatus.State.WAITING);
        assertTrue(lonely.status().waitingFor().get(0).contains("no other router is known"));
        members.start(members.config("one", members.routerInfoOf("floodfill"), "127.0.0.3", 0, false));
        eventually("it knows one", () -> lonely.netDb().routers() == 1);
        assertFalse(lonely.status().waitingFor().toString().contains("no other router is known"));
    }

    @Test
    void damagedKeysAreSetAsideAndMadeAnew() throws Exception {
        Path files = Files.createDirectories(folder.resolve("one"));
        Files.write(files.resolve(RouterStore.ROUTER_KEYS), new byte[] {1, 2, 3});
        MemberNode node = members.start(members.config("one", null, "127.0.0.3", 0, false));
        assertNotNull(node.hash());
        assertTrue(Files.exists(files.resolve(RouterStore.ROUTER_KEYS + ".damaged-1")));
    }
}
