package dev.samovar.router;

import static dev.samovar.router.TestMembers.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole routers whose network, or way into it, is not there when they start: they say so, and go on when it is. */
class RouterWaitsTest {

    private static TestSigner signer;
    private static TestSigner localhost;

    @TempDir
    Path folder;

    private TestMembers members;

    @BeforeAll
    static void makeCertificates() {
        signer = TestSeeds.signer("someone@mail.i2p");
        localhost = TestSigner.make("localhost", 2048, "-ext", "san=dns:localhost");
    }

    @BeforeEach
    void begin() {
        members = new TestMembers(folder);
    }

    @AfterEach
    void end() throws Exception {
        members.close();
    }

    private static int freePort(String host) throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    // --- the reseed hosts

    /** What an operator puts into the data directory in place of the hosts and certificates that come with the program. */
    private void override(String name, int port) throws Exception {
        Path reseed = Files.createDirectories(folder.resolve(name).resolve("reseed"));
        Files.writeString(reseed.resolve("hosts.txt"), "https://localhost:" + port + "/\n");
        pem(signer, Files.createDirectory(reseed.resolve("signers")).resolve("someone.crt"));
        pem(localhost, Files.createDirectory(reseed.resolve("tls")).resolve("localhost.crt"));
    }

    private static void pem(TestSigner signer, Path file) throws Exception {
        byte[] certificate = signer.certificate().getEncoded();
        Files.writeString(
                file,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate)
                        + "\n-----END CERTIFICATE-----\n");
    }

    /** A bundle with the RouterInfos of a floodfill and of another router, both running. */
    private byte[] bundleOfTwo() throws Exception {
        MemberNode floodfill = members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        Path seed = members.routerInfoOf("floodfill");
        MemberNode other = members.start(members.config("other", seed, "127.0.0.3", 0, false));
        return TestSeeds.bundle(signer, List.of(floodfill.routerInfo(), other.routerInfo()));
    }

    private MemberNode startReseeding(String name) throws Exception {
        return members.start(TestMembers.reseeding(members.config(name, null, "127.0.0.4", 0, false)));
    }

    @Test
    void aNewRouterGetsItsFirstPeersFromAReseedHostAndJoins() throws Exception {
        try (TestTlsServer host = new TestTlsServer(localhost, TestTlsServer.file(bundleOfTwo()))) {
            override("one", host.port());
            MemberNode one = startReseeding("one");
            eventually("it is integrated", () -> TestMembers.isIntegrated(one));
            assertEquals(2, one.status().peers().known());
            RouterStatus.Reseed reseed = one.status().reseed();
            assertEquals(new RouterStatus.Reseed("done", 1, 2, Map.of(), null), reseed);
            assertEquals(1, host.requests.size());
            assertEquals(
                    "GET /i2pseeds.su3?netid=" + TestMembers.NETWORK + " HTTP/1.1",
                    host.requests.get(0).get(0));
        }
    }

    @Test
    void aReseedHostThatComesUpLateIsAskedAgain() throws Exception {
        byte[] bundle = bundleOfTwo();
        int port = freePort("localhost");
        override("one", port);
        MemberNode one = startReseeding("one");
        eventually("it waits for the next round", () -> {
            RouterStatus.Reseed reseed = one.status().reseed();
            return reseed != null && reseed.state().equals("waiting");
        });
        RouterStatus status = one.status();
        assertEquals(RouterStatus.State.WAITING, status.state());
        assertEquals(List.of("no other router is known: waiting for the reseed hosts"), status.waitingFor());
        assertTrue(status.reseed().failures().containsKey(SeedFault.UNREACHABLE.name()), status.toString());
        assertTrue(status.reseed().nextTrySeconds() >= 0, status.toString());

        try (TestTlsServer host = new TestTlsServer(localhost, port, TestTlsServer.file(bundle))) {
            eventually("it is integrated", () -> TestMembers.isIntegrated(one));
            assertEquals("done", one.status().reseed().state());
            assertEquals(1, host.requests.size());
        }
    }

    @Test
    void whoseOverrideCannotBeUsedAsksNobody() throws Exception {
        Path reseed = Files.createDirectories(folder.resolve("one").resolve("reseed"));
        Files.writeString(reseed.resolve("hosts.txt"), "# to be filled in\n");
        MemberNode one = startReseeding("one");
        eventually("it waits", () -> one.status().state() == RouterStatus.State.WAITING);
        assertNull(one.status().reseed());
    }

    // --- the machine's own network

    /** A machine whose addresses come and go. */
    private static final class TestMachine implements Machine {

        volatile boolean here;
        volatile Families families = new Families(false, false);

        @Override
        public boolean has(InetAddress address) {
            return here;
        }

        @Override
        public Families families(boolean reservedToo) {
            return families;
        }
    }

    @Test
    void anAddressThatComesLaterIsListenedOnThen() throws Exception {
        MemberNode floodfill = members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        TestMachine machine = new TestMachine();
        RouterConfig config = members.config("one", members.routerInfoOf("floodfill"), "127.0.0.4", 0, false);
        MemberNode one = members.start(config, machine);
        RouterStatus status = one.status();
        assertEquals(RouterStatus.State.WAITING, status.state());
        assertTrue(status.waitingFor().get(0).contains("--host is not on this machine"), status.toString());
        assertEquals(List.of(), status.transports());
        assertNull(one.lookUp(floodfill.hash()), "lookups of local clients are answered meanwhile");

        machine.here = true;
        eventually("it is integrated", () -> TestMembers.isIntegrated(one));
        assertEquals(List.of(), one.status().waitingFor());
        assertTrue(one.status().transports().get(0).published().startsWith("127.0.0.4:"));
    }

    @Test
    void aMachineWithoutAnyAddressDialsWhenItGetsOne() throws Exception {
        members.start(members.config("floodfill", null, "127.0.0.2", 0, true));
        TestMachine machine = new TestMachine();
        MemberNode one =
                members.start(members.config("one", members.routerInfoOf("floodfill"), null, 0, false), machine);
        eventually("it knows the floodfill", () -> one.status().peers().known() == 1);
        RouterStatus status = one.status();
        assertEquals(RouterStatus.State.WAITING, status.state());
        assertTrue(status.waitingFor().get(0).startsWith("this machine has no address"), status.toString());
        assertEquals(List.of(), one.routerInfo().addresses());

        machine.families = new Machine.Families(true, false);
        eventually("it is integrated", () -> TestMembers.isIntegrated(one));
        assertEquals("4", one.routerInfo().addresses().get(0).option("caps"));
        machine.families = Machine.Families.BOTH;
        eventually(
                "it publishes the other IP version",
                () -> one.routerInfo().addresses().get(0).option("caps").equals("46"));
    }

    @Test
    void routersThatAreNotReachedYetAreTriedAgain() throws Exception {
        RouterConfig first = members.config("floodfill", null, "127.0.0.2", freePort("127.0.0.2"), true);
        MemberNode before = members.start(first);
        Path seed = members.routerInfoOf("floodfill");
        members.end(before);
        MemberNode one = members.start(members.config("one", seed, "127.0.0.4", 0, false));
        eventually("it has tried", () -> one.status().refusals().containsKey("dial.connect_failed"));
        RouterStatus status = one.status();
        assertEquals(RouterStatus.State.WAITING, status.state());
        assertTrue(
                status.waitingFor().get(0).startsWith("no other router has been reached yet: {connect_failed="),
                status.toString());
        assertEquals(1, status.peers().known());

        MemberNode after = members.start(first);
        assertEquals(before.hash(), after.hash());
        eventually("it is integrated", () -> TestMembers.isIntegrated(one));
    }

    @Test
    void aRouterWithoutAnAddressOfItsOwnWaitsForOthersToo() throws Exception {
        RouterConfig first = members.config("floodfill", null, "127.0.0.2", freePort("127.0.0.2"), true);
        MemberNode before = members.start(first);
        Path seed = members.routerInfoOf("floodfill");
        members.end(before);
        MemberNode one = members.start(members.config("one", seed, null, 0, false));
        eventually("it has tried", () -> one.status().refusals().containsKey("dial.connect_failed"));
        assertEquals(RouterStatus.State.WAITING, one.status().state());
        members.start(first);
        eventually("it is integrated", () -> TestMembers.isIntegrated(one));
    }
}
