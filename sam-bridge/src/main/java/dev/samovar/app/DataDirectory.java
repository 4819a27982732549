package dev.samovar.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
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

    /** Makes the folder, or takes the rights of others from one that is there. */
    static void prepare(Path directory) throws StartException {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            if (Files.isDirectory(directory)) {
                if (posix && !Files.getPosixFilePermissions(directory).equals(OWNER_ONLY)) {
                    Files.setPosixFilePermissions(directory, OWNER_ONLY);
                }
            } else if (posix) {
                Files.createDirectories(directory.getParent() == null ? directory : directory.getParent());
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } else {
                Files.createDirectories(directory);
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
}
