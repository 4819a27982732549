package dev.samovar.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.app.GatewayConfig.RouterChoice;
import dev.samovar.data.RouterVersion;
import dev.samovar.router.RouterConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {

    private static final Map<String, String> HOME = Map.of("HOME", "/home/someone");

    @TempDir
    Path folder;

    private static ConfigLoader loader(Map<String, String> environment, String... words) throws UsageException {
        CommandLine.Run run = assertInstanceOf(CommandLine.Run.class, CommandLine.parse(words));
        return new ConfigLoader(run.flags(), environment);
    }

    private static GatewayConfig load(Map<String, String> environment, String... words) throws UsageException {
        return loader(environment, words).load();
    }

    private static String refused(String... words) {
        return assertThrows(UsageException.class, () -> load(HOME, words)).getMessage();
    }

    @Test
    void defaultsAreTheDocumentedOnes() throws UsageException {
        GatewayConfig config = load(HOME);
        assertEquals(7656, config.sam().getPort());
        assertEquals(7655, config.samUdp().getPort());
        RouterChoice.Member router = assertInstanceOf(RouterChoice.Member.class, config.router());
        assertEquals("live", router.network());
        assertEquals(7654, router.i2cp().getPort());
        assertTrue(config.sam().getAddress().isLoopbackAddress());
        assertEquals(Path.of("/home/someone/.local/share/samovar"), config.dataDir());
    }

    @Test
    void theWordRunIsOptional() throws UsageException {
        assertEquals(9000, load(HOME, "run", "--sam", "127.0.0.1:9000").sam().getPort());
        assertEquals(9000, load(HOME, "--sam=127.0.0.1:9000").sam().getPort());
    }

    @Test
    void xdgDataHomeIsUsedWhenItIsAbsolute() throws UsageException {
        assertEquals(
                Path.of("/data/samovar"),
                load(Map.of("HOME", "/home/x", "XDG_DATA_HOME", "/data")).dataDir());
        assertEquals(
                Path.of("/home/x/.local/share/samovar"),
                load(Map.of("HOME", "/home/x", "XDG_DATA_HOME", "data")).dataDir());
    }

    @Test
    void flagsOverrideEnvironmentOverridesFileOverridesDefault() throws Exception {
        Path file = folder.resolve("samovar.properties");
        Files.writeString(file, "sam=127.0.0.1:1001\nsam-udp=127.0.0.1:1002\ni2cp=127.0.0.1:1003\n");
        Map<String, String> environment = Map.of(
                "HOME",
                "/home/x",
                "SAMOVAR_SAM_UDP",
                "127.0.0.1:2002",
                "SAMOVAR_I2CP",
                "127.0.0.1:2003",
                "SAMOVAR_CONFIG",
                file.toString());
        GatewayConfig config = load(environment, "--i2cp", "127.0.0.1:3003");
        assertEquals(1001, config.sam().getPort());
        assertEquals(2002, config.samUdp().getPort());
        assertEquals(3003, ((RouterChoice.Member) config.router()).i2cp().getPort());
    }

    @Test
    void anUnknownKeyInTheFileIsRefused() throws Exception {
        Path file = folder.resolve("samovar.properties");
        Files.writeString(file, "samm=127.0.0.1:1001\n");
        assertTrue(refused("--config", file.toString()).contains("'samm'"));
    }

    @Test
    void whatIsNoPathIsRefusedWhereverItWasSaid() throws Exception {
        assertTrue(refused("--data-dir", "a\0b").startsWith("--data-dir: "));
        assertTrue(refused("--config", "a\0b").startsWith("--config: "));
        Path file = folder.resolve("samovar.properties");
        Files.writeString(file, "data-dir=/a\\u0000b\n");
        assertTrue(refused("--config", file.toString()).startsWith("--data-dir: "));
        for (String name : new String[] {"XDG_DATA_HOME", "HOME"}) {
            UsageException refused = assertThrows(UsageException.class, () -> load(Map.of(name, "/a\0b")));
            assertTrue(refused.getMessage().startsWith(name + ": "), refused.getMessage());
        }
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertTrue(refused("--config", folder.resolve("none").toString()).contains("cannot read"));
    }

    @Test
    void anUnknownNetworkIsRefused() {
        assertTrue(refused("--network", "moon").contains("none of"));
    }

    @Test
    void anExternalRouterIsTaken() throws UsageException {
        assertEquals(
                new RouterChoice.External("127.0.0.1", 7654),
                load(HOME, "--router", "i2cp://127.0.0.1:7654").router());
    }

    @Test
    void networkOrI2cpBesideAnExternalRouterIsRefusedWhereverItWasSaid() {
        assertTrue(refused("--router", "i2cp://127.0.0.1:7654", "--network", "local")
                .contains("--network"));
        assertTrue(refused("--router", "i2cp://127.0.0.1:7654", "--i2cp", "127.0.0.1:0")
                .contains("--i2cp"));
        Map<String, String> environment = Map.of("HOME", "/home/x", "SAMOVAR_NETWORK", "local");
        assertThrows(UsageException.class, () -> load(environment, "--router", "i2cp://127.0.0.1:7654"));
    }

    private RouterChoice.Member privateNetwork(String... more) throws Exception {
        Path seed = folder.resolve("seed.zip");
        Files.writeString(seed, "any");
        List<String> words =
                new ArrayList<>(List.of("--network", "private", "--net-id", "17", "--seed", seed.toString()));
        words.addAll(List.of(more));
        return assertInstanceOf(
                RouterChoice.Member.class,
                load(HOME, words.toArray(String[]::new)).router());
    }

    private String refusedOnPrivate(String... more) {
        return assertThrows(UsageException.class, () -> privateNetwork(more)).getMessage();
    }

    @Test
    void aPrivateNetworkWantsItsNumberAndASeed() throws Exception {
        RouterChoice.Member least = privateNetwork();
        assertEquals("private", least.network());
        assertEquals(17, least.netId());
        assertFalse(least.reseed());
        assertTrue(least.transit());
        assertEquals(folder.resolve("seed.zip"), least.seed());
        assertEquals(List.of(), least.hosts());
        assertEquals(0, least.port());
        assertFalse(least.floodfill());
        assertFalse(least.allowReservedAddresses());
        assertEquals("0.9.51", least.minPeerVersion().toString());
        assertEquals(256, least.bandwidth());
        assertNull(least.proxy());
        assertTrue(refused("--network", "private", "--net-id", "17").contains("wants --seed"));
        assertTrue(refused("--network", "private").contains("wants --net-id"));
        assertTrue(refused("--network", "private", "--net-id", "17", "--seed", "/none/there")
                .contains("cannot read"));
        for (String wrong : List.of("2", "1", "0", "-3", "255", "256", "x")) {
            assertTrue(
                    refused("--network", "private", "--net-id", wrong, "--seed", "/")
                            .contains("from 3 to 254"),
                    wrong);
        }
        assertTrue(
                refused("--network", "private", "--net-id", "2", "--seed", "/").contains("the public network"));
    }

    @Test
    void aPrivateNetworkTakesAllThatBelongsToIt() throws Exception {
        RouterChoice.Member all = privateNetwork(
                "--host",
                "44.1.2.3",
                "--port",
                "9999",
                "--floodfill",
                "--allow-reserved-addresses=false",
                "--min-peer-version",
                "0.9.60",
                "--bandwidth",
                "1000",
                "--transit",
                "off",
                "--i2cp",
                "127.0.0.1:0");
        assertEquals("44.1.2.3", all.hosts().get(0).getHostAddress());
        assertEquals(9999, all.port());
        assertTrue(all.floodfill());
        assertFalse(all.allowReservedAddresses());
        assertEquals("0.9.60", all.minPeerVersion().toString());
        assertEquals(1000, all.bandwidth());
        assertFalse(all.transit());
        assertEquals(
                new HostPort("proxy.example", 1080),
                privateNetwork("--proxy", "socks5://proxy.example:1080").proxy());
        assertEquals(0, all.i2cp().getPort());
        assertEquals(
                List.of(4, 16),
                privateNetwork("--host", "44.1.2.3,2a00:1::1").hosts().stream()
                        .map(host -> host.getAddress().length)
                        .toList());
        assertEquals(16, privateNetwork("--host", "2a00:1::1").hosts().get(0).getAddress().length);
    }

    @Test
    void whatCannotBeOnAPrivateNetworkIsRefused() throws Exception {
        for (String wrong : List.of(
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "fe80::1",
                "router.example",
                "1.2.3",
                "1.2.3.4:80",
                "44.1.2.3,",
                "44.1.2.3,44.1.2.4")) {
            assertTrue(refusedOnPrivate("--host", wrong).contains("--host"), wrong);
        }
        for (String wrong : List.of("0", "65536", "x", "-1")) {
            assertTrue(refusedOnPrivate("--host", "44.1.2.3", "--port", wrong).contains("--port"), wrong);
        }
        for (String reserved : List.of("127.0.0.1", "10.0.0.1", "192.0.2.1", "::1", "2001:db8::1", "fd00::1")) {
            assertTrue(refusedOnPrivate("--host", reserved).contains("reserved"), reserved);
            privateNetwork("--host", reserved, "--allow-reserved-addresses");
        }
        assertTrue(refusedOnPrivate("--port", "9999").contains("wants --host"));
        assertTrue(refusedOnPrivate("--host", "44.1.2.3", "--proxy", "socks5://127.0.0.1:1080")
                .contains("do not go together"));
        assertTrue(refusedOnPrivate("--floodfill").contains("wants --host"));
        assertFalse(privateNetwork("--floodfill=false").floodfill());
        assertTrue(refusedOnPrivate("--floodfill=yes").contains("neither true nor false"));
        for (String wrong : List.of("true", "false", "ON", "none")) {
            assertTrue(refusedOnPrivate("--transit", wrong).contains("neither on nor off"), wrong);
        }
        for (String wrong : List.of("0.9.x", "1", "0.9.51.1")) {
            assertTrue(refusedOnPrivate("--min-peer-version", wrong).contains("X.Y.Z"), wrong);
        }
        for (String wrong : List.of("15", "0", "-1", "1000001", "1.5", "1M", "99999999999")) {
            assertTrue(refusedOnPrivate("--bandwidth", wrong).contains("from 16 to 1000000"), wrong);
        }
        for (String wrong : List.of("127.0.0.1:1080", "http://127.0.0.1:1080", "socks5://127.0.0.1", "socks5://h:0")) {
            assertTrue(refusedOnPrivate("--proxy", wrong).contains("--proxy"), wrong);
        }
    }

    private static RouterChoice.Member liveNetwork(String... words) throws UsageException {
        return assertInstanceOf(RouterChoice.Member.class, load(HOME, words).router());
    }

    @Test
    void theLiveNetworkWantsNothingToBeSaid() throws Exception {
        for (String[] words : new String[][] {{}, {"--network", "live"}}) {
            RouterChoice.Member live = liveNetwork(words);
            assertEquals("live", live.network());
            assertEquals(2, live.netId());
            assertNull(live.seed());
            assertTrue(live.reseed());
            assertEquals(List.of(), live.hosts());
            assertEquals(0, live.port());
            assertFalse(live.floodfill());
            assertFalse(live.allowReservedAddresses());
            assertEquals("0.9.59", live.minPeerVersion().toString());
            assertEquals(256, live.bandwidth());
            assertTrue(live.transit());
            assertNull(live.proxy());
        }
    }

    @Test
    void theLiveNetworkTakesAllThatBelongsToIt() throws Exception {
        Path seed = Files.createDirectory(folder.resolve("seed"));
        RouterChoice.Member all = liveNetwork(
                "--seed=" + seed,
                "--host=44.1.2.3,2a00:1::1",
                "--port=9999",
                "--floodfill",
                "--min-peer-version=0.9.60",
                "--bandwidth=1000",
                "--transit=off");
        assertEquals(seed, all.seed());
        assertTrue(all.reseed(), "the reseed hosts are asked too");
        assertEquals(2, all.hosts().size());
        assertEquals(9999, all.port());
        assertTrue(all.floodfill());
        assertEquals("0.9.60", all.minPeerVersion().toString());
        assertEquals(1000, all.bandwidth());
        assertFalse(all.transit());
        assertEquals(
                new HostPort("proxy.example", 1080),
                liveNetwork("--proxy", "socks5://proxy.example:1080").proxy());
    }

    @Test
    void whatCannotBeOnTheLiveNetworkIsRefused() {
        assertTrue(refused("--net-id", "17").contains("--net-id belongs to --network private; leave it out"));
        assertTrue(refused("--allow-reserved-addresses=false").contains("belongs to --network private; leave it out"));
        assertTrue(refused("--host", "127.0.0.1").endsWith("leave it out if this machine has no other"));
        assertTrue(refused("--floodfill").contains("wants --host"));
        assertTrue(refused("--seed", "/none/there").contains("cannot read"));
    }

    /** What the router is told, wherever that was said. */
    @Test
    void theSettingsReachTheRouter() throws Exception {
        RouterConfig live = MemberRouter.config(liveNetwork(), folder);
        assertEquals(
                new RouterConfig(
                        "live",
                        2,
                        folder.resolve("router"),
                        null,
                        true,
                        List.of(),
                        0,
                        false,
                        false,
                        RouterVersion.parse("0.9.59"),
                        256,
                        true,
                        null),
                live);
        RouterConfig own = MemberRouter.config(
                privateNetwork("--allow-reserved-addresses", "--transit=off", "--proxy=socks5://p.example:1080"),
                folder);
        assertEquals(
                new RouterConfig(
                        "private",
                        17,
                        folder.resolve("router"),
                        folder.resolve("seed.zip"),
                        false,
                        List.of(),
                        0,
                        false,
                        true,
                        RouterVersion.parse("0.9.51"),
                        256,
                        false,
                        new RouterConfig.Proxy("p.example", 1080)),
                own);
    }

    @Test
    void whatBelongsToANetworkOfRoutersIsRefusedElsewhere() throws Exception {
        assertTrue(refused("--network", "local", "--net-id", "17").contains("belongs to --network private; "));
        assertTrue(refused("--network", "local", "--bandwidth", "100")
                .contains("belongs to --network private and live; "));
        assertTrue(refused("--network", "local", "--transit", "off").contains("--transit belongs to"));
        assertTrue(refused("--network", "local", "--floodfill").contains("beside --network local"));
        assertTrue(refused("--router", "i2cp://127.0.0.1:1", "--proxy", "socks5://127.0.0.1:1")
                .contains("beside --router"));
        Map<String, String> environment = Map.of("HOME", "/home/x", "SAMOVAR_SEED", "/tmp", "SAMOVAR_NETWORK", "local");
        assertThrows(UsageException.class, () -> load(environment));
        Path file = folder.resolve("samovar.properties");
        Files.writeString(file, "floodfill=true\nnetwork=local\n");
        assertTrue(refused("--config", file.toString()).contains("--floodfill belongs"));
    }

    @Test
    void aSwitchMayStandInTheFileAndInTheEnvironment() throws Exception {
        Path file = folder.resolve("samovar.properties");
        Files.writeString(file, "floodfill=true\nhost=44.1.2.3\nallow-reserved-addresses=true\n");
        RouterChoice.Member made = privateNetwork("--config", file.toString(), "--floodfill=false");
        assertFalse(made.floodfill());
        assertTrue(made.allowReservedAddresses());
    }

    @Test
    void theCommandStatusTakesOnlyWhatFindsTheDataDirectory() throws UsageException {
        CommandLine.Status plain =
                assertInstanceOf(CommandLine.Status.class, CommandLine.parse(new String[] {"status"}));
        assertFalse(plain.json());
        CommandLine.Status json = assertInstanceOf(
                CommandLine.Status.class, CommandLine.parse(new String[] {"status", "--json", "--data-dir", "/d"}));
        assertTrue(json.json());
        assertEquals("/d", json.flags().get(ConfigKey.DATA_DIR));
        for (String[] wrong :
                new String[][] {{"status", "--sam", "127.0.0.1:1"}, {"--json"}, {"status", "status"}, {"run", "status"}
                }) {
            assertThrows(UsageException.class, () -> CommandLine.parse(wrong));
        }
    }

    @Test
    void listeningOffLoopbackIsRefused() {
        assertTrue(refused("--sam", "0.0.0.0:7656").contains("loopback"));
        assertTrue(refused("--sam-udp", "192.0.2.1:7655").contains("loopback"));
        assertTrue(refused("--i2cp", "[::]:7654").contains("loopback"));
    }

    @Test
    void addressesAreChecked() throws UsageException {
        for (String wrong : new String[] {
            "7656", "127.0.0.1", "127.0.0.1:", ":7656", "127.0.0.1:65536", "127.0.0.1:-1", "::1:7656", "127.0.0.1:x"
        }) {
            refused("--sam", wrong);
        }
        assertEquals(0, load(HOME, "--sam", "[::1]:0").sam().getPort());
        refused("--router", "i2cp://127.0.0.1");
        refused("--router", "i2cp://127.0.0.1:0");
        refused("--router", "http://127.0.0.1:1");
    }

    @Test
    void commandLinesAreChecked() throws UsageException {
        for (String[] wrong : new String[][] {
            {"walk"},
            {"--sam"},
            {"--sam="},
            {"--nonsense", "1"},
            {"--sam", "127.0.0.1:1", "--sam", "127.0.0.1:2"},
            {"run", "run"},
            {"--floodfill", "true"},
            {"--floodfill="}
        }) {
            assertThrows(UsageException.class, () -> CommandLine.parse(wrong));
        }
        assertInstanceOf(CommandLine.Help.class, CommandLine.parse(new String[] {"run", "--help"}));
        assertInstanceOf(CommandLine.Version.class, CommandLine.parse(new String[] {"--version"}));
    }

    @Test
    void logLevelsAreChecked() throws UsageException {
        assertEquals("info", loader(HOME).logLevel());
        assertEquals("debug", loader(HOME, "--log-level", "debug").logLevel());
        ConfigLoader loader = loader(HOME, "--log-level", "loud");
        assertThrows(UsageException.class, loader::logLevel);
    }

    @Test
    void theHelpNamesEveryFlagAndVariable() {
        for (ConfigKey key : ConfigKey.values()) {
            assertTrue(ConfigKey.helpText().contains(key.flag() + (key.isSwitch() ? "[=true|false]" : " ")));
            assertTrue(ConfigKey.helpText().contains(key.environment()));
        }
    }

    @Test
    void theReadmeHoldsTheTableOfFlags() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md"));
        assertTrue(
                readme.contains(ConfigKey.markdownTable()), "the README's table is not:\n" + ConfigKey.markdownTable());
    }

    @Test
    void theDataDirectoryIsMadeForItsOwnerAlone() throws Exception {
        Path made = folder.resolve("a/b");
        DataDirectory.prepare(made);
        assertEquals("[OWNER_EXECUTE, OWNER_READ, OWNER_WRITE]", sortedRights(made));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataDirectory.prepare(made);
        assertEquals("[OWNER_EXECUTE, OWNER_READ, OWNER_WRITE]", sortedRights(made));
        Path file = Files.createFile(folder.resolve("file"));
        assertThrows(StartException.class, () -> DataDirectory.prepare(file));
    }

    @Test
    void aFolderThatWeDidNotMakeKeepsItsRights() throws Exception {
        for (String rights : new String[] {"rwxrwxrwx", "rwxr-x---", "rwx--x--x"}) {
            Path theirs = Files.createDirectory(folder.resolve(rights));
            Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString(rights));
            String line = assertThrows(StartException.class, () -> DataDirectory.prepare(theirs))
                    .getMessage();
            assertTrue(line.contains("open to other users"), line);
            assertEquals(rights, PosixFilePermissions.toString(Files.getPosixFilePermissions(theirs)));
        }
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DataDirectory.prepare(closed);
    }

    private static String sortedRights(Path directory) throws Exception {
        return Files.getPosixFilePermissions(directory).stream()
                .map(Enum::name)
                .sorted()
                .toList()
                .toString();
    }
}
