package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.RouterKeys;
import dev.samovar.testkit.SeededEntropy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterStoreTest {

    private static final String NAME = "some.keys";

    @TempDir
    Path above;

    private Path folder() {
        return above.resolve("a/router");
    }

    /** Texts that begin with a capital letter. */
    private static String decode(byte[] bytes) throws WireException {
        if (bytes.length == 0 || !Character.isUpperCase(bytes[0])) {
            throw new WireException(Fault.BAD_VALUE, "text");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String loadOrMake(RouterStore store, String made) throws IOException {
        return store.loadOrMake(
                NAME, RouterStoreTest::decode, () -> made, text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasMadeOnceIsTheSameAfterARestart() throws IOException {
        assertEquals("First", loadOrMake(new RouterStore(folder()), "First"));
        assertEquals("First", loadOrMake(new RouterStore(folder()), "Second"));
        RouterStore store = new RouterStore(folder());
        assertEquals(OptionalInt.empty(), store.port());
        store.savePort(4567);
        assertEquals(OptionalInt.of(4567), new RouterStore(folder()).port());
        assertEquals(List.of("router.port", NAME), files());
        assertEquals(List.of(), store.damaged());
    }

    @Test
    void aRouterHasTheSameKeysAfterARestartUnlessTheirFileWasDamaged() throws IOException {
        SeededEntropy entropy = new SeededEntropy(1);
        RouterKeys keys = new RouterStore(folder()).routerKeys(entropy);
        RouterStore again = new RouterStore(folder());
        assertArrayEquals(keys.toBytes(), again.routerKeys(entropy).toBytes());
        assertEquals(List.of(), again.damaged());
        byte[] file = Files.readAllBytes(folder().resolve(RouterStore.ROUTER_KEYS));
        file[file.length - 1] ^= 1;
        Files.write(folder().resolve(RouterStore.ROUTER_KEYS), file);
        RouterStore damaged = new RouterStore(folder());
        assertNotEquals(
                keys.identity().hash(), damaged.routerKeys(entropy).identity().hash());
        assertEquals(1, damaged.damaged().size());
    }

    @Test
    void filesAndFolderAreTheirOwnersAlone() throws IOException {
        loadOrMake(new RouterStore(folder()), "First");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().resolve(NAME))));
    }

    @Test
    void aDamagedFileIsSetAsideToldAndMadeAnew() throws IOException {
        loadOrMake(new RouterStore(folder()), "First");
        for (int times = 1; times <= 2; times++) {
            Files.writeString(folder().resolve(NAME), "damaged " + times);
            RouterStore store = new RouterStore(folder());
            assertEquals("Again", loadOrMake(store, "Again"));
            assertEquals(List.of(new RouterStore.Damaged(NAME, NAME + ".damaged-" + times)), store.damaged());
            assertEquals("damaged " + times, Files.readString(folder().resolve(NAME + ".damaged-" + times)));
        }
        for (String wrong : List.of("", "x", "0", "65536", "99999999999")) {
            Files.writeString(folder().resolve("router.port"), wrong);
            RouterStore store = new RouterStore(folder());
            assertEquals(OptionalInt.empty(), store.port(), wrong);
            assertEquals(1, store.damaged().size());
        }
    }

    @Test
    void aFileWithoutEndIsSetAsideToo() throws IOException {
        RouterStore store = new RouterStore(folder());
        Files.write(folder().resolve(NAME), "A".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
        assertEquals("Small", loadOrMake(store, "Small"));
        assertEquals(1, store.damaged().size());
    }

    @Test
    void setAsideFilesAreBounded() throws IOException {
        RouterStore store = new RouterStore(folder());
        for (int i = 0; i < 120; i++) {
            Files.writeString(folder().resolve(NAME), "bad");
            loadOrMake(store, "Good");
        }
        assertEquals(100, files().size());
    }

    @Test
    void whatAKilledProcessWasWritingIsRemoved() throws IOException {
        loadOrMake(new RouterStore(folder()), "First");
        Files.writeString(folder().resolve(NAME + ".new"), "Hal");
        assertEquals("First", loadOrMake(new RouterStore(folder()), "Second"));
        assertEquals(List.of(NAME), files());
    }

    @Test
    void aFolderThatCannotBeMadeIsAnError() throws IOException {
        Path file = Files.writeString(above.resolve("file"), "");
        assertThrows(IOException.class, () -> new RouterStore(file.resolve("router")));
    }

    @Test
    void aProcessMayBeKilledAtAnyMoment() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int confirmed = 0;
        for (int round = 0; round < 6; round++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StoreUntilKilledProgram.class.getName(),
                            folder().toString(),
                            Integer.toString(confirmed + 1))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                int wanted = 1 + random.nextInt(40);
                String line = null;
                for (int i = 0; i < wanted && (line = out.readLine()) != null; i++) {
                    confirmed = Integer.parseInt(line);
                }
                // between two confirmations, wherever that is
                long until = System.nanoTime() + random.nextInt(3_000_000);
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                process.toHandle().destroyForcibly();
                while ((line = out.readLine()) != null) {
                    confirmed = Integer.parseInt(line);
                }
            }
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            RouterStore store = new RouterStore(folder());
            byte[] found = Files.readAllBytes(folder().resolve(RouterStore.ROUTER_KEYS));
            int number = (found[0] & 0xff) << 24 | (found[1] & 0xff) << 16 | (found[2] & 0xff) << 8 | found[3] & 0xff;
            assertArrayEquals(StoreUntilKilledProgram.content(number), found, "seed " + seed);
            assertTrue(number == confirmed || number == confirmed + 1, "seed " + seed);
            int port = store.port().orElseThrow();
            assertTrue(port == 1 + confirmed || port == 2 + confirmed, "seed " + seed);
            assertEquals(List.of(), store.damaged(), "seed " + seed);
            assertFalse(files().stream().anyMatch(name -> name.endsWith(".new")), "seed " + seed);
            confirmed = number;
        }
    }
}
