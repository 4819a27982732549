package dev.samovar.router;

import dev.samovar.base.Encodings;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.netdb.RouterInfoStorage;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * The RouterInfos on disk, in the folders that Java I2P and i2pd use too: {@code netDb/rX/routerInfo-HASH.dat}, where X is
 * the first digit of the hash in I2P's base64 and HASH all 44.
 *
 * <p>A file that is no RouterInfo, is longer than one may be or has another router's name is deleted and counted: the
 * network has them all again. Files are replaced in one step but not forced to the disk one by one, which a power cut may
 * therefore damage. Other files are left alone.
 *
 * <p>Owner: the lane. What blocks runs on the pool, which should have nothing else to do; folders are read in parallel.
 */
public final class NetDbDirectory implements RouterInfoStorage {

    /** Of each folder; what is beyond is not read. A network of 100,000 routers has half as many. */
    static final int MAX_FILES = 4_000;

    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~";

    private final Lane lane;
    private final Offload pool;
    private final Path folder;
    private long damaged;
    private long unreadable;

    /** What one folder held. */
    private record Part(List<byte[]> routers, int damaged, int unreadable) {}

    public NetDbDirectory(Lane lane, Offload pool, Path folder) {
        this.lane = lane;
        this.pool = pool;
        this.folder = folder;
    }

    /** Files that were deleted since they could not be used. */
    public long damaged() {
        return damaged;
    }

    /** Files and folders that could not be read, and files beyond the bound. */
    public long unreadable() {
        return unreadable;
    }

    @Override
    public void loadAll(Consumer<List<byte[]>> then) {
        lane.check();
        List<byte[]> all = new ArrayList<>();
        int[] missing = {DIGITS.length()};
        for (int i = 0; i < DIGITS.length(); i++) {
            char digit = DIGITS.charAt(i);
            pool.submit(lane, () -> read(digit), part -> {
                all.addAll(part.routers);
                damaged += part.damaged;
                unreadable += part.unreadable;
                if (--missing[0] == 0) {
                    then.accept(all);
                }
            });
        }
    }

    @Override
    public void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures) {
        lane.check();
        List<RouterInfo> toSave = List.copyOf(save);
        List<Hash> toDelete = List.copyOf(delete);
        pool.submit(lane, () -> writeAll(toSave, toDelete), failures);
    }

    private Part read(char digit) {
        List<byte[]> routers = new ArrayList<>();
        int bad = 0;
        int failed = 0;
        int seen = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("r" + digit), "routerInfo-*")) {
            for (Path file : files) {
                if (++seen > MAX_FILES) {
                    failed++;
                    break;
                }
                try {
                    byte[] bytes = DurableFile.read(file, RouterInfo.MAX_LENGTH);
                    if (bytes == null) {
                        continue;
                    }
                    if (isGood(file.getFileName().toString(), bytes)) {
                        routers.add(bytes);
                    } else {
                        bad++;
                        Files.deleteIfExists(file);
                    }
                } catch (IOException unreadable) {
                    failed++;
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return new Part(routers, bad, failed);
        } catch (IOException | DirectoryIteratorException unreadable) {
            failed++;
        }
        return new Part(routers, bad, failed);
    }

    /** False for what is half written too ({@link DurableFile#NEW}). */
    private static boolean isGood(String name, byte[] bytes) {
        if (bytes.length > RouterInfo.MAX_LENGTH) {
            return false;
        }
        try {
            return RouterInfo.fromBytes(bytes).hash().equals(SeedArchive.hashIn(name));
        } catch (WireException damaged) {
            return false;
        }
    }

    private int writeAll(List<RouterInfo> save, List<Hash> delete) {
        int failed = 0;
        for (RouterInfo router : save) {
            Path file = fileOf(router.hash());
            try {
                DurableFile.makeFolder(file.getParent());
                DurableFile.writeLightly(file, router.bytes());
            } catch (IOException full) {
                failed++;
            }
        }
        for (Hash router : delete) {
            try {
                Files.deleteIfExists(fileOf(router));
            } catch (IOException stays) {
                failed++;
            }
        }
        return failed;
    }

    private Path fileOf(Hash router) {
        return folder.resolve("r" + Encodings.base64(router.toBytes()).charAt(0))
                .resolve(SeedArchive.nameOf(router));
    }
}
