package dev.samovar.router;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPublicKey;
import java.util.Iterator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Opens seeds: bundles of reseed hosts (updates specification, "SU3 Reseed File Specification") and what an operator names,
 * an su3 or zip of {@code routerInfo-HASH.dat}, a folder of them in any depth of {@value #MAX_DEPTH}, or a single RouterInfo.
 * What a file is, its first bytes say. Entries are read one by one with bounds on their number, on the size of each and on
 * all that is inflated; their names are compared and never used as paths. Costs a signature check a router: not for lanes.
 */
public final class SeedArchive {

    /** Reseed hosts send a hundred. */
    static final int MAX_BUNDLE_ROUTERS = 1_000;

    static final int MAX_SEED_ROUTERS = 20_000;

    private static final int MAX_SEED_FILE = 32 * 1024 * 1024;

    /** Files that a seed may have, good and bad. */
    static final int MAX_ENTRIES = 30_000;

    /** Bytes inflated of one seed, what is thrown away included. */
    static final long MAX_INFLATED = 64L * 1024 * 1024;

    static final int MAX_DEPTH = 3;

    private static final String PREFIX = "routerInfo-";
    private static final String SUFFIX = ".dat";
    private static final String SINGLE = "router.info";

    private SeedArchive() {}

    /** Opens what a reseed host sent: it has to be a bundle, signed by someone known whose certificate holds now. */
    static Harvest ofBundle(byte[] bytes, ReseedSources sources, Harvest.Rules rules) throws SeedException {
        Su3File file = su3(bytes);
        RSAPublicKey key = sources.signerKey(file.signer(), rules.nowMillis());
        if (key == null) {
            throw sources.knowsSigner(file.signer())
                    ? new SeedException(SeedFault.EXPIRED_SIGNER, "the signer's certificate does not hold now")
                    : new SeedException(SeedFault.UNKNOWN_SIGNER, "signed by someone unknown");
        }
        return ofSu3(file, key, new Harvest.Gatherer(rules, MAX_BUNDLE_ROUTERS));
    }

    /**
     * Opens what the operator named, who answers for it: an su3 file may be of a signer whom nobody here knows, but of a
     * known one the signature has to hold.
     *
     * @throws SeedException when nothing in it can be used; the message may be shown
     * @throws IOException when it cannot be read
     */
    public static Harvest ofPath(Path path, ReseedSources sources, Harvest.Rules rules)
            throws SeedException, IOException {
        Harvest.Gatherer gatherer = new Harvest.Gatherer(rules, MAX_SEED_ROUTERS);
        if (Files.isDirectory(path)) {
            return ofFolder(path, gatherer);
        }
        byte[] bytes = read(path, MAX_SEED_FILE);
        if (bytes.length > MAX_SEED_FILE) {
            throw new SeedException(SeedFault.TOO_LARGE, "longer than " + MAX_SEED_FILE + " bytes");
        }
        if (Su3File.looksLike(bytes)) {
            Su3File file = su3(bytes);
            return ofSu3(file, sources.signerKey(file.signer(), rules.nowMillis()), gatherer);
        }
        if (looksLikeZip(bytes)) {
            return ofZip(new ByteArrayInputStream(bytes), gatherer);
        }
        gatherer.add(bytes, hashIn(path.getFileName().toString()));
        return gatherer.harvest();
    }

    private static Su3File su3(byte[] bytes) throws SeedException {
        Su3File file;
        try {
            file = Su3File.parse(bytes);
        } catch (WireException malformed) {
            throw new SeedException(
                    malformed.fault() == WireException.Fault.TOO_LARGE ? SeedFault.TOO_LARGE : SeedFault.MALFORMED,
                    "not an su3 file: " + malformed.getMessage());
        }
        if (file.contentType() != Su3File.CONTENT_TYPE_RESEED || file.fileType() != Su3File.FILE_TYPE_ZIP) {
            throw new SeedException(SeedFault.NOT_A_SEED, "an su3 file, but not of RouterInfos");
        }
        return file;
    }

    private static Harvest ofSu3(Su3File file, RSAPublicKey key, Harvest.Gatherer gatherer) throws SeedException {
        if (key != null && !file.verify(key)) {
            throw new SeedException(SeedFault.BAD_SIGNATURE, "the signature does not hold");
        }
        return ofZip(file.content(), gatherer);
    }

    private static boolean looksLikeZip(byte[] bytes) {
        return bytes.length > 4 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4;
    }

    static Harvest ofZip(InputStream bytes, Harvest.Gatherer gatherer) throws SeedException {
        long inflated = 0;
        int entries = 0;
        byte[] waste = new byte[8192];
        try (ZipInputStream zip = new ZipInputStream(bytes)) {
            for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
                if (++entries > MAX_ENTRIES || gatherer.isFull()) {
                    throw new SeedException(SeedFault.TOO_LARGE, "too many files in it");
                }
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                byte[] file = zip.readNBytes(RouterInfo.MAX_LENGTH + 1);
                inflated += file.length;
                for (int read = 0; read >= 0; read = zip.read(waste)) {
                    inflated += read;
                    if (inflated > MAX_INFLATED) {
                        throw new SeedException(SeedFault.TOO_LARGE, "inflates beyond " + MAX_INFLATED + " bytes");
                    }
                }
                take(name, file, gatherer);
            }
        } catch (ZipException | IllegalArgumentException malformed) {
            throw new SeedException(SeedFault.MALFORMED, "a damaged zip file");
        } catch (IOException truncated) {
            throw new SeedException(SeedFault.TRUNCATED, "a zip file without its end");
        }
        return gatherer.harvest();
    }

    private static Harvest ofFolder(Path folder, Harvest.Gatherer gatherer) throws SeedException, IOException {
        int entries = 0;
        try (Stream<Path> files = Files.walk(folder, MAX_DEPTH)) {
            for (Iterator<Path> all = files.iterator(); all.hasNext(); ) {
                Path file = all.next();
                if (++entries > MAX_ENTRIES || gatherer.isFull()) {
                    throw new SeedException(SeedFault.TOO_LARGE, "too many files in it");
                }
                String name =
                        file.getFileName() == null ? "" : file.getFileName().toString();
                if (isRouterInfo(name) && Files.isRegularFile(file)) {
                    take(name, read(file, RouterInfo.MAX_LENGTH), gatherer);
                }
            }
        }
        return gatherer.harvest();
    }

    /** All of a file, or one byte more than {@code max} of a longer one. */
    private static byte[] read(Path file, int max) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(max + 1);
        }
    }

    private static boolean isRouterInfo(String name) {
        return name.equals(SINGLE) || name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    /** Other files, which some archives have, say nothing. */
    private static void take(String name, byte[] bytes, Harvest.Gatherer gatherer) {
        if (!isRouterInfo(name)) {
            return;
        }
        if (bytes.length > RouterInfo.MAX_LENGTH) {
            gatherer.refuse(SeedFault.ROUTER_TOO_LARGE);
            return;
        }
        Hash named = hashIn(name);
        if (named == null && !name.equals(SINGLE)) {
            gatherer.refuse(SeedFault.ROUTER_MISNAMED);
            return;
        }
        gatherer.add(bytes, named);
    }

    /** The hash in {@code routerInfo-HASH.dat}, or null. */
    static Hash hashIn(String name) {
        if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) {
            return null;
        }
        try {
            byte[] hash = Encodings.fromBase64(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
            return hash.length == Hash.LENGTH ? Hash.fromBytes(hash) : null;
        } catch (WireException | StringIndexOutOfBoundsException otherName) {
            return null;
        }
    }

    /** The name of a router's file. */
    static String nameOf(Hash router) {
        return PREFIX + Encodings.base64(router.toBytes()) + SUFFIX;
    }
}
