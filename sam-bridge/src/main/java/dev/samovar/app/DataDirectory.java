package dev.samovar.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The folder that holds what outlives a run. Nobody but its owner may look into it. */
final class DataDirectory {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private DataDirectory() {}

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
