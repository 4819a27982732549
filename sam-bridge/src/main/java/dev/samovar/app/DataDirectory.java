package dev.samovar.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The folder that holds what outlives a run. Nobody but its owner may look into it. */
final class DataDirectory {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /** Locked while a program uses the folder. The file stays; the lock ends with its process, however that ends. */
    private static final String LOCK_FILE = "lock";

    /** An empty file in a folder that we made. */
    private static final String MARK_FILE = ".made-by-samovar";

    private DataDirectory() {}

    /** Keeps other programs out until it is closed. */
    record Hold(FileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Takes the folder for this program alone; it was {@linkplain #prepare prepared}. */
    static Hold lock(Path directory) throws StartException {
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return new Hold(channel);
            }
        } catch (OverlappingFileLockException ours) {
            // reported below: it runs in this very process
        } catch (IOException failed) {
            throw new StartException("cannot lock the data directory " + directory + " (" + failed.getMessage()
                    + "): name another with " + ConfigKey.DATA_DIR.flag());
        }
        try {
            channel.close();
        } catch (IOException ignored) {
            // nothing was written
        }
        throw new StartException("another samovar runs on the data directory " + directory
                + ": end it, or name another with " + ConfigKey.DATA_DIR.flag());
    }

    /**
     * Makes the folder. One that is there must be closed to others already: only what we made ourselves, and marked so, is
     * closed again, for whoever names {@code /tmp} or a home directory wants its rights as they are.
     */
    static void prepare(Path directory) throws StartException {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            if (!Files.isDirectory(directory)) {
                make(directory, posix);
            } else if (posix && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(directory))) {
                if (!isMarked(directory)) {
                    throw new StartException("the data directory " + directory
                            + " is open to other users and was not made by samovar: close it (chmod 700), or name"
                            + " one that is not there yet with " + ConfigKey.DATA_DIR.flag());
                }
                Files.setPosixFilePermissions(directory, OWNER_ONLY);
            }
        } catch (IOException | UnsupportedOperationException failed) {
            throw new StartException("cannot use the data directory " + directory
                    + ": make it a folder that this user owns, or name another with " + ConfigKey.DATA_DIR.flag());
        }
        if (!Files.isWritable(directory)) {
            throw new StartException("cannot write to the data directory " + directory + ": name another with "
                    + ConfigKey.DATA_DIR.flag());
        }
    }

    private static void make(Path directory, boolean posix) throws IOException {
        if (posix) {
            Files.createDirectories(directory.getParent() == null ? directory : directory.getParent());
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createDirectories(directory);
        }
        Files.createFile(directory.resolve(MARK_FILE));
    }

    /** Whether the mark is there and of the folder's own user: in {@code /tmp} anybody could leave one. */
    private static boolean isMarked(Path directory) throws IOException {
        Path mark = directory.resolve(MARK_FILE);
        return Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(mark, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(directory));
    }
}
