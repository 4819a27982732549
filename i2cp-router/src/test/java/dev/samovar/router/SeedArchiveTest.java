package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedArchiveTest {

    /** 2026-01-02. */
    private static final long NOW = 1_767_312_000_000L;

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);
    private static final Harvest.Rules RULES = new Harvest.Rules(TestSeeds.NET_ID, NOW, 72 * HOUR);

    private static final SeededEntropy ENTROPY = new SeededEntropy(7);
    private static final List<RouterInfo> ROUTERS = TestSeeds.routers(5, ENTROPY, NOW - HOUR);

    private static TestSigner signer;
    private static ReseedSources sources;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeASigner() {
        signer = TestSeeds.signer("someone@mail.i2p");
        sources = new ReseedSources(List.of(), Map.of(signer.name(), signer.certificate()), List.of());
    }

    private static Harvest bundle(byte[] bytes) throws SeedException {
        return SeedArchive.ofBundle(bytes, sources, RULES);
    }

    private static SeedFault fault(byte[] bundle) {
        return assertThrows(SeedException.class, () -> bundle(bundle)).fault();
    }

    private Harvest path(byte[] file) throws SeedException, IOException {
        return SeedArchive.ofPath(Files.write(folder.resolve("seed"), file), sources, RULES);
    }

    private static Harvest harvestOf(Map<String, byte[]> files) throws SeedException {
        return SeedArchive.ofZip(new ByteArrayInputStream(TestSeeds.zip(files)), new Harvest.Gatherer(RULES, 1000));
    }

    /** What becomes of one file beside a good one. */
    private static SeedFault faultOf(String name, byte[] file) throws SeedException {
        RouterInfo good = ROUTERS.get(0);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(name, file);
        files.put(SeedArchive.nameOf(good.hash()), good.bytes());
        Harvest harvest = harvestOf(files);
        assertEquals(List.of(good), harvest.routers());
        assertTrue(harvest.refused().size() <= 1);
        return harvest.refused().isEmpty()
                ? null
                : harvest.refused().keySet().iterator().next();
    }

    private static SeedFault faultOf(RouterInfo router) throws SeedException {
        return faultOf(SeedArchive.nameOf(router.hash()), router.bytes());
    }

    @Test
    void aBundleIsOpened() throws SeedException {
        Harvest harvest = bundle(TestSeeds.bundle(signer, ROUTERS));
        assertEquals(ROUTERS, harvest.routers());
        assertEquals(Map.of(), harvest.refused());
    }

    @Test
    void onlyABundleOfAKnownSignerIsOpened() {
        byte[] zip = TestSeeds.zip(ROUTERS);
        TestSigner other = TestSeeds.signer("other@mail.i2p");
        assertEquals(SeedFault.UNKNOWN_SIGNER, fault(TestSeeds.bundle(other, ROUTERS)));
        assertEquals(SeedFault.BAD_SIGNATURE, fault(new TestSu3(signer.name(), zip).signedBy(other)));
        byte[] tampered = TestSeeds.bundle(signer, ROUTERS);
        tampered[tampered.length / 2] ^= 1;
        assertEquals(SeedFault.BAD_SIGNATURE, fault(tampered));
        byte[] good = TestSeeds.bundle(signer, ROUTERS);
        assertEquals(SeedFault.MALFORMED, fault(Arrays.copyOf(good, good.length - 1)));
        assertEquals(SeedFault.MALFORMED, fault(new byte[0]));
        assertEquals(SeedFault.MALFORMED, fault(zip));
        assertEquals(SeedFault.TOO_LARGE, fault(new byte[Su3File.MAX_LENGTH + 1]));
        TestSu3 update = new TestSu3(signer.name(), zip);
        update.contentType = 1;
        assertEquals(SeedFault.NOT_A_SEED, fault(update.signedBy(signer)));
        TestSu3 news = new TestSu3(signer.name(), zip);
        news.fileType = 1;
        assertEquals(SeedFault.NOT_A_SEED, fault(news.signedBy(signer)));
        assertEquals(SeedFault.NO_ROUTERS, fault(TestSeeds.bundle(signer, List.of())));
    }

    @Test
    void aSignerIsBelievedOnlyWhileTheirCertificateHolds() {
        TestSigner old = TestSigner.make("old@mail.i2p", 4096, "-startdate", "2020/01/01 00:00:00", "-validity", "365");
        ReseedSources known = new ReseedSources(List.of(), Map.of(old.name(), old.certificate()), List.of());
        byte[] bundle = TestSeeds.bundle(old, ROUTERS);
        assertEquals(
                SeedFault.EXPIRED_SIGNER,
                assertThrows(SeedException.class, () -> SeedArchive.ofBundle(bundle, known, RULES))
                        .fault());
    }

    @Test
    void everyRouterIsCheckedAndRefusedByItsOwnReason() throws SeedException {
        RouterKeys keys = RouterKeys.generate(ENTROPY);
        assertEquals(SeedFault.ROUTER_OF_OTHER_NETWORK, faultOf(TestSeeds.router(keys, 2, NOW)));
        assertEquals(SeedFault.ROUTER_OUTDATED, faultOf(TestSeeds.router(keys, 17, NOW - 73 * HOUR)));
        assertEquals(SeedFault.ROUTER_FROM_FUTURE, faultOf(TestSeeds.router(keys, 17, NOW + 121_000)));
        RouterInfo good = TestSeeds.router(keys, 17, NOW);
        byte[] forged = good.bytes().clone();
        forged[forged.length - 1] ^= 1;
        assertEquals(SeedFault.ROUTER_BAD_SIGNATURE, faultOf(SeedArchive.nameOf(good.hash()), forged));
        assertEquals(
                SeedFault.ROUTER_MISNAMED,
                faultOf(SeedArchive.nameOf(ROUTERS.get(1).hash()), good.bytes()));
        assertEquals(SeedFault.ROUTER_MISNAMED, faultOf("routerInfo-x.dat", good.bytes()));
        assertEquals(SeedFault.ROUTER_MISNAMED, faultOf("routerInfo-.dat", good.bytes()));
        assertEquals(
                SeedFault.ROUTER_TOO_LARGE,
                faultOf(SeedArchive.nameOf(good.hash()), new byte[RouterInfo.MAX_LENGTH + 1]));
        assertEquals(SeedFault.ROUTER_MALFORMED, faultOf(SeedArchive.nameOf(good.hash()), new byte[500]));
        assertEquals(SeedFault.ROUTER_MALFORMED, faultOf(SeedArchive.nameOf(good.hash()), new byte[0]));
        assertEquals(null, faultOf("readme.txt", new byte[100_000]));
        assertEquals(null, faultOf("../../routerInfo-", new byte[1]));
    }

    @Test
    void theNewestOfOneRouterIsKept() throws SeedException {
        RouterKeys keys = RouterKeys.generate(ENTROPY);
        RouterInfo older = TestSeeds.router(keys, 17, NOW - 2 * HOUR);
        RouterInfo newer = TestSeeds.router(keys, 17, NOW - HOUR);
        for (List<RouterInfo> order : List.of(List.of(older, newer), List.of(newer, older))) {
            Map<String, byte[]> files = new LinkedHashMap<>();
            for (int i = 0; i < 2; i++) {
                files.put(
                        i + "/" + SeedArchive.nameOf(newer.hash()), order.get(i).bytes());
            }
            assertEquals(List.of(newer), harvestOf(files).routers());
        }
    }

    @Test
    void nothingGoodInItTellsWhatWasWrong() {
        RouterInfo old = TestSeeds.router(ENTROPY, NOW - 100 * HOUR);
        SeedException refused = assertThrows(SeedException.class, () -> bundle(TestSeeds.bundle(signer, List.of(old))));
        assertEquals(SeedFault.NO_ROUTERS, refused.fault());
        assertEquals(Map.of(SeedFault.ROUTER_OUTDATED, 1), refused.refused());
    }

    @Test
    void whatInflatesWithoutEndIsLeft() {
        Map<String, byte[]> bomb = new LinkedHashMap<>();
        for (int i = 0; i < 5; i++) {
            bomb.put("bomb" + i, new byte[20_000_000]);
        }
        assertEquals(
                SeedFault.TOO_LARGE,
                assertThrows(SeedException.class, () -> harvestOf(bomb)).fault());
    }

    @Test
    void filesWithoutEndAreLeft() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i <= SeedArchive.MAX_ENTRIES; i++) {
                zip.putNextEntry(new ZipEntry(Integer.toString(i)));
            }
        }
        assertEquals(
                SeedFault.TOO_LARGE,
                assertThrows(SeedException.class, () -> path(out.toByteArray())).fault());
    }

    @Test
    void moreRoutersThanABundleHasAreLeft() {
        byte[] zip = TestSeeds.zip(ROUTERS);
        assertEquals(
                SeedFault.TOO_LARGE,
                assertThrows(
                                SeedException.class,
                                () -> SeedArchive.ofZip(new ByteArrayInputStream(zip), new Harvest.Gatherer(RULES, 4)))
                        .fault());
    }

    @Test
    void anOperatorMayNameAZipABundleAFolderOrARouterInfo() throws Exception {
        assertEquals(ROUTERS, path(TestSeeds.zip(ROUTERS)).routers());
        assertEquals(ROUTERS, path(TestSeeds.bundle(signer, ROUTERS)).routers());
        assertEquals(List.of(ROUTERS.get(0)), path(ROUTERS.get(0).bytes()).routers());
        Path netDb = folder.resolve("netDb");
        for (RouterInfo router : ROUTERS) {
            String name = SeedArchive.nameOf(router.hash());
            Path below = Files.createDirectories(netDb.resolve("r" + name.charAt("routerInfo-".length())));
            Files.write(below.resolve(name), router.bytes());
        }
        RouterInfo single = TestSeeds.router(ENTROPY, NOW);
        Files.write(netDb.resolve("router.info"), single.bytes());
        Files.write(netDb.resolve("router.keys"), new byte[1000]);
        assertEquals(
                ROUTERS.size() + 1,
                SeedArchive.ofPath(netDb, sources, RULES).routers().size());
    }

    @Test
    void anOperatorAnswersForTheirOwnBundleButNotForAForgedOne() throws Exception {
        TestSigner other = TestSeeds.signer("other@mail.i2p");
        assertEquals(ROUTERS, path(TestSeeds.bundle(other, ROUTERS)).routers());
        byte[] forged = new TestSu3(signer.name(), TestSeeds.zip(ROUTERS)).signedBy(other);
        assertEquals(
                SeedFault.BAD_SIGNATURE,
                assertThrows(SeedException.class, () -> path(forged)).fault());
    }

    @Test
    void whatIsNoSeedIsRefused() throws Exception {
        assertThrows(IOException.class, () -> SeedArchive.ofPath(folder.resolve("none"), sources, RULES));
        assertEquals(
                SeedFault.NO_ROUTERS,
                assertThrows(SeedException.class, () -> path(new byte[3])).fault());
        assertEquals(
                SeedFault.NO_ROUTERS,
                assertThrows(SeedException.class, () -> SeedArchive.ofPath(folder, sources, RULES))
                        .fault());
    }

    @Test
    void whateverTheZipHoldsOnlySeedExceptionsLeave() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] good = TestSeeds.zip(ROUTERS.subList(0, 2));
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = Fuzz.mutate(good, random);
            try {
                SeedArchive.ofZip(new ByteArrayInputStream(bytes), new Harvest.Gatherer(RULES, 1000));
            } catch (SeedException expected) {
                // the only way to refuse
            } catch (RuntimeException escaped) {
                throw new AssertionError("seed " + seed, escaped);
            }
        }
    }
}
