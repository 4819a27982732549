package dev.samovar.interop;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A private network of i2pd routers, laid out by a {@link Plan}. Written for i2pd 2.45.1.
 *
 * <p>Has to run in a network namespace of its own, in which 44.0.0.0/8 is local: this i2pd refuses peers with loopback
 * and private addresses, whatever its configuration says, and takes only one incoming handshake at a time from one
 * address, so each router has an address of its own.
 */
final class I2pdNetwork implements AutoCloseable {
    /** What {@code ip addr add} gives to the loopback device. */
    static final String LOCAL_PREFIX = "44.0.0.1/8";

    static final int NETWORK = 77;

    private static final int BASE_PORT = 20_000;

    /**
     * Which routers there are, by their numbers from 0.
     *
     * @param routers how many
     * @param floodfills how many of them, the first ones, keep the network database
     * @param samRouter the one whose SAM is for clients
     * @param i2cpRouter the one with I2CP, -1 for none
     */
    record Plan(int routers, int floodfills, int samRouter, int i2cpRouter) {
        /** For clients: two floodfills, a router for SAM, a router with I2CP. */
        static final Plan CLIENTS = new Plan(4, 2, 2, 3);

        /** For a router that joins: three floodfills and three others, one of them for SAM. */
        static final Plan MEMBERS = new Plan(6, 3, 3, -1);

        Plan {
            // Never one with clients: it would take the lease sets that it stores for the old kind when its clients
            // ask.
            if (samRouter < floodfills || i2cpRouter >= 0 && i2cpRouter < floodfills) {
                throw new IllegalArgumentException("a floodfill with clients");
            }
        }

        boolean isFloodfill(int router) {
            return router < floodfills;
        }
    }

    private final String i2pd;
    private final Path folder;
    private final Plan plan;
    private final List<ExternalProgram> routers = new ArrayList<>();
    private final Set<Integer> killed = new HashSet<>();

    private I2pdNetwork(String i2pd, Path folder, Plan plan) {
        this.i2pd = i2pd;
        this.folder = folder;
        this.plan = plan;
    }

    /** Starts the network and waits until it can carry tunnels. */
    static I2pdNetwork start(String i2pd, Path folder, Plan plan, Duration patience) throws Exception {
        I2pdNetwork network = new I2pdNetwork(i2pd, folder, plan);
        try {
            network.makeIdentities(patience);
            network.startAll(patience);
            network.awaitTunnels(IntStream.range(0, plan.routers).boxed().toList(), patience);
            return network;
        } catch (Exception | AssertionError failed) {
            network.close();
            throw failed;
        }
    }

    /** SAM of the router that is meant for clients. */
    InetSocketAddress sam() {
        return sam(plan.samRouter);
    }

    /** SAM of any router. A floodfill's is good for calling others, not for being found: see {@link Plan}. */
    InetSocketAddress sam(int router) {
        return new InetSocketAddress("127.0.0.1", port(router) + 2);
    }

    int i2cpPort() {
        return port(plan.i2cpRouter) + 3;
    }

    /** The folders of the routers; each has its i2pd.log. */
    static List<Path> folders(Path folder, Plan plan) {
        List<Path> folders = new ArrayList<>();
        for (int router = 0; router < plan.routers; router++) {
            folders.add(folder.resolve("r" + router));
        }
        return folders;
    }

    int routers() {
        return plan.routers;
    }

    /** Ends a router in the middle of its work, for good. */
    void kill(int router) {
        killed.add(router);
        routers.get(router).close();
    }

    /** Starts those again that crashed, as this version does now and then when sessions end; their numbers. Any thread may. */
    synchronized List<Integer> revive(Duration patience) throws Exception {
        List<Integer> crashed = new ArrayList<>();
        for (int router = 0; router < plan.routers; router++) {
            if (!routers.get(router).isAlive() && !killed.contains(router)) {
                crashed.add(router);
                routers.set(router, start(router));
            }
        }
        if (!crashed.isEmpty()) {
            awaitTunnels(crashed, patience);
        }
        return crashed;
    }

    /** The file with a router's RouterInfo. */
    Path routerInfo(int router) {
        return folder(router).resolve("router.info");
    }

    List<Path> routerInfos() {
        return IntStream.range(0, plan.routers).mapToObj(this::routerInfo).toList();
    }

    /** A router's log so far. */
    String log(int router) throws IOException {
        return Files.readString(folder(router).resolve("i2pd.log"), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        routers.forEach(ExternalProgram::close);
    }

    private static int port(int router) {
        return BASE_PORT + 10 * router;
    }

    private static int consolePort(int router) {
        return port(router) + 4;
    }

    private Path folder(int router) {
        return folder.resolve("r" + router);
    }

    private ExternalProgram start(int router) throws IOException {
        Path own = folder(router);
        return ExternalProgram.start(
                "i2pd " + router,
                List.of(i2pd, "--conf", own.resolve("i2pd.conf").toString(), "--datadir", "" + own));
    }

    /** Runs every router for a moment and alone: it writes its keys and its RouterInfo. */
    private void makeIdentities(Duration patience) throws Exception {
        for (int router = 0; router < plan.routers; router++) {
            Path own = Files.createDirectories(folder(router));
            Files.writeString(own.resolve("i2pd.conf"), configuration(router));
            // Loaded, and without subscriptions: switched off, this version crashes on lookups; as it comes, it
            // fetches address books.
            Files.writeString(own.resolve("hosts.txt"), "# nothing\n");
            Files.writeString(own.resolve("subscriptions.txt"), "# nothing\n");
            routers.add(start(router));
        }
        for (int router = 0; router < plan.routers; router++) {
            int number = router;
            await("identity of router " + router, patience, () -> {
                String capabilities =
                        RouterFile.read(folder(number).resolve("router.info")).capabilities();
                return capabilities.contains("X") && capabilities.contains("f") == plan.isFloodfill(number);
            });
        }
        routers.forEach(ExternalProgram::terminate);
        for (ExternalProgram router : routers) {
            // With any code: this version now and then crashes on its way out, long after its files are written.
            router.awaitExit(patience);
        }
        routers.clear();
    }

    /**
     * Starts one after the other, each knowing only those before it: two that call each other at the same moment hinder
     * each other, for seconds. The earlier ones learn of the later when these call.
     */
    private void startAll(Duration patience) throws Exception {
        for (int router = 0; router < plan.routers; router++) {
            for (int earlier = 0; earlier < router; earlier++) {
                RouterFile.read(folder(earlier).resolve("router.info"))
                        .store(folder(router).resolve("netDb"));
            }
            routers.add(start(router));
            int number = router;
            await(
                    "start of router " + router,
                    patience,
                    () -> !console(number, "/").isEmpty());
            // Its first calls to the others are under way at once; nothing tells when they are through.
            Thread.sleep(700);
        }
    }

    private void awaitTunnels(List<Integer> which, Duration patience) throws Exception {
        for (int router : which) {
            int number = router;
            await("tunnels of router " + router, patience, () -> {
                String page = console(number, "/?page=tunnels");
                int outbound = page.indexOf("Outbound tunnels");
                return outbound > 0
                        && page.substring(0, outbound).contains("(exploratory)")
                        && page.substring(outbound).contains("(exploratory)")
                        && number(console(number, "/"), "Routers") >= plan.routers;
            });
        }
    }

    private String configuration(int router) {
        return String.join(
                "\n",
                "log = file",
                "loglevel = info",
                "netid = " + NETWORK,
                "ipv4 = true",
                "ipv6 = false",
                // Peer tests could end in "firewalled".
                "nat = false",
                "reservedrange = false",
                "host = " + address(router),
                "address4 = " + address(router),
                "port = " + port(router),
                // Others are passed over for client tunnels.
                "bandwidth = X",
                "share = 100",
                "floodfill = " + plan.isFloodfill(router),
                "tunconf = none",
                "tunnelsdir = none",
                "certsdir = none",
                "[ntcp2]",
                "enabled = true",
                "published = true",
                "port = " + port(router),
                "[ssu2]",
                "enabled = true",
                "published = true",
                "port = " + port(router),
                "mtu4 = 1500",
                "[reseed]",
                "urls =",
                "yggurls =",
                "threshold = 0",
                "[addressbook]",
                "enabled = true",
                "[nettime]",
                "enabled = false",
                "frompeers = false",
                "[upnp]",
                "enabled = false",
                "[persist]",
                // No memory of a bad phase.
                "profiles = false",
                "addressbook = false",
                "[exploratory]",
                "inbound.length = 1",
                "outbound.length = 1",
                "[httpproxy]",
                "enabled = false",
                "[socksproxy]",
                "enabled = false",
                "[bob]",
                "enabled = false",
                "[i2pcontrol]",
                "enabled = false",
                "[http]",
                "enabled = true",
                "address = 127.0.0.1",
                "port = " + consolePort(router),
                "strictheaders = false",
                "[sam]",
                "enabled = true",
                "address = 127.0.0.1",
                "port = " + (port(router) + 2),
                "[i2cp]",
                "enabled = " + (router == plan.i2cpRouter),
                "address = 127.0.0.1",
                "port = " + (port(router) + 3),
                "");
    }

    private static String address(int router) {
        return "44." + (16 + router) + ".0.1";
    }

    /** A page of a router's web console, without its markup. */
    private static String console(int router, String page) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + consolePort(router) + page)
                .toURL()
                .openConnection();
        connection.setReadTimeout(5_000);
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("<[^>]*>", "");
        }
    }

    private static int number(String page, String label) {
        Matcher found = Pattern.compile(label + ":\\s*(\\d+)").matcher(page);
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    /** Waits for a condition that shows itself only to who looks; what is not there yet counts as not holding. */
    static void await(String what, Duration patience, Condition condition) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (java.nio.file.NoSuchFileException | EOFException | ConnectException notYet) {
                // Asked again.
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain: " + what);
            }
            Thread.sleep(100);
        }
    }
}
