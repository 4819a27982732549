package dev.samovar.sam.naming;

import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Names of the user's own: a text file with {@code name.i2p=BASE64-DESTINATION} a line, {@code #} for comments. Read when
 * first asked and again when its time has changed; at most {@value #MAX_BYTES} bytes, a larger file counts as empty. Lines
 * that are none are passed over. Belongs to one lane; a small file, read there.
 */
public final class HostsFile {

    static final int MAX_BYTES = 4 * 1024 * 1024;

    private final Path file;
    private FileTime readAt;
    private Map<String, String> names = Map.of();

    public HostsFile(Path file) {
        this.file = file;
    }

    /** The destination of this name in any case, or null. */
    public Destination find(String name) {
        refresh();
        String text = names.get(name.toLowerCase(Locale.ROOT));
        if (text == null) {
            return null;
        }
        try {
            return Destination.fromBase64(text);
        } catch (WireException malformed) {
            return null;
        }
    }

    private void refresh() {
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            if (changed.equals(readAt)) {
                return;
            }
            readAt = changed;
            names = Files.size(file) > MAX_BYTES ? Map.of() : read();
        } catch (IOException missing) {
            readAt = null;
            names = Map.of();
        }
    }

    private Map<String, String> read() throws IOException {
        Map<String, String> found = new HashMap<>();
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                String value = line.substring(equals + 1);
                int comment = value.indexOf('#');
                found.putIfAbsent(
                        line.substring(0, equals).trim().toLowerCase(Locale.ROOT),
                        (comment < 0 ? value : value.substring(0, comment)).trim());
            }
        }
        return found;
    }
}
