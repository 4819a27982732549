package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Encodings;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.testkit.SimWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetDbDirectoryTest {

    @TempDir
    Path above;

    private final SimWorld world = new SimWorld(11);
    private final SimWorld.SimLane lane = world.newLane();
    private NetDbDirectory directory;

    private NetDbDirectory directory() {
        if (directory == null) {
            directory = new NetDbDirectory(lane, Offload.inline(), folder());
        }
        return directory;
    }

    private Path folder() {
        return above.resolve("netDb");
    }

    private List<RouterInfo> routers(int count) {
        return TestSeeds.routers(count, world.entropy(), world.epochMillis());
    }

    private Set<Hash> load() {
        Set<Hash> loaded = new HashSet<>();
        List<List<byte[]>> answers = new ArrayList<>();
        world.on(lane, () -> directory().loadAll(answers::add));
        world.runReady();
        assertEquals(1, answers.size());
        for (byte[] bytes : answers.get(0)) {
            try {
                assertTrue(loaded.add(RouterInfo.fromBytes(bytes).hash()));
            } catch (WireException damaged) {
                throw new AssertionError(damaged);
            }
        }
        return loaded;
    }

    private int write(List<RouterInfo> save, List<Hash> delete) {
        List<Integer> failures = new ArrayList<>();
        world.on(lane, () -> directory().write(save, delete, failures::add));
        world.runReady();
        assertEquals(1, failures.size());
        return failures.get(0);
    }

    private static Set<Hash> hashes(List<RouterInfo> routers) {
        Set<Hash> hashes = new HashSet<>();
        routers.forEach(router -> hashes.add(router.hash()));
        return hashes;
    }

    private Path fileOf(RouterInfo router) {
        String hash = Encodings.base64(router.hash().toBytes());
        return folder().resolve("r" + hash.charAt(0)).resolve("routerInfo-" + hash + ".dat");
    }

    @Test
    void whatWasSavedIsLoadedAndWhatWasDeletedIsNot() {
        List<RouterInfo> routers = routers(300);
        assertEquals(Set.of(), load());
        assertEquals(0, write(routers, List.of()));
        assertEquals(hashes(routers), load());
        List<Hash> gone = List.of(routers.get(0).hash(), routers.get(1).hash());
        assertEquals(0, write(List.of(), gone));
        assertEquals(hashes(routers.subList(2, 300)), load());
        assertEquals(0, write(List.of(), gone));
        assertEquals(0, directory().damaged());
        assertEquals(0, directory().unreadable());
    }

    @Test
    void theLayoutIsTheOneOfOtherRouters() throws IOException {
        RouterInfo router = routers(1).get(0);
        write(List.of(router), List.of());
        assertArrayEquals(router.bytes(), Files.readAllBytes(fileOf(router)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(fileOf(router))));
    }

    @Test
    void aNewerOneReplacesTheFile() throws IOException {
        RouterKeys keys = RouterKeys.generate(world.entropy());
        RouterInfo newer = TestSeeds.router(keys, 17, world.epochMillis() + 1);
        write(List.of(TestSeeds.router(keys, 17, world.epochMillis())), List.of());
        write(List.of(newer), List.of());
        assertArrayEquals(newer.bytes(), Files.readAllBytes(fileOf(newer)));
        assertEquals(1, load().size());
    }

    @Test
    void damagedFilesAreDeletedAndCountedAndOthersLeftAlone() throws IOException {
        List<RouterInfo> routers = routers(6);
        write(routers, List.of());
        Files.write(fileOf(routers.get(0)), new byte[0]);
        Files.write(fileOf(routers.get(1)), Arrays.copyOf(routers.get(1).bytes(), 400));
        Files.write(fileOf(routers.get(2)), new byte[100_000]);
        Files.write(fileOf(routers.get(3)), routers.get(4).bytes());
        Path half = fileOf(routers.get(4)).resolveSibling(fileOf(routers.get(4)).getFileName() + ".new");
        Files.write(half, routers.get(4).bytes());
        Path other = Files.writeString(folder().resolve("notes.txt"), "mine");
        assertEquals(hashes(routers.subList(4, 6)), load());
        assertEquals(5, directory().damaged());
        assertEquals(hashes(routers.subList(4, 6)), load());
        assertEquals(5, directory().damaged());
        assertTrue(Files.exists(other));
        assertFalse(Files.exists(half));
        try (Stream<Path> left = Files.walk(folder())) {
            assertEquals(3, left.filter(Files::isRegularFile).count());
        }
    }

    @Test
    void whatCannotBeWrittenOrReadIsCounted() throws IOException {
        List<RouterInfo> routers = routers(2);
        Files.createDirectories(folder());
        Files.writeString(fileOf(routers.get(0)).getParent(), "a file where a folder should be");
        Set<Hash> inTheWay = new HashSet<>();
        for (RouterInfo router : routers) {
            if (fileOf(router).getParent().equals(fileOf(routers.get(0)).getParent())) {
                inTheWay.add(router.hash());
            }
        }
        assertEquals(inTheWay.size(), write(routers, List.of()));
        assertEquals(2 - inTheWay.size(), load().size());
        Files.createDirectories(above.resolve("other/rA/routerInfo-x"));
        NetDbDirectory strange = new NetDbDirectory(lane, Offload.inline(), above.resolve("other"));
        world.on(lane, () -> strange.loadAll(all -> assertEquals(List.of(), all)));
        world.runReady();
        assertEquals(1, strange.unreadable());
    }
}
