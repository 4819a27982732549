package dev.samovar.router;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Small files that are whole at every moment: a new content is written beside the old one ({@code NAME.new}), forced to the
 * disk, and takes its name in one step, which is forced too. A process or a machine that dies on the way leaves the old
 * content. Files are their owner's alone (mode 0600, folders 0700). Everything here blocks.
 */
final class DurableFile {

    /** Behind the name of a file that is being written. */
    static final String NEW = ".new";

    /** Between the name of a file that could not be read and a number. */
    static final String DAMAGED = ".damaged-";

    /** The last number is used again. */
    private static final int MAX_DAMAGED = 99;

    private DurableFile() {}

    /** Makes a folder that is its owner's alone, and those above it. */
    static void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(folder, ownerOnly(folder, "rwx------"));
    }

    /** The content; null when there is no such file. Of a longer file than {@code max} one byte more than that. */
    static byte[] read(Path file, int max) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(max + 1);
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    /** Replaces the content; on return the new one will survive a power cut. */
    static void write(Path file, byte[] content) throws IOException {
        replace(file, content, true);
        forceFolder(file.toAbsolutePath().getParent());
    }

    /** Replaces the content in one step too; a power cut may lose or damage it, an end of the process does not. */
    static void writeLightly(Path file, byte[] content) throws IOException {
        replace(file, content, false);
    }

    private static void replace(Path file, byte[] content, boolean force) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + NEW);
        Files.deleteIfExists(fresh);
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel out = FileChannel.open(fresh, options, ownerOnly(fresh, "rw-------"))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            if (force) {
                out.force(true);
            }
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException refused) {
            // only Windows does not open folders, and there is nothing to force there
            if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                throw refused;
            }
        }
    }

    /** Renames a file that cannot be used to {@code NAME.damaged-<n>}, so that it can be looked at; the new name. */
    static Path setAside(Path file) throws IOException {
        Path aside;
        int number = 1;
        do {
            aside = file.resolveSibling(file.getFileName() + DAMAGED + number);
        } while (Files.exists(aside, LinkOption.NOFOLLOW_LINKS) && number++ < MAX_DAMAGED);
        return Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] ownerOnly(Path path, String rights) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }
}
