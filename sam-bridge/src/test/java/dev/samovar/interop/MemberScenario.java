package dev.samovar.interop;

import dev.samovar.base.Encodings;
import dev.samovar.bench.Ntcp2Node;
import dev.samovar.bench.Ntcp2ResponderProgram;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.netdb.NetDbStatus;
import dev.samovar.router.MemberNode;
import dev.samovar.transport.ntcp2.Ntcp2Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * What {@link MemberIT} has done, inside the namespace of the private network: Samovar joins a network of six i2pd routers
 * and a Java I2P router, as the packaged program and as routers in this process that can be asked for more. Each step ends
 * with a line {@code PASS name ...} or {@code FAIL name ...}, the last line is {@code DONE}.
 */
final class MemberScenario {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LONG = Duration.ofSeconds(180);

    /** Of a long stay: what the JVM needs until it has compiled what runs. */
    private static final int SETTLED_MINUTES = 10;

    private static final long MOST_GROWTH_KIB = 48 * 1024;
    private static final int LONGEST_MINUTES_BETWEEN_RENEWALS = 50;

    /** One lookup of a hundred may meet somebody who is busy. */
    private static final int MOST_LAPSES = 5;

    /** Where ours are; each its own, since i2pd takes one handshake at a time from an address. */
    private static final String PROGRAM_HOST = "44.200.0.1";

    private static final String SEEKER_HOST = "44.201.0.1";
    private static final String FLOODFILL_HOST = "44.202.0.1";
    private static final String CALLEE_HOST = "44.203.0.1";
    private static final String JAVA_HOST = "44.0.0.1";
    private static final int PORT = 30_000;

    /**
     * Lines of an i2pd log that say that a handshake, a RouterInfo, a store or a lease set was refused. What it says of
     * tunnels is not among them: this router builds none yet.
     */
    private static final Pattern REFUSAL =
            Pattern.compile("invalid IP|SessionRequest (networkID|AEAD|m3p2len|version|padding)"
                    + "|SessionCreated (AEAD|padding)|time difference|Clock skew|SessionConfirmed [Pp]art ?[12] AEAD"
                    + "|Unexpected block \\d+ +in SessionConfirmed|unexpected first block|in SessionConfirmed"
                    + "|No NTCP2 address with static key|Received AEAD verification failed|Received length \\d+ +is too short"
                    + "|Unexpected block length|I2NP block is too long|RouterInfo: (Signature|Malformed|Unexpected|Buffer is|RSA|Identity|String length)"
                    + "|Database store msg is too short|Invalid RouterInfo length|Decompression failed|RouterInfo is from future"
                    + "|LeaseSet2?: (Verification|Identity length|Actual buffer|short buffer)");

    private final Path jar;
    private final Path folder;
    private final I2pdNetwork network;
    private final Path seed;
    private final List<RouterInfo> theirs = new ArrayList<>();
    private final Map<Hash, String> names = new LinkedHashMap<>();
    private final List<String> ourMarks =
            new ArrayList<>(List.of(PROGRAM_HOST + ":", SEEKER_HOST + ":", FLOODFILL_HOST + ":", CALLEE_HOST + ":"));
    private Samovar program;
    private MemberNode seeker;
    private MemberNode floodfill;
    private ExternalProgram java;
    private int javaI2cp;

    private MemberScenario(Path jar, Path folder, I2pdNetwork network) throws IOException {
        this.jar = jar;
        this.folder = folder;
        this.network = network;
        this.seed = Files.createDirectories(folder.resolve("seed"));
    }

    /** @param arguments i2pd, samovar.jar, a folder, and how many minutes to stay */
    public static void main(String[] arguments) throws Exception {
        Scenario.endWithTheTest();
        Path folder = Path.of(arguments[2]);
        try (I2pdNetwork network = I2pdNetwork.start(arguments[0], folder, I2pdNetwork.Plan.MEMBERS, START)) {
            System.out.println("NETWORK is up");
            new MemberScenario(Path.of(arguments[1]), folder, network)
                    .run(Duration.ofMinutes(Integer.parseInt(arguments[3])));
        }
    }

    private void run(Duration stay) throws Exception {
        try {
            for (int router = 0; router < network.routers(); router++) {
                addPeer("i2pd " + router, network.routerInfo(router));
            }
            Scenario.step("joins", this::joins);
            Scenario.step("found", this::found);
            Scenario.step("lease-set", this::leaseSet);
            Scenario.step("floodfill-starts", this::floodfillStarts);
            Scenario.step("java-starts", this::javaStarts);
            Scenario.step("reaches-each", this::reachesEach);
            Scenario.step("serves-as-floodfill", this::servesAsFloodfill);
            if (!stay.isZero()) {
                Scenario.step("stays", () -> stays(stay));
            }
            Scenario.step("restarts", this::restarts);
            // last: the callee is a floodfill that answers nobody
            Scenario.step("reached-by-each", this::reachedByEach);
            Scenario.step("no-refusals", this::noRefusals);
            Scenario.step("stops", this::stops);
        } finally {
            if (java != null) {
                java.close();
            }
        }
        System.out.println("DONE");
    }

    private void addPeer(String name, Path routerInfo) throws Exception {
        RouterInfo info = RouterInfo.fromBytes(Files.readAllBytes(routerInfo));
        Files.copy(
                routerInfo,
                seed.resolve("routerInfo-" + Encodings.base64(info.hash().toBytes()) + ".dat"));
        theirs.add(info);
        names.put(info.hash(), name);
    }

    private Samovar startProgram() throws Exception {
        return Samovar.member(
                jar,
                folder.resolve("samovar"),
                List.of(
                        "--net-id",
                        "" + I2pdNetwork.NETWORK,
                        "--seed",
                        seed.toString(),
                        "--host",
                        PROGRAM_HOST,
                        "--bandwidth",
                        "10000"));
    }

    private String joins() throws Exception {
        program = startProgram();
        SamovarStatus status = program.awaitIntegrated();
        ourMarks.add(status.identity());
        if (status.known() < network.routers()) {
            throw new AssertionError("knows " + status.known() + " routers only");
        }
        return "knows " + status.known() + " routers";
    }

    /** Another router, which never heard of the program, finds its RouterInfo at the i2pd floodfills. */
    private String found() throws Exception {
        RouterInfo published = program.routerInfo();
        seeker = new MemberNode(
                I2pdNetwork.NETWORK, folder.resolve("seeker"), seed, InetAddress.getByName(SEEKER_HOST), PORT, false);
        RouterInfo[] answer = new RouterInfo[1];
        I2pdNetwork.await("the program's RouterInfo from the floodfills", PATIENCE, () -> {
            answer[0] = ask(() -> seeker.askForRouter(published.hash()));
            return answer[0] != null;
        });
        if (!answer[0].verify() || !answer[0].hash().equals(published.hash())) {
            throw new AssertionError("another RouterInfo than the program's");
        }
        // and theirs are found by ours
        for (RouterInfo each : theirs) {
            I2pdNetwork.await(
                    "RouterInfo of " + names.get(each.hash()),
                    PATIENCE,
                    () -> ask(() -> seeker.askForRouter(each.hash())) != null);
        }
        return "ours by theirs and all of theirs by ours";
    }

    private interface Question<T> {
        T ask() throws Exception;
    }

    private static <T> T ask(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException(failed);
        }
    }

    /** A SAM client of the program finds a destination that is an i2pd's by its base32 name. */
    private String leaseSet() throws Exception {
        for (int number = 1; ; number++) {
            try (SamSession session = theirSession("lease-set-" + number);
                    SamSocket socket = new SamSocket(program.sam(), PATIENCE)) {
                I2pdNetwork.await("the lease set of an i2pd's destination", Duration.ofSeconds(60), () -> {
                    String reply = socket.ask("NAMING LOOKUP NAME=" + base32(session.destination()));
                    return session.destination().equals(SamSocket.value(reply, "VALUE"));
                });
                return "found, session made " + number + " time(s)";
            } catch (AssertionError unpublished) {
                // This i2pd sometimes leaves a lease set unpublished for minutes; the remedy is a new session.
                if (number == 3) {
                    throw unpublished;
                }
            }
        }
    }

    private SamSession theirSession(String id) throws IOException {
        return new SamSession(
                network.sam(),
                PATIENCE,
                id,
                "STREAM",
                "SIGNATURE_TYPE=7 i2cp.leaseSetEncType=4 inbound.length=1 outbound.length=1"
                        + " inbound.quantity=5 outbound.quantity=5");
    }

    private static String base32(String destination) throws IOException {
        try {
            return Hash.of(Encodings.fromBase64(destination)).toBase32() + ".b32.i2p";
        } catch (dev.samovar.base.WireException malformed) {
            throw new IOException(malformed);
        }
    }

    private String floodfillStarts() throws Exception {
        floodfill = new MemberNode(
                I2pdNetwork.NETWORK,
                folder.resolve("floodfill"),
                seed,
                InetAddress.getByName(FLOODFILL_HOST),
                PORT,
                true);
        ourMarks.add(shortHash(floodfill.hash()));
        ourMarks.add(shortHash(seeker.hash()));
        return "started";
    }

    private static String shortHash(Hash hash) {
        return Encodings.base64(hash.toBytes()).substring(0, 4);
    }

    private String javaStarts() throws Exception {
        List<Path> known = new ArrayList<>(network.routerInfos());
        Path ours = folder.resolve("floodfill.info");
        Files.write(ours, floodfill.routerInfo().bytes());
        known.add(ours);
        Path files = Files.createDirectories(folder.resolve("java"));
        java = ExternalProgram.start(
                "Java I2P router", JavaI2pRouter.memberCommand(files, I2pdNetwork.NETWORK, JAVA_HOST, known));
        javaI2cp = JavaI2pRouter.awaitReady(java, PATIENCE);
        addPeer("Java I2P", files.resolve("router.info"));
        return "started";
    }

    /** Our handshakes with each of them. */
    private String reachesEach() throws Exception {
        for (RouterInfo each : theirs) {
            String name = names.get(each.hash());
            I2pdNetwork.await(
                    "a session that we begin with " + name,
                    PATIENCE,
                    () -> ask(() -> {
                        seeker.dial(each);
                        return seeker.isConnected(each.hash());
                    }));
        }
        return theirs.size() + " routers";
    }

    /**
     * Their handshakes with us: with a router that takes calls and makes none. Each has a reason of its own to call it: an i2pd
     * has a client that wants it as its only hop, Java I2P has clients that ask for destinations, for which it goes from
     * floodfill to floodfill.
     */
    private String reachedByEach() throws Exception {
        Set<Hash> missing = ConcurrentHashMap.newKeySet();
        missing.addAll(names.keySet());
        List<SamSocket> clients = new ArrayList<>();
        Ntcp2Node callee = callee(missing);
        try (JavaI2pLookups lookups = new JavaI2pLookups(javaI2cp)) {
            RouterInfo published = callee.on(callee::info);
            ourMarks.add(shortHash(published.hash()));
            for (RouterInfo each : theirs) {
                tell(each, published);
            }
            for (int router = 0; router < network.routers(); router++) {
                SamSocket client = new SamSocket(network.sam(router), PATIENCE);
                clients.add(client);
                // not waited for: the call itself is what is wanted
                client.begin("SESSION CREATE STYLE=STREAM ID=caller DESTINATION=TRANSIENT SIGNATURE_TYPE=7"
                        + " inbound.length=1 outbound.length=1 inbound.quantity=1 outbound.quantity=1 explicitPeers="
                        + Encodings.base64(published.hash().toBytes()));
            }
            I2pdNetwork.await("calls", LONG, () -> {
                lookups.ask();
                return missing.isEmpty();
            });
        } catch (AssertionError late) {
            throw new AssertionError(
                    "not by " + missing.stream().map(names::get).toList(), late);
        } finally {
            for (SamSocket client : clients) {
                client.close();
            }
            callee.close();
        }
        return names.size() + " routers";
    }

    /** Takes sessions from everybody, and those who begin one from the set. */
    private static Ntcp2Node callee(Set<Hash> missing) throws Exception {
        Ntcp2Config.Endpoint endpoint = Ntcp2Config.Endpoint.at(new InetSocketAddress(CALLEE_HOST, PORT));
        return new Ntcp2Node(
                Ntcp2Config.of(I2pdNetwork.NETWORK, false, endpoint), 1, 1, "XfR", new Ntcp2ResponderProgram.Sink() {
                    @Override
                    public void onConnected(RouterInfo peer, boolean inbound) {
                        missing.remove(peer.hash());
                    }
                });
    }

    /** Has a router store another's RouterInfo. */
    private void tell(RouterInfo router, RouterInfo other) throws Exception {
        DatabaseStore store = DatabaseStore.plain(other.hash(), DatabaseStore.ROUTER_INFO, other.bytes());
        seeker.send(router, store.toMessage(1, System.currentTimeMillis() + PATIENCE.toMillis()));
    }

    /** They publish to ours, and ask it. */
    private String servesAsFloodfill() throws Exception {
        NetDbStatus[] last = new NetDbStatus[1];
        List<SamSession> sessions = new ArrayList<>();
        try {
            for (int number = 0; number < 3; number++) {
                sessions.add(theirSession("published-" + number));
            }
            I2pdNetwork.await(
                    "lease sets stored and lookups answered",
                    LONG,
                    () -> ask(() -> {
                        last[0] = floodfill.netDb();
                        return last[0].leaseSets() > 0 && last[0].answered() > 0 && last[0].routers() >= names.size();
                    }));
        } catch (AssertionError late) {
            throw new AssertionError(last[0].toString(), late);
        } finally {
            for (SamSession session : sessions) {
                session.close();
            }
        }
        return last[0].toString();
    }

    /**
     * A long stay: minute by minute the program is integrated and has peers, our routers find each of the others by asking,
     * and those find ours; its RouterInfo is renewed, and memory stays where it was after the first minutes.
     */
    private String stays(Duration stay) throws Exception {
        long end = System.nanoTime() + stay.toNanos();
        long early = 0;
        long most = 0;
        int fewestPeers = Integer.MAX_VALUE;
        int lookups = 0;
        Set<Long> published = new HashSet<>();
        List<String> lapses = new ArrayList<>();
        for (int minute = 1; System.nanoTime() < end; minute++) {
            long next = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            SamovarStatus status = program.status();
            if (!status.state().equals("INTEGRATED") || status.connected() == 0) {
                lapses.add("minute " + minute + ": " + status.text());
            }
            fewestPeers = Math.min(fewestPeers, status.connected());
            published.add(program.routerInfo().publishedMillis());
            for (RouterInfo each : theirs) {
                lookups += found(each.hash(), names.get(each.hash()), minute, lapses);
            }
            lookups += found(program.routerInfo().hash(), "the program", minute, lapses);
            long memory = program.residentKibibytes();
            if (minute == SETTLED_MINUTES) {
                early = memory;
            } else if (minute > SETTLED_MINUTES) {
                most = Math.max(most, memory);
            }
            System.out.println(
                    "minute " + minute + ": " + memory + " KiB; " + status.text() + "; " + floodfill.netDb());
            while (System.nanoTime() < Math.min(next, end)) {
                Thread.sleep(100);
            }
        }
        String told = lookups + " lookups; at least " + fewestPeers + " peers; RouterInfo published " + published.size()
                + " times; memory " + early + " KiB, at most " + most + " later; " + lapses.size() + " lapses";
        boolean renewed = published.size() > stay.toMinutes() / LONGEST_MINUTES_BETWEEN_RENEWALS;
        if (!renewed || most > early + MOST_GROWTH_KIB || lapses.size() > MOST_LAPSES) {
            throw new AssertionError(told + ": " + lapses);
        }
        return told;
    }

    /** Asks the network for a router, which somebody may be late to tell once; 1 when it is found. */
    private int found(Hash router, String name, int minute, List<String> lapses) throws Exception {
        if (seeker.askForRouter(router) == null) {
            lapses.add("minute " + minute + ": " + name + " was not found");
            return 0;
        }
        return 1;
    }

    private String restarts() throws Exception {
        String before = program.status().identity();
        RouterInfo old = program.routerInfo();
        program.stop();
        program = startProgram();
        SamovarStatus after = program.awaitIntegrated();
        if (!after.identity().equals(before) || !program.routerInfo().hash().equals(old.hash())) {
            throw new AssertionError("another identity");
        }
        return "the same router";
    }

    private String noRefusals() throws Exception {
        List<String> refusals = new ArrayList<>();
        for (int router = 0; router < network.routers(); router++) {
            for (String line : network.log(router).split("\n")) {
                if (REFUSAL.matcher(line).find() && ourMarks.stream().anyMatch(line::contains)) {
                    refusals.add("i2pd " + router + ": " + line);
                }
            }
        }
        if (!refusals.isEmpty()) {
            throw new AssertionError(String.join("\n", refusals.subList(0, Math.min(20, refusals.size()))));
        }
        return "none in " + network.routers() + " logs";
    }

    private String stops() throws Exception {
        seeker.close();
        floodfill.close();
        program.stop();
        return "exit code 0";
    }
}
