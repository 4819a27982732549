package dev.samovar.router;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What makes a router the same one after a restart: its keys and its port, each a small file of one folder.
 *
 * <pre>
 * router.keys   identity and private keys, in the layout of private key files
 * ntcp2.keys    the static key of NTCP2
 * router.port   the port that was chosen, in digits
 * router.info   what the router publishes; not read again
 * </pre>
 *
 * Files are replaced in one step ({@link DurableFile}), so the process may be killed at any moment. A file that cannot be
 * read as what it should be is renamed to {@code NAME.damaged-<n>}, told by {@link #damaged}, and made anew: a router with
 * a new identity is better than none. Everything blocks, briefly; not for lanes but at the start. One user at a time.
 */
public final class RouterStore {

    public static final String ROUTER_KEYS = "router.keys";
    public static final String NTCP2_KEYS = "ntcp2.keys";
    public static final String ROUTER_INFO = "router.info";
    private static final String PORT = "router.port";

    private static final int MAX_FILE = 64 * 1024;
    private static final int MAX_PORT = 65535;

    /** Makes an object of a file's content, all of it. */
    @FunctionalInterface
    public interface Decoder<T> {
        T decode(byte[] bytes) throws WireException;
    }

    /**
     * A file that could not be used.
     *
     * @param file its name
     * @param movedTo the name that it has now, in the same folder
     */
    public record Damaged(String file, String movedTo) {}

    private final Path folder;
    private final List<Damaged> damaged = new ArrayList<>();

    /** Opens the folder, which is made if need be; what a killed process was writing is removed. */
    public RouterStore(Path folder) throws IOException {
        this.folder = folder;
        DurableFile.makeFolder(folder);
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, "*" + DurableFile.NEW)) {
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** What was set aside since this store was opened. */
    public List<Damaged> damaged() {
        return List.copyOf(damaged);
    }

    /**
     * What the file holds; else what {@code make} makes, which is stored before it is returned.
     *
     * @param encode the bytes to store, which are wiped afterwards
     */
    public <T> T loadOrMake(String name, Decoder<T> decode, Supplier<T> make, Function<T, byte[]> encode)
            throws IOException {
        T stored = load(name, decode);
        if (stored != null) {
            return stored;
        }
        T made = make.get();
        byte[] bytes = encode.apply(made);
        DurableFile.write(folder.resolve(name), bytes);
        Arrays.fill(bytes, (byte) 0);
        return made;
    }

    /** The router's keys: those of the last run, or new ones. */
    public RouterKeys routerKeys(Entropy entropy) throws IOException {
        return loadOrMake(ROUTER_KEYS, RouterKeys::fromBytes, () -> RouterKeys.generate(entropy), RouterKeys::toBytes);
    }

    /** The port that was chosen in an earlier run. */
    public OptionalInt port() throws IOException {
        Integer port = load(PORT, RouterStore::decodePort);
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /** Writes what this router publishes now, for whoever wants to know it; it is never read here. */
    public void saveRouterInfo(RouterInfo info) throws IOException {
        DurableFile.write(folder.resolve(ROUTER_INFO), info.bytes().clone());
    }

    /** Keeps a port for the next run. */
    public void savePort(int port) throws IOException {
        DurableFile.write(folder.resolve(PORT), Integer.toString(port).getBytes(StandardCharsets.US_ASCII));
    }

    private static int decodePort(byte[] bytes) throws WireException {
        String text = new String(bytes, StandardCharsets.US_ASCII);
        try {
            int port = Integer.parseInt(text.strip());
            if (port > 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // reported below, with what is out of range
        }
        throw new WireException(Fault.BAD_VALUE, "port");
    }

    /** Null when there is no such file or it was set aside. */
    private <T> T load(String name, Decoder<T> decode) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = DurableFile.read(file, MAX_FILE);
        if (bytes == null) {
            return null;
        }
        try {
            if (bytes.length > MAX_FILE) {
                throw new WireException(Fault.TOO_LARGE, name);
            }
            return decode.decode(bytes);
        } catch (WireException unusable) {
            damaged.add(
                    new Damaged(name, DurableFile.setAside(file).getFileName().toString()));
            return null;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
